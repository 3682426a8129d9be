/**
 * What is known of an operation beside how it computes: said in its row, once, for everyone who asks. Whoever looks on is handed this, and asks it
 * instead of knowing operations by their names.
 */

/** What the values that an operation gives out have to do with the ones that it was given. */
export type Effect<Args extends readonly unknown[] = readonly unknown[]> =
  /** Makes values anew out of its operands. */
  | { readonly kind: "computes" }
  /** Sees the elements of its first argument in another shape, order or extent. */
  | { readonly kind: "view" }
  | PartEffect<Args>
  /** Copies elements of an argument, unchanged: of the first where `from` does not say which. */
  | { readonly kind: "moves"; readonly from?: number }
  | WriteEffect
  | MakeEffect<Args>;

/** Gives out one or several parts of its first argument: a slice, the pieces of a split. */
export interface PartEffect<Args extends readonly unknown[] = readonly unknown[]> {
  readonly kind: "part";
  /** Which, one for every result; null where tensors among the arguments choose. */
  parts(args: Args, results: readonly { readonly sizes: readonly number[] }[]): readonly Part[] | null;
}

/** Writes into its first argument and gives that out. */
export interface WriteEffect {
  readonly kind: "writes";
  /** Of a method that does what a function of nn.init does: as that function would say it. */
  readonly fills?: (args: readonly unknown[]) => Fill;
  /** The argument whose elements, unchanged, take the place of all that the first one held. */
  readonly from?: number;
}

/** How a function of nn.init fills a tensor. */
export interface Fill {
  /** Its name in nn.init. */
  readonly function: string;
  /** All, by name. */
  readonly arguments: Readonly<Record<string, number>>;
  readonly follows: Distribution | null;
}

/** Makes a tensor from nothing. */
export interface MakeEffect<Args extends readonly unknown[] = readonly unknown[]> {
  readonly kind: "makes";
  /** What the elements follow; null where they have no simple density. */
  follows(args: Args): Distribution | null;
}

/** A part of a tensor. */
export interface Part {
  /** As an index written behind the tensor: "[:, :58]". */
  readonly index: string;
  /** Of a tensor that was divided: which piece, counted from 1, of how many. */
  readonly piece?: { readonly number: number; readonly of: number };
}

/** A distribution of single values with a simple density. */
export type Distribution =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "truncatedNormal"; readonly mean: number; readonly std: number; readonly low: number; readonly high: number }
  | { readonly kind: "constant"; readonly value: number };

/** What a function that neurons end in does to a signal. */
export interface ActivationFacts {
  /** The nonlinearity of nn.init.calculateGain that stands for it; null where that knows no gain of it. */
  readonly gain: "linear" | "relu" | "leaky_relu" | "tanh" | "sigmoid" | "selu" | null;
  /** The slope, of "leaky_relu". */
  readonly slope?: number;
  /** The values that its result stays at or tends to, where its derivative is or tends to zero; null for a side without such a value. */
  readonly bounds: readonly [low: number | null, high: number | null];
}

/** A value of an argument that is plain. */
export type Plain = number | boolean | string;

/**
 * An argument by PyTorch's name for it in lowerCamelCase: alone, or with its default; for one that holds options, the defaults of those. Null, as the
 * argument or as a default, for what the engine passes on for itself and what says where or with what something is computed, and not what.
 */
export type Argument = string | readonly [name: string, byDefault: Plain] | null | { readonly [option: string]: Plain | null };

/** One for every argument. */
export type ArgumentsOf<Args extends readonly unknown[]> = { readonly [Position in keyof Args]-?: Argument };

/** Kinds of probabilities. */
export type Scale = "distribution" | "probability";

