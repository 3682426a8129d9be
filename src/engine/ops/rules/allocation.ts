import { getDefaultDevice } from "../../device.js";
import { getDefaultDtype, type DType } from "../../dtype.js";
import { ofWholeNumbers, RuntimeError, TypeError, typeInPython } from "../../errors.js";
import { stridesOfCopy } from "../../kernels/layout.js";
import { report } from "../../observer.js";
import type { Operation } from "../../operation.js";
import type { Device } from "../../storage.js";
import { Tensor } from "../../tensor.js";
import { checkedOptions } from "../../arguments.js";

/** What the functions that make tensors have in common: shapes and options as arguments, and memory. */

export interface TensorOptions {
  /** Default: the default dtype, unless the function says otherwise. */
  readonly dtype?: DType;
  /** Default: the default device. */
  readonly device?: Device;
  /** Default false. */
  readonly requiresGrad?: boolean;
}

export const tensorOptionNames = ["dtype", "device", "requiresGrad"] as const satisfies readonly (keyof TensorOptions)[];

/** A shape as numbers or as one list, then options; or options that hold the shape as `size`. */
export type SizeArguments<Options = TensorOptions> =
  | readonly number[]
  | readonly [...sizes: number[], options: Options]
  | readonly [size: readonly number[], options?: Options]
  | readonly [options: Options & { readonly size: readonly number[] }];

/** Shape and options of a function that takes SizeArguments. */
export function parseSize<Options extends TensorOptions>(
  name: string,
  args: SizeArguments<Options>,
  ...others: readonly (keyof Options & string)[]
): { sizes: readonly number[]; options: Partial<Options> } {
  const given: unknown[] = [...args];
  const last = given.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  const options = checkedOptions<Options & { size?: readonly number[] }>(
    name,
    hasOptions ? (given.pop() as Options) : undefined,
    "size",
    ...tensorOptionNames,
    ...others,
  );
  const sizes = (options.size ?? (Array.isArray(given[0]) ? given[0] : given)) as readonly number[];
  checkSizes(name, sizes);
  return { sizes: [...sizes], options };
}

/** The options that every function takes that makes a tensor; `others` are the names of further ones. */
export function checkedTensorOptions<Options extends TensorOptions>(
  operation: string,
  options: Options | undefined,
  ...others: readonly (keyof Options & string)[]
): Partial<Options> {
  return checkedOptions<Options>(operation, options, ...tensorOptionNames, ...others);
}

/** Throws unless all sizes are whole numbers from zero on. */
export function checkSizes(name: string, sizes: readonly unknown[]): void {
  sizes.forEach((size, i) => {
    if (!Number.isInteger(size))
      throw new TypeError(
        i === 0
          ? `${name}(): argument 'size' (position 1) must be tuple of ints, not ${typeInPython(size)}`
          : `${name}(): argument 'size' failed to unpack the object at pos ${i + 1} with error "type must be tuple of ints,but got ${typeInPython(size)}"`,
      );
    if ((size as number) >= 0) return;
    throw new RuntimeError(
      name === "zeros"
        ? "zeros: Dimension size must be non-negative."
        : `Trying to create tensor with negative dimension ${String(size)}: [${sizes.join(", ")}]`,
    );
  });
}

/** A new tensor, zeroed, with the device and dtype that `options` or the defaults state. */
export function allocate(sizes: readonly number[], options: TensorOptions, dtype: DType = getDefaultDtype()): Tensor {
  return Tensor.allocate(sizes, options.dtype ?? dtype, options.device ?? getDefaultDevice());
}

/** Throws unless a new tensor of this dtype may require a gradient. */
export function requireDifferentiable(tensor: Tensor): void {
  if (tensor.dtype.isFloatingPoint) return;
  throw new RuntimeError(`Only Tensors of floating point and complex dtype can require gradients${tensor.storage.isFromWholeNumbers ? ofWholeNumbers : ""}`);
}

/** The finished tensor: with a gradient if `options` ask for one. The observer hears which function made it, called with `args`. */
export function finish(tensor: Tensor, options: TensorOptions, operation: Operation, args: readonly unknown[]): Tensor {
  if (options.requiresGrad) {
    requireDifferentiable(tensor);
    tensor.requiresGrad_();
  }
  report(operation, args, tensor);
  return tensor;
}

/** A zeroed tensor like `x`, in the same order of memory. */
export function allocateLike(x: Tensor, options: TensorOptions): Tensor {
  return Tensor.allocate(x.sizes, options.dtype ?? x.dtype, options.device ?? x.device, stridesOfCopy(x));
}
