import * as vscode from "vscode";
import type { ModuleReference } from "../ask/target.js";
import type { Command } from "../command.js";
import { ModelView } from "../views/modelView.js";

/** Shows a module in the model view. No command of the palette: links in hovers call it. */
export const run: Command = async ({ sessions }, argument) => {
  const reference = argument as ModuleReference;
  const session = reference.file === undefined ? sessions.current : sessions.get(reference.file);
  if (!session) return;
  sessions.show(session);
  await vscode.commands.executeCommand(`${ModelView.id}.focus`);
  session.select({ model: reference.model, path: reference.path }, null);
};
