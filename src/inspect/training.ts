import * as l10n from "@vscode/l10n";
import { mostTrainingSteps, type SignalInput, type Training, type TrainingLoss, type TrainingRequest, type TrainingSample } from "../protocol/index.js";
import { callModule, type Engine, type Module, type Tensor } from "./engine.js";
import { tensorStatistics } from "./statistics.js";
import { eachTensor, withTensors } from "./structured.js";
import { finiteOrNull, gradientNormOf, StepMeasurement } from "./trainingSamples.js";
import { thrownText } from "./thrown.js";

/** Steps of which the parameters are looked at too: as many as a scrubber can show. */
const detailedSteps = 60;

/** What is trained, and with what. */
export interface Trained {
  readonly root: Module;
  readonly batch: () => readonly unknown[];
  readonly parameters: readonly { readonly tensor: Tensor; readonly id: number; readonly name: string }[];
  readonly input: SignalInput;
}

/**
 * Takes steps with a model, in the mode that it is in, on one batch. Yields what was seen since it yielded last: between two steps, so that whoever asks may do other things
 * there, or let it end. Model and generator are the caller's to preserve.
 */
export function* trainingSteps(engine: Engine, { root, batch, parameters, input }: Trained, request: TrainingRequest): Generator<Training, Training> {
  const { optimizer: optimizerName, rate, seed } = request;
  const steps = Math.min(mostTrainingSteps, Math.max(1, Math.floor(request.steps)));
  const trained = parameters.map(({ tensor }) => tensor);
  if (trained.length === 0) throw new Error(l10n.t("The model has no parameter that is trained."));
  engine.manualSeed(seed);
  const given = batch();
  const optimizer = new engine.optim[optimizerName](trained, { lr: rate });
  const stride = Math.ceil(steps / detailedSteps);
  const samples: TrainingSample[] = [];
  let objective: Objective | null = null;
  const training = (failure: string | null, seen: readonly TrainingSample[]): Training => ({
    by: { kind: "layerscope", optimizer: optimizerName, rate, loss: objective?.loss ?? request.loss ?? "output", input, seed },
    parameters: parameters.map(({ id, name }) => ({ tensor: id, name })),
    samples: seen,
    steps: samples.at(-1)?.step ?? 0,
    failure,
  });
  for (let step = 0; step <= steps; step++) {
    let loss: Tensor;
    try {
      // The pass may write to its inputs, and must not give gradients to them.
      const args = withTensors(engine, given, (tensor) => tensor.detach().clone());
      loss = engine.enableGrad(() => {
        const output = callModule(root, args);
        objective ??= objectiveFor(engine, request.loss, output, args);
        return objective.of(output);
      });
      // Those of the step before are not held beside the new ones.
      for (const tensor of trained) tensor.grad = null;
      const gradients = engine.autograd.grad(loss, trained, { allowUnused: true });
      trained.forEach((tensor, at) => (tensor.grad = gradients[at] ?? null));
    } catch (error) {
      if (step === 0) throw error;
      return training(l10n.t("Step {0} failed: {1}", step, thrownText(error)), samples);
    }
    const value = loss.item();
    const detailed = step % stride === 0 || step === steps;
    const measurement = detailed ? new StepMeasurement(engine, trained) : null;
    const common = { step, loss: finiteOrNull(value), gradientNorm: gradientNormOf(engine, trained) };
    const isLast = step === steps || !Number.isFinite(value);
    if (!isLast) optimizer.step();
    const taken = { ...common, ...(measurement && { parameters: isLast ? measurement.withoutStep() : measurement.ended() }) };
    samples.push(taken);
    if (!Number.isFinite(value)) return training(l10n.t("After {0} steps the loss is no finite number any more.", step), samples);
    yield training(null, [taken]);
  }
  return training(null, samples);
}

interface Objective {
  readonly loss: TrainingLoss;
  readonly of: (output: unknown) => Tensor;
}

