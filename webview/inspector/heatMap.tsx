import "./heatMap.css";
import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ModelSnapshot, TensorSnapshot, TensorValues } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { formatShape, formatValue } from "../../src/describe/format.js";
import { useSession } from "../session.js";
import { onThemeChange } from "../theme.js";
import { colourOf, darkPalette, lightPalette } from "./palette.js";

/** Rows and columns that are asked for; more would be too small to tell apart. */
const mostCells = 64;
/** Tensors up to this many elements are shown without asking. */
const small = 4096;

export interface ValuesProps {
  readonly model: ModelSnapshot;
  readonly tensor: TensorSnapshot;
  readonly name: string;
}

/** A tensor's values as a heat map, fetched from the live model and again with every new snapshot of it. */
export function Values({ model, tensor, name }: ValuesProps) {
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
      {values ? <HeatMap values={values} index={index} name={name} /> : <div class="heat-map-wait" />}
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
            if (Number.isInteger(valueAsNumber) && valueAsNumber >= 0 && valueAsNumber < size) onChange(index.map((at, other) => (other === dimension ? valueAsNumber : at)));
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
}

function HeatMap({ values, index, name }: HeatMapProps) {
  const { rows, columns } = values;
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<Cell | null>(null);
  const [theme, setTheme] = useState(0);
  const size = Math.max(5, Math.min(22, Math.floor(width / columns)));
  const limit = largest(values);

  useLayoutEffect(() => {
    setWidth(frame.current!.clientWidth);
    const observer = new ResizeObserver(() => setWidth(frame.current!.clientWidth));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), []);
  useLayoutEffect(() => {
    if (width > 0) draw(canvas.current!, values, size, limit, at);
  }, [values, size, limit, at, width, theme]);

  const cellUnder = (event: PointerEvent): Cell | null => {
    const box = canvas.current!.getBoundingClientRect();
    const cell = { row: Math.floor((event.clientY - box.top) / size), column: Math.floor((event.clientX - box.left) / size) };
    return cell.row >= 0 && cell.row < rows && cell.column >= 0 && cell.column < columns ? cell : null;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    const clamp = (wanted: number, count: number) => Math.max(0, Math.min(count - 1, wanted));
    setAt(at ? { row: clamp(at.row + move[0]!, rows), column: clamp(at.column + move[1]!, columns) } : { row: 0, column: 0 });
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
          aria-label={l10n.t("Values of {0}, {1} rows and {2} columns; the arrow keys read them one by one", name, rows, columns)}
          onPointerMove={(event) => setAt(cellUnder(event))}
          onPointerLeave={() => setAt(null)}
          onKeyDown={onKeyDown}
          onBlur={() => setAt(null)}
        />
      </div>
      <div class="heat-map-legend">
        <span>{formatValue(-limit)}</span>
        <span class="heat-map-scale" aria-hidden="true" />
        <span>{formatValue(limit)}</span>
      </div>
      <output class="heat-map-readout">{at ? readout(values, index, at) : note(values)}</output>
    </div>
  );
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

function largest({ values }: TensorValues): number {
  let limit = 0;
  for (const value of values) if (typeof value === "number") limit = Math.max(limit, Math.abs(value));
  return limit;
}

function draw(canvas: HTMLCanvasElement, values: TensorValues, size: number, limit: number, at: Cell | null): void {
  const ratio = window.devicePixelRatio;
  const { rows, columns } = values;
  canvas.width = columns * size * ratio;
  canvas.height = rows * size * ratio;
  canvas.style.width = `${columns * size}px`;
  canvas.style.height = `${rows * size}px`;
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  const palette = document.body.classList.contains("vscode-light") || document.body.classList.contains("vscode-high-contrast-light") ? lightPalette : darkPalette;
  const gap = size >= 8 ? 1 : 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = numberAt(values, { row, column });
      context.fillStyle = colourOf(value, limit, palette);
      context.fillRect(column * size, row * size, size - gap, size - gap);
      // NaN and infinities differ by form too, not by colour alone.
      if (!Number.isFinite(value)) strike(context, column * size, row * size, size - gap, getComputedStyle(canvas).color);
    }
  }
  if (at) {
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 2;
    context.strokeRect(at.column * size + 0.5, at.row * size + 0.5, size - gap - 1, size - gap - 1);
  }
}

function strike(context: CanvasRenderingContext2D, x: number, y: number, size: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x + 1, y + 1);
  context.lineTo(x + size - 1, y + size - 1);
  context.moveTo(x + size - 1, y + 1);
  context.lineTo(x + 1, y + size - 1);
  context.stroke();
}
