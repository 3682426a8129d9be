import * as l10n from "@vscode/l10n";
import type { FindingLevels, FindingSeverity, ForwardTrace, ModelSnapshot } from "../protocol/index.js";
import type { Finding } from "./findings/finding.js";
import { findingsOf } from "./findings/findings.js";
import { bytesOfValue } from "./bytes.js";
import { indexOf, type ModelIndex } from "./modelIndex.js";
import { type ShapeSource, shapeSource } from "./shapeSource.js";
import type { LabelledShape } from "./shapes.js";
import { type SummaryRow, summaryRows } from "./summaryRows.js";
import { padToWidth, textWidth } from "./textWidth.js";

/** The table that users of torchinfo know, from a snapshot: one row a call, in the order of the calls. */
export interface Summary {
  readonly model: string;
  /** Where the shapes come from; null where there are none. */
  readonly shapes: ShapeSource | null;
  readonly rows: readonly SummaryRow[];
  readonly totals: {
    readonly parameters: number;
    readonly trainableParameters: number;
    readonly multiplyAdds: number | null;
    readonly inputBytes: number | null;
    /** Outputs of the layers that have parameters, twice: forward and backward. */
    readonly passBytes: number | null;
    readonly parameterBytes: number;
  };
  /** Why there are no shapes; null when there are. */
  readonly shapesMissing: string | null;
  readonly findings: readonly Finding[];
}

/** The table of a model, with shapes where a pass was traced, and what the run proved about it. `levels`: what the user wants to be told of that. */
export function summarize(model: ModelSnapshot, levels?: FindingLevels): Summary {
  const { trace, totals } = model;
  const index = indexOf(model);
  return {
    model: model.name,
    shapes: shapeSource(model),
    rows: summaryRows(index),
    totals: {
      parameters: totals.parameters,
      trainableParameters: totals.trainableParameters,
      multiplyAdds: totals.multiplyAdds,
      inputBytes: trace && trace.inputs.reduce((sum, { value }) => sum + bytesOfValue(trace.values[value]!), 0),
      passBytes: trace && passBytes(index, trace),
      parameterBytes: totals.parameterBytes,
    },
    shapesMissing: model.traceMissing,
    findings: findingsOf(model, levels).all,
  };
}

function passBytes(index: ModelIndex, { steps, values }: ForwardTrace): number {
  let bytes = 0;
  for (const step of steps) {
    const module = step.kind === "module" ? index.module(step.path) : undefined;
    if (!module || module.children.length > 0 || module.parameters.length === 0) continue;
    for (const { value } of step.outputs) bytes += 2 * bytesOfValue(values[value]!);
  }
  return bytes;
}

const columnWidth = 25;
const indentWidth = 5;
const leastNameWidth = 40;
const columns = ["Input Shape", "Output Shape", "Param #", "Mult-Adds"];

/** Laid out as torchinfo lays it out, with variable names. */
export function formatSummary(summary: Summary, depth: number): string {
  const maxDepth = Math.floor(depth);
  const { totals, shapes, shapesMissing, findings } = summary;
  const shown = summary.rows.filter((row) => row.depth <= maxDepth);
  const ordinals: number[] = [];
  const names = shown.map(({ type, name, depth }) => {
    ordinals[depth] = (ordinals[depth] ?? 0) + 1;
    return `${branch(depth)}${type} (${name})${depth === 0 ? "" : `: ${depth}-${ordinals[depth]}`}`;
  });
  const cells = shown.map((row) => {
    const complete = row.leaf || row.depth === maxDepth;
    return [statusCell(row, summary) ?? shapesCell(row.inputs), shapesCell(row.outputs), parameterCell(row, complete), multiplyAddsCell(row, complete)];
  });
  const longest = Math.max(0, ...names.map(textWidth)) + 1;
  const nameWidth = longest >= leastNameWidth ? Math.ceil(longest / indentWidth) * indentWidth : leastNameWidth;
  const widths = columns.map((column, i) => Math.max(columnWidth, ...[column, ...cells.map((row) => row[i]!)].map((text) => textWidth(text) + 1)));
  const line = (name: string, texts: readonly string[]): string =>
    [padToWidth(name, nameWidth), ...texts.map((text, i) => padToWidth(text, widths[i]!))].join(" ").trimEnd();
  const divider = "=".repeat(nameWidth + widths.reduce((sum, width) => sum + width, 0));
  const lines = [
    ...(shapes ? [shapesText(shapes)] : []),
    divider,
    line("Layer (type (var_name):depth-idx)", columns),
    divider,
    ...names.map((name, i) => line(name, cells[i]!)),
    divider,
    `Total params: ${number(totals.parameters)}`,
    `Trainable params: ${number(totals.trainableParameters)}`,
    `Non-trainable params: ${number(totals.parameters - totals.trainableParameters)}`,
  ];
  if (totals.multiplyAdds !== null) lines.push(quantity("Total mult-adds", totals.multiplyAdds, ""));
  if (totals.inputBytes !== null && totals.passBytes !== null) {
    lines.push(
      divider,
      quantity("Input size", totals.inputBytes, "B"),
      quantity("Forward/backward pass size", totals.passBytes, "B"),
      quantity("Params size", totals.parameterBytes, "B"),
      quantity("Estimated Total Size", totals.inputBytes + totals.passBytes + totals.parameterBytes, "B"),
    );
  }
  lines.push(divider);
  if (shapesMissing) lines.push(`${l10n.t("Shapes are unknown.")} ${shapesMissing}`);
  lines.push(...findings.map(findingLine));
  return lines.join("\n");
}

