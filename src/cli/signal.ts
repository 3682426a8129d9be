import { findingsOf } from "../describe/findings/findings.js";
import type { Finding } from "../describe/findings/finding.js";
import { indexOf } from "../describe/modelIndex.js";
import { formatSignal, signalRows } from "../describe/signalTable.js";
import { formatTraining } from "../describe/training.js";
import { type InitializationChoice, initializationSchemes, type ModelSnapshot, type Signal, type Training, type TrainingRequest } from "../protocol/index.js";
import { type ModelRunner, RunnerError } from "../runner/client.js";

/** A function of nn.init by its name in either language, with its arguments as they are by default; null where none is called so. */
export function schemeNamed(name: string): InitializationChoice | null {
  const wanted = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const scheme = initializationSchemes.find((each) => each.function === wanted);
  return scheme ? { kind: "scheme", function: scheme.function, arguments: {} } : null;
}

interface Measuring {
  /** What fills the weights before; null leaves them. */
  readonly choice: InitializationChoice | null;
  readonly seed: number;
  /** Random batches; 0: the inputs that the model came with. */
  readonly batches: number;
}

/** The models with their signals, and why others have none: no values, no forward, weights that the scheme does not take. */
export async function measuredModels(
  runner: ModelRunner,
  file: string,
  models: readonly ModelSnapshot[],
  { choice, seed, batches }: Measuring,
): Promise<{ readonly measured: readonly ModelSnapshot[]; readonly others: readonly string[] }> {
  const measured: ModelSnapshot[] = [];
  const others: string[] = [];
  for (const { name: model } of models) {
    try {
      measured.push(await measure(model));
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      others.push(`${model}: ${error.message}`);
    }
  }
  return { measured, others };

  async function measure(model: string): Promise<ModelSnapshot> {
    if (choice) await runner.request(file, "reinitialize", { model, target: { kind: "model" }, choice, seed });
    return runner.request(file, "showSignal", { model, input: batches === 0 ? null : { kind: "random", batches }, seed });
  }
}

/** What becomes of the models over a few steps, each on a batch of its own. */
export async function trainedModels(
  runner: ModelRunner,
  file: string,
  models: readonly ModelSnapshot[],
  { batches, steps, optimizer, rate, loss, seed }: Pick<TrainingRequest, "steps" | "optimizer" | "rate" | "loss" | "seed"> & { readonly batches: number },
): Promise<ReadonlyMap<string, Training>> {
  const trainings = new Map<string, Training>();
  for (const { name: model } of models) {
    const input = batches === 0 ? null : ({ kind: "random", batches: 1 } as const);
    trainings.set(model, await runner.request(file, "train", { model, steps, optimizer, rate, loss, seed, input }, { timeLimit: Infinity }));
  }
  return trainings;
}

/** What --json prints of a model. */
interface Report {
  readonly model: string;
  readonly input: Signal["input"];
  readonly seed: number;
  readonly layers: readonly object[];
  readonly gradientMissing: string | null;
  readonly failure: string | null;
  readonly findings: readonly Finding[];
  /** Where steps were asked for. */
  readonly training?: Training;
}

export function reportOf(
  models: readonly ModelSnapshot[],
  trainings: ReadonlyMap<string, Training>,
): { readonly text: string; readonly data: readonly Report[]; readonly hasErrors: boolean } {
  const data = models.map((model): Report => {
    const training = trainings.get(model.name);
    const { input, seed, gradientMissing, failure } = model.signal!;
    const layers = signalRows(indexOf(model), model.signal!).map(({ layer, name: _, ...figures }) => ({
      path: layer.path,
      function: layer.operation && `${layer.operation}`,
      call: layer.call,
      ...figures,
    }));
    return { model: model.name, input, seed, layers, gradientMissing, failure, findings: findingsOf(model).all, ...(training && { training }) };
  });
  const hasErrors = data.some(
    ({ failure, findings, training }) => failure !== null || (training?.failure ?? null) !== null || findings.some(({ severity }) => severity === "error"),
  );
  return {
    text: models
      .flatMap((model) => [formatSignal(model), ...(trainings.has(model.name) ? [formatTraining(model, trainings.get(model.name)!)] : [])])
      .join("\n\n"),
    data,
    hasErrors,
  };
}
