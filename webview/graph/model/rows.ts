import type { ModuleSnapshot, StepId } from "../../../src/protocol/index.js";
import type { ModelIndex } from "../../modelIndex.js";
import type { CallOrder } from "./callOrder.js";
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

/** How a forward pass treated siblings of equal structure. */
export interface Treatment {
  /** Equal for modules that were treated alike. */
  likeness(module: ModuleSnapshot): string;
  /** Equal for pairs that follow one another in the same way. */
  succession(module: ModuleSnapshot, next: ModuleSnapshot): string;
}

/**
 * Puts siblings into rows that follow one another, are numbered and not named one by one (as the projections q, k and v are), are equal in structure, and
 * were treated alike by the forward pass, which came from each to the next in the same way.
 */
export function rowsOf(children: readonly ModuleSnapshot[], { likeness, succession }: Treatment): readonly Row[] {
  const rows: Row[] = [];
  for (let start = 0; start < children.length; ) {
    const first = children[start]!;
    const second = children[start + 1];
    const isShared = second?.identity === first.identity;
    const sign = likeness(first);
    const identities = new Set([first.identity]);
    let end = start + 1;
    let step: string | null = null;
    for (; end < children.length; end++) {
      const next = children[end]!;
      if (next.structure !== first.structure || !isNumbered(first.name, next.name) || likeness(next) !== sign) break;
      if (isShared ? next.identity !== first.identity : identities.has(next.identity)) break;
      const taken = succession(children[end - 1]!, next);
      if ((step ??= taken) !== taken) break;
      identities.add(next.identity);
    }
    if (end - start < shortestRow) rows.push({ kind: "single", members: [first] });
    else rows.push({ kind: isShared ? "shared" : "repeated", members: children.slice(start, end) });
    start += end - start < shortestRow ? 1 : end - start;
  }
  return rows;
}

/** "block 0" and "block 1". */
function isNumbered(name: string, next: string): boolean {
  return /\d/.test(name) && name.replace(/\d+/g, "#") === next.replace(/\d+/g, "#");
}

/**
 * Likeness is how often a module was called, with which shapes, whether it failed, and what took its tensors without calling it. The first of several sizes may differ: it counts examples, of which
 * the experts of a mixture see each their own number. Succession is what ran between the calls, and whether one took what the other gave.
 */
export function treatmentIn(index: ModelIndex, flow: DataFlow | null, order: CallOrder | null, failedAt: ReadonlySet<string>): Treatment {
  const trace = index.model.trace;
  if (!flow || !trace || !order) return { likeness: () => "", succession: () => "" };
  const shapes = (step: StepId) => {
    const call = trace.steps[step]!;
    return [call.inputs, call.outputs].map((operands) => operands.map(({ value }) => shapeText(likeShape(trace.values[value]?.shape))).join()).join(">");
  };
  return {
    likeness({ path }) {
      const runs = flow.runs.get(path);
      const direct = index.directUses.get(path) ?? [];
      return `${failedAt.has(path)} ${runs ? runs.calls.map(shapes).join(";") : ""} ${direct.map(({ step, tensor }) => `${signOf(step, index)} ${tensor}`).join(";")}`;
    },
    succession(module, next) {
      const [from, to] = [flow.runs.get(module.path)?.first, flow.runs.get(next.path)?.first];
      if (from === undefined || to === undefined) return "";
      const given = new Set(trace.steps[from]!.outputs.map(({ value }) => value));
      const isChained = trace.steps[to]!.inputs.some(({ value }) => given.has(value));
      return `${isChained} ${order.between(from, to)?.map((step) => signOf(step, index)).join(" ") ?? "elsewhere"}`;
    },
  };
}

/** What a step between two calls does; what only moves data says nothing. */
function signOf(step: StepId, index: ModelIndex): string {
  const each = index.model.trace!.steps[step]!;
  if (each.kind === "module") return `[${index.module(each.path)?.structure ?? each.path}]`;
  return each.bookkeeping ? "" : each.name;
}

function likeShape(shape: readonly number[] | undefined): readonly number[] | undefined {
  return shape && shape.length > 1 ? [0, ...shape.slice(1)] : shape;
}
