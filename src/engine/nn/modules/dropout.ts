import { collect, type Arguments } from "../../arguments.js";
import * as F from "../../ops/dropout.js";
import { float, repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";

export interface DropoutOptions {
  /** Probability of being dropped. Default 0.5. */
  readonly p?: number;
  /** Writes into the input instead of a new tensor. Default false. */
  readonly inplace?: boolean;
}

/** Layers that drop at random while training and pass on in evaluation mode. */
abstract class DropoutModule extends Module {
  static override readonly [declaration]: LayerDeclaration<DropoutModule> = {
    family: "dropout",
    arguments: ({ p, inplace }) => ({ p: optional(p, 0.5), inplace: optional(inplace, false) }),
  };

  p: number;
  inplace: boolean;

  constructor(...args: Arguments<[p: number, inplace: boolean], DropoutOptions>) {
    super();
    const { p = 0.5, inplace = false } = collect<DropoutOptions>(new.target.name, ["p", "inplace"], args);
    F.checkProbability(p);
    this.p = p;
    this.inplace = inplace;
  }

  abstract override forward(x: Tensor): Tensor;

  override extraRepr(): string {
    return `p=${float(this.p)}, inplace=${repr(this.inplace)}`;
  }
}

/** Elements become zero with probability p, the others are divided by 1 - p. (torch.nn.Dropout) */
export class Dropout extends DropoutModule {
  override forward(x: Tensor): Tensor {
    return F.dropout(x, this.p, this.training, this.inplace);
  }
}

/** Whole channels of (N, C, L) or (C, L) become zero. (torch.nn.Dropout1d) */
export class Dropout1d extends DropoutModule {
  override forward(x: Tensor): Tensor {
    return F.dropout1d(x, this.p, this.training, this.inplace);
  }
}

/** Whole channels of (N, C, H, W) become zero; three dimensions are (N, C, L). (torch.nn.Dropout2d) */
export class Dropout2d extends DropoutModule {
  override forward(x: Tensor): Tensor {
    return F.dropout2d(x, this.p, this.training, this.inplace);
  }
}

/** Whole channels of (N, C, D, H, W) or (C, D, H, W) become zero. (torch.nn.Dropout3d) */
export class Dropout3d extends DropoutModule {
  override forward(x: Tensor): Tensor {
    return F.dropout3d(x, this.p, this.training, this.inplace);
  }
}

/** Dropout that keeps mean and variance in networks of SELU. (torch.nn.AlphaDropout) */
export class AlphaDropout extends DropoutModule {
  override forward(x: Tensor): Tensor {
    return F.alphaDropout(x, this.p, this.training);
  }
}

/** AlphaDropout of whole channels. (torch.nn.FeatureAlphaDropout) */
export class FeatureAlphaDropout extends DropoutModule {
  override forward(x: Tensor): Tensor {
    return F.featureAlphaDropout(x, this.p, this.training);
  }
}
