import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TensorValues } from "../../src/protocol/index.js";
import { formatPercent, formatShape, formatValue } from "../../src/describe/format.js";
import { onThemeChange } from "../theme.js";
import { clippingShare, colourScale, heatMapGeometry, type HeatMapGeometry } from "./heatMapGeometry.js";
import { colourOf, darkPalette, lightPalette } from "./palette.js";

interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface HeatMapProps {
  readonly values: TensorValues;
  /** Which slice of the tensor the values are. */
  readonly index: readonly number[];
  readonly name: string;
  /** Names of the last two dimensions, or of the only one. */
  readonly axes: readonly string[];
}

/** A tensor's values as colours. */
export function HeatMap({ values, index, name, axes }: HeatMapProps) {
  const { rows, columns } = values;
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<Cell | null>(null);
  const [theme, setTheme] = useState(0);
  const geometry = heatMapGeometry(rows, columns, width);
  const { transposed, across, down, cellWidth, cellHeight } = geometry;
  const { limit, clipped, constant } = useMemo(() => colourScale(values), [values]);

  useLayoutEffect(() => {
    setWidth(frame.current!.clientWidth);
    const observer = new ResizeObserver(() => setWidth(frame.current!.clientWidth));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), []);
  useLayoutEffect(() => {
    if (width > 0) draw(canvas.current!, values, geometry, limit, at);
  }, [values, limit, at, width, theme]);

  const cellUnder = (event: PointerEvent): Cell | null => {
    const box = canvas.current!.getBoundingClientRect();
    const [x, y] = [Math.floor((event.clientX - box.left) / cellWidth), Math.floor((event.clientY - box.top) / cellHeight)];
    return x >= 0 && x < across && y >= 0 && y < down ? cellAt(geometry, x, y) : null;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    const clamp = (wanted: number, count: number) => Math.max(0, Math.min(count - 1, wanted));
    const [x, y] = at === null ? [0, 0] : transposed ? [at.row, at.column] : [at.column, at.row];
    setAt(at ? cellAt(geometry, clamp(x + move[0]!, across), clamp(y + move[1]!, down)) : { row: 0, column: 0 });
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="heat-map">
      <div ref={frame} class="heat-map-frame">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={l10n.t("Values of {0}, {1}; the arrow keys read them one by one", name, formatShape([rows, columns]))}
          onPointerMove={(event) => setAt(cellUnder(event))}
          onPointerLeave={() => setAt(null)}
          onKeyDown={onKeyDown}
          onBlur={() => setAt(null)}
        />
      </div>
      <div class="heat-map-legend">
        <span class="heat-map-axes">{axesText(axes, transposed)}</span>
        {constant === null ? (
          <>
            <span>{formatValue(-limit)}</span>
            <span class="heat-map-scale" aria-hidden="true" />
            <span>{formatValue(limit)}</span>
          </>
        ) : (
          <span>{l10n.t("every value is {0}", formatValue(constant))}</span>
        )}
      </div>
      {clipped !== null && (
        <p class="muted heat-map-clipping">
          {l10n.t("Colors end at the {0} of values nearest to zero; the largest is {1}.", formatPercent(clippingShare), formatValue(clipped))}
        </p>
      )}
      <output class="heat-map-readout">{at ? readout(values, index, at) : note(values)}</output>
    </div>
  );
}

/** The cell that is drawn at a place of the drawing. */
function cellAt({ transposed }: HeatMapGeometry, x: number, y: number): Cell {
  return transposed ? { row: x, column: y } : { row: y, column: x };
}

/** Which way each dimension runs, e.g. "out ↓ in →". */
function axesText(axes: readonly string[], transposed: boolean): string {
  if (axes.length === 0) return "";
  const [rows, columns] = axes.length > 1 ? axes : [null, axes[0]];
  const [down, across] = transposed ? [columns, rows] : [rows, columns];
  return [down && `${down} ↓`, across && `${across} →`].filter(Boolean).join("  ");
}

function numberAt(values: TensorValues, { row, column }: Cell): number {
  const value = values.values[row * values.columns + column];
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function readout(values: TensorValues, leading: readonly number[], cell: Cell): string {
  const place = values.shape.length < 2 ? [cell.column].slice(0, values.shape.length) : [...leading, cell.row, cell.column];
  return `[${place.join(", ")}] = ${formatValue(numberAt(values, cell))}`;
}

/** Says where the map shows only the beginning of its matrix. */
function note({ shape, rows, columns }: TensorValues): string {
  const matrix = shape.slice(-2);
  if (shape.length < 2 ? columns === (shape[0] ?? 1) : rows === matrix[0] && columns === matrix[1]) return "";
  return l10n.t("The first {0} rows and columns of {1}", formatShape(shape.length < 2 ? [columns] : [rows, columns]), formatShape(matrix));
}

function draw(canvas: HTMLCanvasElement, values: TensorValues, geometry: HeatMapGeometry, limit: number, at: Cell | null): void {
  const ratio = window.devicePixelRatio;
  const { transposed, across, down, cellWidth, cellHeight } = geometry;
  canvas.width = across * cellWidth * ratio;
  canvas.height = down * cellHeight * ratio;
  canvas.style.width = `${across * cellWidth}px`;
  canvas.style.height = `${down * cellHeight}px`;
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  const palette =
    document.body.classList.contains("vscode-light") || document.body.classList.contains("vscode-high-contrast-light") ? lightPalette : darkPalette;
  const gap = Math.min(cellWidth, cellHeight) >= 8 ? 1 : 0;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const value = numberAt(values, cellAt(geometry, x, y));
      context.fillStyle = colourOf(value, limit, palette);
      context.fillRect(x * cellWidth, y * cellHeight, cellWidth - gap, cellHeight - gap);
      // NaN and infinities differ by form too, not by colour alone.
      if (!Number.isFinite(value)) strike(context, x * cellWidth, y * cellHeight, cellWidth - gap, cellHeight - gap, getComputedStyle(canvas).color);
    }
  }
  if (at) {
    const [x, y] = transposed ? [at.row, at.column] : [at.column, at.row];
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 2;
    context.strokeRect(x * cellWidth + 0.5, y * cellHeight + 0.5, cellWidth - gap - 1, cellHeight - gap - 1);
  }
}

function strike(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x + 1, y + 1);
  context.lineTo(x + width - 1, y + height - 1);
  context.moveTo(x + width - 1, y + 1);
  context.lineTo(x + 1, y + height - 1);
  context.stroke();
}
