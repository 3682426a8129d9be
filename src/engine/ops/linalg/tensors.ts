import { collect, requiredFirst, type Arguments, type WithRequired } from "../../arguments.js";
import { defineComposite } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { computes, ofParts } from "../../operation.js";
import { product } from "../../size.js";
import type { Tensor } from "../../tensor.js";
import { invOperation, solve } from "./squareSystems.js";

/** Tensors as the matrices of systems: some of their dimensions count rows, the others columns. */

/** The tensor that `tensordot(a, ., ind)` undoes: its first `ind` dimensions hold as many elements as the others. (torch.linalg.tensorinv) */
export const tensorinv: (a: Tensor, ...args: Arguments<[ind: number], { readonly ind?: number }>) => Tensor = defineComposite(
  { name: "tensorinv", effect: computes, multiplyAdds: ofParts, arguments: ["A", ["ind", 2]] },
  (a: Tensor, ...args: Arguments<[ind: number], { readonly ind?: number }>): Tensor => {
    const { ind = 2 } = collect<{ readonly ind?: number }>("tensorinv", ["ind"], args);
    if (!(ind > 0)) throw new RuntimeError(`Expected a strictly positive integer for 'ind', but got ${ind}`);
    const [rows, columns] = [a.sizes.slice(0, ind), a.sizes.slice(ind)];
    if (product(rows) !== product(columns)) {
      throw new RuntimeError(
        `Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got ${product(columns)} != ${product(rows)}`,
      );
    }
    return invOperation(a.reshape([product(rows), product(columns)])).reshape([...columns, ...rows]);
  },
);

interface TensorsolveOptions {
  /** Dimensions of A that are moved behind the others first. Default null. */
  readonly dims?: readonly number[] | null;
}

type TensorsolveArguments = WithRequired<[B: Tensor], { readonly B: Tensor }, [dims: readonly number[] | null], TensorsolveOptions>;

/** X with `tensordot(A, X, X.dim()) = B`; A's first dimensions are B's. (torch.linalg.tensorsolve) */
export const tensorsolve: (a: Tensor, ...args: TensorsolveArguments) => Tensor = defineComposite(
  { name: "tensorsolve", effect: computes, multiplyAdds: ofParts, arguments: ["A", "B", "dims"] },
  (a: Tensor, ...args: TensorsolveArguments): Tensor => {
    const [[b], rest] = requiredFirst<[Tensor]>("linalg_tensorsolve", ["B"], args);
    const { dims = null } = collect<TensorsolveOptions>("tensorsolve", ["dims"], rest);
    const moved =
      dims === null
        ? a
        : a.movedim(
            [...dims],
            dims.map((_, i) => a.sizes.length - dims.length + i),
          );
    const columns = moved.sizes.slice(b.sizes.length);
    const [rows, width] = [b.numel(), product(columns)];
    if (rows !== width) {
      throw new RuntimeError(
        `Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got ${width} != ${rows}`,
      );
    }
    return solve(moved.reshape([rows, width]), b.flatten()).reshape([...columns]);
  },
);
