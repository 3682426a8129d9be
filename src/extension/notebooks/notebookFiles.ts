import { homedir } from "node:os";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { documentKey } from "../sources/documents.js";

/** VS Code's own type of notebook for *.ipynb. */
export const notebookType = "jupyter-notebook";

/** The name that sessions and runners know a notebook by: its file, or the one that it would be saved as. */
export function notebookFile({ uri }: vscode.NotebookDocument): string {
  if (uri.scheme === "file") return documentKey(uri);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
  return documentKey(vscode.Uri.file(join(folder, basename(uri.path))));
}

/** The open notebook that a document is a cell of. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== "vscode-notebook-cell") return undefined;
  return vscode.workspace.notebookDocuments.find(
    (notebook) => notebook.notebookType === notebookType && notebook.getCells().some((cell) => cell.document === document),
  );
}
