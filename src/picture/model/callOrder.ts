import type { StepId, TraceStep } from "../../protocol/index.js";

/** The steps of a trace by the call that they ran in, in order. */
export class CallOrder {
  readonly #within = new Map<StepId, StepId[]>();
  /** By step: its place among the steps of its call. */
  readonly #places: number[] = [];

  constructor(readonly steps: readonly TraceStep[]) {
    for (const [id, { parent }] of steps.entries()) {
      if (parent === null) continue;
      const within = this.#within.get(parent);
      this.#places[id] = within?.length ?? 0;
      if (within) within.push(id);
      else this.#within.set(parent, [id]);
    }
  }

  /** What a call ran itself. */
  within(call: StepId): readonly StepId[] {
    return this.#within.get(call) ?? [];
  }

  /** Of a step, among the steps of its call. */
  place(step: StepId): number {
    return this.#places[step] ?? 0;
  }

  /** The step of a call that is, or in which ran, a step; null where it ran elsewhere. */
  stepOf(call: StepId | null, step: StepId): StepId | null {
    for (let each: StepId | null = step; each !== null && each !== call; each = this.steps[each]!.parent) {
      if (this.steps[each]!.parent === call) return each;
    }
    return null;
  }

  /** What ran between two steps of one call; null where `to` is not a later step of the call that `from` ran in. */
  between(from: StepId, to: StepId): readonly StepId[] | null {
    const { parent } = this.steps[from]!;
    if (parent === null || this.steps[to]!.parent !== parent || to < from) return null;
    return this.within(parent).slice(this.#places[from]! + 1, this.#places[to]);
  }
}
