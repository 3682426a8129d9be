import type { BrokenTie } from "../protocol/index.js";
import type { CallFrame, Locate } from "./callFrames.js";
import type { Engine, Module, Tensor } from "./engine.js";
import type { ModelTree } from "./tree.js";

/** A module's own name for a parameter. */
interface Holder {
  readonly module: WeakRef<Module>;
  readonly name: string;
}

interface Cut {
  readonly assigned: Holder;
  readonly kept: Holder;
  readonly frames: readonly CallFrame[];
}

/** More are not told of. */
const keptCuts = 64;

/** Which parameters are held under several names, and where the code gave one of those names another parameter. */
export class Ties {
  readonly #engine: Engine;
  readonly #holders = new WeakMap<Tensor, Holder[]>();
  readonly #cuts: Cut[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A module registered `parameter` under a name, where `before` was. */
  registered(module: Module, name: string, parameter: Tensor | null, before: Tensor | null, frames: () => readonly CallFrame[]): void {
    const assigned = { module: new WeakRef(module), name };
    if (parameter !== null && before !== null && parameter !== before && this.#cuts.length < keptCuts) {
      // Another that is held elsewhere is a tie of its own, and one with the same values is an untying that was meant.
      const kept = this.#held(before, module, name);
      if (kept && !this.#held(parameter, module, name) && !this.#areEqual(parameter, before)) this.#cuts.push({ assigned, kept, frames: frames() });
    }
    if (parameter === null) return;
    const holders = this.#holders.get(parameter);
    if (holders) holders.push(assigned);
    else this.#holders.set(parameter, [assigned]);
  }

  /** Those between two parameters of a model that are two still. */
  brokenIn(tree: ModelTree, locate: Locate): BrokenTie[] {
    return this.#cuts.flatMap(({ assigned, kept, frames }) => {
      const [tensor, from] = [assigned, kept].map((holder) => {
        const parameter = this.#parameterOf(holder);
        return parameter && tree.idOf(parameter);
      });
      return tensor === undefined || from === undefined || tensor === from ? [] : [{ tensor, from, location: locate(frames) }];
    });
  }

  /** Another name that a parameter has at this time. */
  #held(parameter: Tensor, module: Module, name: string): Holder | undefined {
    return this.#holders.get(parameter)?.find((holder) => {
      const other = holder.module.deref();
      return other !== undefined && (other !== module || holder.name !== name) && this.#parameterOf(holder) === parameter;
    });
  }

  #parameterOf({ module, name }: Holder): Tensor | undefined {
    const held = module.deref();
    return (held && this.#engine.nn.parametersByName(held).get(name)) ?? undefined;
  }

  #areEqual(a: Tensor, b: Tensor): boolean {
    if (a.device !== "cpu" || b.device !== "cpu" || a.dtype !== b.dtype || a.sizes.join() !== b.sizes.join()) return false;
    const observer = this.#engine.observe(null);
    try {
      return a.equal(b);
    } finally {
      this.#engine.observe(observer);
    }
  }
}
