import * as l10n from "@vscode/l10n";
import type { Distribution, Initialization, Language, Reinitialization } from "../protocol/index.js";
import { writeArguments } from "./arguments.js";
import { formatValue } from "./format.js";

/** The function that gave the values, or the calls that made the tensor; "" where that is not known. */
export function initializedBy(initialization: Initialization): string {
  switch (initialization.kind) {
    case "recorded":
      return initialization.function;
    case "made":
      return initialization.expression;
    case "unknown":
      return "";
  }
}

/** In the language of the model file: "xavierUniform_(gain: 1)", "randn(4, 8).mul(0.02)"; "" where it is not known. */
export function initializationCode(initialization: Initialization, language: Language): string {
  if (initialization.kind !== "recorded") return initializedBy(initialization);
  return `${initialization.function}(${writeArguments(initialization.arguments, language)})`;
}

/** With what changed the values since: "zeros_(), add_"; "" where it is not known. */
export function initializationText(initialization: Initialization, language: Language): string {
  return initialization.kind === "unknown" ? "" : [initializationCode(initialization, language), ...initialization.modifiedBy].join(", ");
}

/** What the values follow in theory: "uniform on [−0.5, 0.5]". */
export function distributionText(distribution: Distribution): string {
  switch (distribution.kind) {
    case "uniform":
      return l10n.t("uniform on [{0}, {1}]", formatValue(distribution.low), formatValue(distribution.high));
    case "normal":
      return l10n.t("normal, mean {0}, std {1}", formatValue(distribution.mean), formatValue(distribution.std));
    case "truncatedNormal":
      return l10n.t(
        "normal, mean {0}, std {1}, cut to [{2}, {3}]",
        formatValue(distribution.mean),
        formatValue(distribution.std),
        formatValue(distribution.low),
        formatValue(distribution.high),
      );
    case "constant":
      return l10n.t("constant {0}", formatValue(distribution.value));
  }
}

/** "kaimingUniform_ on 2", "as constructed on every Linear". */
export function reinitializationText({ target, choice }: Reinitialization): string {
  const how = choice.kind === "scheme" ? choice.function : l10n.t("as constructed");
  switch (target.kind) {
    case "model":
      return l10n.t("{0} on the whole model", how);
    case "module":
      return l10n.t("{0} on {1}", how, target.path);
    case "type":
      return l10n.t("{0} on every {1}", how, target.type);
    case "search":
      return l10n.t("{0} on what {1} finds", how, target.query);
  }
}
