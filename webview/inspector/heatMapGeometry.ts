import type { TensorValues } from "../../src/protocol/index.js";

/** How a matrix is drawn. Lengths are CSS pixels. */
export interface HeatMapGeometry {
  /** A matrix too tall for its place lies on its side: its columns run down. */
  readonly transposed: boolean;
  /** Cells along each side of the drawing. */
  readonly across: number;
  readonly down: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** A heat map is never higher. */
export const greatestHeight = 320;
const greatestCell = 22;
const leastWidth = 5;
/** Narrow cells may stand upright, so that few rows do not become a line. */
const uprightHeight = 10;

export function heatMapGeometry(rows: number, columns: number, width: number): HeatMapGeometry {
  const fit = (count: number, room: number) => Math.max(1, Math.min(greatestCell, Math.floor(room / count)));
  const square = Math.max(leastWidth, fit(columns, width));
  const transposed = rows > columns && rows * square > greatestHeight;
  const [across, down] = transposed ? [rows, columns] : [columns, rows];
  const cellWidth = Math.max(leastWidth, fit(across, width));
  return { transposed, across, down, cellWidth, cellHeight: Math.min(Math.max(cellWidth, uprightHeight), fit(down, greatestHeight)) };
}

/** What the colours stand for. */
export interface ColourScale {
  /** The magnitude from which on the colour is the strongest. */
  readonly limit: number;
  /** The largest finite magnitude, where the colours end before it. */
  readonly clipped: number | null;
  /** The one value that all have. */
  readonly constant: number | null;
}

/** Values up to this share of them decide the scale, where the largest are far beyond. */
export const clippingShare = 0.98;
const farBeyond = 3;
const fewest = 10;

export function colourScale({ values }: Pick<TensorValues, "values">): ColourScale {
  const finite = values.filter((value) => typeof value === "number");
  const magnitudes = Float64Array.from(finite, Math.abs).sort();
  const largest = magnitudes.at(-1) ?? 0;
  const usual = magnitudes[Math.floor(clippingShare * (magnitudes.length - 1))] ?? 0;
  const clips = finite.length >= fewest && usual > 0 && largest > farBeyond * usual;
  const constant = finite.length === values.length && finite.length > 0 && finite.every((value) => value === finite[0]) ? finite[0]! : null;
  return { limit: clips ? usual : largest, clipped: clips ? largest : null, constant };
}
