import * as l10n from "@vscode/l10n";
import { gradientRatio, type LayerSignal, type ModelSnapshot, type Signal } from "../protocol/index.js";
import { findingsOf } from "./findings/findings.js";
import { formatPercent, formatValue } from "./format.js";
import { indexOf, type ModelIndex } from "./modelIndex.js";
import { layerName, stdOf } from "./signal.js";
import { findingLine } from "./summary.js";
import { padToWidth, textWidth } from "./textWidth.js";

/** A layer of a measured signal as a row of a table. */
export interface SignalRow {
  readonly layer: LayerSignal;
  readonly name: string;
  /** The class; "" for a function. */
  readonly type: string;
  readonly mean: number | null;
  readonly std: number | null;
  readonly zeros: number | null;
  readonly saturated: number | null;
  readonly nonFinite: number | null;
  readonly gradientStd: number | null;
  /** The largest ratio of gradient to weight of its parameters. */
  readonly gradientRatio: number | null;
}

/** In the order in which the layers gave out their results; of what holds others, nothing, since its result is most often the last of theirs. */
export function signalRows(index: ModelIndex, signal: Signal): readonly SignalRow[] {
  return signal.layers.filter(isShown).map((layer): SignalRow => {
    const { path, operation, activation, gradient, parameters } = layer;
    const ratios = parameters.flatMap((parameter) => gradientRatio(parameter) ?? []);
    return {
      layer,
      name: layerName(layer, index.model),
      type: operation === null ? (index.module(path)?.type ?? "") : "",
      mean: activation?.finite?.mean ?? null,
      std: stdOf(activation),
      zeros: activation && activation.zeros,
      saturated: activation && activation.saturated,
      nonFinite: activation && activation.nonFinite,
      gradientStd: stdOf(gradient),
      gradientRatio: ratios.length === 0 ? null : Math.max(...ratios),
    };
  });
}

/** What holds others shows by itself only where it has parameters of its own. */
function isShown({ isContainer, parameters, activation }: LayerSignal): boolean {
  return activation !== null && (!isContainer || parameters.length > 0);
}

/** What a table of the rows says in its columns, headings first. */
export function signalCells(rows: readonly SignalRow[]): { readonly headings: readonly string[]; readonly cells: readonly (readonly string[])[] } {
  const share = (value: number | null): string => (value === null ? "" : formatPercent(value));
  const number = (value: number | null): string => (value === null ? "" : formatValue(value));
  return {
    headings: [
      l10n.t("Layer"),
      l10n.t("Type"),
      l10n.t("Mean"),
      l10n.t("Std"),
      l10n.t("Zeros"),
      l10n.t("Saturated"),
      l10n.t("NaN, ∞"),
      l10n.t("Gradient std"),
      l10n.t("Gradient / weight"),
    ],
    cells: rows.map((row) => [
      row.name,
      row.type,
      number(row.mean),
      number(row.std),
      share(row.zeros),
      share(row.saturated),
      share(row.nonFinite),
      number(row.gradientStd),
      number(row.gradientRatio),
    ]),
  };
}

/** The table of a model whose signal was measured, with what was found wrong beneath it. */
export function formatSignal(model: ModelSnapshot): string {
  const { signal } = model;
  if (!signal) return "";
  const { headings, cells } = signalCells(signalRows(indexOf(model), signal));
  const table = [headings, ...cells];
  const widths = headings.map((_, column) => Math.max(...table.map((row) => textWidth(row[column]!))));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (column < 2 ? padToWidth(text, widths[column]!) : " ".repeat(widths[column]! - textWidth(text)) + text))
      .join("  ")
      .trimEnd();
  const lines = [`${model.name}: ${measuredWith(signal)}`, "", line(headings), ...cells.map(line), ""];
  if (signal.failure) lines.push(l10n.t("The pass did not reach its end: {0}", signal.failure));
  if (signal.gradientMissing) lines.push(signal.gradientMissing);
  const findings = findingsOf(model).all.map(findingLine);
  return [...lines, ...(findings.length > 0 ? findings : [l10n.t("Nothing was found wrong.")])].join("\n").replace(/\n+$/, "");
}

/** What went in. */
export function measuredWith({ input, seed }: Pick<Signal, "input" | "seed">): string {
  switch (input.kind) {
    case "recorded":
      return l10n.t("the inputs of its pass, seed {0}", seed);
    case "stated":
      return l10n.t("stated inputs, seed {0}", seed);
    case "random":
      return input.batches === 1 ? l10n.t("a random batch, seed {0}", seed) : l10n.t("{0} random batches, seed {1}", input.batches, seed);
  }
}
