import * as l10n from "@vscode/l10n";
import type {
  ForwardRequest,
  ForwardTrace,
  Language,
  ModelSnapshot,
  Progress,
  Reinitialization,
  RunnerMethods,
  RunnerState,
  Signal,
  SignalInput,
  SignalRequest,
  SourceLocation,
  StateComparison,
  StatedInput,
  TensorId,
  TensorSnapshot,
  TensorStatistics,
  TensorValues,
  Training,
  TrainingRequest,
} from "../protocol/index.js";
import type { CallFrame, CodeCalls, Locate } from "./callFrames.js";
import { callModule, classNameOf, type Engine, type Module, type Tensor } from "./engine.js";
import { definesForward, forwardAgain, inferForward, type InputCandidate } from "./infer.js";
import { Initializations } from "./initializations.js";
import { type OriginalNames, sameNames } from "./parameterNames.js";
import { type Pass, Recorder } from "./recorder.js";
import type { PassWatcher } from "./passWatcher.js";
import { PreservedModel } from "./preserve.js";
import type { NamedState } from "./recordedValues.js";
import type { Recording } from "./recording.js";
import { Reinitializer } from "./reinitialize.js";
import { measureSignal, randomLike } from "./signal.js";
import { comparedTensor, loadState } from "./states.js";
import { trainingSteps } from "./training.js";
import { defaultBins, mostBins, tensorStatistics } from "./statistics.js";
import { eachTensorOf, withTensors } from "./structured.js";
import { Identities, ModelTree, type StateTensor } from "./tree.js";

export interface InspectionOptions {
  readonly engine: Engine;
  /** Where the model code is. */
  readonly calls: CodeCalls;
  /** What the model code is written in. */
  readonly language: Language;
  readonly locate: Locate;
  /** Where the code runs under other names than the user wrote. */
  readonly names?: OriginalNames;
  /** Runs what only looks at the models, without letting anything be printed. */
  readonly quietly: <Result>(body: () => Result) => Result;
  /** Hears how far a request has come; default: nobody does. */
  readonly progress?: (progress: Progress) => void;
}

/** A root module by the name that the user knows it by. */
export interface NamedModel {
  readonly name: string;
  readonly module: Module;
  /** Where its variable is declared; null for a model without one. */
  readonly location: SourceLocation | null;
}

/** For a model that only holds what other code uses. */
const whatToDo = (): string => l10n.t("To see shapes and data flow, use it in a module that defines forward.");

const inputsTooLarge = (): string => l10n.t("The inputs of the recorded pass were too large to keep: state an input.");

interface ShownPass<Origin extends ForwardTrace["origin"] = ForwardTrace["origin"]> {
  readonly recording: Recording;
  readonly origin: Origin;
  readonly inferredFrom: ForwardTrace["inferredFrom"];
  /** What another pass may start from. */
  readonly args: () => readonly unknown[];
  /** False where the inputs were too large to keep: `args` then has their shapes alone. */
  readonly keepsInputs: boolean;
  /** False once the parameters changed after the pass: its shapes hold, its activations do not. */
  activationsCurrent: boolean;
}

interface Model extends NamedModel {
  readonly reinitializer: Reinitializer;
  /** The pass that the model came with, before inputs were stated: of the code's own, or with inferred inputs. */
  readonly own: ShownPass<"recorded" | "inferred"> | null;
  /** The pass that is shown; null where there is none. */
  shown: ShownPass | null;
  /** Why the model came with none; "" where it did. */
  readonly traceMissing: string;
  /** What the last snapshot names: its ids are what is asked for. */
  tree: ModelTree | null;
  /** Null where none was measured since the parameters last changed. */
  signal: Signal | null;
}

