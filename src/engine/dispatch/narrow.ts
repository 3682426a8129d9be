import { float32, type DType } from "../dtype.js";
import { copy } from "../kernels/elementwise.js";
import { copyStrided } from "../kernels/stridedCopy.js";
import { bitsOf, widened } from "../narrowFloats.js";
import { contiguousStrides } from "../size.js";
import { Storage } from "../storage.js";
import { Tensor } from "../tensor.js";
import type { BackwardContext, DifferentiableRow, Gradient, OperationRow } from "./rows.js";

/**
 * Operations on floating-point numbers of two bytes compute in float32 and round once, when the result is stored, as PyTorch's kernels do: they are given
 * the numbers as float32, so that no kernel knows of narrow ones.
 */

/** The same values in float32. */
function widen(tensor: Tensor): Tensor {
  const { sizes, device } = tensor;
  const count = tensor.numel();
  if (!tensor.storage.hasElements) return new Tensor(Storage.withoutElements(float32, count, device), sizes, contiguousStrides(sizes), 0);
  const { data } = tensor.storage;
  if (tensor.isContiguous()) return new Tensor(Storage.wrap(float32, widened(data, tensor.offset, tensor.offset + count)), sizes, contiguousStrides(sizes), 0);
  const dense = new tensor.dtype.array(count);
  const strides = contiguousStrides(sizes);
  copyStrided(
    sizes,
    { data: bitsOf(dense) as unknown as Uint8Array, offset: 0, strides },
    { data: bitsOf(data) as unknown as Uint8Array, offset: tensor.offset, strides: tensor.strides },
  );
  return new Tensor(Storage.wrap(float32, widened(dense, 0, count)), sizes, strides, 0);
}

const isNarrow = (value: unknown): value is Tensor => value instanceof Tensor && value.dtype.isNarrow;

function isAnyNarrow(args: readonly unknown[]): boolean {
  return args.some((arg) => isNarrow(arg) || (Array.isArray(arg) && arg.some(isNarrow)));
}

function widenEach(args: readonly unknown[]): unknown[] {
  return args.map((arg) => (isNarrow(arg) ? widen(arg) : Array.isArray(arg) && arg.some(isNarrow) ? widenEach(arg) : arg));
}

/** A number, also one among options, as the dtype holds it. */
function rounded(arg: unknown, dtype: DType): unknown {
  if (typeof arg === "number") return dtype.held(arg);
  if (typeof arg !== "object" || arg === null || Object.getPrototypeOf(arg) !== Object.prototype) return arg;
  return Object.fromEntries(Object.entries(arg).map(([name, value]) => [name, rounded(value, dtype)]));
}

/** Runs an operation's kernel. */
export function forward<Args extends readonly unknown[], Saved>(row: OperationRow<Args, Saved>, output: Tensor, args: Args): Saved {
  if (!Storage.hasNarrow || !(output.dtype.isNarrow || isAnyNarrow(args))) return row.forward(output, ...args);
  const wide = widenEach(row.roundsScalars === true && output.dtype.isNarrow ? args.map((arg) => rounded(arg, output.dtype)) : args);
  const result = output.dtype.isNarrow ? Tensor.allocate(output.sizes, float32, "cpu") : output;
  const given = wide as unknown as Args;
  const { dtype } = output;
  const saved =
    row.forwardNarrow !== undefined && dtype.isNarrow ? row.forwardNarrow((value) => dtype.held(value), result, ...given) : row.forward(result, ...given);
  if (result !== output) copy(output, result);
  for (const position of row.alsoWrites?.(args) ?? []) if (isNarrow(args[position])) copy(args[position], wide[position] as Tensor);
  return saved;
}

/** Runs an operation's backward kernel. */
export function backward<Args extends readonly unknown[], Saved>(
  row: DifferentiableRow<Args, Saved>,
  gradient: Tensor,
  context: BackwardContext<Args, Saved>,
): readonly Gradient[] {
  if (!Storage.hasNarrow || !(isNarrow(gradient) || isNarrow(context.output) || isAnyNarrow(context.args))) return row.backward(gradient, context);
  const [wide, output] = widenEach([gradient, context.output]) as [Tensor, Tensor];
  const { saved } = context;
  return row.backward(wide, { args: widenEach(context.args) as unknown as Args, output, saved, needs: (position) => context.needs(position) });
}
