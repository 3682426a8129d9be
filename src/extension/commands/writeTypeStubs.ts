import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import * as vscode from "vscode";
import { chooseFolder } from "../ask/folder.js";
import type { Command } from "../command.js";
import { requireTrust } from "../trust.js";

/** Where Pylance looks for stubs in a folder, if nothing else is set. */
const usual = "typings";

/**
 * Writes type stubs of what the engine has of PyTorch into a folder of the workspace, where Pylance and pyright find them without a setting: their completions, hovers and
 * checks then know `torch`, though no PyTorch is installed. Stubs that are not ours are left alone unless the user says otherwise.
 */
export const run: Command = async ({ context }) => {
  requireTrust();
  const folder = await chooseFolder();
  if (!folder) return;
  const set = vscode.workspace.getConfiguration("python.analysis", folder.uri).get<string>("stubPath", usual) || usual;
  const stubs = isAbsolute(set) || set.split(/[\\/]/).includes("..") ? usual : set;
  const target = join(folder.uri.fsPath, stubs, "torch");
  const [{ isOurs, stubsOf }, { readDescription }] = await Promise.all([import("../pythonHelp/stubs.js"), import("../pythonHelp/help.js")]);
  const isThere = await access(target).then(
    () => true,
    () => false,
  );
  const before = await readFile(join(target, "__init__.pyi"), "utf8").catch(() => "");
  const write = vscode.l10n.t("Write Stubs");
  const asked =
    !isThere || isOurs(before)
      ? await vscode.window.showInformationMessage(
          vscode.l10n.t("Write type stubs for PyTorch into {0}?", `${folder.name}/${stubs}/torch`),
          {
            modal: true,
            detail: vscode.l10n.t(
              "Pylance and pyright take them from there: they then complete and check torch without PyTorch. Where PyTorch is installed they are not needed.",
            ),
          },
          write,
        )
      : await vscode.window.showWarningMessage(
          vscode.l10n.t("{0} has stubs that Layerscope did not write. Replace them?", `${folder.name}/${stubs}/torch`),
          { modal: true },
          write,
        );
  if (asked !== write) return;
  const { modules } = await readDescription(context);
  const files = stubsOf(modules, (context.extension.packageJSON as { readonly version: string }).version);
  await rm(target, { recursive: true, force: true });
  for (const [path, text] of files) {
    const file = join(folder.uri.fsPath, stubs, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  void vscode.window.showInformationMessage(
    vscode.l10n.t("{0} stubs were written into {1}. Delete the folder to be rid of them.", files.size, `${folder.name}/${stubs}/torch`),
  );
};
