import * as vscode from "vscode";
import type { Command } from "../command.js";
import { documentKey } from "../sources/documents.js";
import { ModelView } from "../views/modelView.js";

/** Shows the model view; on a file of the explorer, the models of that. */
export const run: Command = async ({ sessions }, argument) => {
  const session = argument instanceof vscode.Uri ? sessions.open(documentKey(argument)) : null;
  if (session) sessions.show(session);
  await vscode.commands.executeCommand(`${ModelView.id}.focus`);
};