/** What makes one number of an output: the loss that is asked for, or that the output's shape and values ask for. Targets are drawn once. */
function objectiveFor(engine: Engine, wanted: TrainingLoss | null, output: unknown, args: readonly unknown[]): Objective {
  const tensors = trainable(engine, output);
  const scalar = tensors.findIndex(({ ndim }) => ndim === 0);
  if (tensors.length === 0) throw new Error(l10n.t("Nothing that the model gives out depends on a parameter that is trained."));
  if (wanted === "output" || (wanted === null && scalar >= 0)) {
    const at = Math.max(0, scalar);
    return { loss: "output", of: (given) => trainable(engine, given)[at]!.sum() };
  }
  const [first] = tensors as [Tensor];
  const tokens = tokensOf(engine, args, first);
  const loss = wanted ?? lossFor(engine, first, tokens);
  const { functional } = engine.nn;
  const of = (make: (output: Tensor) => Tensor): Objective => ({ loss, of: (given) => make(trainable(engine, given)[0]!) });
  switch (loss) {
    case "crossEntropy":
    case "nllLoss": {
      const { sizes } = first;
      if (first.ndim < 2) throw new Error(l10n.t("{0} needs an output of samples and classes, not one of shape [{1}].", loss, sizes.join(", ")));
      if (tokens) return of((given) => functional[loss](given.narrow(1, 0, sizes[1]! - 1).flatten(0, 1), tokens.narrow(1, 1, sizes[1]! - 1).flatten()));
      const target = engine.randint(sizes[1]!, [sizes[0]!, ...sizes.slice(2)]);
      return of((given) => functional[loss](given, target));
    }
    case "binaryCrossEntropy":
    case "binaryCrossEntropyWithLogits": {
      const target = engine.randint(2, first.sizes).to(first.dtype);
      return of((given) => functional[loss](given, target));
    }
    case "mseLoss": {
      const target = engine.randn(first.sizes, { dtype: first.dtype });
      return of((given) => functional.mseLoss(given, target));
    }
  }
}

function trainable(engine: Engine, output: unknown): Tensor[] {
  const tensors: Tensor[] = [];
  eachTensor(engine, output, (tensor) => {
    if (tensor.dtype.isFloatingPoint && tensor.requiresGrad && tensor.numel() > 0) tensors.push(tensor);
  });
  return tensors;
}

/** The tokens that an output has scores for, one after the other, as of a language model: the next of them is what each is to foretell. */
function tokensOf(engine: Engine, args: readonly unknown[], { sizes }: Tensor): Tensor | null {
  if (sizes.length !== 3 || sizes[1]! < 2) return null;
  let tokens: Tensor | null = null;
  eachTensor(engine, args, (tensor) => {
    if (tokens || tensor.dtype.isFloatingPoint || tensor.dtype === engine.bool || tensor.ndim !== 2) return;
    if (tensor.sizes[0] !== sizes[0] || tensor.sizes[1] !== sizes[1]) return;
    const { finite } = tensorStatistics(engine, tensor, 0);
    if (finite && finite.min >= 0 && finite.max < sizes[2]!) tokens = tensor.to(engine.int64);
  });
  return tokens;
}

function lossFor(engine: Engine, output: Tensor, tokens: Tensor | null): Exclude<TrainingLoss, "output"> {
  const { sizes, ndim } = output;
  const { finite } = tensorStatistics(engine, output, 0);
  const isClasses = tokens !== null || (ndim === 2 && sizes[1]! >= 2);
  if (isClasses && finite && finite.max <= 0) {
    const total = output.detach().exp().sum(-1).sub(1).abs();
    if ((tensorStatistics(engine, total, 0).finite?.max ?? 1) < 1e-3) return "nllLoss";
  }
  if (isClasses) return "crossEntropy";
  return finite && finite.min > 0 && finite.max < 1 ? "binaryCrossEntropy" : "mseLoss";
}
