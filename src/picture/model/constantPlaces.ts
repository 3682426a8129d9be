import type { ForwardTrace, StepId, ValueId } from "../../protocol/index.js";

/**
 * By constant, how many calls lie around the place where it stands: in the innermost module around all that takes it, so that it comes to each of them from
 * outside and not from one to the other. What a call gives out is taken from there afterwards.
 */
export function placesOfConstants({ steps, values }: Pick<ForwardTrace, "steps" | "values">): ReadonlyMap<ValueId, number> {
  const around = new Map<ValueId, readonly string[]>();
  const givenTo = new Map<ValueId, Set<StepId | null>>();
  const use = (value: ValueId, call: StepId | null): void => {
    if (values[value]?.source.kind !== "constant") return;
    const calls: string[] = [];
    const given = givenTo.get(value);
    for (let at = call; ; at = steps[at]!.parent) {
      if (given?.has(at)) return;
      if (at === null) break;
      const step = steps[at]!;
      if (step.kind === "module") calls.unshift(step.path);
    }
    const others = around.get(value) ?? calls;
    const apart = calls.findIndex((path, depth) => path !== others[depth]);
    around.set(value, apart < 0 ? calls : calls.slice(0, apart));
  };
  const open: StepId[] = [];
  const closeDownTo = (parent: StepId | null): void => {
    while (open.length > 0 && open.at(-1) !== parent) {
      const call = open.pop()!;
      const { outputs, parent: caller } = steps[call]!;
      for (const { value } of outputs) {
        use(value, call);
        if (values[value]?.source.kind === "constant") givenTo.set(value, (givenTo.get(value) ?? new Set()).add(caller));
      }
    }
  };
  steps.forEach(({ kind, parent, inputs }, id) => {
    closeDownTo(parent);
    for (const { value } of inputs) use(value, parent);
    if (kind === "module") open.push(id);
  });
  closeDownTo(null);
  return new Map([...around].map(([value, calls]) => [value, calls.length]));
}
