import { defineOperation } from "../dispatch.js";
import type { ElementArray } from "../dtype.js";
import { denseValues } from "../kernels/elementwise.js";
import { resample, resampleBackward, type Taps } from "../kernels/resample.js";
import { product } from "../size.js";
import { Tensor } from "../tensor.js";

/** Taps of the last dimensions of a tensor, in their order; null leaves a dimension as it is. */
export type LastDimensionsTaps = readonly (Taps | null)[];

/** Sizes after resampling the last dimensions to `lengths`. */
export function withLastSizes(sizes: readonly number[], lengths: readonly number[]): readonly number[] {
  return [...sizes.slice(0, sizes.length - lengths.length), ...lengths];
}

/** Resamples dimension after dimension, in double precision until the end. */
function resampleDimensions(output: Tensor, x: Tensor, taps: LastDimensionsTaps, backward: boolean): void {
  const first = x.ndim - taps.length;
  const sizes = [...x.sizes];
  let values: ElementArray = denseValues(x);
  taps.forEach((each, i) => {
    if (each === null) return;
    const dim = first + i;
    const outer = product(sizes.slice(0, dim));
    const inner = product(sizes.slice(dim + 1));
    const size = output.sizes[dim]!;
    const next = new Float64Array(outer * size * inner);
    if (backward) resampleBackward(next, values, { outer, size, inner }, each);
    else resample(next, values, { outer, size: sizes[dim]!, inner }, each);
    sizes[dim] = size;
    values = next;
  });
  output.storage.data.set(values);
}

/** What one operation of this kind does, for given arguments. */
interface Resampling {
  /** Sizes of the last dimensions of the result. */
  readonly lengths: readonly number[];
  /** Computed only where there are values. */
  readonly taps: () => LastDimensionsTaps;
}

/** An operation that resamples the last dimensions of its first argument. `check` throws PyTorch's errors. */
export function defineResampling<Args extends readonly [x: Tensor, ...unknown[]]>(row: {
  readonly name: string;
  readonly gradientName: string | ((...args: Args) => string);
  readonly of: (...args: Args) => Resampling;
}): (...args: Args) => Tensor {
  return defineOperation<Args>({
    name: row.name,
    gradientName: row.gradientName,
    infer: (...args) => ({ sizes: withLastSizes(args[0].sizes, row.of(...args).lengths), dtype: args[0].dtype }),
    forward: (output, ...args) => resampleDimensions(output, args[0], row.of(...args).taps(), false),
    backward(gradient, { args }) {
      const [x] = args;
      const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
      if (gradient.device === "cpu") resampleDimensions(result, gradient, row.of(...args).taps(), true);
      return [result];
    },
  });
}
