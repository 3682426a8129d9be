import type { ForwardTrace, StepId, TraceStep, ValueId } from "../../protocol/index.js";

/** The steps of a trace by the call that they ran in, in order, and what they take from one another. */
export class CallOrder {
  readonly steps: readonly TraceStep[];
  readonly #values: ForwardTrace["values"];
  readonly #within = new Map<StepId, StepId[]>();
  /** By step: its place among the steps of its call. */
  readonly #places: number[] = [];
  /** By step: how many calls are around it. */
  readonly #depths: number[] = [];
  #sources: Map<StepId, Set<StepId>> | undefined;

  constructor({ steps, values }: Pick<ForwardTrace, "steps" | "values">) {
    this.steps = steps;
    this.#values = values;
    for (const [id, { parent }] of steps.entries()) {
      this.#depths[id] = parent === null ? 0 : this.#depths[parent]! + 1;
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

  /** The step of a call that made a value, or in which it was made; null for what was there before. */
  sourceIn(call: StepId | null, value: ValueId): StepId | null {
    const source = this.#values[value]?.source;
    return source?.kind === "step" ? this.stepOf(call, source.step) : null;
  }

  /** The steps of the same call from which a step, or something that ran in it, takes a value. */
  sourcesOf(step: StepId): ReadonlySet<StepId> {
    return (this.#sources ??= this.#findSources()).get(step) ?? none;
  }

  #findSources(): Map<StepId, Set<StepId>> {
    const sources = new Map<StepId, Set<StepId>>();
    for (const [id, { inputs }] of this.steps.entries()) {
      for (const { value } of inputs) {
        const source = this.#values[value]?.source;
        if (source?.kind !== "step") continue;
        const [from, to] = this.#besideOneAnother(source.step, id);
        // What a call gave out of what ran in it was taken there.
        if (from === to) continue;
        const known = sources.get(to);
        if (known) known.add(from);
        else sources.set(to, new Set([from]));
      }
    }
    return sources;
  }

  /** Two steps, or the calls around them, that ran in one call. */
  #besideOneAnother(one: StepId, other: StepId): [StepId, StepId] {
    let [a, b] = [one, other];
    while (this.#depths[a]! > this.#depths[b]!) a = this.steps[a]!.parent!;
    while (this.#depths[b]! > this.#depths[a]!) b = this.steps[b]!.parent!;
    while (a !== b && this.steps[a]!.parent !== this.steps[b]!.parent) [a, b] = [this.steps[a]!.parent!, this.steps[b]!.parent!];
    return [a, b];
  }
}

const none: ReadonlySet<StepId> = new Set();
