import { collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../../arguments.js";
import { noGrad } from "../../autograd/gradMode.js";
import { AssertionError, IndexError, TypeError, typeInPython, ValueError } from "../../errors.js";
import { ones, onesLike, zerosLike } from "../../ops/creation.js";
import { rand, randLike } from "../../ops/random.js";
import { kthvalue, norm } from "../../ops/reduction.js";
import { topk } from "../../ops/sorting.js";
import { equalSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";
import type { ForwardPreHook } from "../hooks.js";
import { internals, unregister } from "../members.js";
import { Module } from "../module.js";
import { modulesOf } from "../walk.js";
import { parametersToVector } from "./vector.js";

/**
 * Pruning (torch.nn.utils.prune): a parameter `weight` becomes the parameter `weight_orig` and the buffer `weight_mask`, whose product is put into `weight`
 * before each pass. Pruned again, it keeps what is zero already.
 *
 * An amount between 0 and 1 is a share; a whole number is a count, so that 1 is one element (PyTorch's 1.0, all of them, cannot be told from it).
 */

type Fields = Record<string, Tensor | undefined>;

function tensorOf(module: Module, name: string): Tensor {
  const tensor = (module as unknown as Fields)[name];
  if (!(tensor instanceof Tensor)) throw new AssertionError(`'${module.constructor.name}' object has no attribute '${name}'`);
  return tensor;
}

/** What a mask is computed over where there is one already: the elements left, the slices left along a dimension, or all. */
export type PruningType = "unstructured" | "structured" | "global";

/** A way to choose what is pruned (torch.nn.utils.prune.BasePruningMethod). A subclass states `pruningType` and `computeMask`. */
export abstract class BasePruningMethod {
  abstract readonly pruningType: PruningType;
  /** The dimension whose slices are pruned, where they are. */
  readonly dim?: number;

  /** A mask of zeros and ones of `scores`' shape. What is zero in `defaultMask` is to be zero in it. */
  abstract computeMask(scores: Tensor, defaultMask: Tensor): Tensor;

  /** A tensor as pruned, without any module. `importanceScores` stand for its values where given. */
  prune(tensor: Tensor, options: { readonly defaultMask?: Tensor; readonly importanceScores?: Tensor } = {}): Tensor {
    const { defaultMask = onesLike(tensor), importanceScores = tensor } = options;
    if (!equalSizes(importanceScores.sizes, tensor.sizes)) {
      throw new AssertionError(`importance_scores should have the same shape as tensor t, got ${importanceScores.shape} vs ${tensor.shape}`);
    }
    return tensor.mul(this.computeMask(importanceScores, defaultMask));
  }
}

/** Which parameter a hook masks. Known by the hook, since a copy of a module has its hooks. */
const prunedNames = new WeakMap<object, string>();

function pruningHook(module: Module, name: string): ForwardPreHook | undefined {
  return [...module[internals].forwardPreHooks].find((hook) => prunedNames.get(hook) === name) as ForwardPreHook | undefined;
}

/**
 * Prunes a parameter by a method (BasePruningMethod.apply). `importanceScores`, of the parameter's shape, stand for its values where given.
 * Returns the module.
 */
export function applyMethod<M extends Module>(module: M, name: string, method: BasePruningMethod, importanceScores?: Tensor): M {
  const before = pruningHook(module, name);
  const current = tensorOf(module, name);
  const scores = importanceScores ?? current;
  if (!equalSizes(scores.sizes, current.sizes)) {
    throw new AssertionError(`importance_scores should have the same shape as parameter ${name} of ${module}, got ${scores.shape} vs ${current.shape}`);
  }
  // Computed before anything is changed: a method that throws leaves the module as it was.
  const mask = noGrad(() => {
    if (!before) return method.computeMask(scores.detach(), onesLike(current));
    return combinedMask(method, scores.detach(), tensorOf(module, `${name}_mask`).clone());
  });
  if (!before) {
    unregister(module, name);
    module.registerParameter(`${name}_orig`, current);
  }
  if (before) module[internals].forwardPreHooks.delete(before);
  module.registerBuffer(`${name}_mask`, mask);
  (module as unknown as Fields)[name] = masked(module, name);
  const hook: ForwardPreHook = (called) => {
    (called as unknown as Fields)[name] = masked(called, name);
  };
  prunedNames.set(hook, name);
  module.registerForwardPreHook(hook);
  return module;
}

function masked(module: Module, name: string): Tensor {
  const original = tensorOf(module, `${name}_orig`);
  return tensorOf(module, `${name}_mask`).to(original.dtype).mul(original);
}

/** The mask of one method more, computed over what the earlier ones left. */
function combinedMask(method: BasePruningMethod, scores: Tensor, mask: Tensor): Tensor {
  if (method.pruningType === "global") return method.computeMask(scores, mask);
  if (method.pruningType === "unstructured") {
    const left = mask.eq(1);
    const partial = method.computeMask(scores.maskedSelect(left), mask.maskedSelect(left));
    return mask.maskedScatter(left, partial.to(mask.dtype));
  }
  if (method.dim === undefined) throw new TypeError('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.');
  const dim = method.dim < 0 ? scores.ndim + method.dim : method.dim;
  if (dim < 0) throw new IndexError(`Index is out of bounds for tensor with dimensions ${scores.ndim}`);
  const left = mask.sum(otherDims(scores, dim)).ne(0).nonzero().reshape(-1);
  const partial = method.computeMask(scores.indexSelect(dim, left), mask.indexSelect(dim, left));
  return mask.indexCopy(dim, left, partial.to(mask.dtype));
}

function otherDims(tensor: Tensor, dim: number): number[] {
  return [...tensor.sizes.keys()].filter((i) => i !== dim);
}

/** Prunes nothing: a mask of ones. */
export class Identity extends BasePruningMethod {
  override readonly pruningType = "unstructured";

  override computeMask(_scores: Tensor, defaultMask: Tensor): Tensor {
    return defaultMask;
  }
}

/** How much is pruned. */
abstract class PruningByAmount extends BasePruningMethod {
  constructor(readonly amount: number) {
    super();
    if (typeof amount !== "number") throw new TypeError(`Invalid type for amount: ${String(amount)}. Must be int or float.`);
    if (!(amount >= 0 && (amount <= 1 || Number.isInteger(amount)))) {
      throw new ValueError(`amount=${amount} should either be a float in the range [0, 1] or a non-negative integer`);
    }
  }

  /** How many of `size` are pruned. */
  protected count(size: number): number {
    if (!Number.isInteger(this.amount)) return roundHalfToEven(this.amount * size);
    if (this.amount > size) throw new ValueError(`amount=${this.amount} should be smaller than the number of parameters to prune=${size}`);
    return this.amount;
  }
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** Zeros in a mask at places of its elements in order. */
function withZeros(mask: Tensor, places: Tensor): Tensor {
  const flat = mask.clone().reshape(-1);
  return flat.indexFill(0, places, 0).reshape(mask.sizes);
}

/** Elements at random (torch.nn.utils.prune.RandomUnstructured). */
export class RandomUnstructured extends PruningByAmount {
  override readonly pruningType = "unstructured";

  override computeMask(scores: Tensor, defaultMask: Tensor): Tensor {
    const count = this.count(scores.numel());
    return count === 0 ? defaultMask.clone() : withZeros(defaultMask, topk(randLike(scores).reshape(-1), count).indices);
  }
}

/** The elements of the smallest size (torch.nn.utils.prune.L1Unstructured). */
export class L1Unstructured extends PruningByAmount {
  override readonly pruningType = "unstructured";

  override computeMask(scores: Tensor, defaultMask: Tensor): Tensor {
    const count = this.count(scores.numel());
    return count === 0 ? defaultMask.clone() : withZeros(defaultMask, topk(scores.abs().reshape(-1), count, { largest: false }).indices);
  }
}

/** Slices along a dimension. */
abstract class StructuredPruning extends PruningByAmount {
  override readonly pruningType = "structured";

  constructor(
    amount: number,
    override readonly dim = -1,
  ) {
    super(amount);
  }

  protected slices(scores: Tensor): { readonly dim: number; readonly size: number; readonly count: number } {
    if (scores.ndim <= 1) {
      throw new ValueError(
        `Structured pruning can only be applied to multidimensional tensors. Found tensor of shape ${scores.shape} with ${scores.ndim} dims`,
      );
    }
    if (this.dim >= scores.ndim) throw new IndexError(`Invalid index ${this.dim} for tensor of size ${scores.shape}`);
    const dim = this.dim < 0 ? this.dim + scores.ndim : this.dim;
    return { dim, size: scores.sizes[dim]!, count: this.count(scores.sizes[dim]!) };
  }

  /** Ones in the kept slices where `defaultMask` has them. */
  protected keeping(scores: Tensor, dim: number, kept: Tensor, defaultMask: Tensor): Tensor {
    const mask = zerosLike(scores).indexFill(dim, kept, 1);
    return mask.mul(defaultMask.to(mask.dtype));
  }
}

/** Slices at random (torch.nn.utils.prune.RandomStructured). */
export class RandomStructured extends StructuredPruning {
  override computeMask(scores: Tensor, defaultMask: Tensor): Tensor {
    const { dim, size, count } = this.slices(scores);
    if (count === 0) return defaultMask;
    const draw = rand(size);
    const kept = draw.gt(kthvalue(draw, count).values).nonzero().reshape(-1);
    return this.keeping(scores, dim, kept, defaultMask);
  }
}

/** The slices of the smallest n-norm (torch.nn.utils.prune.LnStructured). */
export class LnStructured extends StructuredPruning {
  constructor(
    amount: number,
    readonly n: number | "fro",
    dim = -1,
  ) {
    super(amount, dim);
  }

  override computeMask(scores: Tensor, defaultMask: Tensor): Tensor {
    const { dim, size, count } = this.slices(scores);
    if (count === 0) return defaultMask;
    const kept = topk(norm(scores, { p: this.n, dim: otherDims(scores, dim) }), size - count).indices;
    return this.keeping(scores, dim, kept, defaultMask);
  }
}

/** A mask of the user's own (torch.nn.utils.prune.CustomFromMask). */
export class CustomFromMask extends BasePruningMethod {
  override readonly pruningType = "global";

  constructor(readonly mask: Tensor) {
    super();
  }

  override computeMask(_scores: Tensor, defaultMask: Tensor): Tensor {
    if (!equalSizes(defaultMask.sizes, this.mask.sizes)) {
      throw new AssertionError(`default_mask shape ${defaultMask.shape} must match self.mask shape ${this.mask.shape}`);
    }
    return defaultMask.mul(this.mask.to(defaultMask.dtype));
  }
}

/** What is pruned, by name: `{ name: "weight", amount: 0.3 }`. */
interface Pruned {
  readonly name: string;
  /** A share between 0 and 1, or a number of elements or slices. */
  readonly amount: number;
}

interface Scored {
  /** Stand for the parameter's values where the smallest are looked for. Default: the values. */
  readonly importanceScores?: Tensor | null;
}

/** Gives a parameter the form of a pruned one, with a mask of ones. (torch.nn.utils.prune.identity) */
export function identity<M extends Module>(module: M, ...args: AllArguments<[name: string], Pick<Pruned, "name">>): M {
  const [name] = inOrder<[name: string]>("identity", ["name"], args);
  return applyMethod(module, name, new Identity());
}

/** Prunes elements at random. (torch.nn.utils.prune.random_unstructured) */
export function randomUnstructured<M extends Module>(module: M, ...args: AllArguments<[name: string, amount: number], Pruned>): M {
  const [name, amount] = inOrder<[name: string, amount: number]>("random_unstructured", ["name", "amount"], args);
  return applyMethod(module, name, new RandomUnstructured(amount));
}

/** Prunes the elements of the smallest size. (torch.nn.utils.prune.l1_unstructured) */
export function l1Unstructured<M extends Module>(
  module: M,
  ...args: WithRequired<[name: string, amount: number], Pruned, [importanceScores: Tensor | null], Scored>
): M {
  const [[name, amount], rest] = requiredFirst<[name: string, amount: number]>("l1_unstructured", ["name", "amount"], args);
  const { importanceScores } = collect<Scored>("l1_unstructured", ["importanceScores"], rest);
  return applyMethod(module, name, new L1Unstructured(amount), importanceScores ?? undefined);
}

/** Prunes slices along `dim` at random. (torch.nn.utils.prune.random_structured) */
export function randomStructured<M extends Module>(
  module: M,
  ...args: AllArguments<[name: string, amount: number, dim: number], Pruned & { readonly dim: number }>
): M {
  const [name, amount, dim] = inOrder<[name: string, amount: number, dim: number]>("random_structured", ["name", "amount", "dim"], args);
  return applyMethod(module, name, new RandomStructured(amount, dim));
}

/** Prunes the slices along `dim` of the smallest n-norm. (torch.nn.utils.prune.ln_structured) */
export function lnStructured<M extends Module>(
  module: M,
  ...args: WithRequired<
    [name: string, amount: number, n: number | "fro", dim: number],
    Pruned & { readonly n: number | "fro"; readonly dim: number },
    [importanceScores: Tensor | null],
    Scored
  >
): M {
  type Required = [name: string, amount: number, n: number | "fro", dim: number];
  const [[name, amount, n, dim], rest] = requiredFirst<Required>("ln_structured", ["name", "amount", "n", "dim"], args);
  const { importanceScores } = collect<Scored>("ln_structured", ["importanceScores"], rest);
  return applyMethod(module, name, new LnStructured(amount, n, dim), importanceScores ?? undefined);
}

/** Prunes by a mask of zeros and ones. (torch.nn.utils.prune.custom_from_mask) */
export function customFromMask<M extends Module>(
  module: M,
  ...args: AllArguments<[name: string, mask: Tensor], { readonly name: string; readonly mask: Tensor }>
): M {
  const [name, mask] = inOrder<[name: string, mask: Tensor]>("custom_from_mask", ["name", "mask"], args);
  return applyMethod(module, name, new CustomFromMask(mask));
}

/** Prunes parameters together: the amount is of all their elements. (torch.nn.utils.prune.global_unstructured) */
export function globalUnstructured(
  parameters: Iterable<readonly [module: Module, name: string]>,
  pruningMethod: new (amount: number) => BasePruningMethod,
  options: { readonly amount: number; readonly importanceScores?: ReadonlyMap<Tensor, Tensor> },
): void {
  if (typeof (parameters as Iterable<unknown> | undefined)?.[Symbol.iterator] !== "function") {
    throw new TypeError("global_unstructured(): parameters is not an Iterable");
  }
  const places = [...parameters];
  const method = new pruningMethod(options.amount);
  if (method.pruningType !== "unstructured") {
    throw new TypeError(
      `Only "unstructured" PRUNING_TYPE supported for the \`pruning_method\`. Found method <class 'torch.nn.utils.prune.${pruningMethod.name}'> of type ${method.pruningType}`,
    );
  }
  const mask = noGrad(() => {
    const tensors = places.map(([module, name]) => tensorOf(module, name));
    const scores = parametersToVector(tensors.map((tensor) => options.importanceScores?.get(tensor) ?? tensor));
    const masks = places.map(([module, name], i) => (module as unknown as Fields)[`${name}_mask`] ?? ones(tensors[i]!.sizes));
    return combinedMask(method, scores.detach(), parametersToVector(masks));
  });
  let start = 0;
  for (const [module, name] of places) {
    const { sizes } = tensorOf(module, name);
    const count = tensorOf(module, name).numel();
    customFromMask(module, name, mask.narrow(0, start, count).reshape(sizes));
    start += count;
  }
}

/** Makes a pruned parameter an ordinary one again, with its zeros. Returns the module. (torch.nn.utils.prune.remove) */
export function remove<M extends Module>(module: M, name: string): M {
  const hook = pruningHook(module, name);
  if (!hook) throw new ValueError(`Parameter '${name}' of module ${module} has to be pruned before pruning can be removed`);
  const values = masked(module, name).detach();
  const original = tensorOf(module, `${name}_orig`);
  module[internals].forwardPreHooks.delete(hook);
  unregister(module, `${name}_orig`);
  unregister(module, `${name}_mask`);
  original.data = values;
  delete (module as unknown as Record<string, unknown>)[name];
  module.registerParameter(name, original);
  return module;
}

/** Whether a module, or one in it, has a pruned parameter. (torch.nn.utils.prune.is_pruned) */
export function isPruned(module: Module): boolean {
  if (!(module instanceof Module)) throw new TypeError(`expected a module, but got ${typeInPython(module)}`);
  return [...modulesOf(module)].some((each) => [...each[internals].forwardPreHooks].some((hook) => prunedNames.has(hook)));
}
