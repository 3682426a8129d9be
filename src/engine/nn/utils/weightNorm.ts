import { KeyError, RuntimeError, ValueError } from "../../errors.js";
import { collect, type Arguments } from "../../arguments.js";
import { named } from "../../dispatch/index.js";
import { norm } from "../../ops/reduction.js";
import { Tensor } from "../../tensor.js";
import type { RemovableHandle } from "../hooks.js";
import { unregister } from "../members.js";
import type { Module } from "../module.js";
import { Parameter } from "../parameter.js";

/** Weight normalization as it was before parametrizations: a hook computes the weight before each pass. (torch.nn.utils.weight_norm) */

export interface WeightNormOptions {
  /** Which parameter. Default "weight". */
  readonly name?: string;
  /** The dimension whose slices have a norm each; null for one norm of the whole. Default 0. */
  readonly dim?: number | null;
}

interface Normalized {
  readonly dim: number;
  readonly hook: RemovableHandle;
}

const normalized = new WeakMap<Module, Map<string, Normalized>>();

/** The norm of each slice along `dim`, with the other dimensions kept at size 1; of the whole for -1. */
export function normExceptDim(v: Tensor, dim: number): Tensor {
  if (dim === -1) return norm(v);
  return norm(v, { dim: [...v.sizes.keys()].filter((i) => i !== dim), keepdim: true });
}

/** g v / |v|. Along the first or the last dimension it is one step of PyTorch's. */
export function normalizedWeight(g: Tensor, v: Tensor, dim: number): Tensor {
  const weight = v.mul(g.div(normExceptDim(v, dim)));
  return dim === 0 || dim === v.ndim - 1 ? named("WeightNormInterfaceBackward0", weight) : weight;
}

function computed(module: Module, name: string, dim: number): Tensor {
  const { [`${name}_g`]: g, [`${name}_v`]: v } = module as unknown as Record<string, Tensor>;
  return normalizedWeight(g!, v!, dim);
}

/**
 * Separates the size of a weight from its direction: weight = g v / |v|, computed before each pass from the parameters `weight_g` and
 * `weight_v`. Returns the module. `nn.utils.parametrizations.weightNorm` is the newer way. (torch.nn.utils.weight_norm)
 */
export function weightNorm<M extends Module>(module: M, ...args: Arguments<[name: string, dim: number | null], WeightNormOptions>): M {
  const { name = "weight", dim: given = 0 } = collect<WeightNormOptions>("weightNorm", ["name", "dim"], args);
  const known = normalized.get(module) ?? new Map<string, Normalized>();
  if (known.has(name)) throw new RuntimeError(`Cannot register two weight_norm hooks on the same parameter ${name}`);
  const fields = module as unknown as Record<string, Tensor | undefined>;
  const weight = fields[name];
  if (!(weight instanceof Tensor)) throw new KeyError(`'${module.constructor.name}' object has no attribute '${name}'`);
  const dim = given === null ? -1 : given < 0 && given !== -1 ? given + weight.ndim : given;
  unregister(module, name);
  module.registerParameter(`${name}_g`, new Parameter(normExceptDim(weight.detach(), dim)));
  module.registerParameter(`${name}_v`, new Parameter(weight.data));
  fields[name] = computed(module, name, dim);
  const hook = module.registerForwardPreHook(() => {
    fields[name] = computed(module, name, dim);
  });
  normalized.set(module, known.set(name, { dim, hook }));
  return module;
}

/** Makes the weight an ordinary parameter again, with the values that it has. Returns the module. (torch.nn.utils.remove_weight_norm) */
export function removeWeightNorm<M extends Module>(module: M, ...args: Arguments<[name: string], { readonly name?: string }>): M {
  const { name = "weight" } = collect<{ name?: string }>("removeWeightNorm", ["name"], args);
  const found = normalized.get(module)?.get(name);
  if (found === undefined) throw new ValueError(`weight_norm of '${name}' not found in ${module}`);
  const weight = computed(module, name, found.dim);
  found.hook.remove();
  normalized.get(module)!.delete(name);
  unregister(module, `${name}_g`);
  unregister(module, `${name}_v`);
  delete (module as unknown as Record<string, unknown>)[name];
  module.registerParameter(name, new Parameter(weight.detach()));
  return module;
}
