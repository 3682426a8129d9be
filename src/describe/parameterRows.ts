import * as l10n from "@vscode/l10n";
import type { TensorId, TensorSnapshot } from "../protocol/index.js";
import { formatCount, formatPercent, formatShape, formatValue } from "./format.js";
import { initializedBy } from "./initialization.js";
import { type ModelIndex, nameIn } from "./modelIndex.js";

/** A row of the parameter table: one tensor, however many places use it. */
export interface ParameterRow {
  readonly tensor: TensorSnapshot;
  /** The place that it is listed by. */
  readonly path: string;
  /** The module's own name for it there. */
  readonly own: string;
  readonly name: string;
  readonly type: string;
}

export type ColumnId =
  | "name"
  | "type"
  | "shape"
  | "dtype"
  | "count"
  | "distribution"
  | "initialization"
  | "mean"
  | "std"
  | "min"
  | "max"
  | "zeros"
  | "nonFinite"
  | "gradient"
  | "shared"
  | "role";

export interface Column {
  readonly id: ColumnId;
  readonly title: () => string;
  /** Least and most, in CSS pixels; between them the longest text decides. The first column takes what is left. */
  readonly width: readonly [least: number, most: number];
  readonly numeric: boolean;
  /** What rows are ordered by and files hold; null where there is none. */
  readonly value: (row: ParameterRow) => string | number | null;
  /** What the table shows. */
  readonly text: (row: ParameterRow) => string;
}

export interface Order {
  readonly column: ColumnId;
  readonly descending: boolean;
}

const finite = (row: ParameterRow) => row.tensor.statistics?.finite ?? null;

function measured(id: ColumnId, title: () => string, value: (row: ParameterRow) => number | null): Column {
  return {
    id,
    title,
    width: [78, 78],
    numeric: true,
    value,
    text: (row) => {
      const number = value(row);
      return number === null ? "" : formatValue(number);
    },
  };
}

function worded(id: ColumnId, title: () => string, most: number, text: (row: ParameterRow) => string): Column {
  return { id, title, width: [id === "name" ? 140 : 70, most], numeric: false, value: text, text };
}

function zeros({ tensor: { statistics } }: ParameterRow): number | null {
  return statistics && statistics.sampled > 0 ? statistics.zeros / statistics.sampled : null;
}

function nonFinite({ tensor: { statistics } }: ParameterRow): number | null {
  return statistics && statistics.nan + statistics.positiveInfinity + statistics.negativeInfinity;
}

/** All columns, the most telling first: in a narrow table the others are scrolled to. */
const columns: readonly Column[] = [
  worded(
    "name",
    () => l10n.t("Name"),
    320,
    (row) => row.name,
  ),
  {
    id: "shape",
    title: () => l10n.t("Shape"),
    width: [64, 180],
    numeric: true,
    value: ({ tensor }) => tensor.shape && `[${tensor.shape.join(", ")}]`,
    text: ({ tensor }) => formatShape(tensor.shape),
  },
  { id: "distribution", title: () => l10n.t("Values"), width: [76, 76], numeric: false, value: (row) => finite(row)?.std ?? null, text: () => "" },
  worded(
    "initialization",
    () => l10n.t("Initialized by"),
    150,
    ({ tensor: { initialization } }) => initializedBy(initialization),
  ),
  {
    id: "count",
    title: () => l10n.t("Elements"),
    width: [84, 120],
    numeric: true,
    value: ({ tensor }) => tensor.count,
    text: ({ tensor }) => formatCount(tensor.count),
  },
  measured(
    "std",
    () => l10n.t("Std"),
    (row) => finite(row)?.std ?? null,
  ),
  measured(
    "mean",
    () => l10n.t("Mean"),
    (row) => finite(row)?.mean ?? null,
  ),
  worded(
    "type",
    () => l10n.t("Layer"),
    200,
    (row) => row.type,
  ),
  measured(
    "min",
    () => l10n.t("Min"),
    (row) => finite(row)?.min ?? null,
  ),
  measured(
    "max",
    () => l10n.t("Max"),
    (row) => finite(row)?.max ?? null,
  ),
  {
    id: "zeros",
    title: () => l10n.t("Zeros"),
    width: [66, 66],
    numeric: true,
    value: zeros,
    text: (row) => {
      const share = zeros(row);
      return share === null ? "" : formatPercent(share);
    },
  },
  {
    id: "nonFinite",
    title: () => l10n.t("NaN, Inf"),
    width: [72, 72],
    numeric: true,
    value: nonFinite,
    text: (row) => {
      const count = nonFinite(row);
      return count === null ? "" : formatCount(count);
    },
  },
  measured(
    "gradient",
    () => l10n.t("Grad std"),
    ({ tensor }) => tensor.gradient?.finite?.std ?? null,
  ),
  {
    id: "shared",
    title: () => l10n.t("Places"),
    width: [66, 66],
    numeric: true,
    value: ({ tensor }) => tensor.names.length,
    text: ({ tensor }) => formatCount(tensor.names.length),
  },
  worded(
    "dtype",
    () => l10n.t("Type"),
    80,
    ({ tensor }) => tensor.dtype,
  ),
  worded(
    "role",
    () => l10n.t("Role"),
    90,
    ({ tensor }) => (tensor.kind === "buffer" ? l10n.t("buffer") : tensor.requiresGrad ? l10n.t("trainable") : l10n.t("frozen")),
  ),
];

