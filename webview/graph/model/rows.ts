import type { ModuleSnapshot, StepId } from "../../../src/protocol/index.js";
import type { ModelIndex } from "../../modelIndex.js";
import { shapeText } from "./labels.js";
import type { DataFlow } from "./dataFlow.js";

/** Fewer equal siblings than this stay as they are. */
export const shortestRow = 3;

/** Siblings that are drawn as one: "repeated" have weights of their own, "shared" are one module in several places. */
export interface Row {
  readonly kind: "single" | "repeated" | "shared";
  readonly members: readonly ModuleSnapshot[];
}

/** Of what stands for itself alone. */
export const single: Row = { kind: "single", members: [] };

/** Puts siblings that follow one another and are equal in structure, and in what the forward pass made of them, into rows. */
export function rowsOf(children: readonly ModuleSnapshot[], likeness: (module: ModuleSnapshot) => string): readonly Row[] {
  const rows: Row[] = [];
  for (let start = 0; start < children.length; ) {
    const first = children[start]!;
    const isShared = children[start + 1]?.identity === first.identity;
    const sign = likeness(first);
    const identities = new Set([first.identity]);
    let end = start + 1;
    for (; end < children.length; end++) {
      const next = children[end]!;
      if (next.structure !== first.structure || likeness(next) !== sign) break;
      if (isShared ? next.identity !== first.identity : identities.has(next.identity)) break;
      identities.add(next.identity);
    }
    if (end - start < shortestRow) rows.push({ kind: "single", members: [first] });
    else rows.push({ kind: isShared ? "shared" : "repeated", members: children.slice(start, end) });
    start += end - start < shortestRow ? 1 : end - start;
  }
  return rows;
}

/**
 * What the forward pass made of a module: how often it was called, with which shapes, and whether it failed. The first of several sizes may differ: it
 * counts examples, of which the experts of a mixture see each their own number.
 */
export function likenessIn(index: ModelIndex, flow: DataFlow | null, failedAt: ReadonlySet<string>): (module: ModuleSnapshot) => string {
  const trace = index.model.trace;
  if (!flow || !trace) return () => "";
  const shapes = (step: StepId) => {
    const call = trace.steps[step]!;
    return [call.inputs, call.outputs].map((operands) => operands.map(({ value }) => shapeText(likeShape(trace.values[value]?.shape))).join()).join(">");
  };
  return ({ path }) => {
    const runs = flow.runs.get(path);
    return `${failedAt.has(path)} ${runs ? runs.calls.map(shapes).join(";") : ""}`;
  };
}

function likeShape(shape: readonly number[] | undefined): readonly number[] | undefined {
  return shape && shape.length > 1 ? [0, ...shape.slice(1)] : shape;
}
