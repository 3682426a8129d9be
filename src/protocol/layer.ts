/** What a snapshot says of a module's class, whichever engine and language it comes from. */

/** The families of layers, by name; "module" is a class of the user's own that is no layer of a library. */
export type FamilyName =
  | "linear"
  | "convolution"
  | "attention"
  | "recurrent"
  | "embedding"
  | "normalization"
  | "activation"
  | "dropout"
  | "pooling"
  | "padding"
  | "resampling"
  | "reshaping"
  | "identity"
  | "distance"
  | "loss"
  | "container"
  | "module";

declare const family: unique symbol;

/**
 * The family of a module: a type of its own, which cannot be compared with text. What depends on it is a table with a row for every family, read by
 * `byFamily`, so that a new family does not compile until each table has its row.
 */
export interface LayerFamily {
  readonly [family]: FamilyName;
}

/** The family of that name. It travels as its name. */
export function familyNamed(name: FamilyName): LayerFamily {
  return name as unknown as LayerFamily;
}

/** The row of a family. */
export function byFamily<Row>(table: Readonly<Record<FamilyName, Row>>, of: LayerFamily): Row {
  return table[of as unknown as FamilyName];
}

/** What an axis of a parameter or buffer counts. */
export type AxisName =
  | "out"
  | "in"
  | "in1"
  | "in2"
  | "index"
  | "feature"
  | "channel"
  | "class"
  | "depth"
  | "height"
  | "width"
  | "kernel"
  | "sequence"
  | "batch";

/** A size of an input that an argument of a layer fixes: inputs of another are refused. */
export interface TakenSize {
  /** The argument: a number, or a list of the sizes of as many axes. */
  readonly argument: string;
  /** Which of the tensors that forward is given, from 0. */
  readonly input: number;
  /** The axis, or the first of them, from the end where it is negative. */
  readonly axis: number;
  readonly counts: "feature" | "channel";
}

/** The languages that model files are written in. */
export type Language = "typescript" | "python";

/** An argument as data. `code` is written as it stands: the name of a function or dtype; or "Infinity", "-Infinity", "NaN", which JSON has no numbers for. */
export type ArgumentValue = number | boolean | string | null | { readonly code: string } | readonly ArgumentValue[];

/** Arguments by name, in lowerCamelCase and in the order in which they are declared. */
export type NamedArguments = Readonly<Record<string, ArgumentValue>>;
