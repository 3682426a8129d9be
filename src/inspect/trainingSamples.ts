import type { ParameterSample, TrainingSample } from "../protocol/index.js";
import type { Engine, Tensor } from "./engine.js";
import { defaultBins, sample, tensorStatistics } from "./statistics.js";

/** Elements of a parameter that a sample looks at: it is to cost little beside the step. */
const lookedAt = 1 << 14;

/** What is measured of the parameters around one optimizer step: begun when the gradients are there, ended when the step was taken. */
export class StepMeasurement {
  readonly #before: readonly Parameters<Engine["summarize"]>[0][];
  readonly #parameters: readonly Omit<ParameterSample, "updateRatio">[];

  constructor(
    engine: Engine,
    private readonly of: readonly Tensor[],
  ) {
    this.#before = of.map((tensor) => sample(tensor, lookedAt).slice());
    this.#parameters = of.map((tensor) => {
      const { finite, histogram } = tensorStatistics(engine, tensor, defaultBins, lookedAt);
      return { mean: finite?.mean ?? null, std: finite?.std ?? null, histogram, gradientNorm: tensor.grad && normOf(engine, tensor.grad, lookedAt) };
    });
  }

  ended(): readonly ParameterSample[] {
    return this.#parameters.map((parameter, at) => ({ ...parameter, updateRatio: changeOf(this.#before[at]!, sample(this.of[at]!, lookedAt)) }));
  }

  /** Of a state that no step is taken from any more. */
  withoutStep(): readonly ParameterSample[] {
    return this.#parameters.map((parameter) => ({ ...parameter, updateRatio: null }));
  }
}

/** Root of the sum of squares, of at most `limit` elements made up for the others; null where it is no finite number. */
function normOf(engine: Engine, tensor: Tensor, limit: number): number | null {
  const { finite, sampled, nan, positiveInfinity, negativeInfinity, count } = tensorStatistics(engine, tensor, 0, limit);
  if (nan + positiveInfinity + negativeInfinity > 0) return null;
  return finite && sampled > 0 ? Math.sqrt(count) * Math.hypot(finite.mean, finite.std) : 0;
}

/** Of the gradients of all parameters together. */
export function gradientNormOf(engine: Engine, parameters: readonly Tensor[], limit = Infinity): number | null {
  let squares = 0;
  let any = false;
  for (const { grad } of parameters) {
    if (!grad) continue;
    const norm = normOf(engine, grad, limit);
    if (norm === null) return null;
    squares += norm * norm;
    any = true;
  }
  return any && Number.isFinite(squares) ? Math.sqrt(squares) : null;
}

function changeOf(before: ArrayLike<number>, after: ArrayLike<number>): number | null {
  let [change, size] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    change += (after[i]! - before[i]!) ** 2;
    size += before[i]! ** 2;
  }
  const ratio = Math.sqrt(change / size);
  return Number.isFinite(ratio) ? ratio : null;
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Samples at an even stride, which doubles when there are more than `most`; the last is always among them. */
export class KeptSamples {
  #kept: TrainingSample[] = [];
  #last: TrainingSample | null = null;
  #stride = 1;

  constructor(private readonly most: number) {}

  /** Whether the sample of a step will be kept, so that it is worth more. */
  keeps(step: number): boolean {
    return step % this.#stride === 0;
  }

  add(taken: TrainingSample): void {
    this.#last = taken;
    if (!this.keeps(taken.step)) return;
    // What was thought to be the end, and went on.
    if (this.#kept.at(-1)?.step === taken.step) this.#kept.pop();
    this.#kept.push(taken);
    if (this.#kept.length < this.most) return;
    this.#stride *= 2;
    this.#kept = this.#kept.filter(({ step }) => this.keeps(step));
  }

  get all(): readonly TrainingSample[] {
    return this.#last && this.#last !== this.#kept.at(-1) ? [...this.#kept, this.#last] : this.#kept;
  }
}
