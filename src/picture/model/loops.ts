import { shortestRow } from "./rows.js";

/** One step of a container's own, in the order they ran. */
export interface LoopStep {
  /** Equal for steps that a loop could repeat: an operation's name, or what tells a module or its row. */
  readonly sign: string;
  /** What it is drawn at; null for what is drawn as part of an edge, and for a module that is drawn in its row. */
  readonly node: string | null;
  /** What a loop could call in turn: the members of a row or what lies in them, told by the first, or one module over and over. Null for operations. */
  readonly turn: string | null;
}

/** What a loop repeats. */
export interface Loop {
  readonly turn: string;
  /** What runs once in every turn: by node id, the id of the first of them. */
  readonly nodes: ReadonlyMap<string, string>;
}

/**
 * Finds loops that call the modules of one row, or one module, in turn, with the same steps between each two calls. Of what surrounds the first and the
 * last call, as much belongs to the loop as equals the steps between: those after the last call first, the rest before the first.
 */
export function findLoops(steps: readonly LoopStep[]): readonly Loop[] {
  const calls = new Map<string, number[]>();
  steps.forEach(({ turn }, at) => {
    if (turn === null) return;
    const places = calls.get(turn);
    if (places) places.push(at);
    else calls.set(turn, [at]);
  });
  return [...calls].flatMap(([turn, places]) => {
    const nodes = places.length < shortestRow ? null : repeated(steps, places);
    return nodes && nodes.size > 0 ? [{ turn, nodes }] : [];
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
    for (let at = start + offset; at < end; at += period) if (steps[at]!.node !== null) nodes.push(steps[at]!.node);
    for (const node of nodes) standsFor.set(node!, nodes[0]!);
  }
  return standsFor;
}