/** What every row says of its operation. */
export interface Facts<Args extends readonly unknown[]> {
  readonly effect: Effect<Args>;
  readonly arguments: ArgumentsOf<Args>;
  /** The sign that stands for it: "+" of add. */
  readonly sign?: string;
  /** What stands between the shapes of its operands; with "ᵀ" at its end where the second is taken transposed. Default: the sign. */
  readonly between?: string;
  /** What kind of numbers its results are: parts that add up to 1 along an axis, or each a probability by itself. Default: any. */
  readonly gives?: Scale;
  /** Of a loss that makes its first argument into such numbers by itself: what is that already becomes something else. Default: none. */
  readonly normalizes?: Scale;
  /** It takes the mean of each channel away: what was added to a channel before is gone. Default: it does not. */
  readonly centers?: true;
  /** Positions of arguments beside the first that it writes into, as batch normalization into its running statistics. */
  alsoWrites?(args: Args): readonly number[];
  /** Of a function that neurons end in: what it does to a signal. Default: it is none. */
  activates?(args: Args): ActivationFacts;
  /** What the results follow where the elements of the first argument follow `before`; null where that is not known. Default: not known. */
  follows?(args: Args, before: Distribution): Distribution | null;
}

/** What has a shape. */
export interface Sized {
  readonly sizes: readonly number[];
}

/** For an operation that adds up no products. */
export const notCounted = (): number => 0;

/** For an operation made of others: what these count. */
export const ofParts = (_args: readonly unknown[], _result: Sized, parts: number): number => parts;

/** An operation as whoever looks on sees it. */
export interface Operation extends Omit<Facts<readonly unknown[]>, "arguments"> {
  /** As in torch, e.g. "add". */
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** Default: none. `parts`: what the operations that it is made of count. */
  multiplyAdds?(args: readonly unknown[], result: Sized, parts: number): number;
}

/** The facts of an operation that writes what it computes into its first argument. */
export function writing({
  name,
  arguments: names,
  sign,
  between,
  multiplyAdds,
  fills,
  from,
  activates,
}: Pick<Operation, "name" | "arguments" | "sign" | "between" | "multiplyAdds" | "activates"> & Pick<WriteEffect, "fills" | "from">): Operation {
  return { name, arguments: names, effect: { kind: "writes", fills, from }, sign, between, multiplyAdds, activates };
}

/** The name of an argument that is an operand, or stands in the place of one: a number is shown by itself. */
export const operand = "";

export const computes = { kind: "computes" } as const;
export const views = { kind: "view" } as const;
export const moves = { kind: "moves" } as const;

/** Makes a tensor whose elements follow this. */
export function makes<Args extends readonly unknown[]>(follows: (args: Args) => Distribution | null): MakeEffect<Args> {
  return { kind: "makes", follows };
}

/** The distribution of a value of which each element is multiplied and shifted by a number. */
export function transformed(before: Distribution, factor: number, shift: number): Distribution | null {
  const at = (value: number): number => value * factor + shift;
  if (factor === 0 || !Number.isFinite(factor)) return null;
  switch (before.kind) {
    case "constant":
      return { kind: "constant", value: at(before.value) };
    case "normal":
      return { kind: "normal", mean: at(before.mean), std: before.std * Math.abs(factor) };
    case "uniform": {
      const [low, high] = [at(before.low), at(before.high)].sort((a, b) => a - b) as [number, number];
      return { kind: "uniform", low, high };
    }
    default:
      return null;
  }
}

/** The part of a tensor of these sizes from `start` up to `stop` along a dimension, as an index. The dimension may count from the end. */
export function rangeIndex(sizes: readonly number[], dim: number, start: number, stop: number, step = 1): string {
  const from = start === 0 ? "" : String(start);
  const to = stop === sizes.at(dim) ? "" : String(stop);
  return indexAlong(sizes, dim, `${from}:${to}${step === 1 ? "" : `:${step}`}`);
}

/** An index into a tensor of these sizes that chooses along one dimension, which may count from the end. */
export function indexAlong(sizes: readonly number[], dim: number, choice: string | number): string {
  return `[${":, ".repeat(dim < 0 ? dim + sizes.length : dim)}${choice}]`;
}
