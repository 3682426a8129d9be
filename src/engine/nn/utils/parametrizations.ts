import { noGrad } from "../../autograd/gradMode.js";
import { defineComposite } from "../../dispatch/index.js";
import { ValueError } from "../../errors.js";
import { computes, notCounted } from "../../operation.js";
import { collect, type Arguments } from "../../arguments.js";
import { dot, mv } from "../../ops/matmul.js";
import { normalize } from "../../ops/normalization.js";
import type { StateDict } from "../stateDict.js";
import { Tensor } from "../../tensor.js";
import { declaration, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import { registerParametrization } from "./parametrize.js";
import { normalizedWeight, normExceptDim, type WeightNormOptions } from "./weightNorm.js";

/** Ready-made parametrizations (torch.nn.utils.parametrizations). Their modules print under PyTorch's names. */

class WeightNorm extends Module {
  static override readonly [declaration]: LayerDeclaration<WeightNorm> = {
    family: "normalization",
    arguments: () => ({}),
  };

  constructor(private readonly dim: number) {
    super();
  }

  override forward(g: Tensor, v: Tensor): Tensor {
    return normalizedWeight(g, v, this.dim);
  }

  rightInverse(weight: Tensor): readonly [g: Tensor, v: Tensor] {
    return [normExceptDim(weight, this.dim), weight];
  }
}
Object.defineProperty(WeightNorm, "name", { value: "_WeightNorm" });

/**
 * Separates the size of a weight from its direction: weight = g v / |v|, with originals g and v. Returns the module.
 * (torch.nn.utils.parametrizations.weight_norm)
 */
export function weightNorm<M extends Module>(module: M, ...args: Arguments<[name: string, dim: number | null], WeightNormOptions>): M {
  const { name = "weight", dim = 0 } = collect<WeightNormOptions>("weightNorm", ["name", "dim"], args);
  const weight = (module as unknown as Record<string, Tensor | undefined>)[name];
  const fromStart = dim === null ? -1 : dim < 0 && dim !== -1 && weight ? dim + weight.ndim : dim;
  registerParametrization(module, name, new WeightNorm(fromStart), { unsafe: true });
  // State dicts of the older weight normalization keep `weight_g` and `weight_v`.
  module.registerLoadStateDictPreHook((_, stateDict: StateDict, prefix) => {
    const [g, v] = [stateDict.get(`${prefix}${name}_g`), stateDict.get(`${prefix}${name}_v`)];
    if (g === undefined || v === undefined) return;
    stateDict.delete(`${prefix}${name}_g`);
    stateDict.delete(`${prefix}${name}_v`);
    stateDict.set(`${prefix}parametrizations.${name}.original0`, g);
    stateDict.set(`${prefix}parametrizations.${name}.original1`, v);
  });
  return module;
}

/** Steps of the power method, on the estimates of the largest singular value's left and right vectors. */
function iteratePower(matrix: Tensor, u: Tensor, v: Tensor, times: number, eps: number): void {
  noGrad(() => {
    for (let i = 0; i < times; i++) {
      u.copy_(normalize(mv(matrix, v), { dim: 0, eps }));
      v.copy_(normalize(mv(matrix.t(), u), { dim: 0, eps }));
    }
  });
}

/** The largest singular value, by the vectors that stand for it. A norm, whose products are not counted, as those of no normalization are. */
const spectralNormOf = defineComposite(
  {
    name: "spectralNorm",
    effect: computes,
    arguments: ["weight", "u", "v", ["nPowerIterations", 1], ["eps", 1e-12]],
    multiplyAdds: notCounted,
    alsoWrites: ([, , , times]) => (times > 0 ? [1, 2] : []),
  },
  (matrix: Tensor, u: Tensor, v: Tensor, times: number, eps: number): Tensor => {
    iteratePower(matrix, u, v, times, eps);
    return dot(u.clone(), mv(matrix, v.clone()));
  },
);

class SpectralNorm extends Module {
  static override readonly [declaration]: LayerDeclaration<SpectralNorm> = {
    family: "normalization",
    arguments: () => ({}),
  };

  /** Estimates of the largest singular value's left and right vectors; null for a weight of one dimension. */
  declare _u: Tensor;
  declare _v: Tensor;

  constructor(
    weight: Tensor,
    private readonly powerIterations: number,
    private readonly dim: number,
    private readonly eps: number,
  ) {
    super();
    if (dim >= weight.ndim || dim < -weight.ndim) {
      throw new ValueError(`Dimension out of range (expected to be in range of [-${weight.ndim}, ${weight.ndim - 1}] but got ${dim})`);
    }
    if (powerIterations <= 0) throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${powerIterations}`);
    if (weight.ndim === 1) return;
    const matrix = this.asMatrix(weight.detach());
    const [rows, columns] = matrix.sizes as [number, number];
    const draw = (length: number): Tensor => normalize(Tensor.allocate([length], weight.dtype, weight.device).normal_(0, 1), { dim: 0, eps });
    this.registerBuffer("_u", draw(rows));
    this.registerBuffer("_v", draw(columns));
    iteratePower(matrix, this._u, this._v, 15, eps);
  }

  private asMatrix(weight: Tensor): Tensor {
    const dim = this.dim < 0 ? this.dim + weight.ndim : this.dim;
    return (dim === 0 ? weight : weight.movedim(dim, 0)).flatten(1);
  }

  override forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return normalize(weight, { dim: 0, eps: this.eps });
    return weight.div(spectralNormOf(this.asMatrix(weight), this._u, this._v, this.training ? this.powerIterations : 0, this.eps));
  }

  /** Any weight will do: what is divided by its norm once is divided by 1 from then on. */
  rightInverse(weight: Tensor): Tensor {
    return weight;
  }
}
Object.defineProperty(SpectralNorm, "name", { value: "_SpectralNorm" });

export interface SpectralNormOptions {
  /** Which parameter. Default "weight". */
  readonly name?: string;
  /** Steps of the power method at each use while training. Default 1. */
  readonly nPowerIterations?: number;
  /** Keeps norms from being zero. Default 1e-12. */
  readonly eps?: number;
  /** The dimension of outputs; null for 1 of transposed convolutions and 0 otherwise. Default null. */
  readonly dim?: number | null;
}

/**
 * Divides a weight by its largest singular value, estimated by the power method. Returns the module.
 * (torch.nn.utils.parametrizations.spectral_norm)
 */
export function spectralNorm<M extends Module>(
  module: M,
  ...args: Arguments<[name: string, nPowerIterations: number, eps: number, dim: number | null], SpectralNormOptions>
): M {
  const {
    name = "weight",
    nPowerIterations = 1,
    eps = 1e-12,
    dim = null,
  } = collect<SpectralNormOptions>("spectralNorm", ["name", "nPowerIterations", "eps", "dim"], args);
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!(weight instanceof Tensor)) throw new ValueError(`Module '${module}' has no parameter or buffer with name '${name}'`);
  const outputDim = dim ?? (module.constructor.name.startsWith("ConvTranspose") ? 1 : 0);
  return registerParametrization(module, name, new SpectralNorm(weight, nPowerIterations, outputDim, eps));
}
