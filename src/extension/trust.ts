import * as vscode from "vscode";

/**
 * Stands wherever a process starts or a file of the workspace is written, whoever asked for it: a command may come from a key, and a request from a page that was
 * there before. Throws, in words for the user, in a workspace that is not trusted. A file that the user names in a dialog is written all the same.
 */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted) throw new Error(vscode.l10n.t("Nothing runs in Restricted Mode."));
}
