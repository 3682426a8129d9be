import { linearInEach, defineOperation, type Differentiation } from "../../dispatch/index.js";
import { denseValues } from "../../kernels/elementwise.js";
import { resample, resampleBackward, type Layout, type Taps } from "../../kernels/resample.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { computes, type ArgumentsOf, notCounted } from "../../operation.js";

/** Taps of the last dimensions of a tensor, in their order; null leaves a dimension as it is. */
type LastDimensionsTaps = readonly (Taps | null)[];

/** Sizes after resampling the last dimensions to `lengths`. */
export function withLastSizes(sizes: readonly number[], lengths: readonly number[]): readonly number[] {
  return [...sizes.slice(0, sizes.length - lengths.length), ...lengths];
}

/** Resamples dimension after dimension, in double precision until the end, and a plane after the other: what lies between stays in the cache. */
function resampleDimensions(output: Tensor, x: Tensor, taps: LastDimensionsTaps, backward: boolean): void {
  const first = x.ndim - taps.length;
  const values = denseValues(x);
  const sizes = x.sizes.slice(first);
  const steps: { readonly layout: Layout; readonly taps: Taps; readonly result: Float64Array }[] = [];
  taps.forEach((each, dim) => {
    if (each === null) return;
    const [before, after] = [sizes[dim]!, output.sizes[first + dim]!];
    const [outer, inner] = [product(sizes.slice(0, dim)), product(sizes.slice(dim + 1))];
    steps.push({ layout: { outer, size: backward ? after : before, inner }, taps: each, result: new Float64Array(outer * after * inner) });
    sizes[dim] = after;
  });
  const size = product(x.sizes.slice(first));
  const plane = new Float64Array(size);
  const planes = product(x.sizes.slice(0, first));
  for (let p = 0; p < planes; p++) {
    plane.set(values.subarray(p * size, (p + 1) * size));
    let current: Float64Array = plane;
    for (const { layout, taps, result } of steps) {
      (backward ? resampleBackward : resample)(result.fill(0), current, layout, taps);
      current = result;
    }
    output.storage.data.set(current, p * current.length);
  }
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
  readonly arguments: ArgumentsOf<Args>;
  readonly gradientName: string | ((...args: Args) => string);
  /** See Differentiation. */
  readonly watches?: Differentiation<Args>["watches"];
  readonly of: (...args: Args) => Resampling;
}): (...args: Args) => Tensor {
  return defineOperation<Args>({
    name: row.name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: row.arguments,
    gradientName: row.gradientName,
    infer: (...args) => ({ sizes: withLastSizes(args[0].sizes, row.of(...args).lengths), dtype: args[0].dtype }),
    forward: (output, ...args) => resampleDimensions(output, args[0], row.of(...args).taps(), false),
    backward(gradient, { args }) {
      const [x] = args;
      const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
      resampleDimensions(result, gradient, row.of(...args).taps(), true);
      return [result];
    },
    watches: row.watches,
    recordedBackward: linearInEach(0),
  });
}
