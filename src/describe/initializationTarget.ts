import type { InitializationTarget, ModelSnapshot, ModuleSnapshot, Nonlinearity, TensorId } from "../protocol/index.js";
import { gainOf } from "./initializationTheory.js";
import type { ModelIndex } from "./modelIndex.js";
import { carriersOf, nonlinearityAfter } from "./signal.js";

/** What a reinitialization reaches, as the model's snapshot has it. */

/** The modules, each once, in order of declaration. */
export function reachedModules(index: ModelIndex, target: InitializationTarget): readonly ModuleSnapshot[] {
  const seen = new Set<number>();
  return placesOf(index, target).filter(({ identity }) => !seen.has(identity) && seen.add(identity));
}

function placesOf(index: ModelIndex, target: InitializationTarget): readonly ModuleSnapshot[] {
  switch (target.kind) {
    case "model":
      return index.modules;
    case "module":
      return index.within(target.path);
    case "type":
      return index.modules.filter(({ type }) => type === target.type);
    case "search": {
      const found = new Set(target.paths);
      return index.modules.filter(({ path }) => found.has(path));
    }
  }
}

/** What it may fill, each once. */
export function reachedTensors(index: ModelIndex, target: InitializationTarget): readonly TensorId[] {
  return [...new Set(reachedModules(index, target).flatMap(({ parameters }) => parameters.map(({ tensor }) => tensor)))];
}

/**
 * The nonlinearity that what it reaches goes into, where a signal was measured. "different" where there are several; null where there is none: layers that nothing
 * follows, as the last one, have no say.
 */
export function nonlinearityReached(model: ModelSnapshot, index: ModelIndex, target: InitializationTarget): Nonlinearity | "different" | null {
  const { signal } = model;
  if (!signal) return null;
  const paths = new Set(reachedModules(index, target).map(({ path }) => path));
  const found = new Map<string, Nonlinearity>();
  for (const { layer, at } of carriersOf(index, signal)) {
    const after = paths.has(layer.path) ? nonlinearityAfter(signal, at) : null;
    if (after) found.set(`${after.gain} ${after.slope}`, after);
  }
  const [first, ...others] = found.values();
  return first === undefined ? null : others.length > 0 ? "different" : first;
}

/** The arguments of a scheme that take a nonlinearity into account, for this one. What halves a signal as ReLU does is taken for it. */
export function argumentsFor({ gain, slope }: Nonlinearity): Readonly<Record<"gain" | "nonlinearity" | "a", number | string>> {
  const known = gain ?? "relu";
  return { gain: gainOf({ gain: known, slope }) ?? 1, nonlinearity: known, a: known === "leaky_relu" ? (slope ?? 0.01) : 0 };
}
