import type { Reinitialization } from "./initialization.js";
import type { OperationName } from "./operation.js";
import type { StatedInput } from "./statedInput.js";
import type { Histogram, TensorId } from "./tensor.js";

/** How a signal goes through a model: one forward and one backward pass, in figures. */

/** What a signal is measured with. */
export type SignalInput =
  /** Those of the pass that is shown. */
  | { readonly kind: "recorded" }
  /** As of a forward pass. */
  | { readonly kind: "stated"; readonly inputs: readonly StatedInput[] }
  /**
   * As many batches, of the shapes of the shown pass's inputs: standard normal numbers, and integers from 0 to the largest that the shown pass was given.
   * Batch i is drawn after seeding the generator with seed + i.
   */
  | { readonly kind: "random"; readonly batches: number };

export interface SignalRequest {
  readonly model: string;
  /** Null: the shown pass's where the code ran it or the user stated them, else one random batch. */
  readonly input: SignalInput | null;
  /** Seeds the generator before each batch, for inputs, random layers and the gradient that is sent back. */
  readonly seed: number;
  /** Measured with these parameters instead of the model's own, which come back afterwards; null for its own. */
  readonly trial: Reinitialization | null;
}

/**
 * What a signal became on its way. The gradient sent back from each floating-point output is standard normal; from an output of one element, a loss, it is 1.
 * The model, its gradients and the generator are afterwards as before, bit for bit.
 */
export interface Signal {
  readonly input: SignalInput;
  readonly seed: number;
  readonly trial: Reinitialization | null;
  /** The first floating-point input; null where there is none. */
  readonly given: Flow | null;
  /** Every call of a module, and every function that neurons end in where the code calls it itself, in the order in which they gave out their results. */
  readonly layers: readonly LayerSignal[];
  /** Why there are no gradients, in words for the user; null where there are. */
  readonly gradientMissing: string | null;
  /** Why the pass did not reach its end; null where it did. What ran before is there. */
  readonly failure: string | null;
}

export interface LayerSignal {
  /** Of the module, or of the one whose forward calls the function. */
  readonly path: string;
  /** Of a function; null for a module. */
  readonly operation: OperationName | null;
  /** How often the module was called before in the same pass; of a function, how often it was in the same call. */
  readonly call: number;
  /** Others ran within it: what it gives out is most often theirs. */
  readonly isContainer: boolean;
  /** Its first floating-point output; null where it has none. */
  readonly activation: Flow | null;
  /** The gradient of that; null where none came back. */
  readonly gradient: Flow | null;
  /** Where its output is that of a function that neurons end in. */
  readonly nonlinearity: Nonlinearity | null;
  /** Its own parameters that are trained. */
  readonly parameters: readonly ParameterSignal[];
}

export interface Nonlinearity {
  /** As nn.init.calculateGain knows it; null where that has no gain for it. */
  readonly gain: "linear" | "relu" | "leaky_relu" | "tanh" | "sigmoid" | "selu" | null;
  /** The slope, of "leaky_relu"; null for any other. */
  readonly slope: number | null;
  /** It is zero for what is below zero, and nothing comes back from there. */
  readonly rectifies: boolean;
}

/** What a sample of an activation or gradient is like. */
export interface Flow {
  /** Elements, of all batches. */
  readonly count: number;
  /** Of the finite elements: population standard deviation; null where there are none. */
  readonly finite: { readonly min: number; readonly max: number; readonly mean: number; readonly std: number } | null;
  /** Shares, from 0 to 1. */
  readonly zeros: number;
  /** Of NaN and infinities, those below zero left out, which masks are made of. */
  readonly nonFinite: number;
  /** Share within a hundredth of the width from a bound of the function that gave it out; null where that has no two bounds. */
  readonly saturated: number | null;
  /**
   * Of an activation: how much of it depends on the input: the root mean square of what is left of the values when the mean over the samples is taken away, as a share of theirs.
   * The samples are along the first dimension, or along the second of three where the first has one; null where there is one sample only.
   */
  readonly variation: number | null;
  /** Of the first batch. */
  readonly histogram: Histogram | null;
}

export interface ParameterSignal {
  /** The module's own name for it. */
  readonly name: string;
  readonly tensor: TensorId;
  /** Root of the sum of squares. */
  readonly norm: number;
  /** That of its gradient; null where none came back. */
  readonly gradientNorm: number | null;
  /** Whether there are several units (slices along the axis that counts outputs) and all have the same weights; and, where they do, the same gradients. */
  readonly equalUnits: boolean;
  readonly equalGradients: boolean;
}

/** By how much a step of gradient descent at a learning rate of 1 would change a parameter, as a share of it; null where that cannot be said. */
export function gradientRatio({ norm, gradientNorm }: ParameterSignal): number | null {
  return gradientNorm === null || norm === 0 ? null : gradientNorm / norm;
}
