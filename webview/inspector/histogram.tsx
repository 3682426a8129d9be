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

interface HistogramPairProps {
  readonly first: TensorStatistics | null;
  readonly second: TensorStatistics | null;
  /** What a legend and the table behind it call them; default: what stands beside it says that. */
  readonly names?: readonly [first: string, second: string];
}

/** Two histograms over one another, on one scale of values and one of density: the first as bars, the second as an outline, so that they are told apart without colours. */
export function HistogramPair({ first, second, names }: HistogramPairProps) {
  const places = [first, second].map((statistics, at) => ({ statistics, place: at === 0 ? ("first" as const) : ("second" as const) }));
  const both = places.filter((each): each is { statistics: TensorStatistics; place: "first" | "second" } => each.statistics?.finite != null);
  if (both.length === 0) return null;
  const range = [Math.min(...both.map(({ statistics }) => statistics.finite!.min)), Math.max(...both.map(({ statistics }) => statistics.finite!.max))] as const;
  const geometries = both.map(({ statistics }) => histogramGeometry(statistics, null, range)!);
  const peak = Math.max(...geometries.map((geometry) => geometry.peak));
  return (
    <figure class="histogram pair">
      {names && (
        <figcaption class="histogram-legend">
          {both.map(({ place }) => (
            <span key={place} class={place}>
              <span class="comparison-color" aria-hidden="true" /> {names[place === "first" ? 0 : 1]}
            </span>
          ))}
        </figcaption>
      )}
      <div class="histogram-layers">
        {both.map(({ statistics, place }, at) => {
          const geometry = geometries[at]!;
          const scaled = { ...geometry, bars: geometry.bars.map((bar) => ({ ...bar, height: (bar.height * geometry.peak) / peak })) };
          return <Drawing key={place} geometry={scaled} label={describe(statistics)} place={place} />;
        })}
      </div>
      {names && <PairTable both={both.map(({ statistics, place }) => ({ statistics, name: names[place === "first" ? 0 : 1] }))} />}
      <div class="histogram-axis" aria-hidden="true">
        <span>{formatValue(geometries[0]!.low)}</span>
        <ZeroLabel zero={geometries[0]!.zero} />
        <span>{formatValue(geometries[0]!.high)}</span>
      </div>
    </figure>
  );
}

/** Behind the drawing, for those who do not see it: how many values lie where, and what they come to. */
function PairTable({ both }: { readonly both: readonly { readonly statistics: TensorStatistics; readonly name: string }[] }) {
  const [one, other] = both.map(({ statistics }) => statistics.histogram);
  const isShared = one && other && one.low === other.low && one.high === other.high && one.bins.length === other.bins.length;
  const figure = (title: string, of: (finite: NonNullable<TensorStatistics["finite"]>) => number) =>
    [title, ...both.map(({ statistics }) => formatValue(of(statistics.finite!)))] as const;
  const rows = [
    figure(l10n.t("mean"), ({ mean }) => mean),
    figure(l10n.t("std"), ({ std }) => std),
    figure(l10n.t("min"), ({ min }) => min),
    figure(l10n.t("max"), ({ max }) => max),
    ...(isShared
      ? one.bins.map((_, bin) => {
          const at = (place: number): string => formatValue(one.low + ((one.high - one.low) * place) / one.bins.length);
          return [l10n.t("{0} to {1}", at(bin), at(bin + 1)), formatCount(one.bins[bin]!), formatCount(other.bins[bin]!)] as const;
        })
      : []),
  ];
  return (
    // A table is as wide as what it holds, whatever it is told.
    <div class="visually-hidden">
      <table aria-label={l10n.t("Values, side by side")}>
        <thead>
          <tr>
            <td />
            {both.map(({ name }, at) => (
              <th key={at} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, ...cells], row) => (
            <tr key={row}>
              <th scope="row">{title}</th>
              {cells.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
      {place === "second" && bars.length > 0 && <polygon class="histogram-outline" points={outlineOf(bars)} />}
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
        <rect class="histogram-bar histogram-spike" x={spike.x * width - (small ? 8 : 2)} y={0} width={small ? 16 : 4} height={height}>
          {!small && <title>{l10n.t("{0}: {1}", formatValue(spike.value), formatCount(spike.count))}</title>}
        </rect>
      )}
      {zero !== null && !small && <line class="histogram-zero" x1={zero * width} x2={zero * width} y1={0} y2={height} />}
      {curve.length > 0 && <polyline class="histogram-curve" points={curve.map(({ x, y }) => `${round(x * width)},${round(height * (1 - y))}`).join(" ")} />}
    </svg>
  );
}

/** Up, along and down the bars. */
function outlineOf(bars: HistogramGeometry["bars"]): string {
  const [first, last] = [bars[0]!, bars.at(-1)!];
  const steps = bars.flatMap(({ x, width: wide, height: high }) => [x, x + wide].map((at) => `${round(at * width)},${round(height * (1 - high))}`));
  return [`${round(first.x * width)},${height}`, ...steps, `${round((last.x + last.width) * width)},${height}`].join(" ");
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
