import { defineOperation } from "../../dispatch/index.js";
import { copy } from "../../kernels/elementwise.js";
import { Tensor } from "../../tensor.js";
import { moves } from "../../operation.js";

const cloneOperation = defineOperation<[x: Tensor]>({
  name: "clone",
  effect: moves,
  arguments: ["input"],
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
  forward: (output, x) => copy(output, x),
  backward: (gradient) => [gradient],
});

/** A copy with memory of its own, through which gradients flow. (torch.clone) */
export function clone(x: Tensor): Tensor {
  return cloneOperation(x);
}

/** The tensor itself where its elements lie in row-major order without gaps, else a copy in that order. (Tensor.contiguous) */
export function contiguous(x: Tensor): Tensor {
  return x.isContiguous() ? x : cloneOperation(x);
}
