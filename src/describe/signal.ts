import * as l10n from "@vscode/l10n";
import { type Flow, type Language, type LayerSignal, type ModelSnapshot, type Nonlinearity, type Signal } from "../protocol/index.js";
import { operationText, writeArguments, writeName } from "./arguments.js";
import type { ModelIndex } from "./modelIndex.js";

/** What a measured signal says, for the findings, the table and the curves. */

/** A healthy signal stays within this factor of where it started, which is the band of the curves. */
export const idealFactor = 2;

/** The factor by which a signal may shrink or grow from the first layer with weights to the last; what training recovers from is far less. */
export const mostChange = 1e4;

/** A layer that carries the signal on: it has weights, and what it gives out has a size. */
export interface Carrier {
  readonly layer: LayerSignal;
  /** Its place among the signal's layers. */
  readonly at: number;
  /** The root mean square of what it gives out: what is one number, or equal numbers, has a size too. */
  readonly size: number;
  /** Of the gradient of that; null where none came back, or nothing finite. */
  readonly gradientSize: number | null;
}

/** In the order of the pass. Weights that are all zero, as of a branch that is to begin as nothing, carry nothing on purpose. */
export function carriersOf(index: ModelIndex, signal: Signal): readonly Carrier[] {
  return signal.layers.flatMap((layer, at) => {
    const weights = layer.parameters.filter(({ tensor }) => (index.model.tensors[tensor]?.shape?.length ?? 0) >= 2);
    const size = sizeOf(layer.activation);
    if (weights.length === 0 || size === null || weights.every(({ norm }) => norm === 0)) return [];
    return [{ layer, at, size, gradientSize: sizeOf(layer.gradient) }];
  });
}

/** The nonlinearity that the output of a layer goes into; null where it goes into another layer with weights, or nowhere. */
export function nonlinearityAfter(signal: Signal, at: number): Nonlinearity | null {
  for (const { nonlinearity, parameters, isContainer } of signal.layers.slice(at + 1)) {
    if (isContainer) continue;
    if (nonlinearity) return nonlinearity;
    if (parameters.length > 0) return null;
  }
  return null;
}

/** The scheme that keeps the size of a signal that goes into this nonlinearity. */
export function schemeFor(nonlinearity: Nonlinearity | null): { readonly function: string; readonly arguments: Readonly<Record<string, number | string>> } {
  switch (nonlinearity?.gain) {
    case undefined:
    case "linear":
    case "sigmoid":
      return { function: "xavierNormal_", arguments: {} };
    case "tanh":
      return { function: "xavierNormal_", arguments: { gain: 5 / 3 } };
    case "selu":
      return { function: "kaimingNormal_", arguments: { nonlinearity: "linear" } };
    case "leaky_relu":
      return { function: "kaimingNormal_", arguments: { a: nonlinearity.slope ?? 0.01, nonlinearity: "leaky_relu" } };
    case "relu":
    // Of GELU, SiLU and their like half of what comes in is lost as well, or nearly so.
    case null:
      return { function: "kaimingNormal_", arguments: { nonlinearity: "relu" } };
  }
}

/** As code: `nn.init.kaimingNormal_(weight, { nonlinearity: "relu" })`, in Python `nn.init.kaiming_normal_(weight, nonlinearity='relu')`. */
export function initCall(name: string, tensor: string, given: Readonly<Record<string, number | string>>, language: Language): string {
  const written = writeArguments(given, language);
  const options = written === "" ? "" : language === "python" ? `, ${written}` : `, { ${written} }`;
  return `nn.init.${writeName(name, language)}(${tensor}${options})`;
}

/** The call that would initialize the weight of a layer for what comes after it. */
export function remedyCall(index: ModelIndex, signal: Signal, at: number): string {
  const scheme = schemeFor(nonlinearityAfter(signal, at));
  return initCall(scheme.function, "weight", scheme.arguments, index.model.language);
}

/** How the table and the findings name a layer: its path, and the function where it is one. */
export function layerName({ path, operation, call }: LayerSignal, { name, language }: Pick<ModelSnapshot, "name" | "language">): string {
  const place = operation === null ? path || name : [path, `${operationText(operation, language)}()`].filter((part) => part !== "").join(" ");
  return call === 0 ? place : l10n.t("{0} (call {1})", place, call + 1);
}

/** The root mean square of the finite elements; null where there are none. */
export function sizeOf(flow: Flow | null): number | null {
  return flow?.finite ? Math.hypot(flow.finite.mean, flow.finite.std) : null;
}

/** Of the finite elements; null where there are none. */
export function stdOf(flow: Flow | null): number | null {
  return flow?.finite?.std ?? null;
}
