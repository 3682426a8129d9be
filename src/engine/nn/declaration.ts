import type { AnyModule } from "./anyModule.js";

/**
 * What is known of a class of layers, stated once, in the class itself, and inherited by the classes that extend it. Whoever shows models or runs them
 * without knowing their classes goes by this.
 */

/** What a layer does, as far as a reader of a model sorts layers; "module" is no layer but a class of the user's own. */
export type LayerFamily =
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

/** An input worth trying where nothing is known of a model but its layers. */
export interface ExampleInput {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int64";
  /** Integers are below it; default: all are 0. */
  readonly high?: number;
}

interface Declaration<Layer> {
  readonly family: LayerFamily;
  /**
   * The constructor's arguments as they are now, by the constructor's names and in its order; those that have a default as `optional`. Tensors and modules
   * are left out: they are found among the parameters, buffers and children.
   */
  arguments(layer: Layer): Readonly<Record<string, unknown>>;
  /** The two arguments that say how many features or channels the layer takes and gives. */
  readonly maps?: readonly [from: string, to: string];
  /** The sizes of inputs that its arguments fix, as it is now. */
  takes?(layer: Layer): readonly TakenSize[];
  /** What the axes of its own parameters and buffers count, by the names that they are registered under. */
  axes?(layer: Layer): Readonly<Record<string, readonly AxisName[]>>;
  /** Inputs that the layer takes, the likeliest first. `flattens`: a layer before it merges dimensions. */
  inputs?(layer: Layer, flattens: boolean): readonly ExampleInput[];
  /** It merges dimensions, so that what comes before has more of them than what comes after. */
  readonly flattens?: true;
  /** Whether its forward calls the children one after the other, in their order. */
  isSequence?(layer: Layer): boolean;
}

/** Where a class keeps its declaration. */
export const declaration: unique symbol = Symbol("declaration");

/** What a layer declares, `static readonly [declaration]: LayerDeclaration<Linear> = { ... }`. */
export interface LayerDeclaration<Layer> extends Declaration<Layer> {
  readonly family: Exclude<LayerFamily, "module">;
}

/** What Module itself declares. */
export interface ModuleDeclaration extends Declaration<AnyModule> {}

/** A class that says itself what it is, or extends one that does. */
export interface DeclaredLayer {
  readonly [declaration]: LayerDeclaration<never>;
}

/** The last axis of an input counts as many features as an argument says. */
export function takesFeatures(argument: string, input = 0): TakenSize {
  return { argument, input, axis: -1, counts: "feature" };
}

class Optional {
  constructor(
    readonly value: unknown,
    readonly byDefault: unknown,
  ) {}
}

/** An argument that need not be given: its value, and the one that it has by itself. A number also stands for a list of that number alone. */
export function optional(value: unknown, byDefault: unknown): unknown {
  return new Optional(value, byDefault);
}

/** What is known of one layer, from its class. */
export interface LayerFacts {
  readonly family: LayerFamily;
  /** Those that are not as they are by default. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The others. */
  readonly defaultArguments: Readonly<Record<string, unknown>>;
  readonly maps: readonly [from: string, to: string] | null;
  /** Absent where it says nothing. */
  readonly takes?: readonly TakenSize[];
  readonly axes: Readonly<Record<string, readonly AxisName[]>>;
  readonly isSequence: boolean;
}

function declarationOf(module: AnyModule): ModuleDeclaration {
  return (module.constructor as unknown as { readonly [declaration]: ModuleDeclaration })[declaration];
}

/** What the class of `module` declares, for this module. */
export function layerFacts(module: AnyModule): LayerFacts {
  const declared = declarationOf(module);
  const given: Record<string, unknown> = {};
  const byDefault: Record<string, unknown> = {};
  for (const [name, argument] of Object.entries(declared.arguments(module))) {
    if (!(argument instanceof Optional)) given[name] = argument;
    else if (isSame(argument.value, argument.byDefault)) byDefault[name] = argument.value;
    else given[name] = argument.value;
  }
  // A lazy layer fixes no size yet.
  const takes = (declared.takes?.(module) ?? []).filter(({ argument }) => argument in given || argument in byDefault);
  return {
    family: declared.family,
    arguments: given,
    defaultArguments: byDefault,
    maps: declared.maps ?? null,
    ...(takes.length > 0 && { takes }),
    axes: declared.axes?.(module) ?? {},
    isSequence: declared.isSequence?.(module) ?? false,
  };
}

/** Inputs that a layer takes, the likeliest first; null where its class does not say. */
export function exampleInputs(module: AnyModule, flattens: boolean): readonly ExampleInput[] | null {
  return declarationOf(module).inputs?.(module, flattens) ?? null;
}

/** Whether a layer merges dimensions. */
export function mergesDimensions(module: AnyModule): boolean {
  return declarationOf(module).flattens ?? false;
}

function isSame(value: unknown, byDefault: unknown): boolean {
  if (!Array.isArray(value)) return value === byDefault;
  return value.every((item, i) => isSame(item, Array.isArray(byDefault) ? byDefault[i] : byDefault));
}
