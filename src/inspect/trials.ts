import * as l10n from "@vscode/l10n";
import type {
  Progress,
  RunnerMethods,
  RunnerState,
  Signal,
  SignalInput,
  SignalRequest,
  StateComparison,
  TensorStatistics,
  Training,
  TrainingRequest,
} from "../protocol/index.js";
import { callModule, classNameOf, type Engine, hasValues, type Tensor } from "./engine.js";
import { definesForward } from "./infer.js";
import { deviceOf, statedArguments } from "./inputs.js";
import { inputsTooLarge, type Model } from "./liveModel.js";
import type { PassWatcher } from "./passWatcher.js";
import type { Recorder } from "./recorder.js";
import type { Restoring } from "./restoring.js";
import { measureSignal, randomLike } from "./signal.js";
import { comparedTensor, loadState } from "./states.js";
import { binsWithin, tensorStatistics } from "./statistics.js";
import { withTensors } from "./structured.js";
import { trainingSteps } from "./training.js";
import type { ModelTree } from "./tree.js";

export interface TrialsOptions {
  readonly engine: Engine;
  readonly recorder: Recorder;
  readonly restoring: Restoring;
  /** Runs what only looks at the models, without letting anything be printed. */
  readonly quietly: <Result>(body: () => Result) => Result;
  /** Hears how far a request has come. */
  readonly progress: (progress: Progress) => void;
  /** The model of that name; throws where there is none. */
  readonly model: (name: string) => Model;
  /** What a model holds now. */
  readonly tree: (model: Model) => ModelTree;
}

/** What is tried with a model that is afterwards as before: a measured pass, another initialization, optimizer steps, other states. */
export class Trials {
  readonly #engine: Engine;
  readonly #recorder: Recorder;
  readonly #restoring: Restoring;
  readonly #quietly: TrialsOptions["quietly"];
  readonly #progress: TrialsOptions["progress"];
  readonly #model: TrialsOptions["model"];
  readonly #tree: TrialsOptions["tree"];

  constructor({ engine, recorder, restoring, quietly, progress, model, tree }: TrialsOptions) {
    this.#engine = engine;
    this.#recorder = recorder;
    this.#restoring = restoring;
    this.#quietly = quietly;
    this.#progress = progress;
    this.#model = model;
    this.#tree = tree;
  }

  previewReinitialize({ model: name, tensors, target, choice, seed }: RunnerMethods["previewReinitialize"]["params"]): (TensorStatistics | null)[] {
    const { module, reinitializer, tree } = this.#model(name);
    const statistics = () =>
      tensors.map((id) => {
        const tensor = tree?.tensors[id]?.tensor;
        return tensor && hasValues(this.#engine, tensor) ? tensorStatistics(this.#engine, tensor) : null;
      });
    // What is filled keeps its own values: nothing else is written to.
    return this.#restoring.leavingNoTrace(
      module,
      (afterwards) => {
        if (seed !== null) this.#engine.manualSeed(seed);
        return reinitializer.during(module, target, choice, statistics, afterwards);
      },
      { values: false },
    );
  }

