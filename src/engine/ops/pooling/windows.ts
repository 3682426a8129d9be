import { IndexError, RuntimeError } from "../../errors.js";
import { formatSizes } from "../../size.js";
import { normalizeDim, Tensor } from "../../tensor.js";
import { expandSizes, type Sizes } from "../rules/sizes.js";

// ---- windows

/** Windows at regular distances, one number for each spatial dimension. */
export interface Grid {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
}

interface GridOptions {
  /** Default: the kernel size, so that windows neither overlap nor leave gaps. */
  readonly stride?: Sizes | null;
  readonly padding?: Sizes;
  readonly dilation?: Sizes;
  readonly ceilMode?: boolean;
}

export function gridOf(kernelSize: Sizes, { stride, padding = 0, dilation = 1, ceilMode = false }: GridOptions, dims: number): Grid {
  const expand = (value: Sizes, name: string): readonly number[] => expandSizes(value, dims, name, "pooling");
  const hasStride = stride != null && !(Array.isArray(stride) && stride.length === 0);
  const kernel = expand(kernelSize, "kernel_size");
  return {
    kernel,
    stride: hasStride ? expand(stride, "stride") : kernel,
    padding: expand(padding, "padding"),
    dilation: expand(dilation, "dilation"),
    ceilMode,
  };
}

/** How many windows fit in one dimension. In ceil mode also one that reaches over the end, if it starts before the padding behind. */
export function windowCount(size: number, { kernel, stride, padding, dilation, ceilMode }: Grid, i: number): number {
  const room = size + 2 * padding[i]! - dilation[i]! * (kernel[i]! - 1) - 1;
  const count = Math.floor((room + (ceilMode ? stride[i]! - 1 : 0)) / stride[i]!) + 1;
  return ceilMode && (count - 1) * stride[i]! >= size + padding[i]! ? count - 1 : count;
}

export const spatialSizes = (x: Tensor, dims: number): readonly number[] => x.sizes.slice(x.ndim - dims);

/** PyTorch computes sequences as images of height 1, and its errors show it. */
function asAtLeast2d(sizes: readonly number[], missing: number): readonly number[] {
  return sizes.length === 1 ? [missing, sizes[0]!] : sizes;
}

/** "kH: 2 kW: 3" */
function list(prefix: string, values: readonly number[]): string {
  const axes = values.length === 3 ? ["T", "H", "W"] : ["H", "W"];
  return values.map((value, i) => `${prefix}${axes[i]}: ${value}`).join(" ");
}

/** A batch may be empty, its samples may not. `kernelName` is what PyTorch's errors about volumes begin with. */
function requireElements(x: Tensor, dims: number, kernelName: string): void {
  const allowed = x.ndim === dims + 1 || x.ndim === dims + 2;
  if (allowed && !x.sizes.slice(x.ndim - dims - 1).includes(0)) return;
  if (dims === 3) {
    throw new RuntimeError(
      `${kernelName}(): Expected input's non-batch dimensions to have positive length, but input has a shape of ${formatSizes(x.sizes)} and non-batch dimension 0 has length zero!`,
    );
  }
  const sizes = [...x.sizes.slice(0, x.ndim - dims), ...asAtLeast2d(spatialSizes(x, dims), 1)];
  throw new RuntimeError(`Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:${formatSizes(sizes)}`);
}

/** Sizes of the output; throws PyTorch's errors where the grid does not fit. `kernelName` is as in requireElements. */
export function pooledSizes(x: Tensor, grid: Grid, dims: number, kernelName: string): readonly number[] {
  const { kernel, stride, padding, dilation } = grid;
  const sizes = spatialSizes(x, dims);
  const [kernels2, strides2, dilations2] = [asAtLeast2d(kernel, 1), asAtLeast2d(stride, 1), asAtLeast2d(dilation, 1)];
  if (stride.some((step) => step === 0)) throw new RuntimeError("stride should not be zero");
  kernel.forEach((size, i) => {
    const pad = padding[i]!;
    if (pad < 0) throw new RuntimeError(`pad must be non-negative, but got pad: ${pad}`);
    if (pad > Math.floor(((size - 1) * dilation[i]! + 1) / 2)) {
      throw new RuntimeError(`pad should be at most half of effective kernel size, but got pad=${pad}, kernel_size=${size} and dilation=${dilation[i]}`);
    }
  });
  if (kernel.some((size) => size <= 0)) throw new RuntimeError(`kernel size should be greater than zero, but got ${list("k", kernels2)}`);
  if (stride.some((step) => step <= 0)) throw new RuntimeError(`stride should be greater than zero, but got ${list("d", strides2)}`);
  if (dilation.some((step) => step <= 0)) throw new RuntimeError(`dilation should be greater than zero, but got ${list("dilation", dilations2)}`);
  requireElements(x, dims, kernelName);
  if (kernelName === "avg_pool3d" && sizes.some((size, i) => size < kernel[i]!)) {
    throw new RuntimeError(`input image (${list("", sizes)}) smaller than kernel size (${list("k", kernel)})`);
  }
  const pooled = sizes.map((size, i) => windowCount(size, grid, i));
  if (pooled.some((size) => size < 1)) {
    const channels = x.sizes[x.ndim - dims - 1]!;
    const shape = (spatial: readonly number[]): string => `(${[channels, ...asAtLeast2d(spatial, 1)].join("x")})`;
    throw new RuntimeError(`Given input size: ${shape(sizes)}. Calculated output size: ${shape(pooled)}. Output size is too small`);
  }
  return pooled;
}

/** What average pooling requires first; the rest is in requireElements. */
export function requireAvgPoolDims(x: Tensor, dims: number): void {
  if (x.ndim === dims + 1 || x.ndim === dims + 2) return;
  if (dims === 1) throw new RuntimeError(wrongDimsIn1d(x, "avg_pool1d"));
  if (dims === 3) throw new RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input");
  if (x.ndim === 0) throw new IndexError("Dimension specified as -3 but tensor has no dimensions");
  normalizeDim(-3, x.ndim);
}

export function wrongDimsIn1d(x: Tensor, name: string): string {
  return `Expected 2 to 3 dimensions, but got ${x.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for ${name})`;
}

/** Input positions that an adaptive pooling's output position sees: [from, to). */
export function adaptiveWindow(position: number, size: number, length: number): [from: number, to: number] {
  return [Math.floor((position * size) / length), Math.ceil(((position + 1) * size) / length)];
}

export const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
