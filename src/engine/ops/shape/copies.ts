import { takingOnly } from "../../arguments.js";
import { linearInEach, defineOperation, type OperationRow } from "../../dispatch/index.js";
import { copy } from "../../kernels/elementwise.js";
import { Tensor } from "../../tensor.js";
import { moves, notCounted } from "../../operation.js";

const cloneRow: OperationRow<[x: Tensor]> = {
  name: "clone",
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input"],
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
  forward: (output, x) => copy(output, x),
  backward: (gradient) => [gradient],
  recordedBackward: linearInEach(0),
};
const cloneOperation = defineOperation<[x: Tensor]>({ ...cloneRow, keepsLayout: "exactly" });
const contiguousOperation = defineOperation<[x: Tensor]>(cloneRow);

/** A copy with memory of its own, in the same order of memory, through which gradients flow. (torch.clone) */
export const clone: (x: Tensor) => Tensor = cloneOperation;

/** The tensor itself where its elements lie in row-major order without gaps, else a copy in that order. (Tensor.contiguous) */
export const contiguous: (x: Tensor) => Tensor = takingOnly("contiguous", ["x"], (x: Tensor): Tensor => {
  return x.isContiguous() ? x : contiguousOperation(x);
});