  signal(request: SignalRequest): Signal {
    const { reinitializer, module } = this.#model(request.model);
    const { trial } = request;
    return this.#quietly(() =>
      this.#restoring.leavingNoTrace(module, (afterwards) => {
        if (trial === null) return this.#measured(request);
        if (trial.seed !== null) this.#engine.manualSeed(trial.seed);
        return reinitializer.during(module, trial.target, trial.choice, () => this.#measured(request), afterwards, { values: false });
      }),
    );
  }

  /** The signal of a model as it is now; whoever asks has it as before afterwards. */
  #measured(request: SignalRequest): Signal {
    const model = this.#model(request.model);
    const { seed, trial } = request;
    const { input, batch } = this.#batchFor(request);
    const tree = this.#tree(model);
    // There and back.
    const total = model.shown && 2 * model.shown.recording.calls * (input.kind === "random" ? input.batches : 1);
    let done = 0;
    const tell = (at: string): void => this.#progress({ done: ++done, total: total && Math.max(total, done), at });
    return measureSignal(this.#engine, this.#recorder, model.module, batch, { input, seed, trial }, (tensor) => tree.idOf(tensor), tell);
  }

  /** Takes steps with a model, one between two yields, and has it as before at the end, whoever ends it. */
  *train(request: TrainingRequest): Generator<Training, Training> {
    const model = this.#model(request.model);
    const steps = this.#stepsOf(model, request);
    const restore = this.#restoring.preserved(model.module);
    try {
      for (;;) {
        const { done, value } = this.#quietly(() => this.#restoring.unobserved(() => steps.next()));
        if (done) return value;
        yield value;
      }
    } finally {
      restore();
    }
  }

  compareStates({ model: name, first, second, input, seed }: RunnerMethods["compareStates"]["params"]): StateComparison {
    const model = this.#model(name);
    const tree = this.#tree(model);
    const canMeasure = definesForward(this.#engine, model.module);
    // A pass may write to buffers: the values are looked at before. Nor does it need room beside them.
    const inState = <Found>(state: RunnerState, look: (values: readonly (Tensor | null)[]) => Found) =>
      this.#inState(model, state, (problems) => {
        const found = look(
          tree.tensors.map(({ tensor }) => (tensor.dtype.isFloatingPoint && hasValues(this.#engine, tensor) && tensor.numel() > 0 ? tensor.detach() : null)),
        );
        return { found, state: { problems, signal: canMeasure ? this.#measured({ model: name, input, seed, trial: null }) : null } };
      });
    // What the model holds now, it holds again when the other is there as a copy.
    const isSwapped = first.kind === "current";
    const { found: kept, state: early } = inState(isSwapped ? second : first, (values) => values.map((value) => value?.clone() ?? null));
    const { found: tensors, state: late } = inState(isSwapped ? first : second, (values) =>
      values.flatMap((value, id) => {
        const its = kept[id];
        // Each copy is held until it is compared.
        kept[id] = null;
        return value && its ? [isSwapped ? comparedTensor(this.#engine, id, value, its) : comparedTensor(this.#engine, id, its, value)] : [];
      }),
    );
    return { first: isSwapped ? late : early, second: isSwapped ? early : late, tensors };
  }

  saveState({ model: name, state, path }: RunnerMethods["saveState"]["params"]): null {
    const model = this.#model(name);
    this.#inState(model, state, () => this.#engine.save(model.module.stateDict(), path));
    return null;
  }

  valueStatistics({ model: name, value, bins }: RunnerMethods["valueStatistics"]["params"]): TensorStatistics {
    const { module, shown, traceMissing } = this.#model(name);
    if (!shown) throw new Error(traceMissing);
    if (!shown.keepsInputs) throw new Error(inputsTooLarge());
    // What forward writes into its inputs, it writes into copies.
    const copies = new Map<Tensor, Tensor>();
    const copyOf = (tensor: Tensor): Tensor => {
      const known = copies.get(tensor) ?? tensor.detach().clone();
      copies.set(tensor, known);
      return known;
    };
    let found: TensorStatistics | null = null;
    const watcher: PassWatcher = {
      value: (id, tensor) => {
        if (id === value && hasValues(this.#engine, tensor)) found = tensorStatistics(this.#engine, tensor, binsWithin(bins));
      },
    };
    return this.#quietly(() =>
      this.#restoring.leavingNoTrace(module, () => {
        const args = withTensors(this.#engine, shown.args(), copyOf);
        this.#engine.setRngState(shown.recording.generator);
        this.#recorder.record(module, () => void callModule(module, args), watcher);
        if (!found) throw new Error(l10n.t("The pass did not come to this value again, or it has no numbers."));
        return found;
      }),
    );
  }

  /** What `body` gives while the model is in a state; `problems`: what of a file did not fit. */
  #inState<Result>(model: Model, state: RunnerState, body: (problems: readonly string[]) => Result): Result {
    const { module, reinitializer } = model;
    return this.#quietly(() =>
      this.#restoring.leavingNoTrace(module, (afterwards) => {
        switch (state.kind) {
          case "current":
            return body([]);
          case "file":
            return body(loadState(this.#engine, module, state.path));
          case "reinitialized": {
            const { target, choice, seed } = state.reinitialization;
            if (seed !== null) this.#engine.manualSeed(seed);
            return reinitializer.during(module, target, choice, () => body([]), afterwards, { values: false });
          }
          case "trained": {
            const request = { ...state.steps, model: model.name };
            const steps = this.#stepsOf(model, request);
            for (;;) {
              const { done, value } = this.#restoring.unobserved(() => steps.next());
              if (done) break;
              this.#progress({ done: value.steps, total: request.steps, at: "" });
            }
            // The last step's gradients are in the way of what comes.
            for (const { tensor } of this.#tree(model).tensors) tensor.grad = null;
            return body([]);
          }
        }
      }),
    );
  }

  /** Steps of which each is the caller's to take, and the model's state to preserve. */
  #stepsOf(model: Model, request: TrainingRequest): Generator<Training, Training> {
    const { input, batch } = this.#batchFor(request);
    const tree = this.#tree(model);
    const parameters = tree.tensors.flatMap(({ tensor, kind, names }, id) =>
      kind === "parameter" && tensor.requiresGrad && hasValues(this.#engine, tensor) && tensor.numel() > 0 ? [{ tensor, id, name: names[0]! }] : [],
    );
    return trainingSteps(this.#engine, { root: model.module, batch, parameters, input }, request);
  }

  /** What a model is measured or trained with: the inputs asked for, or such as there are. */
  #batchFor({ model: name, input: wanted }: Pick<SignalRequest, "model" | "input">): { readonly input: SignalInput; readonly batch: () => readonly unknown[] } {
    const { module, shown, traceMissing } = this.#model(name);
    if (!definesForward(this.#engine, module)) throw new Error(l10n.t("{0} defines no forward: there is nothing to run.", classNameOf(module)));
    if (deviceOf(this.#engine, module) === "meta") throw new Error(l10n.t("{0} has no values: it is on the meta device.", name));
    const input: SignalInput = wanted ?? (shown === null || shown.origin === "inferred" ? { kind: "random", batches: 1 } : { kind: "recorded" });
    const batch = (): readonly unknown[] => {
      if (input.kind === "stated") return statedArguments(this.#engine, input.inputs, shown?.args() ?? [], deviceOf(this.#engine, module));
      if (!shown) throw new Error(traceMissing);
      if (input.kind === "random") return randomLike(this.#engine, shown.args());
      if (!shown.keepsInputs) throw new Error(inputsTooLarge());
      return shown.args();
    };
    return { input, batch };
  }
}
