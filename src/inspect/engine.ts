import type * as engine from "../engine/index.js";

/**
 * The engine as a value: a workspace may have its own copy, whose classes and state are others than those of the copy bundled with us.
 * All inspection goes through the one that the model code imported.
 */
export type Engine = typeof engine;
export type Tensor = engine.Tensor;
export type Module = engine.nn.Module;
export type Storage = Tensor["storage"];
export type DType = Tensor["dtype"];
export type Operation = engine.Operation;

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
