import * as l10n from "@vscode/l10n";
import { findingKinds } from "../src/describe/findings/kinds.generated.js";
import { type QueryError, searchWords } from "../src/describe/search.js";

/** Why a query is not understood, and what can be asked. */
export function explain({ word, problem }: QueryError): string {
  switch (problem) {
    case "unknownAspect":
      return l10n.t('"{0}" is not understood; there are: {1}.', word, searchWords.aspects.map((name) => `${name}:`).join(" "));
    case "unknownNumber":
      return l10n.t('"{0}" names no figure of modules; there are: {1}.', word, searchWords.numbers.join(", "));
    case "notANumber":
      return l10n.t('"{0}" needs a number after the sign, such as 1000, 1.5M or 50%.', word);
    case "unknownFinding":
      return l10n.t('"{0}" asks for a finding that does not exist; there are: {1}.', word, findingKinds.map(({ code }) => code).join(", "));
  }
}

export function countText(count: number): string {
  return count === 0 ? l10n.t("No module matches.") : count === 1 ? l10n.t("1 module matches.") : l10n.t("{0} modules match.", count);
}
