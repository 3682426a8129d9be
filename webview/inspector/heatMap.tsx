import "./heatMap.css";
import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ModelSnapshot, TensorSnapshot, TensorUse, TensorValues } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { formatPercent, formatShape, formatValue } from "../../src/describe/format.js";
import { useSession } from "../pageSession.js";
import { onThemeChange } from "../theme.js";
import { axisNames } from "../../src/describe/axisNames.js";
import { clippingShare, colourScale, heatMapGeometry, type HeatMapGeometry } from "./heatMapGeometry.js";
import { colourOf, darkPalette, lightPalette } from "./palette.js";

/** Rows and columns that are asked for; more would be too small to tell apart. */
const mostCells = 64;
/** Tensors up to this many elements are shown without asking. */
const small = 4096;

export interface ValuesProps {
  readonly model: ModelSnapshot;
  readonly tensor: TensorSnapshot;
  /** The module's own name for it. */
  readonly name: string;
  /** The module's use of the tensor; undefined where nothing is known of its axes. */
  readonly use: TensorUse | undefined;
}

/** A tensor's values as a heat map, fetched from the live model and again with every new snapshot of it. */
export function Values({ model, tensor, name, use }: ValuesProps) {
  const { request } = useSession();
  const [asked, setAsked] = useState(false);
  const [values, setValues] = useState<TensorValues | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const leading = tensor.shape?.slice(0, -2) ?? [];
  const [chosen, setChosen] = useState<readonly number[]>(leading.map(() => 0));
  // A re-run may have made the tensor smaller.
  const index = leading.map((size, dimension) => Math.max(0, Math.min(chosen[dimension] ?? 0, size - 1)));
  const wanted = asked || tensor.count <= small;

  useEffect(() => {
    if (!wanted) return;
    let current = true;
    request("tensorValues", { model: model.name, tensor: tensor.id, maxRows: mostCells, maxColumns: mostCells, index }).then(
      (result) => {
        if (!current) return;
        setValues(result);
        setProblem(null);
      },
      (error: Error) => current && setProblem(error.message),
    );
    return () => {
      current = false;
    };
  }, [model, tensor.id, wanted, index.join()]);

  if (!wanted) {
    return (
      <p class="values-offer">
        <Link onClick={() => setAsked(true)}>{l10n.t("Show Values")}</Link>
      </p>
    );
  }
  if (problem !== null) return <p class="muted">{l10n.t("The values cannot be read: {0}", problem)}</p>;
  // The height is known before the values are, so that nothing jumps when they come.
  return (
    <>
      {leading.some((size) => size > 1) && <SliceSteppers sizes={leading} index={index} onChange={setChosen} />}
      {values ? <HeatMap values={values} index={index} name={name} axes={axisNames(use ?? {}, values.shape)} /> : <div class="heat-map-wait" />}
    </>
  );
}

interface SliceSteppersProps {
  readonly sizes: readonly number[];
  readonly index: readonly number[];
  readonly onChange: (index: readonly number[]) => void;
}

/** A number field for each dimension before the last two: which slice of the tensor the heat map shows. */
function SliceSteppers({ sizes, index, onChange }: SliceSteppersProps) {
  return (
    <div class="slice-steppers" role="group" aria-label={l10n.t("Slice")}>
      <span aria-hidden="true">[</span>
      {sizes.map((size, dimension) => (
        <input
          key={dimension}
          type="number"
          min={0}
          max={size - 1}
          value={index[dimension]}
          disabled={size < 2}
          aria-label={l10n.t("Index along dimension {0}, 0 to {1}", dimension, size - 1)}
          title={l10n.t("Index along dimension {0}, 0 to {1}", dimension, size - 1)}
          onInput={(event) => {
            const { valueAsNumber } = event.currentTarget;
            if (Number.isInteger(valueAsNumber) && valueAsNumber >= 0 && valueAsNumber < size)
              onChange(index.map((at, other) => (other === dimension ? valueAsNumber : at)));
          }}
          onBlur={(event) => (event.currentTarget.value = String(index[dimension]))}
        />
      ))}
      <span class="muted">{l10n.t(":, :] of {0} slices", formatShape(sizes))}</span>
    </div>
  );
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

interface HeatMapProps {
  readonly values: TensorValues;
  /** Which slice of the tensor the values are. */
  readonly index: readonly number[];
  readonly name: string;
  /** Names of the last two dimensions, or of the only one. */
  readonly axes: readonly string[];
}

function HeatMap({ values, index, name, axes }: HeatMapProps) {
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
