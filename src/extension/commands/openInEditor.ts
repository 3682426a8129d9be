import * as vscode from "vscode";
import type { Command } from "../command.js";

export const run: Command = ({ sessions, panels }) => {
  const session = sessions.current;
  if (session) panels.open(session);
  else void vscode.window.showInformationMessage(vscode.l10n.t("Open a TypeScript file that imports layerscope, or a Python file that imports torch, first."));
};
