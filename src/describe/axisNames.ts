import * as l10n from "@vscode/l10n";
import type { AxisName, TensorUse } from "../protocol/index.js";

const texts: Readonly<Record<AxisName, () => string>> = {
  out: () => l10n.t("out"),
  in: () => l10n.t("in"),
  in1: () => l10n.t("in1"),
  in2: () => l10n.t("in2"),
  index: () => l10n.t("index"),
  feature: () => l10n.t("feature"),
  channel: () => l10n.t("channel"),
  class: () => l10n.t("class"),
  depth: () => l10n.t("depth"),
  height: () => l10n.t("height"),
  width: () => l10n.t("width"),
  kernel: () => l10n.t("kernel"),
  sequence: () => l10n.t("sequence"),
  batch: () => l10n.t("batch"),
};

export function axisText(axis: AxisName): string {
  return texts[axis]();
}

/** What the last two dimensions of a module's own tensor count; numbers where that is not known. A vector has one. */
export function axisNames({ axes }: Pick<TensorUse, "axes">, shape: readonly number[]): readonly string[] {
  const known = axes?.length === shape.length ? axes.map(axisText) : undefined;
  return (known ?? shape.map((_, dimension) => l10n.t("dim {0}", dimension))).slice(-2);
}
