import * as l10n from "@vscode/l10n";
import type { Distribution, Initialization } from "../protocol/index.js";
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

/** As the code reads: "xavierUniform_(gain=1)", "randn(4, 8).mul(0.02)"; "" where it is not known. */
export function initializationCode(initialization: Initialization): string {
  if (initialization.kind !== "recorded") return initializedBy(initialization);
  const given = Object.entries(initialization.arguments).map(([name, value]) => `${name}=${argumentCode(value)}`);
  return `${initialization.function}(${given.join(", ")})`;
}

/** With what changed the values since: "zeros_(), add_"; "" where it is not known. */
export function initializationText(initialization: Initialization): string {
  return initialization.kind === "unknown" ? "" : [initializationCode(initialization), ...initialization.modifiedBy].join(", ");
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

/** A number as code writes it, with six digits: enough to tell a gain of √2 from a rounded one. */
function argumentCode(value: number | string | boolean): string {
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}
