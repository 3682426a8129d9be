import { linearInAll, defineOperation } from "../dispatch/index.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import { copy, fill } from "../kernels/elementwise.js";
import { makeTaps } from "../kernels/resample.js";
import { formatSizes } from "../size.js";
import { Tensor } from "../tensor.js";
import { collect, required, type Arguments } from "../arguments.js";
import { requireElement } from "./rules/elementwiseRows.js";
import type { Scalar } from "./rules/promotion.js";
import { defineResampling } from "./rules/resampling.js";
import { computes, notCounted } from "../operation.js";

/** Elements added around a tensor, or taken away where the padding is negative. */

/** What is added: a constant, the tensor mirrored at its edge, the edge repeated, or the tensor repeated. */
export type PaddingMode = "constant" | "reflect" | "replicate" | "circular";

/** Before and after each of the last dimensions, in their order; PyTorch's list runs from the last dimension. */
type Sides = readonly (readonly [before: number, after: number])[];

function sidesOf(padding: readonly number[]): Sides {
  const sides: [number, number][] = [];
  for (let i = padding.length - 2; i >= 0; i -= 2) sides.push([padding[i]!, padding[i + 1]!]);
  return sides;
}

/** The parts of the input and of the output that coincide, as windows. */
function overlap(output: Tensor, x: Tensor, sides: Sides): [target: Tensor, source: Tensor] {
  const first = x.ndim - sides.length;
  const sizes = [...x.sizes];
  let from = x.offset;
  let to = output.offset;
  sides.forEach(([before, after], i) => {
    const dim = first + i;
    sizes[dim]! += Math.min(before, 0) + Math.min(after, 0);
    from += Math.max(-before, 0) * x.strides[dim]!;
    to += Math.max(before, 0) * output.strides[dim]!;
  });
  return [new Tensor(output.storage, sizes, output.strides, to), new Tensor(x.storage, sizes, x.strides, from)];
}

const constantPad = defineOperation<[x: Tensor, padding: readonly number[], value: number]>({
  name: "pad",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "pad", ["value", 0]],
  gradientName: "ConstantPadNdBackward0",
  infer(x, padding, value) {
    requireElement(value, x.dtype);
    const sides = sidesOf(padding);
    const first = x.ndim - sides.length;
    const sizes = x.sizes.map((size, dim) => {
      const [before, after] = sides[dim - first] ?? [0, 0];
      if (size + Math.min(before, 0) + Math.min(after, 0) < 0) throw new RuntimeError("narrow(): length must be non-negative.");
      return size + before + after;
    });
    return { sizes, dtype: x.dtype };
  },
  forward(output, x, padding, value) {
    if (value !== 0) fill(output, value);
    copy(...overlap(output, x, sidesOf(padding)));
  },
  backward(gradient, { args: [x, padding] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    const [source, target] = overlap(gradient, result, sidesOf(padding));
    copy(target, source);
    return [result];
  },
  recordedBackward: linearInAll(0, 2),
});

type NonConstant = Exclude<PaddingMode, "constant">;

/** Which input position stands at a position counted from the input's first element, for a dimension of the given size. */
const positions: Readonly<Record<NonConstant, (position: number, size: number) => number>> = {
  reflect: (position, size) => (position < 0 ? -position : position >= size ? 2 * (size - 1) - position : position),
  replicate: (position, size) => Math.min(Math.max(position, 0), size - 1),
  circular: (position, size) => ((position % size) + size) % size,
};

const graphNames: Readonly<Record<NonConstant, (dims: number) => string>> = {
  reflect: (dims) => `ReflectionPad${dims}DBackward0`,
  replicate: (dims) => `ReplicationPad${dims}DBackward0`,
  circular: () => "CopySlices",
};

const otherPad = defineResampling<[x: Tensor, padding: readonly number[], mode: NonConstant]>({
  name: "pad",
  arguments: ["input", "pad", ["mode", "constant"]],
  gradientName: (_x, padding, mode) => graphNames[mode](padding.length / 2),
  watches: (_x, _padding, mode) => (mode === "circular" ? [] : [0]),
  of(x, padding, mode) {
    const sides = sidesOf(padding);
    checkSides(x, sides, mode);
    const sizes = x.sizes.slice(x.ndim - sides.length);
    const lengths = sizes.map((size, i) => size + sides[i]![0] + sides[i]![1]);
    const taps = () =>
      sizes.map((size, i) => {
        const [before, after] = sides[i]!;
        // What is cut off does not come around either.
        const [first, last] = mode === "circular" ? [Math.max(-before, 0), size + Math.min(after, 0)] : [0, size];
        return makeTaps(lengths[i]!, (position) => [[positions[mode](position - before - first, last - first) + first, 1]]);
      });
    return { lengths, taps };
  },
});

