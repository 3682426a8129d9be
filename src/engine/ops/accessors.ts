import { requireMatrices } from "./rules/matrixDims.js";
import { RuntimeError, TypeError } from "../errors.js";
import { extendTensor, type Tensor } from "../tensor.js";
import { warn } from "../warnings.js";
import { permute, select, transpose } from "./shape.js";

/** What tensors offer without a call: their transposes, and their slices one after the other. */

declare module "../tensor.js" {
  interface Tensor {
    /** The dimensions in reverse order: of a matrix, its transpose. */
    readonly T: Tensor;
    /** The last two dimensions exchanged: each matrix of a batch transposed. */
    readonly mT: Tensor;
    /** A matrix transposed: its conjugate transpose, as numbers are real here. */
    readonly H: Tensor;
    /** The last two dimensions exchanged: the conjugate transpose of each matrix of a batch. */
    readonly mH: Tensor;
    /** The slices along the first dimension. */
    [Symbol.iterator](): IterableIterator<Tensor>;
  }
}

extendTensor({
  get T(): Tensor {
    if (this.sizes.length > 2) {
      warn(
        "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
      );
    }
    return permute(
      this,
      this.sizes.map((_, dim) => this.sizes.length - 1 - dim),
    );
  },

  get mT(): Tensor {
    requireMatrices(this, "mT");
    return this.sizes.length === 0 ? this : transpose(this, -2, -1);
  },

  get H(): Tensor {
    const dimensions = this.sizes.length;
    if (dimensions !== 0 && dimensions !== 2) {
      const hint = dimensions === 1 ? "" : " For batches of matrices, consider using tensor.mH";
      throw new RuntimeError(`tensor.H is only supported on matrices (2-D tensors). Got ${dimensions}-D tensor.${hint}`);
    }
    return dimensions === 0 ? this : transpose(this, 0, 1);
  },

  get mH(): Tensor {
    requireMatrices(this, "mH");
    return this.sizes.length === 0 ? this : transpose(this, -2, -1);
  },

  *[Symbol.iterator]() {
    if (this.sizes.length === 0) throw new TypeError("iteration over a 0-d tensor");
    for (let i = 0; i < this.sizes[0]!; i++) yield select(this, 0, i);
  },
});
