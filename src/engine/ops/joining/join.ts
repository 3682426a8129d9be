import { defineComposite, defineOperation, named } from "../../dispatch/index.js";
import { promoteTypes, type DType } from "../../dtype.js";
import { RuntimeError, TypeError, ValueError } from "../../errors.js";
import { copy } from "../../kernels/elementwise.js";
import { equalSizes, formatSizes } from "../../size.js";
import { normalizeDim, Tensor, through } from "../../tensor.js";
import { collect, type Arguments } from "../../arguments.js";
import { atleast1d, atleast2d, atleast3d, reshape } from "../shape.js";
import { slicedWindow } from "../rules/windows.js";
import { computes, notCounted, ofParts } from "../../operation.js";

// ---- several into one

export interface JoinOptions {
  /** Default 0. */
  readonly dim?: number;
}

type JoinArguments = Arguments<[dim: number], JoinOptions>;

function joinedDim(operation: string, args: readonly unknown[]): number {
  return collect<JoinOptions>(operation, ["dim"], args).dim ?? 0;
}

/** PyTorch lets vectors of no elements join anything. */
const isNothing = (x: Tensor): boolean => x.sizes.length === 1 && x.sizes[0] === 0;

/** The one of the tensors whose shape the others are held against. */
function modelOf(tensors: readonly Tensor[]): Tensor {
  return tensors.find((x) => !isNothing(x)) ?? tensors[0]!;
}

