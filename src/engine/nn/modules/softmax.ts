import { nameInPython, ValueError } from "../../errors.js";
import { warn } from "../../warnings.js";
import { collect, type Arguments } from "../../arguments.js";
import { implicitSoftmaxDim, logSoftmax, softmax, softmin } from "../../ops/softmax.js";
import { repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";

/** Softmax and its kin as layers. */

/** A function along one dimension. Where none is stated, it is 0 for inputs of 0, 1 or 3 dimensions, else 1. */
abstract class DimActivation extends Module {
  static override readonly [declaration]: LayerDeclaration<DimActivation> = {
    family: "activation",
    arguments: ({ dim }) => ({ dim: optional(dim, null) }),
  };

  dim: number | null;

  constructor(...args: Arguments<[dim: number | null], { readonly dim?: number | null }>) {
    super();
    this.dim = collect<{ readonly dim?: number | null }>(new.target.name, ["dim"], args).dim ?? null;
  }

  abstract override forward(x: Tensor): Tensor;

  protected dimFor(x: Tensor): number {
    if (this.dim !== null) return this.dim;
    const name = nameInPython(this.constructor.name.replace(/^./, (letter) => letter.toLowerCase()));
    warn(`Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`);
    return implicitSoftmaxDim(x);
  }

  override extraRepr(): string {
    return `dim=${repr(this.dim)}`;
  }
}

/** e^x over the sum of e^x along a dimension. (torch.nn.Softmax) */
export class Softmax extends DimActivation {
  override forward(x: Tensor): Tensor {
    return softmax(x, this.dimFor(x));
  }
}

/** The softmax of -x. (torch.nn.Softmin) */
export class Softmin extends DimActivation {
  override forward(x: Tensor): Tensor {
    return softmin(x, this.dimFor(x));
  }
}

/** The logarithm of the softmax. (torch.nn.LogSoftmax) */
export class LogSoftmax extends DimActivation {
  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dimFor(x));
  }
}

/** Softmax over the channels of images, (N, C, H, W) or (C, H, W). (torch.nn.Softmax2d) */
export class Softmax2d extends Module {
  static override readonly [declaration]: LayerDeclaration<Softmax2d> = { family: "activation", arguments: () => ({}) };

  override forward(x: Tensor): Tensor {
    if (x.ndim !== 3 && x.ndim !== 4) throw new ValueError(`Softmax2d: expected input to be 3D or 4D, got ${x.ndim}D instead`);
    return softmax(x, -3);
  }
}
