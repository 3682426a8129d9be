import * as vscode from "vscode";
import { onTarget } from "../ask/target.js";
import { ModelView } from "../views/modelView.js";

/** Measures how a signal goes through a model, and shows it beneath the picture. */
export const run = onTarget(async ({ session, model }) => {
  session.require("showSignal");
  await vscode.commands.executeCommand(`${ModelView.id}.focus`);
  await session.showSignal({ model: model.name, input: null, seed: 0 });
});