export interface MeasuredColumn {
  readonly column: Column;
  /** In CSS pixels; of the name the least, it takes what is left. */
  readonly width: number;
}

/** Room for the sign of the order, in characters. */
const signLength = 1;
/** Below this width of the table, in CSS pixels, names are cut. */
const narrow = 560;

/** How wide each column is for what stands in it. All in CSS pixels. */
export function measuredColumns(rows: readonly ParameterRow[], width: number, characterWidth: number): readonly MeasuredColumn[] {
  return columns.map((column, place) => {
    const [least, most] = column.width;
    const longest = rows.reduce((length, row) => Math.max(length, column.text(row).length), column.title().length + signLength);
    const wanted = Math.round(Math.min(most, Math.max(least, (longest + 1) * characterWidth)));
    // The name stays in sight while the rest is scrolled, and must leave room for that.
    return { column, width: place === 0 && width < narrow ? least : wanted };
  });
}

/** Every parameter and buffer that is in `kept` (all where null), each once, in the given order. */
export function parameterRows(index: ModelIndex, kept: ReadonlySet<TensorId> | null, order: Order | null): readonly ParameterRow[] {
  const rows = index.model.tensors.flatMap((tensor): ParameterRow[] => {
    const place = index.places(tensor.id)[0];
    if (!place || (kept && !kept.has(tensor.id))) return [];
    return [{ tensor, path: place.path, own: place.name, name: nameIn(place.path, place.name), type: index.module(place.path)!.type }];
  });
  const column = order && columns.find(({ id }) => id === order.column);
  return column ? rows.sort((a, b) => compare(column.value(a), column.value(b), order.descending)) : rows;
}

const byNumbersInText = new Intl.Collator(undefined, { numeric: true });

/** What has no value comes last, whichever way the rest is ordered. */
function compare(a: string | number | null, b: string | number | null, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const ascending = typeof a === "number" && typeof b === "number" ? a - b : byNumbersInText.compare(String(a), String(b));
  return descending ? -ascending : ascending;
}

const written = columns.filter(({ id }) => id !== "distribution");

/** Comma-separated values after RFC 4180, numbers in full. */
export function toCsv(rows: readonly ParameterRow[]): string {
  const cell = (value: string | number | null) => {
    // A table program takes a text that begins so for a formula, and carries it out.
    const text = value === null ? "" : typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [written.map((column) => cell(column.id)), ...rows.map((row) => written.map((column) => cell(column.value(row))))]
    .map((line) => `${line.join(",")}\r\n`)
    .join("");
}

/** A table for a README or an issue. */
export function toMarkdown(rows: readonly ParameterRow[]): string {
  const cell = (text: string) =>
    text
      .replaceAll("\\", "\\\\")
      .replaceAll("|", "\\|")
      .replace(/[\r\n]+/g, " ");
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |\n`;
  return [
    line(written.map((column) => column.title())),
    `|${written.map((column) => (column.numeric ? "---:" : "---")).join("|")}|\n`,
    ...rows.map((row) => line(written.map((column) => column.text(row)))),
  ].join("");
}
