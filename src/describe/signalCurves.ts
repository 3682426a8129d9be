import { formatValue } from "./format.js";
import { idealFactor } from "./signal.js";
import type { SignalRow } from "./signalTable.js";

/** The curves of a signal over depth, on a logarithmic scale, in shares of the drawing: x from the first layer to the last, y from the top. */
export interface SignalCurves {
  readonly lines: readonly SignalLine[];
  /** Where a healthy signal stays: within a factor of two of what the first layer gives out; null where that is nothing. */
  readonly band: { readonly top: number; readonly bottom: number } | null;
  readonly ticks: readonly { readonly y: number; readonly text: string }[];
}

export interface SignalLine {
  readonly of: "activation" | "gradient";
  /** Of another initialization, that is tried. */
  readonly isTrial: boolean;
  /** Runs of points with values above zero; what is zero, or not a number, is a gap. */
  readonly runs: readonly (readonly { readonly x: number; readonly y: number; readonly row: number }[])[];
}

/** Powers of ten shown at least, so that a flat curve is flat. */
const leastDecades = 2;
const mostTicks = 6;

/** `trial`: the rows of another initialization, one for each of `rows`; null where none is tried. */
export function signalCurves(rows: readonly SignalRow[], trial: readonly SignalRow[] | null): SignalCurves {
  const values = [...rows, ...(trial ?? [])].flatMap(({ std, gradientStd }) => [std, gradientStd]).filter((value) => value !== null && value > 0) as number[];
  const first = rows.find(({ std }) => std !== null && std > 0)?.std ?? null;
  const logs = [...values, ...(first === null ? [] : [first * idealFactor, first / idealFactor])].map(Math.log10);
  let [low, high] = logs.length === 0 ? [-1, 1] : [Math.min(...logs), Math.max(...logs)];
  const missing = leastDecades - (high - low);
  if (missing > 0) [low, high] = [low - missing / 2, high + missing / 2];
  const y = (value: number): number => (high - Math.log10(value)) / (high - low);
  const line = (of: SignalLine["of"], from: readonly SignalRow[], isTrial: boolean): SignalLine => {
    const runs: { x: number; y: number; row: number }[][] = [];
    let run: { x: number; y: number; row: number }[] | null = null;
    from.forEach((row, at) => {
      const value = of === "activation" ? row.std : row.gradientStd;
      if (value === null || value <= 0) run = null;
      else {
        if (!run) runs.push((run = []));
        run.push({ x: xOf(at, from.length), y: y(value), row: at });
      }
    });
    return { of, isTrial, runs };
  };
  const step = Math.max(1, Math.ceil((high - low) / mostTicks));
  const ticks: { y: number; text: string }[] = [];
  for (let power = Math.ceil(low / step) * step; power <= high; power += step) ticks.push({ y: (high - power) / (high - low), text: formatValue(10 ** power) });
  return {
    lines: [...(trial ? [line("activation", trial, true), line("gradient", trial, true)] : []), line("activation", rows, false), line("gradient", rows, false)],
    band: first === null ? null : { top: y(first * idealFactor), bottom: y(first / idealFactor) },
    ticks,
  };
}

/** Where a row lies along the drawing. */
export function xOf(at: number, count: number): number {
  return count <= 1 ? 0.5 : at / (count - 1);
}
