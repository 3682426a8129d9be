import * as l10n from "@vscode/l10n";
import { formatCount } from "./format.js";

/** How many parameters there are. */
export function parametersText(count: number): string {
  return count === 1 ? l10n.t("1 parameter") : l10n.t("{0} parameters", formatCount(count));
}

/** How many numbers a tensor, or several, hold. */
export function elementsText(count: number): string {
  return count === 1 ? l10n.t("1 element") : l10n.t("{0} elements", formatCount(count));
}
