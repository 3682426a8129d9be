import { defineComposite } from "../../dispatch/index.js";
import { Tensor } from "../../tensor.js";
import { collect, type Arguments, type Dims } from "../../arguments.js";
import { norm } from "../reduction.js";
import { computes, ofParts } from "../../operation.js";

export interface NormalizeOptions {
  /** The order of the norm. Default 2. */
  readonly p?: number;
  /** The dimensions that are taken for vectors. Default 1. */
  readonly dim?: Dims;
  /** The least norm that is divided by. Default 1e-12. */
  readonly eps?: number;
}

/** Vectors along `dim` divided by their norm (torch.nn.functional.normalize). */
export const normalize: (x: Tensor, ...args: Arguments<[p: number, dim: Dims, eps: number], NormalizeOptions>) => Tensor = defineComposite(
  { name: "normalize", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["p", 2], ["dim", 1], ["eps", 1e-12]] },
  (x: Tensor, ...args: Arguments<[p: number, dim: Dims, eps: number], NormalizeOptions>): Tensor => {
    const { p = 2, dim = 1, eps = 1e-12 } = collect<NormalizeOptions>("normalize", ["p", "dim", "eps"], args);
    return x.div(norm(x, { p, dim, keepdim: true }).clampMin(eps));
  },
);