/** Looks at live modules: turns them into snapshots, runs them again and reinitializes them. Watches from the moment it is made. */
export class Inspection {
  readonly #engine: Engine;
  readonly #language: Language;
  readonly #locate: Locate;
  readonly #quietly: InspectionOptions["quietly"];
  readonly #initializations: Initializations;
  readonly #identities = new Identities();
  readonly #models = new Map<string, Model>();
  readonly #progress: NonNullable<InspectionOptions["progress"]>;
  /** What a model is as before with: for code that is stopped in a way which runs no `finally`. */
  readonly #restores = new Set<() => void>();
  readonly recorder: Recorder;

  constructor({ engine, calls, language, locate, names = sameNames, quietly, progress = () => undefined }: InspectionOptions) {
    this.#engine = engine;
    this.#language = language;
    this.#locate = locate;
    this.#quietly = quietly;
    this.#progress = progress;
    this.#initializations = new Initializations(engine, calls, locate);
    this.recorder = new Recorder(engine, calls, this.#initializations, names);
  }

  /** Takes these for the file's models. With `infer`, inputs are worked out for those that the code did not run. */
  setModels(models: readonly NamedModel[], { infer }: { readonly infer: boolean }): void {
    this.#models.clear();
    this.recorder.training.ended();
    for (const named of models) {
      const found = this.#ownPassSafely(named.module, infer);
      const [own, traceMissing] = typeof found === "string" ? [null, found] : [found, ""];
      this.#models.set(named.name, {
        ...named,
        reinitializer: new Reinitializer(this.#engine, this.#initializations),
        own,
        shown: own,
        traceMissing,
        tree: null,
        signal: null,
      });
    }
  }

