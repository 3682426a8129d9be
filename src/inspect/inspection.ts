import * as l10n from "@vscode/l10n";
import type {
  ForwardRequest,
  ForwardTrace,
  Language,
  ModelSnapshot,
  Progress,
  Reinitialization,
  RunnerMethods,
  RunningTraining,
  SignalRequest,
  SourceLocation,
  TensorId,
  TensorSnapshot,
  TensorStatistics,
  TensorValues,
  Training,
} from "../protocol/index.js";
import type { CallFrame, CodeCalls, Locate } from "./callFrames.js";
import { callModule, classNameOf, type Engine, hasValues, isLeftOut, type Module, type Tensor } from "./engine.js";
import { definesForward, forwardAgain, inferForward } from "./infer.js";
import { Initializations } from "./initializations.js";
import { deviceOf, exampleInput, statedArguments } from "./inputs.js";
import { inputsTooLarge, type Model, type NamedModel, type ShownPass } from "./liveModel.js";
import { type OriginalNames, sameNames } from "./parameterNames.js";
import { type Pass, Recorder } from "./recorder.js";
import type { NamedState } from "./recordedValues.js";
import type { Recording } from "./recording.js";
import { Reinitializer } from "./reinitialize.js";
import { Restoring } from "./restoring.js";
import { binsWithin, tensorStatistics } from "./statistics.js";
import { Identities, ModelTree, type StateTensor } from "./tree.js";
import { Trials } from "./trials.js";
import { thrownText } from "./thrown.js";

type PlaceOfParameter = Training["parameters"][number];

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

/** For a model that only holds what other code uses. */
const whatToDo = (): string => l10n.t("To see shapes and data flow, use it in a module that defines forward.");

