import { inspect } from "../inspect.js";
import { checkedOptions } from "../arguments.js";
import { noGrad } from "../autograd/gradMode.js";
import { getDefaultDtype } from "../dtype.js";
import { NotImplementedError, ValueError } from "../errors.js";
import { tensor } from "../ops/creation.js";
import { broadcastTensors } from "../ops/shape.js";
import { Size } from "../size.js";
import { Tensor } from "../tensor.js";
import { inText, type Constraint } from "./constraints.js";

export interface DistributionOptions {
  /** Whether parameters and values are checked; see `Distribution.setDefaultValidateArgs`. */
  readonly validateArgs?: boolean;
}

/** Parameters by name, with what each has to be. */
export type ConstrainedParameters = Readonly<Record<string, { readonly value: Tensor; readonly constraint: Constraint }>>;

/**
 * A probability distribution over tensors (torch.distributions.Distribution). `batchShape` is the shape of its parameters, which stand for as many
 * distributions; `eventShape` that of one sample of one of them.
 */
export abstract class Distribution {
  static #validateByDefault = true;
  /** Whether `rsample` is there: samples through which gradients reach the parameters. */
  readonly hasRsample: boolean = false;
  readonly batchShape: Size;
  readonly eventShape: Size;
  protected readonly validateArgs: boolean;

  /** Checks parameters and values of distributions made from now on that do not say otherwise. True at first. */
  static setDefaultValidateArgs(value: boolean): void {
    Distribution.#validateByDefault = value;
  }

  /** The tensors that a distribution is made of, by name, for those who look at models. */
  static tensorsOf(distribution: Distribution): Readonly<Record<string, Tensor>> {
    const own = Object.entries(distribution.parameters()).map(([name, { value }]) => [name, value] as const);
    const inner = Object.entries(distribution.components()).flatMap(([name, each]) =>
      Object.entries(Distribution.tensorsOf(each)).map(([tensor, value]) => [`${name}.${tensor}`, value] as const),
    );
    return Object.fromEntries([...own, ...inner]);
  }

  protected constructor(batchShape: readonly number[], options: DistributionOptions, eventShape: readonly number[] = []) {
    this.validateArgs = checkedOptions<DistributionOptions>(new.target.name, options, "validateArgs").validateArgs ?? Distribution.#validateByDefault;
    this.batchShape = Size.fromArray([...batchShape]);
    this.eventShape = Size.fromArray([...eventShape]);
  }

  /** The parameters that were given, by name, with what each has to be. */
  protected abstract parameters(): ConstrainedParameters;

  /** The distributions that this one is made of, by name. */
  protected components(): Readonly<Record<string, Distribution>> {
    return {};
  }

  /** What samples are like. */
  abstract get support(): Constraint;
  abstract get mean(): Tensor;
  abstract get variance(): Tensor;
  /** The most probable value. */
  abstract get mode(): Tensor;

  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /** Draws a tensor of `sampleShape` + `batchShape` from the default generator, as PyTorch does; without a gradient. */
  sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => this.rsample(sampleShape));
  }

  /** As `sample`, with gradients to the parameters. Throws NotImplementedError where a distribution has none (`hasRsample`). */
  rsample(_sampleShape: readonly number[] = []): Tensor {
    throw new NotImplementedError(`${this.constructor.name} has no rsample: no gradient leads through its samples`);
  }

  /** The logarithm of the density, or of the probability, at `value`, which broadcasts with `batchShape`. */
  abstract logProb(value: Tensor): Tensor;

  /** In nats, of each distribution of the batch. */
  abstract entropy(): Tensor;

  /** exp(entropy). */
  perplexity(): Tensor {
    return this.entropy().exp();
  }

  /** The probability of at most `value`. */
  cdf(_value: Tensor): Tensor {
    throw new NotImplementedError(`${this.constructor.name} has no cdf`);
  }

  /** The inverse of `cdf`. */
  icdf(_value: Tensor): Tensor {
    throw new NotImplementedError(`${this.constructor.name} has no icdf`);
  }

  toString(): string {
    const parts = Object.entries(this.parameters()).map(([name, { value }]) => `${name}: ${value.numel() === 1 ? inText(value) : value.shape}`);
    return `${this.constructor.name}(${parts.join(", ")})`;
  }

  [inspect](): string {
    return this.toString();
  }

  protected extendedShape(sampleShape: readonly number[]): number[] {
    return [...sampleShape, ...this.batchShape, ...this.eventShape];
  }

  /** To be called at the end of every constructor. */
  protected checkParameters(): void {
    if (!this.validateArgs) return;
    for (const [name, { value, constraint }] of Object.entries(this.parameters())) {
      if (holds(constraint, value)) continue;
      throw new ValueError(
        `Expected parameter ${name} (${described(value)}) of distribution ${this} to satisfy the constraint ${constraint}, but found invalid values:\n${inText(value)}`,
      );
    }
  }

  /** To be called first by what takes a value. */
  protected checkValue(value: Tensor): void {
    if (!this.validateArgs) return;
    if (!(value instanceof Tensor)) throw new ValueError("The value argument to log_prob must be a Tensor");
    const expected = this.extendedShape([]);
    for (let i = 1; i <= Math.min(value.sizes.length, expected.length); i++) {
      const [actual, wanted] = [value.sizes.at(-i)!, expected.at(-i)!];
      if (actual !== 1 && wanted !== 1 && actual !== wanted) {
        throw new ValueError(`Value is not broadcastable with batch_shape+event_shape: ${value.shape} vs ${Size.fromArray(expected)}.`);
      }
    }
    if (holds(this.support, value)) return;
    throw new ValueError(
      `Expected value argument (${described(value)}) to be within the support (${this.support}) of the distribution ${this}, but found invalid values:\n${inText(value)}`,
    );
  }
}

function holds(constraint: Constraint, value: Tensor): boolean {
  return noGrad(() => constraint.check(value).all().item() !== 0);
}

function described(value: Tensor): string {
  const { sizes } = value;
  return `${value.constructor.name} of shape (${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
}

/** Numbers and tensors as tensors of one shape; numbers take the dtype of the tensors beside them. */
export function broadcastAll(...values: readonly (Tensor | number)[]): Tensor[] {
  if (!values.every((value) => value instanceof Tensor || typeof value === "number")) {
    throw new ValueError("Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.");
  }
  const like = values.find((value) => value instanceof Tensor);
  const options = like ? { dtype: like.dtype, device: like.device } : { dtype: getDefaultDtype() };
  return broadcastTensors(...values.map((value) => (value instanceof Tensor ? value : tensor(value, options))));
}

/** The one of two parameters that was given. */
export function eitherOf(
  probs: Tensor | number | null | undefined,
  logits: Tensor | number | null | undefined,
): { readonly isLogits: boolean; readonly value: Tensor | number } {
  if ((probs == null) === (logits == null)) throw new ValueError("Either `probs` or `logits` must be specified, but not both.");
  return probs == null ? { isLogits: true, value: logits! } : { isLogits: false, value: probs };
}