const catOperation = defineOperation<[tensors: readonly Tensor[], dim: number]>({
  name: "cat",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["tensors", ["dim", 0]],
  infer(tensors, along) {
    const model = modelOf(tensors);
    tensors.forEach((x, i) => {
      if (x.sizes.length === 0) throw new RuntimeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`);
    });
    const dim = normalizeDim(along, model.sizes.length);
    let total = 0;
    tensors.forEach((x, i) => {
      if (isNothing(x)) return;
      if (x.sizes.length !== model.sizes.length) {
        throw new RuntimeError(`Tensors must have same number of dimensions: got ${model.sizes.length} and ${x.sizes.length}`);
      }
      const other = x.sizes.findIndex((size, d) => d !== dim && size !== model.sizes[d]);
      if (other >= 0) {
        throw new RuntimeError(
          `Sizes of tensors must match except in dimension ${dim}. Expected size ${model.sizes[other]} but got size ${x.sizes[other]} for tensor number ${i} in the list.`,
        );
      }
      total += x.sizes[dim]!;
    });
    const dtype = tensors.reduce<DType>((common, x) => promoteTypes(common, x.dtype), tensors[0]!.dtype);
    return { sizes: model.sizes.map((size, i) => (i === dim ? total : size)), dtype };
  },
  forward(output, tensors, along) {
    const dim = normalizeDim(along, output.sizes.length);
    let start = 0;
    for (const x of tensors) {
      if (isNothing(x)) continue;
      const end = start + x.sizes[dim]!;
      copy(through(slicedWindow(output, dim, start, end, 1), output), x);
      start = end;
    }
  },
  backward(gradient, { args: [tensors, along] }) {
    const dim = normalizeDim(along, gradient.sizes.length);
    let start = 0;
    const parts = tensors.map((x) => {
      if (isNothing(x)) return Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
      const end = start + x.sizes[dim]!;
      const part = through(slicedWindow(gradient, dim, start, end, 1), gradient);
      start = end;
      return part;
    });
    return [parts];
  },
  recordedBackward(g, { args: [tensors, along] }) {
    const dim = normalizeDim(along, g.sizes.length);
    let start = 0;
    return [
      tensors.map((tensor) => {
        // An empty vector may stand in a list of anything.
        if (tensor.sizes.length !== g.sizes.length) return null;
        const size = tensor.sizes[dim]!;
        start += size;
        return g.narrow(dim, start - size, size);
      }),
    ];
  },
});

function requireTensors(tensors: readonly Tensor[], message: string): void {
  if (!Array.isArray(tensors)) throw new TypeError("expected a list of tensors");
  if (tensors.length === 0) throw new RuntimeError(message);
}

/** Tensors one after the other along a dimension; they differ at most in its size. (torch.cat) */
export function cat(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  if (tensors.length === 0) throw new ValueError("torch.cat(): expected a non-empty list of Tensors");
  return catOperation(tensors, joinedDim("cat", args));
}

/** `cat` by another name. (torch.concat) */
export function concat(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  return cat(tensors, ...args);
}

/** `cat` by another name. (torch.concatenate) */
export function concatenate(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  return cat(tensors, ...args);
}

const stackOperation = defineOperation<[tensors: readonly Tensor[], dim: number]>({
  name: "stack",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["tensors", ["dim", 0]],
  infer(tensors, along) {
    const first = tensors[0]!;
    const dim = normalizeDim(along, first.sizes.length + 1);
    tensors.forEach((x, i) => {
      if (!equalSizes(x.sizes, first.sizes)) {
        throw new RuntimeError(
          `stack expects each tensor to be equal size, but got ${formatSizes(first.sizes)} at entry 0 and ${formatSizes(x.sizes)} at entry ${i}`,
        );
      }
    });
    const dtype = tensors.reduce<DType>((common, x) => promoteTypes(common, x.dtype), first.dtype);
    return { sizes: [...first.sizes.slice(0, dim), tensors.length, ...first.sizes.slice(dim)], dtype };
  },
  forward(output, tensors, along) {
    const dim = normalizeDim(along, output.sizes.length);
    tensors.forEach((x, i) => copy(layer(output, dim, i), x));
  },
  backward(gradient, { args: [tensors, along] }) {
    const dim = normalizeDim(along, gradient.sizes.length);
    return [tensors.map((_, i) => layer(gradient, dim, i))];
  },
  recordedBackward: (g, { args: [, dim] }) => [g.unbind(dim)],
});

/** Slice `index` of dimension `dim`, which is dropped; unrecorded. */
function layer(x: Tensor, dim: number, index: number): Tensor {
  const without = (list: readonly number[]): number[] => list.filter((_, i) => i !== dim);
  return through({ sizes: without(x.sizes), strides: without(x.strides), offset: x.offset + index * x.strides[dim]! }, x);
}

/** Tensors of one shape along a new dimension. (torch.stack) */
export function stack(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  requireTensors(tensors, "stack expects a non-empty TensorList");
  return stackOperation(tensors, joinedDim("stack", args));
}

/** Tensors side by side: vectors end to end, others along the second dimension. (torch.hstack) */
export const hstack: (tensors: readonly Tensor[]) => Tensor = defineComposite(
  { name: "hstack", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (tensors: readonly Tensor[]): Tensor => {
    requireTensors(tensors, "hstack expects a non-empty TensorList");
    const list = tensors.map((each) => atleast1d(each));
    return catOperation(list, list[0]!.sizes.length === 1 ? 0 : 1);
  },
);

/** Tensors on top of each other: along the first dimension, vectors as rows. (torch.vstack) */
export const vstack: (tensors: readonly Tensor[]) => Tensor = defineComposite(
  { name: "vstack", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (tensors: readonly Tensor[]): Tensor => {
    requireTensors(tensors, "vstack expects a non-empty TensorList");
    return catOperation(
      tensors.map((each) => atleast2d(each)),
      0,
    );
  },
);

/** `vstack` by another name. (torch.row_stack) */
export const rowStack: (tensors: readonly Tensor[]) => Tensor = defineComposite(
  { name: "rowStack", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (tensors: readonly Tensor[]): Tensor => {
    return vstack(tensors);
  },
);

/** Tensors behind each other: along the third dimension. (torch.dstack) */
export const dstack: (tensors: readonly Tensor[]) => Tensor = defineComposite(
  { name: "dstack", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (tensors: readonly Tensor[]): Tensor => {
    requireTensors(tensors, "dstack expects a non-empty TensorList");
    return catOperation(
      tensors.map((each) => atleast3d(each)),
      2,
    );
  },
);

/** Vectors as the columns of a matrix; matrices side by side. (torch.column_stack) */
export const columnStack: (tensors: readonly Tensor[]) => Tensor = defineComposite(
  { name: "columnStack", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (tensors: readonly Tensor[]): Tensor => {
    requireTensors(tensors, "column_stack expects a non-empty TensorList");
    return catOperation(
      tensors.map((x) => (x.sizes.length <= 1 ? reshape(x, [x.numel(), 1]) : x)),
      1,
    );
  },
);

/** Matrices along the diagonal of a larger one, zeros elsewhere. (torch.block_diag) */
export const blockDiag: (...tensors: Tensor[]) => Tensor = defineComposite(
  { name: "blockDiag", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (...tensors: Tensor[]): Tensor => {
    const blocks = tensors.map((each) => atleast2d(each));
    const columns = blocks.reduce((sum, block) => sum + block.sizes[1]!, 0);
    let before = 0;
    const rows = blocks.map((block) => {
      const [height, width] = block.sizes as [number, number];
      const zeros = (size: number): Tensor => Tensor.allocate([height, size], block.dtype, block.device);
      const row = catOperation([zeros(before), block, zeros(columns - before - width)], 1);
      before += width;
      return row;
    });
    return named("BlockDiagBackward0", catOperation(rows, 0));
  },
);
