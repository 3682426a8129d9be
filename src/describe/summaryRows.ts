import type { ForwardTrace, ModuleSnapshot, ModuleStep, TensorId } from "../protocol/index.js";
import type { ModelIndex, RunStatus } from "./modelIndex.js";
import { type LabelledShape, shapesOf } from "./shapes.js";

/** A call of a module; of what the traced pass did not call, and without a pass, a module. */
export interface SummaryRow {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  /** What it was given and gave; null where it was not called, or nothing is known of a call. */
  readonly inputs: readonly LabelledShape[] | null;
  readonly outputs: readonly LabelledShape[] | null;
  /** All beneath included. */
  readonly parameters: number;
  /** The module's own that no other row counts: those of all rows are the model's. */
  readonly ownParameters: number;
  /** Those of this row and of the rows beneath it. */
  readonly countedParameters: number;
  readonly trainable: boolean;
  /** Everything that the module owns is counted in another row: it is shared, or called again. */
  readonly shared: boolean;
  readonly leaf: boolean;
  /** Of this call without those in it: those of all rows are the pass's. Null without a pass. */
  readonly ownMultiplyAdds: number | null;
  /** Those of this row and of the rows beneath it. */
  readonly multiplyAdds: number | null;
  /** Of a place that holds what ran "ran" too; null where the pass is not there, or not there whole. */
  readonly status: RunStatus | null;
}

/** In the order of the calls; what was not called, and holds what no call counts, at the end of what it belongs to. */
export function summaryRows(index: ModelIndex): readonly SummaryRow[] {
  const { trace } = index.model;
  const rows = trace ? orderedByCalls(index, trace) : orderedByDeclaration(index);
  countParameters(index, rows);
  // A row comes after the one above it, so from the end each sum is complete before it is passed up.
  for (const { above, counted } of rows.toReversed()) {
    if (!above) continue;
    above.counted.parameters += counted.parameters;
    above.counted.multiplyAdds += counted.multiplyAdds;
  }
  return rows.map(({ module, depth, step, own, counted }): SummaryRow => {
    const { parameters, trainable } = index.totals(module.path);
    return {
      path: module.path,
      name: module.name,
      type: module.type,
      depth,
      inputs: step && shapesOf(trace!, step.inputs),
      outputs: step && shapesOf(trace!, step.outputs),
      parameters,
      ownParameters: own.parameters,
      countedParameters: counted.parameters,
      trainable: trainable > 0,
      shared: own.isShared,
      leaf: module.children.length === 0,
      ownMultiplyAdds: trace && own.multiplyAdds,
      multiplyAdds: trace && counted.multiplyAdds,
      status: trace?.truncatedSteps === 0 ? index.runStatus(module.path) : null,
    };
  });
}

/** A row while the table is made. */
interface OpenRow {
  readonly module: ModuleSnapshot;
  readonly depth: number;
  readonly step: ModuleStep | null;
  /** The row that it stands beneath. */
  readonly above: OpenRow | null;
  readonly own: { parameters: number; multiplyAdds: number; isShared: boolean };
  readonly counted: { parameters: number; multiplyAdds: number };
}

function openRow(module: ModuleSnapshot, above: OpenRow | null, step: ModuleStep | null = null): OpenRow {
  return {
    module,
    depth: above ? above.depth + 1 : 0,
    step,
    above,
    own: { parameters: 0, multiplyAdds: 0, isShared: false },
    counted: { parameters: 0, multiplyAdds: 0 },
  };
}

function orderedByDeclaration(index: ModelIndex): readonly OpenRow[] {
  const rows = new Map<string, OpenRow>();
  for (const module of index.modules) {
    const parent = index.parent(module.path);
    rows.set(module.path, openRow(module, parent ? rows.get(parent.path)! : null));
  }
  return [...rows.values()];
}

function orderedByCalls(index: ModelIndex, { steps }: ForwardTrace): readonly OpenRow[] {
  const rows: OpenRow[] = [];
  const add = (row: OpenRow): OpenRow => {
    rows.push(row);
    return row;
  };
  const uncalled = uncalledWithin(index);
  const addUncalled = (above: OpenRow): void => {
    const modules = uncalled.get(above.module.path) ?? [];
    uncalled.delete(above.module.path);
    for (const module of modules) addUncalled(add(openRow(module, above)));
  };
  /** From the model down to the place that the last row is of. */
  let line: readonly OpenRow[] = [];
  const leave = (depth: number): void => {
    for (const row of line.slice(depth).toReversed()) addUncalled(row);
    line = line.slice(0, depth);
  };
  for (const step of steps) {
    if (step.kind !== "module") continue;
    const module = index.module(step.path);
    const places = index.ancestry((module ?? index.nearest(step.path)).path);
    const isOther = (place: ModuleSnapshot, depth: number) => line[depth]?.module !== place || (place === module && depth === places.length - 1);
    const depth = places.findIndex(isOther);
    if (depth >= 0) {
      leave(depth);
      // Containers that only hold what is called have no step of their own.
      for (const place of places.slice(depth)) line = [...line, add(openRow(place, line.at(-1) ?? null, place === module ? step : null))];
    }
    // What ran in a place that the model has no more is counted where that was.
    const row = line[places.length - 1]!;
    row.own.multiplyAdds += step.multiplyAdds;
    row.counted.multiplyAdds += step.multiplyAdds;
  }
  leave(0);
  return rows;
}

/** The modules that were not called, under no other name either, and hold parameters, by the place that holds them: those that others have too are counted there. */
function uncalledWithin(index: ModelIndex): Map<string, ModuleSnapshot[]> {
  const hasRow = ({ path }: ModuleSnapshot) => index.runStatus(path) === "ran" || index.runStatus(path) === "ranElsewhere";
  const uncalled = new Map<string, ModuleSnapshot[]>();
  for (const module of index.modules) {
    if (hasRow(module)) continue;
    if (!index.within(module.path).some((each) => !hasRow(each) && each.parameters.length > 0)) continue;
    const { path } = index.parent(module.path)!;
    uncalled.set(path, [...(uncalled.get(path) ?? []), module]);
  }
  return uncalled;
}

/** Every parameter in one row: that of the first call which has it, else the first. */
function countParameters(index: ModelIndex, rows: readonly OpenRow[]): void {
  const known = new Set<TensorId>();
  for (const row of [...rows.filter(({ step }) => step), ...rows.filter(({ step }) => !step)]) {
    const { parameters } = row.module;
    const fresh = parameters.filter(({ tensor }) => !known.has(tensor));
    for (const use of fresh) {
      if (known.has(use.tensor)) continue;
      known.add(use.tensor);
      const { count } = index.tensor(use);
      row.own.parameters += count;
      row.counted.parameters += count;
    }
    row.own.isShared = parameters.length > 0 && fresh.length === 0;
  }
}
