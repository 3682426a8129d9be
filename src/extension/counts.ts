import * as vscode from "vscode";
import { formatCount } from "../describe/format.js";

/** How many parameters there are. */
export function parametersText(count: number): string {
  return count === 1 ? vscode.l10n.t("1 parameter") : vscode.l10n.t("{0} parameters", formatCount(count));
}
