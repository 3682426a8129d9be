import { spawn } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applyEdits, modify, parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import { detect, resolveCommand, type Agent } from "package-manager-detector";
import * as vscode from "vscode";
import { exports as waysIn, sideEffects } from "../../../package.json";
import { chooseFolder } from "../ask/folder.js";
import type { Command } from "../command.js";
import { requireTrust } from "../trust.js";

/** Where the package is kept in the workspace, to be committed with it: every later install finds it there. */
const keptAt = ".layerscope/package";

/** Its reference in package.json; every package manager understands it. */
const reference = `file:./${keptAt}`;

/**
 * Puts the bundled package `layerscope` into the workspace, so that TypeScript checks model code and plain Node runs it. The package is kept
 * in the workspace and referenced from devDependencies, so the next install keeps it. Without a working package manager it is copied to node_modules.
 */
export const run: Command = async ({ context, output }) => {
  requireTrust();
  const folder = await chooseFolder();
  if (!folder) return;
  const root = folder.uri.fsPath;
  const name = (await readManifest(join(root, "package.json")))?.content.name;
  if (name !== undefined && name === (context.extension.packageJSON as { readonly name: string }).name) {
    void vscode.window.showInformationMessage(vscode.l10n.t("This folder is the package {0} itself.", name));
    return;
  }
  const done = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Installing the package layerscope into {0}", folder.name), cancellable: true },
    async (_progress, cancelled): Promise<string | undefined> => {
      await writePackage(context, join(root, keptAt));
      await addReference(join(root, "package.json"));
      const { command: manager, args } = resolveCommand(await packageManagerOf(root), "install", [])!;
      const ended = await execute(manager, args, root, output, cancelled);
      if (cancelled.isCancellationRequested) return undefined;
      if (ended === 0) return vscode.l10n.t("The package is kept in {0} and was installed with {1}. Commit the folder with your project.", keptAt, manager);
      output.appendLine(vscode.l10n.t("{0} install did not succeed; the package was copied to node_modules instead.", manager));
      await rm(join(root, "node_modules", "layerscope"), { recursive: true, force: true });
      await writePackage(context, join(root, "node_modules", "layerscope"));
      return vscode.l10n.t("{0} install did not succeed, so the package was copied to node_modules. The next install takes it from {1}.", manager, keptAt);
    },
  );
  if (!done) return;
  void vscode.window.showInformationMessage(done, vscode.l10n.t("Show Output")).then((picked) => picked && output.show());
};

/** The engine with its type declarations, as the package that npm knows. */
async function writePackage(context: vscode.ExtensionContext, folder: string): Promise<void> {
  const { name, version, description, license } = context.extension.packageJSON as Record<string, string>;
  // The ways in are the package's own, with the engine's folder as its root.
  const ofEngine = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value).replaceAll("./dist/engine/", "./")) as Value;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(context.asAbsolutePath("dist/engine"), folder, { recursive: true, filter: (file) => !file.endsWith(".map") });
  await cp(context.asAbsolutePath("LICENSE"), join(folder, "LICENSE"));
  const manifest = {
    name,
    version,
    description,
    license,
    type: "module",
    exports: ofEngine(waysIn),
    sideEffects: ofEngine(sideEffects).filter((pattern) => !pattern.includes("*")),
    types: "./index.d.ts",
  };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** A package.json: its text, and what of it is looked at. */
interface Manifest {
  readonly text: string;
  readonly content: { readonly name?: string; readonly dependencies?: Record<string, string>; readonly devDependencies?: Record<string, string> };
}

/** Null where there is none. A package.json that cannot be read is the user's to mend: nothing is written over it. */
async function readManifest(file: string): Promise<Manifest | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const errors: ParseError[] = [];
  const content = parse(text, errors, { disallowComments: true }) as Manifest["content"] | undefined;
  const [error] = errors;
  if (error) throw new Error(vscode.l10n.t("{0} is not valid JSON: {1}", file, `${printParseErrorCode(error.error)}, ${placeIn(text, error.offset)}`));
  return { text, content: content ?? {} };
}

function placeIn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}

/** Adds the package to devDependencies and leaves every other character of package.json as it is. */
async function addReference(file: string): Promise<void> {
  const { text, content } = (await readManifest(file)) ?? { text: '{\n  "private": true,\n  "type": "module"\n}\n', content: {} };
  const section = content.dependencies?.layerscope === undefined ? "devDependencies" : "dependencies";
  if (content[section]?.layerscope === reference) return;
  const indentation = /^[ \t]+(?=")/m.exec(text)?.[0] ?? "  ";
  const formattingOptions = {
    insertSpaces: !indentation.startsWith("\t"),
    tabSize: indentation.startsWith("\t") ? 1 : indentation.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
  await writeFile(file, applyEdits(text, modify(text, [section, "layerscope"], reference, { formattingOptions })));
}

/** The one whose lock file or whose name in package.json is nearest, in the folder or above it; npm where nothing says. */
async function packageManagerOf(root: string): Promise<Agent> {
  return (await detect({ cwd: root }))?.agent ?? "npm";
}

/** The exit code; null when the command could not be started or was cancelled. */
function execute(
  command: string,
  args: readonly string[],
  cwd: string,
  output: vscode.OutputChannel,
  cancelled: vscode.CancellationToken,
): Promise<number | null> {
  return new Promise((resolve) => {
    output.appendLine(`> ${command} ${args.join(" ")}`);
    const child = spawn(command, args, { cwd, shell: process.platform === "win32", windowsHide: true, stdio: ["ignore", "pipe", "pipe"] });
    const subscription = cancelled.onCancellationRequested(() => child.kill());
    child.stdout.on("data", (chunk) => output.append(String(chunk)));
    child.stderr.on("data", (chunk) => output.append(String(chunk)));
    child.once("error", (error) => {
      output.appendLine(error.message);
      resolve(null);
    });
    child.once("close", (code) => {
      subscription.dispose();
      resolve(code);
    });
  });
}
