import type { ArgumentValue } from "./layer.js";

/** What a snapshot says of the operations of a forward pass. */

declare const operationName: unique symbol;

/**
 * Name of an operation as in torch, e.g. "add": to be shown, as `${name}`, and for nothing else. It is a type of its own that no text can be compared with, and that
 * no text's methods can be asked, since what is known of an operation is said by its step (`effect`, `view`, `parts`, `arguments`), and comes from its row in the engine.
 */
export interface OperationName {
  readonly [operationName]: never;
}

export function operationNamed(name: string): OperationName {
  return name as unknown as OperationName;
}

/** What the outputs of an operation have to do with its first input. */
export type OperationEffect =
  /** They are values of their own. */
  | "computes"
  /** The same elements in another shape, order or extent. */
  | "view"
  /** Parts of it. */
  | "part"
  /** Copies of its elements. */
  | "moves"
  /** It was written into, and is given out. */
  | "writes"
  /** They were made from nothing. */
  | "makes";

/** Whether an operation gives out elements of its first input as they are, all or some of them. */
export function keepsElements({ effect }: { readonly effect: OperationEffect }): boolean {
  return effect === "view" || effect === "part" || effect === "moves";
}

/** Kinds of probabilities: parts that add up to 1 along an axis, or each by itself. */
export type Scale = "distribution" | "probability";

/** A part of a tensor. */
export interface TensorPart {
  /** As an index written behind the tensor: "[:, :58]". */
  readonly index: string;
  /** Of a tensor that was divided: which piece, counted from 1, of how many. */
  readonly piece?: { readonly number: number; readonly of: number };
}

/** An argument other than a tensor. */
export interface StepArgument {
  /** PyTorch's name for it in lowerCamelCase; null where it is written by its value alone. */
  readonly name: string | null;
  readonly value: ArgumentValue;
  /** Of an operand: it stands before the tensor, as the 1 of `1 - x`. */
  readonly isFirst?: true;
}
