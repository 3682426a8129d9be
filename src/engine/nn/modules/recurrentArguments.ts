import { ValueError } from "../../errors.js";
import { required, type WithRequired } from "../../arguments.js";
import type { RecurrentMode } from "../../ops/recurrent.js";
import type { AxisName } from "../declaration.js";
import { parametersByName } from "../members.js";
import type { Module } from "../module.js";

/** What recurrent layers and their cells are told, and how. */

export interface RecurrentSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

/** The sizes that every recurrent layer needs, from its arguments. */
export function recurrentSizes(layer: string, { inputSize, hiddenSize }: Partial<RecurrentSizes>): [inputSize: number, hiddenSize: number] {
  return [required(inputSize, layer, "input_size"), required(hiddenSize, layer, "hidden_size")];
}

/** Input and hidden size by position or by name, then the rest. */
export type RecurrentArguments<Positional extends readonly unknown[], Options> = WithRequired<
  [inputSize: number, hiddenSize: number],
  RecurrentSizes,
  Positional,
  Options
>;

/** Of every weight and bias, by its name in PyTorch. */
export function recurrentAxes(layer: Module): Readonly<Record<string, readonly AxisName[]>> {
  return Object.fromEntries([...parametersByName(layer)].map(([name]) => [name, name.startsWith("weight") ? (["out", "in"] as const) : (["out"] as const)]));
}

export function rnnMode(nonlinearity: string, message: (nonlinearity: string) => string): RecurrentMode {
  if (nonlinearity === "tanh") return "rnnTanh";
  if (nonlinearity === "relu") return "rnnRelu";
  throw new ValueError(message(nonlinearity));
}