/** As compilers write: place, severity, text, code, and what to do about it. */
export function findingLine({ code, severity, location, text, remedy }: Finding): string {
  const place = location ? `${location.file}:${location.line}:${location.column}: ` : "";
  return `${place}${severityText(severity)}: ${text} [${code}]${remedy === "" ? "" : `\n  ${remedy}`}`;
}

function severityText(severity: FindingSeverity): string {
  switch (severity) {
    case "error":
      return l10n.t("error");
    case "warning":
      return l10n.t("warning");
    case "information":
      return l10n.t("information");
  }
}

function branch(depth: number): string {
  if (depth === 0) return "";
  return depth === 1 ? "├─" : `${"│    ".repeat(depth - 1)}└─`;
}

function parameterCell(row: SummaryRow, complete: boolean): string {
  if (row.parameters === 0) return "--";
  const parameters = complete ? row.countedParameters : row.ownParameters;
  if (parameters === 0) return complete || row.shared ? "(recursive)" : "--";
  return row.trainable ? number(parameters) : `(${number(parameters)})`;
}

function multiplyAddsCell(row: SummaryRow, complete: boolean): string {
  const multiplyAdds = complete ? row.multiplyAdds : row.ownMultiplyAdds;
  return multiplyAdds ? number(multiplyAdds) : "--";
}

/** What stands in place of shapes where nothing called the module. */
function statusCell({ status }: SummaryRow, { shapes }: Summary): string | null {
  switch (status) {
    case null:
    case "ran":
      return null;
    case "used":
      return l10n.t("(used, not called)");
    case "ranElsewhere":
      return l10n.t("(called elsewhere)");
    case "notRun":
      return shapes?.failed ? l10n.t("(not reached)") : l10n.t("(not called)");
  }
}

/** All shapes where the column has room for them, else the first and how many others there are. */
function shapesCell(shapes: readonly LabelledShape[] | null): string {
  if (!shapes || shapes.length === 0) return "--";
  const texts = shapes.map(({ shape }) => sizesText(shape));
  const all = texts.join(", ");
  return textWidth(all) < columnWidth || texts.length === 1 ? all : l10n.t("{0} + {1} more", texts[0]!, number(texts.length - 1));
}

function sizesText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Where the shapes come from, and the inputs. */
function shapesText({ origin, inputs, text }: ShapeSource): string {
  const given = inputs.map(({ label, shape }) => `${label === "" ? "" : `${label} `}${sizesText(shape)}`).join(", ") || l10n.t("none");
  return `${text}. ${origin === "inferred" ? l10n.t("Assumed input: {0}", given) : l10n.t("Input: {0}", given)}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** As torchinfo prints quantities: in the largest unit that is not above them, with two decimals. */
function quantity(label: string, value: number, unit: string): string {
  const [scale, prefix] = (
    [
      [1e12, "T"],
      [1e9, "G"],
      [1e6, "M"],
      [1e3, "k"],
      [1, ""],
    ] as const
  ).find(([least]) => value >= least) ?? [1, ""];
  const scaled = value / scale;
  const text = scaled.toLocaleString("en-US", Number.isInteger(scaled) ? {} : { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${label}${prefix === "" ? "" : ` (${prefix}${unit})`}: ${text}`;
}
