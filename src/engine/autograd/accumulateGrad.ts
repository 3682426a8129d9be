import { binary, copy } from "../kernels/elementwise.js";
import { fillsRange } from "../kernels/layout.js";
import { equalSizes } from "../size.js";
import { Tensor } from "../tensor.js";
import { GraphNode } from "./graph.js";

/** The end of a path: adds what arrives to a leaf's `grad` (torch::autograd::AccumulateGrad). */
export class AccumulateGrad extends GraphNode {
  readonly name = "AccumulateGrad";
  readonly inputs = [];
  /** What runs after a gradient was added to the leaf's. */
  afterwards: readonly ((tensor: Tensor) => void)[] = [];

  constructor(private readonly tensor: Tensor) {
    super(0);
  }

  /** Runs the hooks on the leaf. */
  done(): void {
    for (const hook of this.afterwards) hook(this.tensor);
  }

  /** `owned`: the gradient's memory belongs to nobody else and may be kept. */
  accumulate(gradient: Tensor, owned: boolean): void {
    const { tensor } = this;
    if (tensor.grad === null) {
      // It lies in memory as the tensor does where that has no gaps, else row-major: PyTorch's layout contract.
      const isRowMajor = tensor.isContiguous() || !fillsRange(tensor);
      if (owned && (isRowMajor ? gradient.isContiguous() : equalSizes(gradient.strides, tensor.strides))) {
        tensor.ownGrad = gradient;
        return;
      }
      tensor.ownGrad = Tensor.allocate(tensor.sizes, gradient.dtype, gradient.device, isRowMajor ? undefined : tensor.strides);
      copy(tensor.ownGrad, gradient);
    } else {
      // A new tensor would leave whoever holds the old `grad` behind: PyTorch adds in place too.
      binary(tensor.grad, tensor.grad, gradient, (a, b) => a + b, "add");
      tensor.grad.version.value++;
    }
  }

  /** Where the gradient is to be differentiated again: `grad` becomes a new tensor, which knows how it came about. */
  accumulateRecorded(gradient: Tensor): void {
    const { tensor } = this;
    tensor.ownGrad = tensor.ownGrad === null ? gradient.allocateLike().copy_(gradient) : tensor.ownGrad.add(gradient);
  }

  backward(): readonly (Tensor | null)[] {
    return [];
  }

  recordedBackward(): readonly (Tensor | null)[] {
    return [];
  }
}
