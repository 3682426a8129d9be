import { linearInEach, defineComposite, defineOperation } from "../../dispatch/index.js";
import { int64 } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { copy } from "../../kernels/elementwise.js";
import { sumTo } from "../../kernels/sumTo.js";
import { contiguousStrides, formatSizes } from "../../size.js";
import type { Device } from "../../storage.js";
import { normalizeDim, Tensor, through } from "../../tensor.js";
import { collect, listOf, required, type Numbers, type WithRequired } from "../../arguments.js";
import { indexSelect } from "../indexedSlices.js";
import { filledLike } from "../rules/reducedDims.js";
import { flatten } from "../shape.js";
import { inShape } from "../rules/windows.js";
import { moves, notCounted, ofParts } from "../../operation.js";

const repeatOperation = defineOperation<[x: Tensor, repeats: readonly number[]]>({
  name: "repeat",
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input", "repeats"],
  infer(x, repeats) {
    if (repeats.length < x.sizes.length) {
      throw new RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
    }
    const missing = repeats.length - x.sizes.length;
    const sizes = repeats.map((times, i) => times * (i < missing ? 1 : x.sizes[i - missing]!));
    const negative = sizes.find((size) => size < 0);
    if (negative !== undefined) throw new RuntimeError(`Trying to create tensor with negative dimension ${negative}: ${formatSizes(sizes)}`);
    return { sizes, dtype: x.dtype };
  },
  forward: (output, x, repeats) => copy(interleavedWithRepeats(output, x, repeats), broadcastable(x, repeats)),
  backward(gradient, { args: [x, repeats] }) {
    const dense = gradient.isContiguous() ? gradient : filledLike(gradient, gradient.dtype, (result) => copy(result, gradient));
    return [inShape(sumTo(interleavedWithRepeats(dense, x, repeats), broadcastable(x, repeats).sizes), x.sizes)];
  },
  recordedBackward: linearInEach(0),
});

/** A repeated tensor with each dimension as (times, size): [2 * 3] as [2, 3]. */
function interleavedWithRepeats(repeated: Tensor, x: Tensor, repeats: readonly number[]): Tensor {
  const missing = repeats.length - x.sizes.length;
  const sizes = repeats.flatMap((times, i) => [times, i < missing ? 1 : x.sizes[i - missing]!]);
  return through({ sizes, strides: contiguousStrides(sizes), offset: repeated.offset }, repeated);
}

/** `x` with a dimension of size 1 before each, to broadcast against its repetitions. */
function broadcastable(x: Tensor, repeats: readonly number[]): Tensor {
  const missing = repeats.length - x.sizes.length;
  const sizes = repeats.flatMap((_, i) => [1, i < missing ? 1 : x.sizes[i - missing]!]);
  const strides = repeats.flatMap((_, i) => [0, i < missing ? 0 : x.strides[i - missing]!]);
  return through({ sizes, strides, offset: x.offset }, x);
}

/** Copies along each dimension; more numbers than dimensions put new ones in front. (Tensor.repeat) */
export function repeat(x: Tensor, ...repeats: Numbers | [options: { readonly repeats: readonly number[] }]): Tensor {
  return repeatOperation(x, [...listOf("repeat", repeats, "repeats")]);
}

/** `repeat` where missing numbers in front count as 1. (torch.tile) */
export function tile(x: Tensor, ...dims: Numbers | [options: { readonly dims: readonly number[] }]): Tensor {
  const list = listOf("tile", dims, "dims");
  return repeatOperation(x, [...new Array<number>(Math.max(0, x.sizes.length - list.length)).fill(1), ...list]);
}

export interface RepeatInterleaveOptions {
  /** Default: the tensor is flattened first. */
  readonly dim?: number | null;
  /** How many slices come out: another number is an error. */
  readonly outputSize?: number | null;
}

type RepeatInterleaveArguments = WithRequired<[repeats: number | Tensor], { readonly repeats: number | Tensor }, [dim: number | null], RepeatInterleaveOptions>;

/** Each element, or each slice of `dim`, repeated in place: a number of times, or as often as a tensor says for each. (torch.repeat_interleave) */
export const repeatInterleave: (x: Tensor, ...args: RepeatInterleaveArguments) => Tensor = defineComposite(
  { name: "repeatInterleave", effect: moves, multiplyAdds: ofParts, arguments: ["repeats", "outputSize"] },
  (x: Tensor, ...args: RepeatInterleaveArguments): Tensor => {
    const {
      repeats: given,
      dim = null,
      outputSize = null,
    } = collect<RepeatInterleaveOptions & { readonly repeats?: number | Tensor }>("repeatInterleave", ["repeats", "dim"], args, ["outputSize"]);
    const repeats = required(given, "repeat_interleave", "repeats");
    const source = dim === null ? flatten(x) : x;
    const along = normalizeDim(dim ?? 0, source.sizes.length);
    const size = source.sizes[along] ?? 1;
    const times =
      typeof repeats === "number" || repeats.numel() === 1
        ? new Array<number>(size).fill(typeof repeats === "number" ? repeats : repeats.item())
        : (repeats.tolist() as number[]);
    if (times.length !== size) {
      throw new RuntimeError(
        `repeats must have the same size as input along dim, but got repeats.size(0) = ${times.length} and input.size(${along}) = ${size}`,
      );
    }
    if (times.some((each) => each < 0)) throw new RuntimeError("repeats can not be negative");
    const positions = times.flatMap((each, i) => new Array<number>(each).fill(i));
    if (outputSize !== null && positions.length !== outputSize) throw new RuntimeError("allocated size does not match required size");
    return indexSelect(source, along, integers(positions, source.device));
  },
);

/** A vector of int64. */
export function integers(values: readonly number[], device: Device): Tensor {
  const result = Tensor.allocate([values.length], int64, device);
  if (device === "cpu") result.storage.data.set(values);
  return result;
}
