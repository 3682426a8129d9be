import { type ForwardTrace, type StepId, type TraceStep, type ValueId } from "../../protocol/index.js";
import { nameWithin } from "./dataFlow.js";

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
  #forms: readonly number[] | undefined;

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

  /** Which of the results of a step a value is; less than 0 for what ran in it and was not given out. */
  outputOf(step: StepId, value: ValueId): number {
    return this.steps[step]!.outputs.findIndex((output) => output.value === value);
  }

  /** The steps of the same call from which a step, or something that ran in it, takes a value. */
  sourcesOf(step: StepId): ReadonlySet<StepId> {
    return (this.#sources ??= this.#findSources()).get(step) ?? none;
  }

  /** Equal for calls that ran the same, in the same order, and took what they took from the same places of what they ran. */
  formOf(call: StepId): number {
    return (this.#forms ??= this.#findForms())[call]!;
  }

  #findForms(): readonly number[] {
    const known = new Map<string, number>();
    const forms: number[] = [];
    const placesOf = (call: StepId, operands: TraceStep["inputs"]) =>
      operands.map(({ value }) => {
        const from = this.sourceIn(call, value);
        return from === null ? "" : `${this.place(from)}.${this.outputOf(from, value)}`;
      });
    // What a call ran comes after it.
    for (let id = this.steps.length - 1; id >= 0; id--) {
      const call = this.steps[id]!;
      if (call.kind !== "module") continue;
      const ran = this.within(id).map((each) => {
        const step = this.steps[each]!;
        const name = step.kind === "operation" ? `${step.name}` : `${nameWithin(call.path, step.path)} ${forms[each]!}`;
        return `${name}(${placesOf(id, step.inputs).join()})`;
      });
      const form = `${ran.join("\n")}\n${placesOf(id, call.outputs).join()}`;
      const number = known.get(form) ?? known.size;
      known.set(form, number);
      forms[id] = number;
    }
    return forms;
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
    let a = one;
    let b = other;
    while (this.#depths[a]! > this.#depths[b]!) a = this.steps[a]!.parent!;
    while (this.#depths[b]! > this.#depths[a]!) b = this.steps[b]!.parent!;
    while (a !== b && this.steps[a]!.parent !== this.steps[b]!.parent) {
      a = this.steps[a]!.parent!;
      b = this.steps[b]!.parent!;
    }
    return [a, b];
  }
}

const none: ReadonlySet<StepId> = new Set();
