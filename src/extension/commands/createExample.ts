import * as vscode from "vscode";
import type { Command } from "../command.js";

/** The chapter on parameters that comes with the extension. */
const exampleName = "parameter-management.ts";

/** Writes the example beside the user's own files and opens it. An existing file is never overwritten. */
export const run: Command = async ({ context }) => {
  const source = vscode.Uri.joinPath(context.extensionUri, "examples", exampleName);
  const uri = await chooseLocation();
  if (!uri) return;
  await vscode.workspace.fs.copy(source, uri, { overwrite: true });
  await vscode.window.showTextDocument(uri);
  await vscode.commands.executeCommand("layerscope.openModelView");
};

async function chooseLocation(): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  // A workspace that is not trusted stays as it is, but for a file that the user names.
  if (folder && vscode.workspace.isTrusted) {
    const uri = vscode.Uri.joinPath(folder.uri, exampleName);
    const exists = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (!exists) return uri;
  }
  // The dialog asks before it lets an existing file be chosen.
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t("Create Example"),
    filters: { TypeScript: ["ts"] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, exampleName) } : {}),
  });
}
