import type { Edge } from "../autograd/graph.js";
import type { DType } from "../dtype.js";
import type { Facts, Sized } from "../operation.js";
import type { Device } from "../storage.js";
import type { Tensor, Window } from "../tensor.js";

/**
 * How operations are defined. One row says all about an operation: its name, the shape rule (which alone runs on the meta
 * device), the kernel, and the gradient. From a row come the function, its in-place form, the graph node and the report to the observer.
 */

export interface TensorSpec {
  readonly sizes: readonly number[];
  readonly dtype: DType;
  /** Default: the arguments' device. */
  readonly device?: Device;
}

/** The gradient for one argument; for an argument that is a list of tensors, one for each. */
export type Gradient = Tensor | null | readonly (Tensor | null)[];

export interface BackwardContext<Args extends readonly unknown[], Saved> {
  /** Forward's arguments. Tensors that the row's `reads` does not name may be stand-ins without values. */
  readonly args: Args;
  /** Forward's result; without values unless `reads` names it. */
  readonly output: Tensor;
  /** What forward returned. */
  readonly saved: Saved;
  /** Whether a gradient is wanted for the argument at this position. */
  needs(position: number): boolean;
}

/** What `recordedBackward` works with. Tensors that `reads` does not name have their shape and dtype, but no values and no gradient. */
export interface RecordedContext<Args extends readonly unknown[], Saved> extends BackwardContext<Args, Saved> {
  /** PyTorch's name of the graph node. */
  readonly name: string;
  /** The operation's forward again, recorded. */
  readonly apply: (args: readonly unknown[]) => Tensor;
  /** The row's own backward, for these arguments instead of the context's if given. Not recorded, unless it is made of operations. */
  readonly backward: (gradient: Tensor, args?: readonly unknown[]) => readonly (Gradient | undefined)[];
}

/** A gradient for each argument; for an argument that is a list of tensors, one for each. */
export type RecordedBackward<Args extends readonly unknown[] = readonly unknown[], Saved = unknown> = (
  gradient: Tensor,
  context: RecordedContext<Args, Saved>,
) => readonly (Gradient | undefined)[];

/** For operations whose backward is made of operations, which record themselves. */
export const itself: RecordedBackward = (gradient, context) => context.backward(gradient);

/**
 * All that is said of an operation. What is required and missing does not compile: `backward` is null where there is no gradient, and with it comes
 * `recordedBackward`.
 */
export type OperationRow<Args extends readonly unknown[], Saved = void> =
  | DifferentiableRow<Args, Saved>
  | (Computation<Args, Saved> & { readonly backward: null });

/** The row of an operation through which gradients flow. */
export type DifferentiableRow<Args extends readonly unknown[], Saved = void> = Computation<Args, Saved> & Differentiation<Args, Saved>;

interface Computation<Args extends readonly unknown[], Saved> extends Facts<Args> {
  /** As in torch, e.g. "add". */
  readonly name: string;
  /**
   * How many products of two numbers it adds up: of matrix products, convolutions, attention, recurrent gates. Biases, normalizations and element-wise work are
   * `notCounted`.
   */
  multiplyAdds(args: Args, result: Sized): number;
  /** PyTorch's name of the graph node where it is not `Name` + "Backward0". */
  readonly gradientName?: string | ((...args: Args) => string);
  /** What PyTorch's graph shows as its inputs where PyTorch makes the operation of others. Default: the edges, which are those of its tensors. */
  shownAs?(edges: readonly Edge[], ...args: Args): readonly Edge[];
  /**
   * Element by element: the result lies in memory as the tensors among the arguments do (`stridesLike`), and `forward` takes an output of any layout.
   * "exactly": as the first argument does, also along dimensions of size 1 (`stridesOfCopy`). Default: the result is row-major.
   */
  readonly keepsLayout?: boolean | "exactly";
  /**
   * Numbers among the arguments are rounded to the result's dtype before they take part, as PyTorch's sums round them. Default: with numbers of two bytes they
   * take part in float32.
   */
  readonly roundsScalars?: true;
  /** `forward` of numbers of two bytes where PyTorch rounds on the way: `held` rounds one as the result's dtype holds it. Default: rounded once, at the end. */
  readonly forwardNarrow?: (held: (value: number) => number, output: Tensor, ...args: Args) => Saved;
  /** Shape and dtype of the result. Throws PyTorch's error where the arguments do not fit. */
  infer(...args: Args): TensorSpec;
  /** Computes into `output`, which is zeroed, and row-major unless the row keeps layouts (in the in-place form: the first argument). Returns what backward needs besides. */
  forward(output: Tensor, ...args: Args): Saved;
}

/** What backward reads: an argument, by its position, or the result. Conditionally: only for the gradients of the arguments at some positions. */
export type Read = Kept | { readonly read: Kept; readonly forGradientsOf: readonly number[] };

/** A value that a graph node keeps. */
export type Kept = number | "output";

/** Of a product of the first two arguments: each is read for the gradient of the other alone. */
export const eachForTheOther: readonly Read[] = [
  { read: 0, forGradientsOf: [1] },
  { read: 1, forGradientsOf: [0] },
];

/** How gradients flow through an operation. */
export interface Differentiation<Args extends readonly unknown[], Saved = void> {
  /** The arguments and results whose values backward reads. Default: none. What it does not read may be written over, and its memory is let go. */
  readonly reads?: readonly Read[];
  /** Which of what backward reads it has copies of, so that it may be written over: where PyTorch keeps what it made of it. Default: none. */
  readonly copies?: (...args: Args) => readonly Kept[];
  /** What PyTorch keeps besides, whose being written over is an error too though backward does not read it. Default: none. */
  readonly watches?: readonly Read[] | ((...args: Args) => readonly Read[]);
  /** Whether PyTorch keeps what the form in place has written. */
  readonly watchesWritten?: true;
  /** A gradient for each argument. Where an argument was broadcast, the dispatcher sums. */
  readonly backward: (gradient: Tensor, context: BackwardContext<Args, Saved>) => readonly Gradient[];
  /**
   * The same gradients in operations, which record themselves, so that they can be differentiated in turn (`createGraph: true`): what PyTorch keeps in
   * derivatives.yaml. `linearInEach`, `linearInAll`, `composed` and `itself` need no formula. Null where PyTorch has no gradient of the gradient either.
   */
  readonly recordedBackward: RecordedBackward<Args, Saved> | null;
}

export interface ViewRow<Args extends readonly [Tensor, ...unknown[]]> extends Facts<Args> {
  readonly name: string;
  readonly gradientName?: string | ((...args: Args) => string);
  /** The window on the first argument's memory. */
  window(...args: Args): Window;
  /** The gradient for the first argument. Default: zeros with the gradient in the window. */
  readonly backward?: (gradient: Tensor, ...args: Args) => Tensor;
}

export const definedRows = new Set<OperationRow<never, unknown> | ViewRow<never>>();

/** The rows of all operations, for tests that hold each against numerical differentiation and its shape rule. */
export function rowsDefined(): ReadonlySet<OperationRow<never, unknown> | ViewRow<never>> {
  return definedRows;
}

/** PyTorch's name of the graph node. */
export function gradientName<Args extends readonly unknown[]>(row: { name: string; gradientName?: string | ((...args: Args) => string) }, args: Args): string {
  const { gradientName: given } = row;
  if (typeof given === "string") return given;
  if (given !== undefined) return given(...args);
  return `${row.name[0]!.toUpperCase()}${row.name.slice(1)}Backward0`;
}
