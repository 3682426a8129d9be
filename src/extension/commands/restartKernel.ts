import * as vscode from "vscode";
import type { Command } from "../command.js";

/** Restarts the kernel of the notebook whose toolbar it is in, else of the one that is shown. */
export const run: Command = ({ notebooks }, argument) => {
  const uri = notebookUri(argument);
  return notebooks.restart(uri && vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri.toString()));
};

function notebookUri(argument: unknown): vscode.Uri | undefined {
  const { notebookEditor } = (argument ?? {}) as { readonly notebookEditor?: { readonly notebookUri?: vscode.Uri } };
  return argument instanceof vscode.Uri ? argument : notebookEditor?.notebookUri;
}
