import { keepsElements, type ForwardTrace, type ModuleStep, type StepId } from "../../protocol/index.js";
import type { ModelIndex } from "../../describe/modelIndex.js";
import type { CallOrder } from "./callOrder.js";

/** Whether an operation that only moves data has a single tensor to do it with, other than parameters: it is drawn as part of a line. */
export function isOnTheWay({ values, steps }: Pick<ForwardTrace, "values" | "steps">, id: StepId): boolean {
  const step = steps[id]!;
  if (step.kind !== "operation" || !keepsElements(step)) return false;
  const tensors = step.inputs.filter(({ value }) => values[value]?.source.kind !== "tensor");
  return (tensors.length > 0 ? tensors : step.inputs).length === 1;
}

/**
 * The modules that a pass does not call, only what they hold (a ModuleList, a ModuleDict), and whose members cannot stand in one box: what one of them gives
 * comes to another by way of something outside. By path. Their members are drawn where they are called.
 */
export function scatteredIn(index: ModelIndex, trace: ForwardTrace, order: CallOrder): ReadonlySet<string> {
  const called = new Set(trace.steps.flatMap((step) => (step.kind === "module" ? [step.path] : [])));
  const scattered = new Set<string>();
  /** By call and holder: the steps that call what it holds. */
  const groups = new Map<string, { readonly call: StepId; readonly holder: string; readonly members: Set<StepId> }>();
  trace.steps.forEach((step, id) => {
    if (step.kind !== "module" || step.parent === null) return;
    const caller = trace.steps[step.parent]! as ModuleStep;
    for (const holder of holdersBetween(index, caller.path, step.path)) {
      if (called.has(holder)) break;
      const key = `${step.parent} ${holder}`;
      const group = groups.get(key);
      if (group) group.members.add(id);
      else groups.set(key, { call: step.parent, holder, members: new Set([id]) });
    }
  });
  for (const { call, holder, members } of groups.values()) {
    if (!scattered.has(holder) && members.size > 1 && comesBack(call, members, trace, order)) scattered.add(holder);
  }
  return scattered;
}

/** The modules around one, from the outermost in another on; none where it does not lie in that. */
export function holdersBetween(index: ModelIndex, outer: string, path: string): readonly string[] {
  const line = index.ancestry(path).map((module) => module.path);
  const at = line.indexOf(outer);
  return at < 0 ? [] : line.slice(at + 1, -1);
}

/** Whether what members give is taken by other steps of the call and comes, through these, to members again. */
function comesBack(call: StepId, members: ReadonlySet<StepId>, trace: ForwardTrace, order: CallOrder): boolean {
  const inside = new Set<StepId>();
  const beyond = new Set<StepId>();
  const steps = order.within(call);
  const [first, last] = [Math.min(...members), Math.max(...members)];
  for (const step of steps) {
    if (step < first) continue;
    if (step > last) return false;
    const sources = order.sourcesOf(step);
    const takes = (from: ReadonlySet<StepId>) => [...sources].some((source) => from.has(source));
    if (members.has(step)) {
      if (takes(beyond)) return true;
      inside.add(step);
    } else if (takes(beyond)) beyond.add(step);
    else if (takes(inside)) (isOnTheWay(trace, step) ? inside : beyond).add(step);
  }
  return false;
}
