import * as l10n from "@vscode/l10n";
import type { Distribution, TensorStatistics } from "../../src/protocol/index.js";
import { formatCount, formatValue } from "../../src/describe/format.js";
import { histogramGeometry, type HistogramGeometry } from "./histogramGeometry.js";

export interface HistogramProps {
  readonly statistics: TensorStatistics;
  /** The declared distribution, drawn over the bars. */
  readonly expected: Distribution | null;
  /** The values were changed since they were drawn from it: it is faint. */
  readonly changed?: boolean;
}

const height = 100;
const width = 300;

/** The distribution of a tensor's finite values; NaN and infinities are counted beside it. */
export function HistogramChart({ statistics, expected, changed = false }: HistogramProps) {
  const geometry = histogramGeometry(statistics, expected, null, changed ? "bars" : "both");
  return (
    <figure class={changed ? "histogram changed" : "histogram"}>
      {geometry && (
        <>
          <Drawing geometry={geometry} label={describe(statistics)} />
          <div class="histogram-axis" aria-hidden="true">
            <span>{formatValue(geometry.low)}</span>
            {geometry.spike ? (
              <span class="histogram-spike-label" style={{ left: `${geometry.spike.x * 100}%` }}>
                {formatValue(geometry.spike.value)}
              </span>
            ) : (
              <ZeroLabel zero={geometry.zero} />
            )}
            <span>{formatValue(geometry.high)}</span>
          </div>
        </>
      )}
      <NonFinite statistics={statistics} />
    </figure>
  );
}

/** A histogram as small as a word, for rows of a table. */
export function Sparkline({ statistics }: { readonly statistics: TensorStatistics }) {
  const geometry = histogramGeometry(statistics, null);
  return geometry && <Drawing geometry={geometry} label={describe(statistics)} small />;
}

/** Two histograms one above the other, on one scale of values and one of density. */
export function HistogramPair({ first, second }: { readonly first: TensorStatistics | null; readonly second: TensorStatistics | null }) {
  const both = [first, second].filter((statistics) => statistics?.finite != null) as TensorStatistics[];
  if (both.length === 0) return null;
  const range = [Math.min(...both.map(({ finite }) => finite!.min)), Math.max(...both.map(({ finite }) => finite!.max))] as const;
  const geometries = both.map((statistics) => histogramGeometry(statistics, null, range)!);
  const peak = Math.max(...geometries.map((geometry) => geometry.peak));
  return (
    <figure class="histogram pair">
      {both.map((statistics, at) => {
        const geometry = geometries[at]!;
        const scaled = { ...geometry, bars: geometry.bars.map((bar) => ({ ...bar, height: (bar.height * geometry.peak) / peak })) };
        return <Drawing key={at} geometry={scaled} label={describe(statistics)} place={statistics === first ? "first" : "second"} />;
      })}
      <div class="histogram-axis" aria-hidden="true">
        <span>{formatValue(geometries[0]!.low)}</span>
        <ZeroLabel zero={geometries[0]!.zero} />
        <span>{formatValue(geometries[0]!.high)}</span>
      </div>
    </figure>
  );
}

/** Zero on the axis, where the ends leave room for it. */
function ZeroLabel({ zero }: { readonly zero: number | null }) {
  if (zero === null || zero < 0.2 || zero > 0.8) return null;
  return (
    <span class="histogram-zero-label" style={{ left: `${zero * 100}%` }}>
      0
    </span>
  );
}

interface DrawingProps {
  readonly geometry: HistogramGeometry;
  readonly label: string;
  readonly small?: boolean;
  readonly place?: "first" | "second";
}

function Drawing({ geometry, label, small = false, place = "first" }: DrawingProps) {
  const { bars, spike, curve, zero } = geometry;
  return (
    <svg
      class={`histogram-drawing ${place}${small ? " small" : ""}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {bars.map((bar) => (
        <rect
          key={bar.from}
          class="histogram-bar"
          x={bar.x * width}
          y={height * (1 - bar.height)}
          width={Math.max(bar.width * width - (small ? 0 : 0.6), 0.5)}
          height={bar.height * height}
        >
          {!small && <title>{l10n.t("{0} to {1}: {2}", formatValue(bar.from), formatValue(bar.to), formatCount(bar.count))}</title>}
        </rect>
      ))}
      {spike && (
        <rect class="histogram-bar" x={spike.x * width - (small ? 8 : 2)} y={0} width={small ? 16 : 4} height={height}>
          {!small && <title>{l10n.t("{0}: {1}", formatValue(spike.value), formatCount(spike.count))}</title>}
        </rect>
      )}
      {zero !== null && !small && <line class="histogram-zero" x1={zero * width} x2={zero * width} y1={0} y2={height} />}
      {curve.length > 0 && <polyline class="histogram-curve" points={curve.map(({ x, y }) => `${round(x * width)},${round(height * (1 - y))}`).join(" ")} />}
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function NonFinite({ statistics }: { readonly statistics: TensorStatistics }) {
  const counts = [
    { name: "NaN", count: statistics.nan },
    { name: "+∞", count: statistics.positiveInfinity },
    { name: "−∞", count: statistics.negativeInfinity },
  ].filter(({ count }) => count > 0);
  if (counts.length === 0) return null;
  return (
    <figcaption class="non-finite">
      {counts.map(({ name, count }) => (
        <span key={name} class="badge error">
          {formatCount(count)} {name}
        </span>
      ))}
    </figcaption>
  );
}

function describe({ finite, sampled, nan, positiveInfinity, negativeInfinity }: TensorStatistics): string {
  const strange = nan + positiveInfinity + negativeInfinity;
  if (!finite) return l10n.t("No finite values; {0} NaN or infinite", strange);
  const count = sampled - strange;
  const spread =
    finite.min === finite.max
      ? count === 1
        ? l10n.t("The value is {0}", formatValue(finite.mean))
        : l10n.t("All {0} values are {1}", formatCount(count), formatValue(finite.mean))
      : l10n.t(
          "{0} values from {1} to {2}, mean {3}, standard deviation {4}",
          formatCount(count),
          formatValue(finite.min),
          formatValue(finite.max),
          formatValue(finite.mean),
          formatValue(finite.std),
        );
  return strange > 0 ? l10n.t("{0}; {1} NaN or infinite", spread, formatCount(strange)) : spread;
}
