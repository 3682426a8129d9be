import * as l10n from "@vscode/l10n";
import type { ModelSnapshot, ParameterSample, Training, TrainingSample } from "../protocol/index.js";
import { formatValue } from "./format.js";
import { measuredWith } from "./signalTable.js";
import { padToWidth, textWidth } from "./textWidth.js";

/** What became of a model over the steps of a training, for the pane, its table and the terminal. */

/** The steps before, and what was seen since. */
export function continued(before: Training | null, more: Training): Training {
  return before ? { ...more, samples: [...before.samples, ...more.samples] } : more;
}

/** The weight that a step changed most, as a share of itself; null where none can be named. Biases, which most often start from nothing, say nothing by that. */
export function largestUpdate(
  { tensors }: ModelSnapshot,
  training: Training,
  { parameters = [] }: TrainingSample,
): { readonly name: string; readonly ratio: number } | null {
  let largest: { name: string; ratio: number } | null = null;
  for (const [at, { updateRatio }] of parameters.entries()) {
    const { tensor, name } = training.parameters[at]!;
    if (updateRatio === null || (tensors[tensor]?.shape?.length ?? 0) < 2) continue;
    if (largest === null || updateRatio > largest.ratio) largest = { name, ratio: updateRatio };
  }
  return largest;
}

export function trainingCells(
  model: ModelSnapshot,
  training: Training,
  samples: readonly TrainingSample[] = training.samples,
): { readonly headings: readonly string[]; readonly cells: readonly (readonly string[])[] } {
  const number = (value: number | null): string => (value === null ? "" : formatValue(value));
  return {
    headings: [l10n.t("Step"), l10n.t("Loss"), l10n.t("Gradient norm"), l10n.t("Largest update / weight"), l10n.t("Of")],
    cells: samples.map((sample) => {
      const largest = largestUpdate(model, training, sample);
      return [String(sample.step), number(sample.loss), number(sample.gradientNorm), number(largest && largest.ratio), largest?.name ?? ""];
    }),
  };
}

/** Evenly as many of the samples as asked for, the first and the last among them; those with parameters, where there are as many. */
export function evenly(samples: readonly TrainingSample[], most: number): readonly TrainingSample[] {
  const detailed = samples.filter(({ parameters }) => parameters);
  const from = detailed.length >= Math.min(most, samples.length) ? detailed : samples;
  if (from.length <= most) return from;
  return Array.from({ length: most }, (_, i) => from[Math.round((i * (from.length - 1)) / (most - 1))]!);
}

/** How it was trained, in words. */
export function trainedWith({ by, steps }: Training): string {
  if (by.kind === "code") return l10n.t("{0} steps of the code's {1}", steps, by.optimizer);
  const { optimizer, rate, loss, input, seed } = by;
  return l10n.t("{0} steps of {1}, rate {2}, {3}, on {4}", steps, optimizer, rate, loss, measuredWith({ input, seed }));
}

const terminalRows = 20;

export function formatTraining(model: ModelSnapshot, training: Training): string {
  const { headings, cells } = trainingCells(model, training, evenly(training.samples, terminalRows));
  const table = [headings, ...cells];
  const widths = headings.map((_, column) => Math.max(...table.map((row) => textWidth(row[column]!))));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (column === 4 ? padToWidth(text, widths[column]!) : " ".repeat(widths[column]! - textWidth(text)) + text))
      .join("  ")
      .trimEnd();
  return [`${model.name}: ${trainedWith(training)}`, "", ...table.map(line), ...(training.failure ? ["", training.failure] : [])].join("\n");
}

/** Lines over the steps in one drawing, in shares of it: x from the first step to the last, y from the top. */
export interface StepCurves {
  readonly lines: readonly (readonly (readonly { readonly x: number; readonly y: number }[])[])[];
  /** The values at the bottom and at the top; null where there is none. */
  readonly range: readonly [low: number, high: number] | null;
}

/** `series`: a value for each of the steps. What is not finite, or of a logarithmic scale not above zero, is a gap. */
export function stepCurves(steps: readonly number[], series: readonly (readonly (number | null)[])[], isLogarithmic: boolean): StepCurves {
  const place = (value: number | null): number | null => (value === null || (isLogarithmic && value <= 0) ? null : isLogarithmic ? Math.log(value) : value);
  const places = series.map((values) => values.map(place));
  const known = places.flat().filter((value) => value !== null);
  if (known.length === 0) return { lines: series.map(() => []), range: null };
  const [low, high] = known.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const lines = places.map((values) => {
    const runs: { x: number; y: number }[][] = [];
    let run: { x: number; y: number }[] | null = null;
    values.forEach((value, at) => {
      if (value === null) return void (run = null);
      if (!run) runs.push((run = []));
      run.push({ x: last === first ? 0.5 : (steps[at]! - first) / (last - first), y: high === low ? 0.5 : (high - value) / (high - low) });
    });
    return runs;
  });
  const value = (at: number): number => (isLogarithmic ? Math.exp(at) : at);
  return { lines, range: [value(low), value(high)] };
}

/** A sample of a parameter as its statistics: of the finite elements that were looked at. */
export function statisticsOf({ mean, std, histogram }: ParameterSample): NonNullable<ModelSnapshot["tensors"][number]["statistics"]> {
  const sampled = histogram?.bins.reduce((sum, count) => sum + count, 0) ?? 1;
  const [min, max] = histogram ? [histogram.low, histogram.high] : [mean ?? 0, mean ?? 0];
  return {
    count: sampled,
    sampled,
    nan: 0,
    positiveInfinity: 0,
    negativeInfinity: 0,
    zeros: 0,
    finite: mean === null || std === null ? null : { min, max, mean, std },
    histogram,
  };
}