/** Looks at live modules: turns them into snapshots, runs them again and reinitializes them. Watches from the moment it is made. */
export class Inspection {
  readonly #engine: Engine;
  readonly #language: Language;
  readonly #locate: Locate;
  readonly #quietly: InspectionOptions["quietly"];
  readonly #initializations: Initializations;
  readonly #identities = new Identities();
  readonly #models = new Map<string, Model>();
  /** Where the parameters are that the code trains, by optimizers that it had stepped with. Modules that the code lets go of are not held. */
  #trained: { readonly optimizers: number; readonly models: readonly { readonly name: string; readonly places: ReadonlyMap<Tensor, PlaceOfParameter> }[] } = {
    optimizers: 0,
    models: [],
  };
  /** The cells of a notebook go on with the same modules. */
  readonly #reinitializers = new WeakMap<Module, Reinitializer>();
  readonly #restoring: Restoring;
  readonly recorder: Recorder;
  readonly trials: Trials;

  constructor({ engine, calls, language, locate, names = sameNames, quietly, progress = () => undefined }: InspectionOptions) {
    this.#engine = engine;
    this.#language = language;
    this.#locate = locate;
    this.#quietly = quietly;
    this.#initializations = new Initializations(engine, calls, locate);
    this.recorder = new Recorder(engine, calls, this.#initializations, names);
    this.#restoring = new Restoring(engine);
    this.trials = new Trials({
      engine,
      recorder: this.recorder,
      restoring: this.#restoring,
      quietly,
      progress,
      model: (name) => this.#model(name),
      tree: (model) => model.tree ?? this.#tree(model),
    });
  }

  /** Keeps no model alive: the code may have let go of it. */
  letGo(): void {
    this.#models.clear();
  }

  /** Takes these for the file's models. With `infer`, inputs are worked out for those that the code did not run. */
  setModels(models: readonly NamedModel[], { infer }: { readonly infer: boolean }): void {
    this.#models.clear();
    this.recorder.training.ended();
    for (const named of models) {
      const found = this.#ownPassSafely(named.module, infer);
      const [own, traceMissing] = typeof found === "string" ? [null, found] : [found, ""];
      const reinitializer = this.#reinitializers.get(named.module) ?? new Reinitializer(this.#engine, this.#initializations);
      this.#reinitializers.set(named.module, reinitializer);
      reinitializer.codeRanOn();
      if (own) reinitializer.ran(own.recording);
      this.#models.set(named.name, {
        ...named,
        reinitializer,
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
      return l10n.t("Its forward pass could not be worked out: {0}", thrownText(error));
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

  /** What the code trains by itself, as far as it has come. `models`: what it has made by now, which is asked for where something new is trained. */
  runningTrainings(models: () => readonly NamedModel[]): RunningTraining[] {
    const { training } = this.recorder;
    if (this.#trained.optimizers !== training.count) {
      const trees = models().map(({ name, module }) => ({ name, tree: this.#treeOf(module, name) }));
      const placesIn = ({ tensors }: ModelTree) => new Map(tensors.map(({ tensor, names }, id) => [tensor, { tensor: id, name: names[0]! }]));
      this.#trained = { optimizers: training.count, models: trees.map(({ name, tree }) => ({ name, places: placesIn(tree) })) };
    }
    return this.#trained.models.flatMap(({ name, places }) => {
      const found = training.of((tensor) => places.get(tensor) ?? null);
      return found ? [{ model: name, training: found }] : [];
    });
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
    if (input.kind === "stated") args = statedArguments(this.#engine, input.inputs, shown?.args() ?? [], deviceOf(this.#engine, module));
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
    model.reinitializer.ran(recording);
    model.shown = { recording, ...of, args: () => args, keepsInputs: true };
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
    model.signal = null;
    return this.#snapshot(model);
  }

  undoReinitialize(name: string): ModelSnapshot {
    const model = this.#model(name);
    if (!model.reinitializer.undo()) throw new Error(l10n.t("There is no reinitialization to undo."));
    model.signal = null;
    return this.#snapshot(model);
  }

  showSignal(request: Omit<SignalRequest, "trial">): ModelSnapshot {
    const model = this.#model(request.model);
    model.signal = this.trials.signal({ ...request, trial: null });
    return this.#snapshot(model);
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

  statistics({ model, tensor: id, bins, range }: RunnerMethods["statistics"]["params"]): TensorStatistics {
    return tensorStatistics(this.#engine, this.#tensorWithValues(model, id), binsWithin(bins), Infinity, range);
  }

  /** The running code was stopped from outside. */
  interrupted(message: string, frames: readonly CallFrame[]): void {
    this.recorder.interrupted(message, frames);
    this.#restoring.restoreAll();
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
    if (isLeftOut(found.tensor)) throw new Error(l10n.t("{0} is too large to be computed while it is typed: run the file to have its values.", tensorName));
    throw new Error(found.tensor.isMeta ? l10n.t("{0} has no values: it is on the meta device.", tensorName) : l10n.t("{0} has no values yet.", tensorName));
  }

  #tree(model: Model): ModelTree {
    return (model.tree = this.#treeOf(model.module, model.name));
  }

  #treeOf(root: Module, name: string): ModelTree {
    return new ModelTree(
      this.#engine,
      root,
      name,
      this.#identities,
      (module) => this.constructionOf(module),
      (module) => this.recorder.wasCalled(module),
    );
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
      ...(model.madeHere && { madeHere: true }),
      ...(brokenTies.length > 0 && { brokenTies }),
      ...(overwritten.length > 0 && { overwritten }),
    };
  }

  /** Null where the pass went through places that the model has no more, be it that the pass itself took them away. */
  #trace({ module, reinitializer }: Model, { recording, origin, inferredFrom }: ShownPass, tree: ModelTree): ForwardTrace | null {
    const changedSince = recording.changesTo(module);
    if (!this.#hasItsPlaces(recording, module)) return null;
    const tensorOf = ({ tensor, name }: NamedState): TensorId | undefined => tree.idOf(tensor) ?? tree.idNamed(name);
    return recording.toTrace({ origin, inferredFrom, changedSince }, tensorOf, this.#locate, reinitializer.areOfNow(recording) && changedSince.length === 0);
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
      // The code asked for no other.
      device: isLeftOut(tensor) ? "cpu" : tensor.device,
      requiresGrad: tensor.requiresGrad,
      count: known ? tensor.numel() : 0,
      bytes: known ? tensor.numel() * tensor.elementSize() : 0,
      initialization: this.#initializations.of(tensor),
      statistics: statisticsOf(tensor),
      gradient: statisticsOf(tensor.grad),
      ...(this.recorder.gradients.passedBy(tensor) && { withoutGradient: true }),
    };
  }

  /** With the inputs of an earlier pass, where the model still takes them; else with such as its first layers say they take. */
  #inferPass(module: Module, earlier: Pass | undefined): NonNullable<Model["own"]> | string {
    const again = earlier && this.#quietly(() => forwardAgain(this.#engine, this.recorder, module, earlier.args));
    if (again) {
      again.scoredAs(earlier.recording);
      const { args, keepsInputs } = earlier;
      return { recording: again, origin: "inferred", inferredFrom: { kind: "earlierPass" }, args: () => args, keepsInputs };
    }
    const inference = this.#quietly(() => inferForward(this.#engine, this.recorder, module));
    // What the code itself ran tells more, be it of an earlier model.
    if (inference.kind === "unknown" || (inference.kind === "refused" && earlier)) return inference.reason;
    const { inputs, from, recording } = inference;
    const args = () => inputs.map((input) => exampleInput(this.#engine, input, deviceOf(this.#engine, module)));
    return { recording, origin: "inferred", inferredFrom: from, args, keepsInputs: true };
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
  return { recording, origin: "recorded", inferredFrom: null, args: () => args, keepsInputs };
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
