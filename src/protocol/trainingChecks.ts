import { type Check, kinds, list, numeric, oneOf, optional, shape, text, whole } from "./check.js";
import { checkSignalInput } from "./signalChecks.js";
import { checkHistogram } from "./tensorChecks.js";
import {
  type ParameterSample,
  type Progress,
  type RunningTraining,
  type Training,
  trainingLosses,
  type TrainingLoss,
  trainingOptimizers,
  type TrainingOptimizer,
  type TrainingRequest,
  type TrainingSample,
} from "./training.js";

type By<Kind extends Training["by"]["kind"]> = Extract<Training["by"], { readonly kind: Kind }>;

const optimizer: Check<TrainingOptimizer> = oneOf(...trainingOptimizers);
const loss: Check<TrainingLoss> = oneOf(...trainingLosses);

export const checkSteps = { steps: whole, optimizer, rate: numeric, loss: optional(loss), input: optional(checkSignalInput), seed: numeric };
export const checkTrainingRequest: Check<TrainingRequest> = shape<TrainingRequest>({ model: text, ...checkSteps });

const parameter: Check<ParameterSample> = shape<ParameterSample>({
  mean: optional(numeric),
  std: optional(numeric),
  gradientNorm: optional(numeric),
  updateRatio: optional(numeric),
  histogram: optional(checkHistogram),
});

export const checkTraining: Check<Training> = shape<Training>({
  by: kinds<Training["by"]>({
    layerscope: shape<By<"layerscope">>({ kind: oneOf("layerscope"), optimizer, rate: numeric, loss, input: checkSignalInput, seed: numeric }),
    code: shape<By<"code">>({ kind: oneOf("code"), optimizer: text }),
  }),
  parameters: list(shape<Training["parameters"][number]>({ tensor: whole, name: text })),
  samples: list(shape<TrainingSample>({ step: whole, loss: optional(numeric), gradientNorm: optional(numeric) }, { parameters: list(parameter) })),
  steps: whole,
  failure: optional(text),
});

export const checkRunningTraining: Check<RunningTraining> = shape<RunningTraining>({ model: text, training: checkTraining });

export const checkProgress: Check<Progress> = shape<Progress>({ done: whole, total: optional(whole), at: text }, { training: checkTraining, model: text });
