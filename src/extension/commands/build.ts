import * as vscode from "vscode";
import type { Command } from "../command.js";
import { requireTrust } from "../trust.js";

/**
 * Runs the file with what its models are to be built from, which is kept for the file: what an offer says, or what the user types. Nothing typed: the file's own
 * models again.
 */
export const run: Command = async ({ sessions }, argument) => {
  const { file, expression, complete } = isBuild(argument) ? argument : {};
  const session = file === undefined ? sessions.current : sessions.get(file);
  if (!session) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no model file yet."));
    return;
  }
  session.require("run");
  requireTrust();
  const wanted = complete ? expression : await ask(expression ?? session.build ?? session.offers[0]?.expression ?? "");
  if (wanted === undefined) return;
  await session.setBuild(wanted.trim() === "" ? null : wanted.trim());
  sessions.show(session);
  await session.run({ asked: true });
};

function ask(value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t("Build From"),
    prompt: vscode.l10n.t(
      "An expression of the file's functions and classes that gives a module, such as createModel(12). Leave it empty for the models that the file makes itself.",
    ),
    value,
    valueSelection: argumentsIn(value),
    ignoreFocusOut: true,
  });
}

/** Values go in the place of parameters: those are selected. */
function argumentsIn(expression: string): [start: number, end: number] {
  const start = expression.indexOf("(") + 1;
  return start > 0 && expression.endsWith(")") ? [start, expression.length - 1] : [0, expression.length];
}

interface Build {
  readonly file?: string;
  readonly expression?: string;
  /** It can be built as it is. */
  readonly complete?: boolean;
}

function isBuild(argument: unknown): argument is Build {
  return typeof argument === "object" && argument !== null && !(argument instanceof vscode.Uri);
}
