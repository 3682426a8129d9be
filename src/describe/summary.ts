import * as l10n from "@vscode/l10n";
import type { FindingLevels, FindingSeverity, ModelSnapshot, ModuleSnapshot, ModuleStep, Operand, TensorId } from "../protocol/index.js";
import type { Finding } from "./findings/finding.js";
import { findingsOf } from "./findings/findings.js";
import { bytesOfValue } from "./bytes.js";
import { indexOf } from "./modelIndex.js";

/** The table that users of torchinfo know, from a snapshot: one row a call, in the order of the calls. */
export interface Summary {
  readonly model: string;
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

/** A call of a module; without a traced pass, a module. */
export interface SummaryRow {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  readonly inputShape: readonly number[] | null;
  readonly outputShape: readonly number[] | null;
  /** All beneath included. */
  readonly parameters: number;
  /** The module's own, not counting what a row before has shown. */
  readonly ownParameters: number;
  readonly trainable: boolean;
  /** Everything that the module owns was in a row before: it is shared, and counted there. */
  readonly shared: boolean;
  readonly leaf: boolean;
  /** All beneath included. */
  readonly multiplyAdds: number | null;
}

/** The table of a model, with shapes where a pass was traced, and what the run proved about it. `levels`: what the user wants to be told of that. */
export function summarize(model: ModelSnapshot, levels?: FindingLevels): Summary {
  const { tensors, trace, totals } = model;
  const index = indexOf(model);

  const counted = new Set<TensorId>();
  const rows: SummaryRow[] = [];
  const addRow = (module: ModuleSnapshot, step: ModuleStep | null, multiplyAdds: number | null): void => {
    const own = module.parameters.map(({ tensor }) => tensor);
    const fresh = own.filter((id) => !counted.has(id));
    fresh.forEach((id) => counted.add(id));
    const all = index.parametersWithin(module.path);
    rows.push({
      path: module.path,
      name: module.name,
      type: module.type,
      depth: index.ancestry(module.path).length - 1,
      inputShape: shapeOf(step?.inputs),
      outputShape: shapeOf(step?.outputs),
      parameters: all.reduce((sum, tensor) => sum + tensor.count, 0),
      ownParameters: fresh.reduce((sum, id) => sum + tensors[id]!.count, 0),
      trainable: all.some((tensor) => tensor.requiresGrad),
      shared: own.length > 0 && fresh.length === 0,
      leaf: module.children.length === 0,
      multiplyAdds,
    });
  };
  const shapeOf = (operands: readonly Operand[] | undefined): readonly number[] | null => (operands?.[0] ? trace!.values[operands[0].value]!.shape : null);

  let passBytes = 0;
  if (trace) {
    const multiplyAdds = trace.steps.map((step) => (step.kind === "module" ? step.multiplyAdds : 0));
    // A step begins after the step it runs in, so from the end each total is complete before it is passed up.
    for (let i = trace.steps.length - 1; i > 0; i--) multiplyAdds[trace.steps[i]!.parent!]! += multiplyAdds[i]!;
    let shown = "";
    trace.steps.forEach((step, i) => {
      if (step.kind !== "module") return;
      const module = index.module(step.path);
      if (!module) return;
      // Containers that only hold what is called have no step of their own.
      for (const container of index.ancestry(step.path).slice(1, -1)) {
        if (!isWithin(shown, container.path)) addRow(container, null, null);
      }
      shown = step.path;
      addRow(module, step, multiplyAdds[i]!);
      const output = step.outputs[0] && trace.values[step.outputs[0].value];
      if (output && module.children.length === 0 && module.parameters.length > 0) passBytes += 2 * bytesOfValue(output);
    });
  } else {
    for (const module of index.modules) addRow(module, null, null);
  }
  return {
    model: model.name,
    rows,
    totals: {
      parameters: totals.parameters,
      trainableParameters: totals.trainableParameters,
      multiplyAdds: totals.multiplyAdds,
      inputBytes: trace && trace.inputs.reduce((sum, { value }) => sum + bytesOfValue(trace.values[value]!), 0),
      passBytes: trace && passBytes,
      parameterBytes: totals.parameterBytes,
    },
    shapesMissing: model.traceMissing,
    findings: findingsOf(model, levels).all,
  };
}

function isWithin(path: string, container: string): boolean {
  return path === container || path.startsWith(`${container}.`);
}

const columnWidth = 25;
const indentWidth = 5;
const leastNameWidth = 40;
const columns = ["Input Shape", "Output Shape", "Param #", "Mult-Adds"];

/** Laid out as torchinfo lays it out, with variable names. */
export function formatSummary({ rows, totals, shapesMissing, findings }: Summary, maxDepth: number): string {
  const shown = rows.filter(({ depth }) => depth <= maxDepth);
  const ordinals: number[] = [];
  const names = shown.map(({ type, name, depth }) => {
    ordinals[depth] = (ordinals[depth] ?? 0) + 1;
    return depth === 0 ? `${type} (${name})` : `${type} (${name}): ${depth}-${ordinals[depth]}`;
  });
  const longest = Math.max(0, ...shown.map(({ depth }, i) => names[i]!.length + depth * indentWidth + 1));
  const nameWidth = longest >= leastNameWidth ? Math.ceil(longest / indentWidth) * indentWidth : leastNameWidth;
  const line = (name: string, cells: readonly string[]): string =>
    [name.padEnd(nameWidth), ...cells.map((cell) => cell.padEnd(columnWidth))].join(" ").trimEnd();
  const divider = "=".repeat(nameWidth + columns.length * columnWidth);
  const shape = (sizes: readonly number[] | null): string => (sizes ? `[${sizes.join(", ")}]` : "--");

  const table = shown.map((row, i) => {
    const complete = row.leaf || row.depth === maxDepth;
    const multiplyAdds = complete && row.multiplyAdds ? number(row.multiplyAdds) : "--";
    return line(branch(row.depth) + names[i]!, [shape(row.inputShape), shape(row.outputShape), parameterCell(row, complete), multiplyAdds]);
  });
  const lines = [
    divider,
    line("Layer (type (var_name):depth-idx)", columns),
    divider,
    ...table,
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
function findingLine({ code, severity, location, text, remedy }: Finding): string {
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
  if (row.shared) return "(recursive)";
  const parameters = complete ? row.parameters : row.ownParameters;
  if (parameters === 0) return "--";
  return row.trainable ? number(parameters) : `(${number(parameters)})`;
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
