import { density, extent } from "../../src/describe/density.js";
import type { Distribution, TensorStatistics } from "../../src/protocol/index.js";

/** A bar of a histogram. Heights are shares of the chart's height, positions shares of its width. */
export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface HistogramGeometry {
  /** Values at the left and right end. */
  readonly low: number;
  readonly high: number;
  readonly bars: readonly Bar[];
  /** All finite values are this one; at `x`. */
  readonly spike: { readonly value: number; readonly count: number; readonly x: number } | null;
  /** Where zero is; null outside of the range. */
  readonly zero: number | null;
  /** The density that a height of 1 stands for; 0 without bars and curve. */
  readonly peak: number;
  /** The expected density, on the bars' own scale. */
  readonly curve: readonly { readonly x: number; readonly y: number }[];
}

const curvePoints = 96;

/**
 * Bars and curve share one scale, probability density, so that they agree where the values follow the distribution. The
 * range covers both, and `range` too. Null where there is no finite value. Once the values have left the distribution the bars
 * alone decide (`lead`), so that a narrow one does not press them flat; the curve is cut off where it leaves the chart.
 */
export function histogramGeometry(
  statistics: TensorStatistics,
  expected: Distribution | null,
  range: readonly [low: number, high: number] | null = null,
  lead: "both" | "bars" = "both",
): HistogramGeometry | null {
  const { finite, histogram } = statistics;
  if (!finite) return null;
  const shown = expected === null || expected.kind === "constant" ? null : expected;
  const [expectedLow, expectedHigh] = shown ? extent(shown) : [finite.min, finite.max];
  let low = Math.min(finite.min, expectedLow, range?.[0] ?? Infinity);
  let high = Math.max(finite.max, expectedHigh, range?.[1] ?? -Infinity);
  if (low === high) {
    const room = Math.abs(low) || 1;
    low -= room;
    high += room;
  }
  const at = (value: number) => (value - low) / (high - low);

  const counts = histogram ? readable(histogram.bins) : [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = histogram ? (histogram.high - histogram.low) / counts.length : 0;
  const densities = counts.map((count) => count / (total * width));
  const points = shown ? curve(shown, low, high) : [];
  const peak = Math.max(0, ...densities, ...(lead === "both" || densities.length === 0 ? points.map(({ y }) => y) : []));

  return {
    low,
    high,
    zero: low <= 0 && high >= 0 ? at(0) : null,
    peak,
    bars: densities.map((value, bin) => {
      const from = histogram!.low + bin * width;
      return { x: at(from), width: width / (high - low), height: value / peak, from, to: from + width, count: counts[bin]! };
    }),
    spike: histogram ? null : { value: finite.mean, count: statistics.sampled, x: at(finite.mean) },
    curve: points.map(({ value, y }) => ({ x: at(value), y: Math.min(1, y / peak) })),
  };
}

/** Neighbouring bins taken together, down to as many as so few values can fill (Rice's rule, 2 n^(1/3)) and to six at least. */
function readable(bins: readonly number[]): readonly number[] {
  const total = bins.reduce((sum, count) => sum + count, 0);
  const wanted = Math.max(6, 2 * Math.cbrt(total));
  let together = 1;
  for (let next = 2; bins.length / next >= wanted; next++) if (bins.length % next === 0) together = next;
  return Array.from({ length: bins.length / together }, (_, group) =>
    bins.slice(group * together, (group + 1) * together).reduce((sum, count) => sum + count, 0),
  );
}

function curve(distribution: Exclude<Distribution, { readonly kind: "constant" }>, low: number, high: number): { value: number; y: number }[] {
  const at = (value: number) => ({ value, y: density(distribution, value) });
  const inside = Array.from({ length: curvePoints + 1 }, (_, point) => at(low + ((high - low) * point) / curvePoints));
  if (distribution.kind === "normal") return inside;
  // Bounds are cliffs: draw them upright, at their exact places.
  const { low: from, high: to } = distribution;
  return [
    { value: Math.max(low, from), y: 0 },
    at(Math.max(low, from)),
    ...inside.filter(({ value }) => value > from && value < to),
    at(Math.min(high, to)),
    { value: Math.min(high, to), y: 0 },
  ];
}
