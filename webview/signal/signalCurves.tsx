import * as l10n from "@vscode/l10n";
import { signalCurves, type SignalLine, xOf } from "../../src/describe/signalCurves.js";
import type { SignalRow } from "../../src/describe/signalTable.js";

export interface SignalCurvesProps {
  readonly rows: readonly SignalRow[];
  readonly trial: readonly SignalRow[] | null;
  /** What the legend calls the second lines; default: tried. */
  readonly trialName?: string;
  /** The row under the pointer, and the selected one; null: none. */
  readonly hovered: number | null;
  readonly selected: number | null;
  readonly onHover: (row: number | null) => void;
  readonly onChoose: (row: number) => void;
  readonly label: string;
}

const [width, height] = [1000, 300];

/** Standard deviations of activations and gradients over depth. What it shows, the table beside it says in words. */
export function SignalCurvesView({ rows, trial, trialName = l10n.t("tried"), hovered, selected, onHover, onChoose, label }: SignalCurvesProps) {
  const { lines, band, ticks } = signalCurves(rows, trial);
  const rowAt = (event: MouseEvent): number => {
    const { left, width: shown } = (event.currentTarget as Element).getBoundingClientRect();
    return Math.min(rows.length - 1, Math.max(0, Math.round(((event.clientX - left) / shown) * (rows.length - 1))));
  };
  return (
    <div class="signal-curves">
      <div class="signal-ticks" aria-hidden="true">
        {ticks.map(({ y, text }) => (
          <span key={text} style={{ top: `${y * 100}%` }}>
            {text}
          </span>
        ))}
      </div>
      <svg
        class="signal-drawing"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        onMouseMove={(event) => onHover(rowAt(event))}
        onMouseLeave={() => onHover(null)}
        onClick={(event) => onChoose(rowAt(event))}
      >
        {band && <rect class="signal-band" x={0} width={width} y={band.top * height} height={(band.bottom - band.top) * height} />}
        {ticks.map(({ y, text }) => (
          <line key={text} class="signal-grid" x1={0} x2={width} y1={y * height} y2={y * height} />
        ))}
        {[selected, hovered].map(
          (row, at) =>
            row !== null && (
              <line
                key={at}
                class={at === 0 ? "signal-at selected" : "signal-at"}
                x1={xOf(row, rows.length) * width}
                x2={xOf(row, rows.length) * width}
                y1={0}
                y2={height}
              />
            ),
        )}
        {lines.map((line) => (
          <Line key={`${line.of}${line.isTrial}`} line={line} />
        ))}
      </svg>
      <div class="signal-legend" aria-hidden="true">
        <span class="activation">{l10n.t("activation std")}</span>
        <span class="gradient">{l10n.t("gradient std")}</span>
        {trial && <span class="trial">{trialName}</span>}
        <span class="band">{l10n.t("within a factor of 2 of the first layer")}</span>
      </div>
    </div>
  );
}

function Line({ line: { of, isTrial, runs } }: { readonly line: SignalLine }) {
  return (
    <g class={`signal-line ${of}${isTrial ? " trial" : ""}`}>
      {runs.map((run) => (
        <polyline key={run[0]!.row} points={run.map(({ x, y }) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(" ")} />
      ))}
      {runs
        .filter((run) => run.length === 1)
        .map(([point]) => (
          <circle key={point!.row} cx={point!.x * width} cy={point!.y * height} r={3} />
        ))}
    </g>
  );
}

/** The same as small as a word, for rows of a table. */
export function SignalSparkline({ rows, label }: { readonly rows: readonly SignalRow[]; readonly label: string }) {
  const { lines, band } = signalCurves(rows, null);
  return (
    <svg class="signal-sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {band && <rect class="signal-band" x={0} width={width} y={band.top * height} height={(band.bottom - band.top) * height} />}
      {lines.map((line) => (
        <Line key={line.of} line={line} />
      ))}
    </svg>
  );
}
