import * as vscode from "vscode";
import type { PageMethods } from "../../protocol/index.js";
import type { Command } from "../command.js";

interface Choice extends vscode.QuickPickItem {
  readonly answer: PageMethods["earlierChanges"]["params"]["answer"];
}

/** Asks what is to become of what was reinitialized before the last run. */
export const run: Command = async ({ sessions }) => {
  const session = sessions.current;
  if (!session) return;
  const choices: readonly Choice[] = [
    { label: vscode.l10n.t("Apply Again"), answer: "apply" },
    { label: vscode.l10n.t("Keep Applying"), answer: "keep" },
    { label: vscode.l10n.t("Dismiss"), answer: "forget" },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: vscode.l10n.t("Earlier Reinitializations") });
  if (picked) await session.answerEarlierChanges(picked.answer);
};
