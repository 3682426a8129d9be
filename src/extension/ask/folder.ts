import * as vscode from "vscode";

/** The workspace's folder, of several the one that the user picks; undefined where there is none, or he picks none. */
export async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return vscode.window.showWorkspaceFolderPick();
  if (folders.length === 0) void vscode.window.showInformationMessage(vscode.l10n.t("Open a folder first."));
  return folders[0];
}