/** PyTorch's error for an image of `dims` dimensions that is empty, or has too many. */
export function emptyImage(x: Tensor, dims: number): RuntimeError {
  return new RuntimeError(
    `Expected ${dims + 1}D or ${dims + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${formatSizes(x.sizes)}`,
  );
}

function checkSides(x: Tensor, sides: Sides, mode: NonConstant): void {
  const dims = sides.length;
  const sizes = x.sizes.slice(x.ndim - dims);
  if (mode !== "circular" && x.sizes.slice(x.ndim - dims - 1).includes(0)) throw emptyImage(x, dims);
  for (let i = dims - 1; i >= 0; i--) {
    const [before, after] = sides[i]!;
    const size = sizes[i]!;
    if (mode === "reflect" && (before >= size || after >= size)) {
      throw new RuntimeError(
        `Argument #${4 + 2 * (dims - 1 - i)}: Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${x.ndim - dims + i} of input ${formatSizes(x.sizes)}`,
      );
    }
    if (mode === "circular" && (before > size || after > size)) throw new RuntimeError("Padding value causes wrapping around more than once.");
  }
  const lengths = sizes.map((size, i) => size + sides[i]![0] + sides[i]![1]);
  if (mode === "circular" && lengths.some((length) => length < 0)) throw new RuntimeError("Negative padding value is resulting in an empty dimension");
  if (lengths.some((length) => length < 1)) {
    const names = ["D", "H", "W"].slice(3 - dims);
    const list = (values: readonly number[]): string[] => names.map((name, i) => `${name}: ${values[i]}`);
    const [width, ...others] = list(sizes).reverse();
    const image = [others.reverse().join(" "), width].filter((text) => text !== "").join(", ") + (mode === "replicate" && dims === 2 ? " " : "");
    throw new RuntimeError(`input (${image}) is too small. Calculated output ${list(lengths).join(" ")}`);
  }
}

export interface PadOptions {
  /** Before and after the last dimension, then the one before it, and so on: [left, right, top, bottom]. */
  readonly pad?: readonly number[];
  /** Default "constant". */
  readonly mode?: PaddingMode;
  /** What "constant" adds. Default 0. */
  readonly value?: Scalar | null;
}

/** The tensor with elements added around its last dimensions, or taken away where the padding is negative. (torch.nn.functional.pad) */
export function pad(x: Tensor, ...args: Arguments<[pad: readonly number[], mode: PaddingMode, value: Scalar | null], PadOptions>): Tensor {
  const { pad: given, mode = "constant", value = null } = collect<PadOptions>("pad", ["pad", "mode", "value"], args);
  const padding = required(given, "pad", "pad");
  if (padding.length % 2 !== 0) throw new RuntimeError("Padding length must be divisible by 2");
  if (padding.length > 2 * x.ndim) {
    throw new RuntimeError(
      `Padding length should be less than or equal to two times the input dimension but got padding length ${padding.length} and input of dimension ${x.ndim}`,
    );
  }
  if (mode === "constant") return constantPad(x, padding, Number(value ?? 0));
  if (!(mode in positions)) throw new NotImplementedError(`Unrecognised padding mode ${String(mode)}`);
  if (value !== null && value !== 0) throw new RuntimeError(`Padding mode "${mode}" doesn't take in value argument`);
  const dims = padding.length / 2;
  if (dims < 1 || dims > 3 || (x.ndim !== dims + 1 && x.ndim !== dims + 2)) {
    throw new NotImplementedError(
      [
        `Padding size ${padding.length} is not supported for ${x.ndim}D input tensor.`,
        "Supported combinations for non-constant padding:",
        "  - 2D or 3D input: padding size = 2 (pads last dimension)",
        "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)",
        "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)",
      ].join("\n"),
    );
  }
  return otherPad(x, padding, mode);
}
