import { defineComposite } from "../../dispatch/index.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/pooling.js";
import { formatSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { rand } from "../random.js";
import { expandSizes, type Sizes } from "../rules/sizes.js";
import { computes, ofParts } from "../../operation.js";
import type { IndicesOptions } from "./adaptive.js";
import { type PooledWithIndices, withIndices, defineMaximum } from "./maxima.js";
import { range, spatialSizes } from "./windows.js";

export interface FractionalMaxPoolOptions extends IndicesOptions {
  /** Sizes of the output. */
  readonly outputSize?: Sizes | null;
  /** Sizes of the output as parts of the input's, between 0 and 1. */
  readonly outputRatio?: Sizes | null;
}

export interface FractionalMaxPoolFunction {
  (x: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions & { readonly returnIndices: true }): PooledWithIndices;
  (x: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions): Tensor;
}

/** Where windows begin: roughly at equal distances, shifted by a draw in [0, 1) (Graham, "Fractional Max-Pooling", 2014). */
function fractionalStarts(draw: number, size: number, length: number, kernel: number, round: (value: number) => number): number[] {
  const alpha = length > 1 ? round((size - kernel) / (length - 1)) : 0;
  const shift = Math.trunc(round(draw * alpha));
  return range(0, length).map((i) => (i === length - 1 ? size - kernel : Math.trunc(round(round(i + draw) * alpha)) - shift));
}

function defineFractionalMaxPool(dims: number): FractionalMaxPoolFunction {
  const name = `fractionalMaxPool${dims}d`;
  const torchName = `fractional_max_pool${dims}d`;
  const maximum = withIndices(defineMaximum(name, `FractionalMaxPool${dims}DBackward0`));
  const compute = defineComposite(
    { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "kernelSize", { returnIndices: false }] },
    (x: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions): Tensor | PooledWithIndices => {
      const { outputSize = null, outputRatio = null } = options;
      if (outputSize === null && outputRatio === null) throw new ValueError(`${torchName} requires specifying either an output_size or an output_ratio`);
      if (x.ndim !== dims + 1 && x.ndim !== dims + 2) {
        throw new RuntimeError(`${torchName}(): Expected ${dims + 1}D or ${dims + 2}D tensor, but got: ${formatSizes(x.sizes)}`);
      }
      const kernel = expandSizes(kernelSize, dims, "kernel_size", "pooling");
      const sizes = spatialSizes(x, dims);
      const lengths =
        outputSize !== null
          ? expandSizes(outputSize, dims, "output_size", "pooling")
          : expandSizes(outputRatio!, dims, "output_ratio", "pooling").map((ratio, i) => Math.trunc(sizes[i]! * ratio));
      const axes = ["time", "height", "width"].slice(3 - dims);
      sizes.forEach((size, i) => {
        if (lengths[i]! + kernel[i]! - 1 > size) {
          throw new RuntimeError(`${torchName}(): pool ${axes[i]} ${kernel[i]} too large relative to input ${axes[i]} ${size}`);
        }
      });
      const batch = x.ndim === dims + 1 ? 1 : x.sizes[0]!;
      const draws = rand([batch, x.sizes[x.ndim - dims - 1]!, dims], { dtype: x.dtype, device: x.device });
      const round = x.dtype.name === "float32" ? Math.fround : (value: number) => value;
      const of = (plane: number): kernels.Windows[] =>
        sizes.map((size, i) => {
          // PyTorch gives the first draw to the width in two dimensions, to the depth in three.
          const draw = denseValues(draws)[plane * dims + (dims === 2 ? 1 - i : i)]!;
          const starts = fractionalStarts(draw, size, lengths[i]!, kernel[i]!, round);
          return kernels.makeWindows(lengths[i]!, (position) => range(starts[position]!, starts[position]! + kernel[i]!));
        });
      const result = maximum(x, { lengths, of, samePerPlane: false });
      return options.returnIndices ? result : result[0];
    },
  );
  return compute as FractionalMaxPoolFunction;
}

/** The largest elements of windows at random distances, as many as are asked for. (torch.nn.functional.fractional_max_pool2d) */
export const fractionalMaxPool2d: FractionalMaxPoolFunction = defineFractionalMaxPool(2);

/** The largest elements of windows at random distances, as many as are asked for. (torch.nn.functional.fractional_max_pool3d) */
export const fractionalMaxPool3d: FractionalMaxPoolFunction = defineFractionalMaxPool(3);
