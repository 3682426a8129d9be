import * as vscode from "vscode";
import { formatSummary, summarize } from "../../describe/summary.js";
import { onTarget } from "../ask/target.js";

/** Puts the model's table, the one that `layerscope summary` prints, on the clipboard. */
export const run = onTarget(async ({ session, model }) => {
  await vscode.env.clipboard.writeText(formatSummary(summarize(model, session.findingLevels), Infinity));
  vscode.window.setStatusBarMessage(vscode.l10n.t("The summary of {0} was copied.", model.name), 4000);
});
