import { collect, type Arguments } from "../../arguments.js";
import { noGrad } from "../../autograd/gradMode.js";
import { defineComposite } from "../../dispatch/index.js";
import { KeyError, RuntimeError, ValueError } from "../../errors.js";
import { computes, notCounted } from "../../operation.js";
import { dot, mv } from "../../ops/matmul.js";
import { normalize } from "../../ops/normalization.js";
import { Tensor } from "../../tensor.js";
import { layerFacts } from "../declaration.js";
import type { RemovableHandle } from "../hooks.js";
import { unregister } from "../members.js";
import type { Module } from "../module.js";
import { Parameter } from "../parameter.js";

/** Spectral normalization as it was before parametrizations: a hook computes the weight before each pass. (torch.nn.utils.spectral_norm) */

export interface SpectralNormHookOptions {
  /** Which parameter. Default "weight". */
  readonly name?: string;
  /** Steps of the power method before each pass while training. Default 1. */
  readonly nPowerIterations?: number;
  /** Keeps norms from being zero. Default 1e-12. */
  readonly eps?: number;
  /** The dimension of outputs; null for the one that the layer says, which is 1 of transposed convolutions, and otherwise 0. Default null. */
  readonly dim?: number | null;
}

interface Normalized {
  readonly name: string;
  readonly times: number;
  readonly eps: number;
  readonly dim: number;
  readonly hook: RemovableHandle;
}

const normalized = new WeakMap<Module, Map<string, Normalized>>();

/** The largest singular value, by the vectors that stand for it. */
const largestSingularValue = defineComposite(
  { name: "spectralNorm", effect: computes, arguments: ["weight", "u", "v"], multiplyAdds: notCounted },
  (matrix: Tensor, u: Tensor, v: Tensor): Tensor => dot(u, mv(matrix, v)),
);

function asMatrix(weight: Tensor, dim: number): Tensor {
  return (dim === 0 ? weight : weight.movedim(dim, 0)).reshape(weight.sizes[dim]!, -1);
}

function computed(module: Module, { name, times, eps, dim }: Omit<Normalized, "hook">): Tensor {
  const { [`${name}_orig`]: weight, [`${name}_u`]: u, [`${name}_v`]: v } = module as unknown as Record<string, Tensor>;
  const matrix = asMatrix(weight!, dim);
  noGrad(() => {
    for (let i = 0; i < times; i++) {
      v!.copy_(normalize(mv(matrix.t(), u!), { dim: 0, eps }));
      u!.copy_(normalize(mv(matrix, v!), { dim: 0, eps }));
    }
  });
  // A later pass writes over the vectors that this one's backward reads.
  return weight!.div(largestSingularValue(matrix, u!.clone(), v!.clone()));
}

/**
 * Divides a weight by its largest singular value, estimated before each pass by the power method from the parameter `weight_orig` and the buffers `weight_u`
 * and `weight_v`. Returns the module. `nn.utils.parametrizations.spectralNorm` is the newer way. (torch.nn.utils.spectral_norm)
 */
export function spectralNorm<M extends Module>(
  module: M,
  ...args: Arguments<[name: string, nPowerIterations: number, eps: number, dim: number | null], SpectralNormHookOptions>
): M {
  const given = collect<SpectralNormHookOptions>("spectralNorm", ["name", "nPowerIterations", "eps", "dim"], args);
  const { name = "weight", nPowerIterations: times = 1, eps = 1e-12 } = given;
  // Of transposed convolutions the second.
  const dim = given.dim ?? Math.max(0, layerFacts(module).axes[name]?.indexOf("out") ?? 0);
  const known = normalized.get(module) ?? new Map<string, Normalized>();
  if (known.has(name)) throw new RuntimeError(`Cannot register two spectral_norm hooks on the same parameter ${name}`);
  if (times <= 0) throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${times}`);
  const fields = module as unknown as Record<string, Tensor | undefined>;
  const weight = fields[name];
  if (!(weight instanceof Tensor)) throw new KeyError(`'${module.constructor.name}' object has no attribute '${name}'`);
  const { sizes } = asMatrix(weight.detach(), dim);
  const draw = (length: number): Tensor => normalize(Tensor.allocate([length], weight.dtype, weight.device).normal_(0, 1), { dim: 0, eps });
  const [u, v] = [draw(sizes[0]!), draw(sizes[1]!)];
  unregister(module, name);
  module.registerParameter(`${name}_orig`, weight instanceof Parameter ? weight : new Parameter(weight.detach()));
  fields[name] = weight.data;
  module.registerBuffer(`${name}_u`, u);
  module.registerBuffer(`${name}_v`, v);
  const hook = module.registerForwardPreHook(() => {
    fields[name] = computed(module, { name, times: module.training ? times : 0, eps, dim });
  });
  normalized.set(module, known.set(name, { name, times, eps, dim, hook }));
  return module;
}

/** Makes the weight an ordinary parameter again, with the values that it has. Returns the module. (torch.nn.utils.remove_spectral_norm) */
export function removeSpectralNorm<M extends Module>(module: M, ...args: Arguments<[name: string], { readonly name?: string }>): M {
  const { name = "weight" } = collect<{ name?: string }>("removeSpectralNorm", ["name"], args);
  const found = normalized.get(module)?.get(name);
  if (found === undefined) throw new ValueError(`spectral_norm of '${name}' not found in ${module}`);
  const weight = noGrad(() => computed(module, { ...found, times: 0 }));
  found.hook.remove();
  normalized.get(module)!.delete(name);
  for (const suffix of ["orig", "u", "v"]) unregister(module, `${name}_${suffix}`);
  delete (module as unknown as Record<string, unknown>)[name];
  module.registerParameter(name, new Parameter(weight.detach()));
  return module;
}
