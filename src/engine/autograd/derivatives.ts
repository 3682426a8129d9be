import type { Tensor } from "../tensor.js";

/**
 * How backward itself is differentiated, for gradients of gradients (`createGraph: true`). An operation's `backward` computes in kernels and
 * records nothing; its derivative says the same in operations that record themselves, so that any order follows from the first. What
 * PyTorch keeps in derivatives.yaml.
 */

/** What a derivative works with. Tensors that backward does not read have their shape and dtype, but no values and no gradient. */
export interface DerivativeContext<Args extends readonly unknown[] = readonly never[]> {
  readonly args: Args;
  /** Forward's result, if backward reads it. */
  readonly output: Tensor;
  /** What forward returned for backward. */
  readonly saved: never;
  /** PyTorch's name of the graph node. */
  readonly name: string;
  /** Whether a gradient is wanted for the argument at this position. */
  readonly needs: (position: number) => boolean;
  /** The operation's forward again, recorded. */
  readonly apply: (args: readonly unknown[]) => Tensor;
  /** The operation's own backward, for these arguments instead of its own if given. Not recorded, unless it is made of operations. */
  readonly backward: (gradient: Tensor, args?: readonly unknown[]) => readonly (Tensor | null | undefined | readonly (Tensor | null)[])[];
}

/** A gradient for each argument; for an argument that is a list of tensors, one for each. */
export type Derivative<Args extends readonly unknown[] = readonly never[]> = (
  gradient: Tensor,
  context: DerivativeContext<Args>,
) => readonly (Tensor | null | undefined | readonly (Tensor | null)[])[];

const derivatives = new Map<string, Derivative>();

/** States the derivative of the operations of these names. */
export function defineDerivative<Args extends readonly unknown[]>(names: string | readonly string[], derivative: Derivative<Args>): void {
  for (const name of typeof names === "string" ? [names] : names) derivatives.set(name, derivative as unknown as Derivative);
}

/** The derivative of the operation of this name; undefined if it cannot be differentiated twice. */
export function derivativeOf(name: string): Derivative | undefined {
  return derivatives.get(name);
}
