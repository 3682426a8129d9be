import type * as engine from "../engine/index.js";

/** What inspection uses of an engine, by name: what is missing here does not compile where it is used. */
const used = {
  root: [
    ...([
      "DType",
      "Tensor",
      "arange",
      "autograd",
      "bool",
      "distributions",
      "float32",
      "float64",
      "getRngState",
      "int32",
      "int64",
      "load",
      "manualSeed",
      "nn",
      "optim",
      "save",
    ] as const),
    ...([
      "bfloat16",
      "float16",
      "int16",
      "int8",
      "enableGrad",
      "noGrad",
      "observe",
      "ones",
      "rand",
      "randint",
      "randn",
      "setGradEnabled",
      "setRngState",
      "summarize",
      "uint8",
      "withDevice",
      "zeros",
    ] as const),
  ],
  nn: [
    ...([
      "Module",
      "Parameter",
      "buffersByName",
      "childrenByName",
      "exampleInputs",
      "functional",
      "init",
      "isUninitialized",
      "layerFacts",
      "mergesDimensions",
      "modulesOf",
    ] as const),
    ...(["namedBuffersOf", "namedModulesOf", "namedParametersOf", "parametersByName", "rememberMembers", "withoutHooks"] as const),
  ],
} as const;

/**
 * The engine as a value: a workspace may have its own copy, whose classes and state are others than those of the copy bundled with us.
 * All inspection goes through the one that the model code imported.
 */
export type Engine = Pick<typeof engine, Exclude<(typeof used.root)[number], "nn">> & { readonly nn: Pick<typeof engine.nn, (typeof used.nn)[number]> };
export type Tensor = engine.Tensor;
export type Module = engine.nn.Module;
export type Storage = Tensor["storage"];
export type DType = Tensor["dtype"];
export type Operation = engine.Operation;

/** What an engine of another version lacks that inspection uses; null where it lacks nothing. */
export function lackingIn(other: object): string | null {
  const has = (holder: unknown, name: string): boolean => typeof holder === "object" && holder !== null && Reflect.get(holder, name) !== undefined;
  const root = used.root.find((name) => !has(other, name));
  if (root !== undefined) return root;
  const nn = used.nn.find((name) => !has(Reflect.get(other, "nn"), name));
  return nn === undefined ? null : `nn.${nn}`;
}

/** Calls a module whose forward is not known statically. */
export function callModule(module: Module, args: readonly unknown[]): unknown {
  return (module as unknown as (...args: readonly unknown[]) => unknown)(...args);
}

/** The name of an object's class; "" where it has none, or no class. */
export function classNameOf(object: object): string {
  const constructor: unknown = object.constructor;
  const name: unknown = typeof constructor === "function" ? constructor.name : "";
  return typeof name === "string" ? name : "";
}

/** Whether a tensor is a shape alone because a look leaves out the values of large ones. */
export function isLeftOut(tensor: Tensor): boolean {
  return tensor.storage.isLeftOut;
}

/** Whether a tensor has numbers to look at: it is neither on the device `meta` nor without a shape yet. */
export function hasValues(engine: Engine, tensor: Tensor): boolean {
  return tensor.device === "cpu" && !engine.nn.isUninitialized(tensor);
}