  /** What is odd about one model costs no other its pass. */
  #ownPassSafely(module: Module, infer: boolean): NonNullable<Model["own"]> | string {
    try {
      return this.#ownPass(module, infer);
    } catch (error) {
      return l10n.t("Its forward pass could not be worked out: {0}", error instanceof Error ? error.message : String(error));
    }
  }

  /** The pass that a model comes with, or why there is none. */
  #ownPass(module: Module, infer: boolean): NonNullable<Model["own"]> | string {
    const passes = this.recorder.passesOf(module);
    const current = passes.find(({ recording }) => recording.changesTo(module).length === 0 && this.#hasItsPlaces(recording, module));
    if (current) return ofTheCode(current);
    if (!definesForward(this.#engine, module))
      return `${l10n.t("{0} defines no forward: it holds modules and parameters that other code uses.", classNameOf(module))} ${whatToDo()}`;
    const [earlier] = passes;
    const inferred = infer ? this.#inferPass(module, earlier) : l10n.t("The code was stopped before its input could be worked out.");
    return typeof inferred === "string" && earlier && this.#hasItsPlaces(earlier.recording, module) ? ofTheCode(earlier) : inferred;
  }

  constructionOf(module: Module): SourceLocation | null {
    return this.recorder.constructionOf(module, this.#locate);
  }

  snapshots(): ModelSnapshot[] {
    return this.names.map((name) => this.describe(name));
  }

  /** The models one after the other, each on its own: what stops or fails at one leaves the others. */
  describe(name: string): ModelSnapshot {
    return this.#snapshot(this.#model(name));
  }

  /** The name of the model that a value is; null where it is none. */
  nameOf(value: unknown): string | null {
    for (const [name, { module }] of this.#models) if (module === value) return name;
    return null;
  }

  get names(): string[] {
    return [...this.#models.keys()];
  }

  forward({ model: name, input, seed }: ForwardRequest): ModelSnapshot {
    const model = this.#model(name);
    const { module, shown } = model;
    if (!definesForward(this.#engine, module)) throw new Error(l10n.t("{0} defines no forward: there is nothing to run.", classNameOf(module)));
    if (seed !== null) this.#engine.manualSeed(seed);
    let args: readonly unknown[];
    if (input.kind === "stated") args = this.#statedArguments(input.inputs, shown?.args() ?? [], deviceOf(this.#engine, module));
    else {
      if (!shown) throw new Error(model.traceMissing);
      if (!shown.keepsInputs) throw new Error(inputsTooLarge());
      args = shown.args();
    }
    const { recording, error } = this.recorder.record(module, () => void callModule(module, args));
    // Without any step it failed before the model was called, and there is nothing to draw.
    if (error !== undefined && !recording.failed) throw error as unknown;
    const of = input.kind === "stated" ? ({ origin: "stated", inferredFrom: null } as const) : { origin: shown!.origin, inferredFrom: shown!.inferredFrom };
    if (model.own) recording.scoredAs(model.own.recording);
    model.shown = { recording, ...of, args: () => args, keepsInputs: true, activationsCurrent: true };
    return this.#snapshot(model);
  }

  showOwnPass(name: string): ModelSnapshot {
    const model = this.#model(name);
    if (!model.own) throw new Error(model.traceMissing);
    model.shown = model.own;
    return this.#snapshot(model);
  }

  reinitialize({ model: name, target, choice, seed }: { readonly model: string } & Reinitialization): ModelSnapshot {
    const model = this.#model(name);
    if (seed !== null) this.#engine.manualSeed(seed);
    model.reinitializer.reinitialize(model.module, target, choice);
    for (const pass of [model.own, model.shown]) if (pass) pass.activationsCurrent = false;
    model.signal = null;
    return this.#snapshot(model);
  }

  undoReinitialize(name: string): ModelSnapshot {
    const model = this.#model(name);
    if (!model.reinitializer.undo()) throw new Error(l10n.t("There is no reinitialization to undo."));
    model.signal = null;
    return this.#snapshot(model);
  }

  previewReinitialize({ model: name, tensors, target, choice, seed }: RunnerMethods["previewReinitialize"]["params"]): (TensorStatistics | null)[] {
    const { module, reinitializer, tree } = this.#model(name);
    const statistics = () =>
      tensors.map((id) => {
        const tensor = tree?.tensors[id]?.tensor;
        return tensor && hasValues(this.#engine, tensor) ? tensorStatistics(this.#engine, tensor) : null;
      });
    // What is filled keeps its own values: nothing else is written to.
    return this.#leavingNoTrace(
      module,
      (afterwards) => {
        if (seed !== null) this.#engine.manualSeed(seed);
        return reinitializer.during(module, target, choice, statistics, afterwards);
      },
      { values: false },
    );
  }

  signal(request: SignalRequest): Signal {
    const { reinitializer, ...model } = this.#model(request.model);
    const { seed, trial } = request;
    const { input, batch } = this.#batchFor(request);
    const tree = model.tree ?? this.#tree(this.#model(request.model));
    // There and back.
    const total = model.shown && 2 * model.shown.recording.calls * (input.kind === "random" ? input.batches : 1);
    let done = 0;
    const tell = (at: string): void => this.#progress({ done: ++done, total: total && Math.max(total, done), at });
    const of = { input, seed, trial };
    const measure = () => measureSignal(this.#engine, this.recorder, model.module, batch, of, (tensor) => tree.idOf(tensor), tell);
    return this.#quietly(() =>
      this.#leavingNoTrace(model.module, (afterwards) => {
        if (trial === null) return measure();
        if (trial.seed !== null) this.#engine.manualSeed(trial.seed);
        return reinitializer.during(model.module, trial.target, trial.choice, measure, afterwards);
      }),
    );
  }

  /** Takes steps with a model, one between two yields, and has it as before at the end, whoever ends it. */
  *train(request: TrainingRequest): Generator<Training, Training> {
    const model = this.#model(request.model);
    const steps = this.#stepsOf(model, request);
    const restore = this.#preserved(model.module);
    try {
      for (;;) {
        const { done, value } = this.#quietly(() => this.#unobserved(() => steps.next()));
        if (done) return value;
        yield value;
      }
    } finally {
      restore();
    }
  }

  compareStates({ model: name, first, second, input, seed }: RunnerMethods["compareStates"]["params"]): StateComparison {
    const model = this.#model(name);
    const tree = model.tree ?? this.#tree(model);
    const canMeasure = definesForward(this.#engine, model.module);
    const stateOf = (state: RunnerState) =>
      this.#inState(model, state, (problems) => ({
        problems,
        signal: canMeasure ? this.signal({ model: name, input, seed, trial: null }) : null,
        values: tree.tensors.map(({ tensor }) => (tensor.dtype.isFloatingPoint && hasValues(this.#engine, tensor) ? tensor.detach().clone() : null)),
      }));
    const { values, ...one } = stateOf(first);
    const { values: others, ...other } = stateOf(second);
    const tensors = values.flatMap((value, id) => {
      const its = others[id];
      return value && its && value.numel() > 0 ? [comparedTensor(this.#engine, id, value, its)] : [];
    });
    return { first: one, second: other, tensors };
  }

  saveState({ model: name, state, path }: RunnerMethods["saveState"]["params"]): null {
    const model = this.#model(name);
    this.#inState(model, state, () => this.#engine.save(model.module.stateDict(), path));
    return null;
  }

  /** What `body` gives while the model is in a state; `problems`: what of a file did not fit. */
  #inState<Result>(model: Model, state: RunnerState, body: (problems: readonly string[]) => Result): Result {
    const { module, reinitializer } = model;
    return this.#quietly(() =>
      this.#leavingNoTrace(module, (afterwards) => {
        switch (state.kind) {
          case "current":
            return body([]);
          case "file":
            return body(loadState(this.#engine, module, state.path));
          case "reinitialized": {
            const { target, choice, seed } = state.reinitialization;
            if (seed !== null) this.#engine.manualSeed(seed);
            return reinitializer.during(module, target, choice, () => body([]), afterwards);
          }
          case "trained": {
            const request = { ...state.steps, model: model.name };
            const steps = this.#stepsOf(model, request);
            for (;;) {
              const { done, value } = this.#unobserved(() => steps.next());
              if (done) break;
              this.#progress({ done: value.steps, total: request.steps, at: "" });
            }
            return body([]);
          }
        }
      }),
    );
  }

  /** Steps of which each is the caller's to take, and the model's state to preserve. */
  #stepsOf(model: Model, request: TrainingRequest): Generator<Training, Training> {
    const { input, batch } = this.#batchFor(request);
    const tree = model.tree ?? this.#tree(model);
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
      if (input.kind === "stated") return this.#statedArguments(input.inputs, shown?.args() ?? [], deviceOf(this.#engine, module));
      if (!shown) throw new Error(traceMissing);
      if (input.kind === "random") return randomLike(this.#engine, shown.args());
      if (!shown.keepsInputs) throw new Error(inputsTooLarge());
      return shown.args();
    };
    return { input, batch };
  }

  showSignal(request: Omit<SignalRequest, "trial">): ModelSnapshot {
    const model = this.#model(request.model);
    model.signal = this.signal({ ...request, trial: null });
    return this.#snapshot(model);
  }

  #leavingNoTrace<Result>(module: Module, body: (afterwards: (restore: () => void) => void) => Result, keeps = { values: true }): Result {
    const more: (() => void)[] = [];
    const restore = this.#preserved(module, more, keeps);
    try {
      return body((another) => more.push(another));
    } finally {
      restore();
    }
  }

  /** Keeps a model as it is now. What is given back has it so again, once; so does whoever stops the code before that is called. */
  #preserved(module: Module, more: readonly (() => void)[] = [], keeps = { values: true }): () => void {
    const preserved = new PreservedModel(this.#engine, module);
    if (keeps.values) preserved.keepValues();
    const restore = (): void => {
      if (!this.#restores.delete(restore)) return;
      for (const another of more) another();
      preserved.restore();
    };
    this.#restores.add(restore);
    return restore;
  }

  #unobserved<Result>(body: () => Result): Result {
    const watching = this.#engine.observe(null);
    try {
      return body();
    } finally {
      this.#engine.observe(watching);
    }
  }

  setSeed(seed: number): null {
    this.#engine.manualSeed(seed);
    return null;
  }

  tensorValues({ model, tensor: id, maxRows, maxColumns, index = [] }: RunnerMethods["tensorValues"]["params"]): TensorValues {
    const tensor = this.#tensorWithValues(model, id);
    const { sizes, strides } = tensor;
    const [allRows, allColumns] = [sizes.at(-2) ?? 1, sizes.at(-1) ?? 1];
    const empty = tensor.numel() === 0;
    const rows = empty ? 0 : Math.min(allRows, maxRows);
    const columns = empty ? 0 : Math.min(allColumns, maxColumns);
    const { data } = tensor.storage;
    const start = tensor.offset + leadingOffset(sizes, strides, index);
    const values: (number | null | "Infinity" | "-Infinity")[] = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = data[start + row * (strides.at(-2) ?? 0) + column * (strides.at(-1) ?? 0)]!;
        values.push(Number.isFinite(value) ? value : Number.isNaN(value) ? null : value > 0 ? "Infinity" : "-Infinity");
      }
    }
    return { shape: [...sizes], rows, columns, values, truncated: rows * columns < tensor.numel() };
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
      this.#leavingNoTrace(module, () => {
        const args = withTensors(this.#engine, shown.args(), copyOf);
        this.#engine.setRngState(shown.recording.generator);
        this.recorder.record(module, () => void callModule(module, args), watcher);
        if (!found) throw new Error(l10n.t("The pass did not come to this value again, or it has no numbers."));
        return found;
      }),
    );
  }

  statistics({ model, tensor: id, bins, range }: RunnerMethods["statistics"]["params"]): TensorStatistics {
    return tensorStatistics(this.#engine, this.#tensorWithValues(model, id), binsWithin(bins), Infinity, range);
  }

  /** The running code was stopped from outside. */
  interrupted(message: string, frames: readonly CallFrame[]): void {
    this.recorder.interrupted(message, frames);
    // What was begun last is taken back first.
    for (const restore of [...this.#restores].reverse()) restore();
  }

  #model(name: string): Model {
    const model = this.#models.get(name);
    if (!model) throw new Error(l10n.t("The file has no model named {0}.", name));
    return model;
  }

  #tensorWithValues(name: string, id: TensorId): Tensor {
    const found = this.#model(name).tree?.tensors[id];
    if (!found) throw new Error(l10n.t("The model has no tensor {0}.", id));
    if (hasValues(this.#engine, found.tensor)) return found.tensor;
    const tensorName = found.names[0]!;
    throw new Error(found.tensor.isMeta ? l10n.t("{0} has no values: it is on the meta device.", tensorName) : l10n.t("{0} has no values yet.", tensorName));
  }

  #tree(model: Model): ModelTree {
    return (model.tree = new ModelTree(
      this.#engine,
      model.module,
      model.name,
      this.#identities,
      (module) => this.constructionOf(module),
      (module) => this.recorder.wasCalled(module),
    ));
  }

  #snapshot(model: Model): ModelSnapshot {
    const tree = this.#tree(model);
    const tensors = tree.tensors.map((state, id) => this.#tensorSnapshot(state, id));
    const sum = (kind: TensorSnapshot["kind"], of: (tensor: TensorSnapshot) => number): number =>
      tensors.reduce((total, tensor) => (tensor.kind === kind ? total + of(tensor) : total), 0);
    const { shown } = model;
    const training = this.recorder.training.of((tensor) => {
      const id = tree.idOf(tensor);
      return id === undefined ? null : { tensor: id, name: tree.tensors[id]!.names[0]! };
    });
    const trace = shown && this.#trace(model, shown, tree);
    const brokenTies = this.recorder.ties.brokenIn(tree, this.#locate);
    const overwritten = this.recorder.writes.neededIn(model.module, this.#locate);
    return {
      formatVersion: 1,
      language: this.#language,
      name: model.name,
      location: model.location ?? tree.root.location,
      root: tree.root,
      tensors,
      totals: {
        modules: tree.moduleCount,
        parameters: sum("parameter", ({ count }) => count),
        trainableParameters: sum("parameter", ({ count, requiresGrad }) => (requiresGrad ? count : 0)),
        parameterBytes: sum("parameter", ({ bytes }) => bytes),
        bufferBytes: sum("buffer", ({ bytes }) => bytes),
        multiplyAdds: trace ? shown.recording.multiplyAdds : null,
      },
      trace,
      traceMissing: trace ? null : model.traceMissing || changedBeyondIt(),
      ownPass: model.own?.origin ?? null,
      hasForward: definesForward(this.#engine, model.module),
      undoDepth: model.reinitializer.undoDepth,
      signal: model.signal,
      ...(training && { training }),
      ...(brokenTies.length > 0 && { brokenTies }),
      ...(overwritten.length > 0 && { overwritten }),
    };
  }

  /** Null where the pass went through places that the model has no more, be it that the pass itself took them away. */
  #trace({ module }: Model, { recording, origin, inferredFrom, activationsCurrent }: ShownPass, tree: ModelTree): ForwardTrace | null {
    const changedSince = recording.changesTo(module);
    if (!this.#hasItsPlaces(recording, module)) return null;
    const tensorOf = ({ tensor, name }: NamedState): TensorId | undefined => tree.idOf(tensor) ?? tree.idNamed(name);
    return recording.toTrace({ origin, inferredFrom, changedSince }, tensorOf, this.#locate, activationsCurrent && changedSince.length === 0);
  }

  #tensorSnapshot({ tensor, kind, names }: StateTensor, id: TensorId): TensorSnapshot {
    const known = !this.#engine.nn.isUninitialized(tensor);
    const statisticsOf = (of: Tensor | null): TensorStatistics | null => (of && hasValues(this.#engine, of) ? tensorStatistics(this.#engine, of) : null);
    return {
      id,
      kind,
      names,
      shape: known ? [...tensor.sizes] : null,
      dtype: tensor.dtype.name,
      device: tensor.device,
      requiresGrad: tensor.requiresGrad,
      count: known ? tensor.numel() : 0,
      bytes: known ? tensor.numel() * tensor.elementSize() : 0,
      initialization: this.#initializations.of(tensor),
      statistics: statisticsOf(tensor),
      gradient: statisticsOf(tensor.grad),
    };
  }

  /** With the inputs of an earlier pass, where the model still takes them; else with such as its first layers say they take. */
  #inferPass(module: Module, earlier: Pass | undefined): NonNullable<Model["own"]> | string {
    const again = earlier && this.#quietly(() => forwardAgain(this.#engine, this.recorder, module, earlier.args));
    if (again) {
      again.scoredAs(earlier.recording);
      const { args, keepsInputs } = earlier;
      return { recording: again, origin: "inferred", inferredFrom: { kind: "earlierPass" }, args: () => args, keepsInputs, activationsCurrent: true };
    }
    const inference = this.#quietly(() => inferForward(this.#engine, this.recorder, module));
    // What the code itself ran tells more, be it of an earlier model.
    if (inference.kind === "unknown" || (inference.kind === "refused" && earlier)) return inference.reason;
    const { inputs, from, recording } = inference;
    const args = () => inputs.map((input) => this.#exampleInput(input, deviceOf(this.#engine, module)));
    return { recording, origin: "inferred", inferredFrom: from, args, keepsInputs: true, activationsCurrent: true };
  }

  #exampleInput({ shape, dtype, high = 1 }: InputCandidate, device: "cpu" | "meta"): Tensor {
    if (dtype === "int64") return this.#engine.randint(high, shape, { dtype: this.#engine.int64, device });
    return this.#engine.rand(shape, { dtype: this.#engine[dtype], device });
  }

  /** In the places of the last pass's tensors, in lists and objects too, where there are as many; else one argument each. */
  #statedArguments(inputs: readonly StatedInput[], last: readonly unknown[], device: "cpu" | "meta"): readonly unknown[] {
    const recorded: Tensor[] = [];
    eachTensorOf(this.#engine, last, (tensor) => recorded.push(tensor));
    const made: Tensor[] = [];
    for (const [at, stated] of inputs.entries()) {
      // What was one tensor in several places stays one where it is stated alike: attention to itself is told by that.
      const twin = inputs.findIndex((other, place) => place < at && recorded[place] === recorded[at] && JSON.stringify(other) === JSON.stringify(stated));
      made.push(twin >= 0 && recorded[at] ? made[twin]! : this.#statedInput(stated, device, recorded[at] ?? null));
    }
    if (recorded.length !== inputs.length) return made;
    const next = made.values();
    return withTensors(this.#engine, last, () => next.next().value!);
  }

  #statedInput({ shape, dtype: dtypeName, fill, high = 10 }: StatedInput, device: "cpu" | "meta", recorded: Tensor | null): Tensor {
    const engine = this.#engine;
    const dtype = engine[dtypeName];
    switch (fill) {
      case "zeros":
      case "ones":
        return engine[fill](shape, { dtype, device });
      case "arange":
        return engine
          .arange(
            shape.reduce((product, size) => product * size, 1),
            { dtype, device },
          )
          .reshape(shape);
      case "recorded": {
        if (!recorded || recorded.isMeta || recorded.numel() === 0) return engine[dtype.isFloatingPoint ? "randn" : "zeros"](shape, { dtype, device });
        const places = engine.arange(shape.reduce((product, size) => product * size, 1)).remainder(recorded.numel());
        return recorded.detach().flatten().indexSelect(0, places).reshape(shape).to(dtype);
      }
      case "randint":
        return engine.randint(high, shape, { dtype, device });
      case "rand":
      case "randn":
        if (!dtype.isFloatingPoint)
          throw new Error(l10n.t("{0} gives floating-point numbers, not {1}: choose randint, arange, zeros or ones.", fill, dtypeName));
        return engine[fill](shape, { dtype, device });
    }
  }

  /** Whether the model still has every place that the pass went through. */
  #hasItsPlaces(recording: Recording, root: Module): boolean {
    const places = new Set<string>();
    for (const [path] of this.#engine.nn.namedModulesOf(root, { removeDuplicate: false })) places.add(path);
    for (const path of recording.paths()) if (!places.has(path)) return false;
    return true;
  }
}

const changedBeyondIt = (): string =>
  `${l10n.t("The model changed after its pass, and has not run since.")} ${l10n.t("Call the model in the code, or state an input.")}`;

function ofTheCode({ recording, args, keepsInputs }: Pass): ShownPass<"recorded"> {
  return { recording, origin: "recorded", inferredFrom: null, args: () => args, keepsInputs, activationsCurrent: true };
}

/** How far into a tensor's memory the slice at `index` begins; `index` names a place along each dimension before the last two, 0 where it is short. */
function leadingOffset(sizes: readonly number[], strides: readonly number[], index: readonly number[]): number {
  let offset = 0;
  for (let dim = 0; dim < Math.max(sizes.length - 2, index.length); dim++) {
    const at = index[dim] ?? 0;
    if (dim >= sizes.length - 2) throw new Error(l10n.t("There is no dimension {0} before the last two of {1}.", dim, sizes.length));
    if (!Number.isInteger(at) || at < 0 || (at >= sizes[dim]! && sizes[dim]! > 0)) {
      throw new Error(l10n.t("Index {0} is out of bounds for dimension {1} with size {2}.", at, dim, sizes[dim]!));
    }
    offset += at * strides[dim]!;
  }
  return offset;
}

function binsWithin(bins: number): number {
  return Math.min(Math.max(1, Math.floor(bins) || defaultBins), mostBins);
}

function hasValues(engine: Engine, tensor: Tensor): boolean {
  return tensor.device === "cpu" && !engine.nn.isUninitialized(tensor);
}

function deviceOf({ nn }: Engine, module: Module): "cpu" | "meta" {
  const first = nn.namedParametersOf(module).next();
  return first.done ? "cpu" : first.value[1].device;
}
