import { shortestRow, type Row } from "./rows.js";

/** One step of a container's own, in the order they ran. */
export interface LoopStep {
  /** Equal for steps that a loop could repeat: an operation's name, or what tells a module or its row. */
  readonly sign: string;
  /** Node of an operation; null for a module and for what is drawn as part of an edge. */
  readonly operation: string | null;
  /** The row of equal siblings that the called module stands in. */
  readonly row: Row | null;
}

/** What a loop over a row of equal modules repeats beside them. */
export interface Loop {
  readonly row: Row;
  /** Operations that run once for each module: by node id, the id of the first of them. */
  readonly operations: ReadonlyMap<string, string>;
}

/**
 * Finds loops that call the modules of one row in turn, with the same steps between each two calls. Of what surrounds the first and the last call, as
 * much belongs to the loop as equals the steps between: those after the last call first, the rest before the first.
 */
export function findLoops(steps: readonly LoopStep[]): readonly Loop[] {
  const calls = new Map<Row, number[]>();
  steps.forEach(({ row }, at) => {
    if (!row) return;
    const places = calls.get(row);
    if (places) places.push(at);
    else calls.set(row, [at]);
  });
  return [...calls].flatMap(([row, places]) => {
    const operations = places.length < shortestRow ? null : repeated(steps, places);
    return operations && operations.size > 0 ? [{ row, operations }] : [];
  });
}

function repeated(steps: readonly LoopStep[], places: readonly number[]): Map<string, string> | null {
  const [first, last] = [places[0]!, places.at(-1)!];
  const period = places[1]! - first;
  const isEqual = (at: number, other: number) => steps[at]?.sign === steps[other]?.sign;
  for (let at = first; at < last; at++) if (at + period <= last && !isEqual(at, at + period)) return null;
  if (places.some((place, at) => place !== first + at * period)) return null;
  let end = last + 1;
  while (end < last + period && end < steps.length && isEqual(end, end - period)) end++;
  let start = first;
  while (end - start < places.length * period && start > 0 && isEqual(start - 1, start - 1 + period)) start--;

  const standsFor = new Map<string, string>();
  for (let offset = 0; offset < period; offset++) {
    const nodes = [];
    for (let at = start + offset; at < end; at += period) if (steps[at]!.operation !== null) nodes.push(steps[at]!.operation);
    for (const node of nodes) standsFor.set(node!, nodes[0]!);
  }
  return standsFor;
}
