import { linearInEach, defineComposite, defineOperation, named } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { copy } from "../../kernels/elementwise.js";
import { normalizeDim, Tensor, through } from "../../tensor.js";
import { takingOnly, collect, listOf, required, type Arguments, type Dims, type Numbers, type WithRequired } from "../../arguments.js";
import { distinctDims, filledLike } from "../rules/reducedDims.js";
import { flatten, reshape, transpose } from "../shape.js";
import { slicedWindow } from "../rules/windows.js";
import { moves, notCounted, ofParts } from "../../operation.js";

/** `x` read backwards along `dims`, without copying. Unrecorded. */
function backwards(x: Tensor, dims: readonly number[]): Tensor {
  const offset = dims.reduce((sum, dim) => sum + Math.max(x.sizes[dim]! - 1, 0) * x.strides[dim]!, x.offset);
  return through({ sizes: x.sizes, strides: x.strides.map((stride, dim) => (dims.includes(dim) ? -stride : stride)), offset }, x);
}

const flipOperation = defineOperation<[x: Tensor, dims: readonly number[]]>({
  name: "flip",
  effect: moves,
  multiplyAdds: notCounted,
  keepsLayout: true,
  arguments: ["input", "dims"],
  infer(x, dims) {
    distinctDims(dims, x.sizes.length);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward: (output, x, dims) => copy(output, backwards(x, x.sizes.length === 0 ? [] : distinctDims(dims, x.sizes.length))),
  backward: (gradient, { args: [x, dims] }) => [
    filledLike(gradient, gradient.dtype, (result) => copy(result, backwards(gradient, x.sizes.length === 0 ? [] : distinctDims(dims, x.sizes.length)))),
  ],
  recordedBackward: linearInEach(0),
});

/** The order along some dimensions reversed. (torch.flip) */
export function flip(x: Tensor, ...dims: Numbers | [options: { readonly dims: readonly number[] }]): Tensor {
  return flipOperation(x, [...listOf("flip", dims, "dims")]);
}

/** The order of columns reversed. (torch.fliplr) */
export const fliplr: (x: Tensor) => Tensor = takingOnly("fliplr", ["x"], (x: Tensor): Tensor => {
  if (x.sizes.length < 2) throw new RuntimeError("Input must be >= 2-d.");
  return flipOperation(x, [1]);
});

/** The order of rows reversed. (torch.flipud) */
export const flipud: (x: Tensor) => Tensor = takingOnly("flipud", ["x"], (x: Tensor): Tensor => {
  if (x.sizes.length < 1) throw new RuntimeError("Input must be >= 1-d.");
  return flipOperation(x, [0]);
});

/** Writes `x` into `output` moved on by `shift` along `dim`; what leaves at the end comes back in front. */
function shifted(output: Tensor, x: Tensor, shift: number, dim: number): void {
  const size = x.sizes[dim]!;
  const by = size === 0 ? 0 : ((shift % size) + size) % size;
  const part = (t: Tensor, start: number, end: number): Tensor => through(slicedWindow(t, dim, start, end, 1), t);
  copy(part(output, by, size), part(x, 0, size - by));
  copy(part(output, 0, by), part(x, size - by, size));
}

/** All the shifts, one after the other; forward with sign 1, undone with -1. */
function rolled(x: Tensor, shifts: readonly number[], dims: readonly number[], sign: 1 | -1): Tensor {
  return dims.reduce(
    (source, dim, i) => filledLike(source, source.dtype, (result) => shifted(result, source, sign * shifts[i]!, normalizeDim(dim, x.sizes.length))),
    x,
  );
}

const rollOperation = defineOperation<[x: Tensor, shifts: readonly number[], dims: readonly number[]]>({
  name: "roll",
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input", "shifts", "dims"],
  infer(x, shifts, dims) {
    if (shifts.length !== dims.length) throw new RuntimeError(`shifts and dimensions must align. shifts: ${shifts.length}, dims:${dims.length}`);
    dims.forEach((dim) => normalizeDim(dim, x.sizes.length));
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward: (output, x, shifts, dims) => copy(output, rolled(x, shifts, dims, 1)),
  backward: (gradient, { args: [, shifts, dims] }) => [rolled(gradient, shifts, dims, -1)],
  recordedBackward: linearInEach(0),
});

/** Elements moved on along dimensions, the last coming in front again; without dimensions, along the flattened tensor. (torch.roll) */
export const roll: (x: Tensor, ...args: WithRequired<[shifts: Dims], { readonly shifts: Dims }, [dims: Dims], { readonly dims?: Dims }>) => Tensor =
  defineComposite(
    { name: "roll", effect: moves, multiplyAdds: ofParts, arguments: ["input", "shifts", "dims"] },
    (x: Tensor, ...args: WithRequired<[shifts: Dims], { readonly shifts: Dims }, [dims: Dims], { readonly dims?: Dims }>): Tensor => {
      const { shifts: given, dims } = collect<{ shifts?: Dims; dims?: Dims }>("roll", ["shifts", "dims"], args);
      const shifts = required(given, "roll", "shifts");
      const by = typeof shifts === "number" ? [shifts] : shifts;
      if (dims === undefined || (typeof dims !== "number" && dims.length === 0)) {
        return named("RollBackward0", reshape(rollOperation(flatten(x), by, [0]), x.sizes));
      }
      return rollOperation(x, by, typeof dims === "number" ? [dims] : dims);
    },
  );

export interface Rot90Options {
  /** How often. Default 1. */
  readonly k?: number;
  /** The plane. Default [0, 1]. */
  readonly dims?: readonly [number, number];
}

/** Turned by 90 degrees `k` times, from the first towards the second of two dimensions. (torch.rot90) */
export const rot90: (x: Tensor, ...args: Arguments<[k: number, dims: readonly [number, number]], Rot90Options>) => Tensor = defineComposite(
  { name: "rot90", effect: moves, multiplyAdds: ofParts, arguments: ["input", ["k", 1], "dims"] },
  (x: Tensor, ...args: Arguments<[k: number, dims: readonly [number, number]], Rot90Options>): Tensor => {
    const { k = 1, dims = [0, 1] } = collect<Rot90Options>("rot90", ["k", "dims"], args);
    const turns = ((k % 4) + 4) % 4;
    if (dims.length !== 2) throw new RuntimeError(`expected total rotation dims == 2, but got dims = ${(dims as readonly number[]).length}`);
    const [from, to] = dims;
    if (from === to || Math.abs(from - to) === x.sizes.length)
      throw new RuntimeError(`expected rotation dims to be different, but got dim0 = ${from} and dim1 = ${to}`);
    const turned = (): Tensor => {
      if (turns === 0) return x.clone();
      if (turns === 2) return flipOperation(x, [from, to]);
      return turns === 1 ? transpose(flipOperation(x, [to]), from, to) : flipOperation(transpose(x, from, to), [to]);
    };
    return named("Rot90Backward0", turned());
  },
);
