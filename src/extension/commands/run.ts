import * as vscode from "vscode";
import type { Command, CommandContext } from "../command.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { documentKey } from "../sources/documents.js";

/** Runs the file of the editor's title bar or context menu, else the active editor's, else the current one. */
export const run: Command = (context, argument) => runFile(context, argument, { toEnd: false });

export async function runFile({ sessions }: CommandContext, argument: unknown, { toEnd }: { readonly toEnd: boolean }): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    await vscode.commands.executeCommand("workbench.trust.manage");
    return;
  }
  const session = sessionToRun(sessions, argument);
  if (!session) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Open a TypeScript, JavaScript or Python file to run it. It has to be saved to disk once."));
    return;
  }
  sessions.show(session);
  await session.run({ asked: true, toEnd });
}

function sessionToRun(sessions: ModelSessions, argument: unknown): ModelSession | null {
  if (argument instanceof vscode.Uri) return sessions.open(documentKey(argument));
  if (typeof argument === "object" && argument !== null && "file" in argument && typeof argument.file === "string") return sessions.open(argument.file);
  const document = vscode.window.activeTextEditor?.document;
  // An open helper file is not what a user means who looks at the model that uses it.
  const opened = document && !sessions.current?.dependsOn(documentKey(document.uri)) ? sessions.openDocument(document) : null;
  return opened ?? sessions.current;
}
