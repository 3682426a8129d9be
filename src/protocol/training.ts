import type { SignalInput } from "./signal.js";
import type { Histogram, TensorId } from "./tensor.js";

/** What becomes of a model while it trains, in figures: of a few steps that were asked for, or of the code's own. */

/** The optimizers that steps can be taken with, by their names in torch.optim. */
export const trainingOptimizers = ["SGD", "Adam", "AdamW", "RMSprop"] as const;
export type TrainingOptimizer = (typeof trainingOptimizers)[number];

/** The rate that an optimizer is offered with: PyTorch's default, and for SGD, whose default suits large batches of images, what nets of any size bear. */
export const defaultRate: Readonly<Record<TrainingOptimizer, number>> = { SGD: 0.01, Adam: 0.001, AdamW: 0.001, RMSprop: 0.01 };

/** What steps make smaller: a function of torch.nn.functional of the output and of targets that stay the same over the steps, or what the model itself gives out. */
export const trainingLosses = ["crossEntropy", "nllLoss", "mseLoss", "binaryCrossEntropyWithLogits", "binaryCrossEntropy", "output"] as const;
export type TrainingLoss = (typeof trainingLosses)[number];

export const mostTrainingSteps = 1000;

export interface TrainingRequest {
  readonly model: string;
  /** From 1 to `mostTrainingSteps`. */
  readonly steps: number;
  readonly optimizer: TrainingOptimizer;
  readonly rate: number;
  /** Null: the one that what the model gives out asks for. */
  readonly loss: TrainingLoss | null;
  /** As of a signal; one batch, which stays the same over the steps. */
  readonly input: SignalInput | null;
  /** Seeds the generator before the batch, its targets and the steps. */
  readonly seed: number;
}

/** A training as far as it was seen. */
export interface Training {
  readonly by: /** Steps that were asked for: the model, its gradients and the generator are afterwards as before, bit for bit. */
    | {
        readonly kind: "layerscope";
        readonly optimizer: TrainingOptimizer;
        readonly rate: number;
        readonly loss: TrainingLoss;
        readonly input: SignalInput;
        readonly seed: number;
      }
    /** Of the code's own, while it ran: the class of its optimizer. */
    | { readonly kind: "code"; readonly optimizer: string };
  /** The parameters that are trained, in the order in which samples list them. */
  readonly parameters: readonly { readonly tensor: TensorId; readonly name: string }[];
  /** Of every step, or, where there are too many to keep, evenly of some; the last one always. */
  readonly samples: readonly TrainingSample[];
  /** Steps taken. */
  readonly steps: number;
  /** Why it ended before its last step, in words for the user; null where it did not. */
  readonly failure: string | null;
}

/** The state in which a step begins, and what the step does; the last has no step any more. */
export interface TrainingSample {
  /** Steps taken before. */
  readonly step: number;
  /** Null where it is no finite number, or was not seen. */
  readonly loss: number | null;
  /** Of all parameters together: root of the sum of squares; null where it is not finite, or none came back. */
  readonly gradientNorm: number | null;
  /** One for each of the training's parameters; absent where the sample was to cost less. */
  readonly parameters?: readonly ParameterSample[];
}

export interface ParameterSample {
  /** Of the finite elements, population standard deviation; null where there are none. */
  readonly mean: number | null;
  readonly std: number | null;
  readonly gradientNorm: number | null;
  /** By how much the step changed it: the norm of the change as a share of its own; null where that cannot be said. */
  readonly updateRatio: number | null;
  readonly histogram: Histogram | null;
}

/** What the code trains by itself, as far as it has come. */
export interface RunningTraining {
  /** The model's name, as far as it has one while the code runs. */
  readonly model: string;
  /** All that is kept of it. Tensors are those that the model has then: in an older snapshot, they are found by name. */
  readonly training: Training;
}

/** How far a request has come. */
export interface Progress {
  readonly done: number;
  /** Null where that is not known. */
  readonly total: number | null;
  /** What is worked on: the path of a module; "" where there is nothing to say. */
  readonly at: string;
  /** Of a training: what was seen of it since it was told last. The first says what all of them are of. With `model`: as of RunningTraining. */
  readonly training?: Training;
  readonly model?: string;
}
