import { keepsElements, type ForwardTrace, type ModuleSnapshot, type StepId, type ValueId } from "../../protocol/index.js";
import type { ModelIndex } from "../../describe/modelIndex.js";
import type { CallOrder } from "./callOrder.js";
import type { DataFlow } from "./dataFlow.js";
import { shapeText } from "./labels.js";

/** How siblings of equal structure were treated: by the code that made them, and by a forward pass. */
export interface Treatment {
  /** Equal for modules that were treated alike. */
  likeness(module: ModuleSnapshot): string;
  /** What ran as each call of a module: the call; of a container that is never called itself, all from the first call in it to the last. */
  calls(module: ModuleSnapshot): readonly Stretch[];
  /** What ran between each call of a module and that of the next sibling. */
  between(module: ModuleSnapshot, next: ModuleSnapshot): readonly Stretch[];
}

/** Steps that followed one another in one call. */
export interface Stretch {
  /** Equal for stretches of equal steps. */
  readonly sign: string;
  /** Place of the first step among all of the call. */
  readonly at: number;
  readonly taken: readonly Taken[];
}

/** An operand of a step. */
interface Taken {
  /** Place of the step that takes it. */
  readonly at: number;
  readonly value: ValueId;
  /** Place of the step of the same call that gave it; null for what comes from outside. */
  readonly from: number | null;
}

/**
 * Whether stretches of three turns that follow one another take what they take in one way: the same each time, or something of its own each time, so many
 * steps further on. What a turn takes from the turn before, the first takes from what was there before all turns. `begin`: places of the first turn's calls.
 * `first` is null where there are only two turns so far.
 */
export function isRegular(first: readonly Stretch[] | null, second: readonly Stretch[], third: readonly Stretch[], begin: readonly number[]): boolean {
  if (second.length !== third.length) return false;
  return third.every((stretch, call) => {
    const before = second[call]!;
    if (stretch.sign !== before.sign || stretch.taken.length !== before.taken.length) return false;
    if (first === null) return true;
    return stretch.taken.every((c, index) => {
      const [a, b] = [first[call]!.taken[index]!, before.taken[index]!];
      const isHandedOn = b.from !== null && b.from >= begin[call]! && (a.from === null || a.from < begin[call]!);
      return progress(b, c) === (isHandedOn ? c.at - b.at : progress(a, b));
    });
  });
}

/** By how many steps the source of an operand moves on to the next turn's; NaN is never equal, Infinity says only that it is another. */
function progress(one: Taken, next: Taken): number {
  if (one.from !== null && next.from !== null) return next.from - one.from;
  return one.value === next.value ? 0 : one.from === next.from ? Infinity : NaN;
}

/** Without a pass, what the model itself says. */
export function treatmentIn(index: ModelIndex, flow: DataFlow | null, order: CallOrder | null, failedAt: ReadonlySet<string>): Treatment {
  const { trace } = index.model;
  const traits = new Traits(index);
  if (!flow || !trace || !order) return { likeness: (module) => traits.of(module), calls: () => [], between: () => [] };
  const passage = new Passage(index, flow, trace, order);
  return {
    likeness: (module) => `${failedAt.has(module.path)} ${traits.of(module)} ${passage.uses(module)}`,
    calls: (module) => passage.calls(module),
    between: (module, next) => passage.between(module, next),
  };
}

/** What structure does not tell of a module and all beneath it: mode, what is trained, and with what its weights are shared. */
class Traits {
  readonly #known = new Map<string, string>();

  constructor(readonly index: ModelIndex) {}

  of(module: ModuleSnapshot): string {
    let known = this.#known.get(module.path);
    if (known === undefined) {
      const parameters = module.parameters.map((use) => {
        const { id, names, requiresGrad } = this.index.tensor(use);
        return `${requiresGrad ? "" : "frozen"}${names.length > 1 ? `=${id}` : ""}`;
      });
      known = [module.training ? "" : "eval", ...parameters, ...module.children.map((child) => this.of(child))].join(";");
      this.#known.set(module.path, known);
    }
    return known;
  }
}

/** First and last step. */
type Span = readonly [StepId, StepId];

class Passage {
  constructor(
    readonly index: ModelIndex,
    readonly flow: DataFlow,
    readonly trace: ForwardTrace,
    readonly order: CallOrder,
  ) {}

  /**
   * With which shapes it was called, and how often, and what each call ran, or what took its tensors without calling it. The first of several sizes may differ: it counts examples,
   * of which the experts of a mixture see each their own number.
   */
  uses(module: ModuleSnapshot): string {
    const runs = this.flow.runs.get(module.path);
    if (!runs) {
      const direct = (this.index.directUses.get(module.path) ?? []).map(({ step, tensor }) => `${this.#sign(step)} ${tensor}`);
      return [...direct, ...module.children.map((child) => this.uses(child))].join("|");
    }
    return runs.calls
      .map((call) => {
        const { inputs, outputs } = this.trace.steps[call]!;
        const shapes = [inputs, outputs].map((operands) => operands.map(({ value }) => shapeText(likeShape(this.trace.values[value]?.shape))).join());
        return `${shapes.join(">")} ${this.order.formOf(call)}`;
      })
      .join(";");
  }

  calls(module: ModuleSnapshot): readonly Stretch[] {
    return this.#spans(module).map(([first, last]) => this.#stretch([first, ...(last === first ? [] : [...(this.order.between(first, last) ?? []), last])]));
  }

  between(module: ModuleSnapshot, next: ModuleSnapshot): readonly Stretch[] {
    const [from, to] = [this.#spans(module), this.#spans(next)];
    return from.map(([, end], call) => {
      const start = to[call]?.[0];
      const steps = start === undefined ? null : this.order.between(end, start);
      return steps ? this.#stretch(steps) : { sign: "elsewhere", at: 0, taken: [] };
    });
  }

  #spans(module: ModuleSnapshot): readonly Span[] {
    const runs = this.flow.runs.get(module.path);
    if (runs) return runs.calls.map((call) => [call, call]);
    const within = module.children.map((child) => this.#spans(child)).filter((spans) => spans.length > 0);
    return (within[0] ?? []).map((_, call) => {
      const ends = within.flatMap((spans) => spans.slice(call, call + 1));
      return [Math.min(...ends.map(([first]) => first)), Math.max(...ends.map(([, last]) => last))];
    });
  }

  #stretch(steps: readonly StepId[]): Stretch {
    const taken = steps.flatMap((step) =>
      this.trace.steps[step]!.inputs.map(({ value }): Taken => ({ at: this.order.place(step), value, from: this.#source(value, step) })),
    );
    return { sign: steps.map((step) => this.#sign(step)).join(" "), at: steps.length > 0 ? this.order.place(steps[0]!) : 0, taken };
  }

  /** What only moves data says nothing. */
  #sign(step: StepId): string {
    const each = this.trace.steps[step]!;
    if (each.kind === "module") return `[${this.index.module(each.path)?.structure ?? each.path}]`;
    return keepsElements(each) ? "" : `${each.name}`;
  }

  /** The step that gave a value, or in which it was made, among those of the call that took it. */
  #source(value: ValueId, taker: StepId): number | null {
    const step = this.order.sourceIn(this.trace.steps[taker]!.parent, value);
    return step === null ? null : this.order.place(step);
  }
}

function likeShape(shape: readonly number[] | undefined): readonly number[] | undefined {
  return shape && shape.length > 1 ? [0, ...shape.slice(1)] : shape;
}
