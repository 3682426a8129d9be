import type { Reinitialization } from "./initialization.js";
import type { Signal, SignalInput } from "./signal.js";
import type { TensorStatistics } from "./snapshot.js";
import type { TensorId } from "./tensor.js";
import type { TrainingRequest } from "./training.js";

/** Two states of one model beside one another. */

/** Values for all parameters and buffers of a model. */
export type ModelState =
  | { readonly kind: "current" }
  /** As after a reinitialization, from another seed too. */
  | { readonly kind: "reinitialized"; readonly reinitialization: Reinitialization }
  /** As after some steps. */
  | { readonly kind: "trained"; readonly steps: Omit<TrainingRequest, "model"> };

/** As a runner takes it: safetensors, or what torch.save wrote. */
export type RunnerState = ModelState | { readonly kind: "file"; readonly path: string };

/** As the page says it: those that are kept have names. */
export type PageModelState = ModelState | { readonly kind: "kept"; readonly name: string };

export interface CompareRequest<State> {
  readonly model: string;
  readonly first: State;
  readonly second: State;
  /** Of the signals of both. */
  readonly input: SignalInput | null;
  readonly seed: number;
}

export interface StateComparison {
  readonly first: ComparedState;
  readonly second: ComparedState;
  readonly tensors: readonly ComparedTensor[];
}

export interface ComparedState {
  /** What of a file does not fit the model, in PyTorch's words; the rest was taken. */
  readonly problems: readonly string[];
  /** Null where the model has none to measure. */
  readonly signal: Signal | null;
}

export interface ComparedTensor {
  readonly tensor: TensorId;
  /** Histograms of both are over the same bins. */
  readonly first: TensorStatistics;
  readonly second: TensorStatistics;
  /** Norm of the difference as a share of the first's norm; null where that is no finite number. */
  readonly relative: number | null;
  /** Cosine of the angle between both; null where one is zero, or not finite. */
  readonly cosine: number | null;
  /** Kolmogorov-Smirnov: the largest distance between the two distribution functions, of at most 65,536 elements each. */
  readonly kolmogorovSmirnov: number;
}
