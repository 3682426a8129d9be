import type {
  ForwardRequest,
  ForwardTrace,
  ModelSnapshot,
  Reinitialization,
  RunnerMethods,
  SourceLocation,
  StatedInput,
  TensorId,
  TensorSnapshot,
  TensorStatistics,
  TensorValues,
} from "../protocol/index.js";
import type { CallFrame, Locate } from "./callFrames.js";
import { callModule, type Engine, type Module, type Tensor } from "./engine.js";
import { inferForward, type InputCandidate } from "./infer.js";
import { Initializations } from "./initializations.js";
import { Recorder } from "./recorder.js";
import type { Recording } from "./recording.js";
import { Reinitializer } from "./reinitialize.js";
import { defaultBins, tensorStatistics } from "./statistics.js";
import { Identities, ModelTree, type StateTensor } from "./tree.js";

export interface InspectionOptions {
  readonly engine: Engine;
  /** What the model code runs as in stack traces. */
  readonly codeUrl: string;
  readonly locate: Locate;
  /** Runs what only looks at the models, without letting anything be printed. */
  readonly quietly: <Result>(body: () => Result) => Result;
}

/** A root module by the name that the user knows it by. */
export interface NamedModel {
  readonly name: string;
  readonly module: Module;
  /** Where its variable is declared; null for a model without one. */
  readonly location: SourceLocation | null;
}

interface Model extends NamedModel {
  readonly reinitializer: Reinitializer;
  /** The pass that is shown; null where there is none. */
  shown: { readonly recording: Recording; readonly origin: ForwardTrace["origin"] } | null;
  /** What another pass may start from; null where it has to be stated. */
  args: (() => readonly unknown[]) | null;
  traceMissing: string | null;
  /** False once the parameters changed after the pass: its shapes hold, its activations do not. */
  activationsCurrent: boolean;
}

/** Looks at live modules: turns them into snapshots, runs them again and reinitializes them. Watches from the moment it is made. */
export class Inspection {
  readonly #engine: Engine;
  readonly #locate: Locate;
  readonly #quietly: InspectionOptions["quietly"];
  readonly #initializations: Initializations;
  readonly #identities = new Identities();
  readonly #models = new Map<string, Model>();
  readonly recorder: Recorder;

  constructor({ engine, codeUrl, locate, quietly }: InspectionOptions) {
    this.#engine = engine;
    this.#locate = locate;
    this.#quietly = quietly;
    this.#initializations = new Initializations(engine, codeUrl, locate);
    this.recorder = new Recorder(engine, codeUrl, this.#initializations);
  }

  /** Takes these for the file's models. With `infer`, inputs are worked out for those that the code did not run. */
  setModels(models: readonly NamedModel[], { infer }: { readonly infer: boolean }): void {
    this.#models.clear();
    for (const named of models) {
      const model: Model = {
        ...named,
        reinitializer: new Reinitializer(this.#engine, this.#initializations),
        shown: null,
        args: null,
        traceMissing: "The code was stopped before its input could be worked out.",
        activationsCurrent: true,
      };
      this.#models.set(named.name, model);
      const pass = this.recorder.passOf(named.module);
      if (pass && this.#isCurrent(pass.recording, named.module)) {
        model.shown = { recording: pass.recording, origin: "recorded" };
        model.traceMissing = null;
        const { args } = pass;
        if (args) model.args = () => args;
      } else if (infer) this.#infer(model);
    }
  }

  constructionOf(module: Module): SourceLocation | null {
    return this.recorder.constructionOf(module, this.#locate);
  }

  snapshots(): ModelSnapshot[] {
    return [...this.#models.values()].map((model) => this.#snapshot(model));
  }

  forward({ model: name, input, seed }: ForwardRequest): ModelSnapshot {
    const model = this.#model(name);
    if (seed !== null) this.#engine.manualSeed(seed);
    let args: readonly unknown[];
    if (input.kind === "stated") {
      const recorded = (model.args?.() ?? []).filter((arg) => arg instanceof this.#engine.Tensor);
      args = input.inputs.map((stated, at) => this.#statedInput(stated, deviceOf(model.module), recorded[at] ?? null));
    } else {
      if (!model.args) throw new Error(model.traceMissing ?? "The inputs of the recorded pass were too large to keep: state an input.");
      args = model.args();
    }
    const { recording, error } = this.recorder.record(model.module, () => void callModule(model.module, args));
    // Without any step it failed before the model was called, and there is nothing to draw.
    if (error !== undefined && !recording.failed) throw error;
    const origin = input.kind === "stated" ? "stated" : (model.shown?.origin ?? "recorded");
    model.shown = { recording, origin };
    model.args = () => args;
    model.traceMissing = null;
    model.activationsCurrent = true;
    return this.#snapshot(model);
  }

  reinitialize({ model: name, target, choice, seed }: { readonly model: string } & Reinitialization): ModelSnapshot {
    const model = this.#model(name);
    if (seed !== null) this.#engine.manualSeed(seed);
    model.reinitializer.reinitialize(model.module, target, choice);
    model.activationsCurrent = false;
    return this.#snapshot(model);
  }

  undoReinitialize(name: string): ModelSnapshot {
    const model = this.#model(name);
    if (!model.reinitializer.undo()) throw new Error("There is no reinitialization to undo.");
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
    return tensorStatistics(this.#engine, this.#tensorWithValues(model, id), Math.min(Math.max(1, Math.floor(bins) || defaultBins), 10_000), Infinity, range);
  }

  /** The running code was stopped from outside. */
  interrupted(message: string, frames: readonly CallFrame[]): void {
    this.recorder.interrupted(message, frames);
  }

  #model(name: string): Model {
    const model = this.#models.get(name);
    if (!model) throw new Error(`The file has no model named ${name}.`);
    return model;
  }

  #tree(model: Model): ModelTree {
    return new ModelTree(this.#engine, model.module, model.name, this.#identities, (module) => this.constructionOf(module));
  }

  #tensorWithValues(name: string, id: TensorId): Tensor {
    const found = this.#tree(this.#model(name)).tensors[id];
    if (!found) throw new Error(`The model has no tensor ${id}.`);
    if (!hasValues(this.#engine, found.tensor)) throw new Error(`${found.names[0]} has no values${found.tensor.isMeta ? ": it is on the meta device" : " yet"}.`);
    return found.tensor;
  }

  #snapshot(model: Model): ModelSnapshot {
    const tree = this.#tree(model);
    const tensors = tree.tensors.map((state, id) => this.#tensorSnapshot(state, id));
    const sum = (kind: TensorSnapshot["kind"], of: (tensor: TensorSnapshot) => number): number =>
      tensors.reduce((total, tensor) => (tensor.kind === kind ? total + of(tensor) : total), 0);
    const trace = model.shown && model.shown.recording.toTrace(model.shown.origin, (tensor) => tree.idOf(tensor), this.#locate, model.activationsCurrent);
    return {
      formatVersion: 1,
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
        multiplyAdds: model.shown?.recording.multiplyAdds ?? null,
      },
      trace,
      traceMissing: trace ? null : model.traceMissing,
      undoDepth: model.reinitializer.undoDepth,
    };
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

  #infer(model: Model): void {
    const inference = this.#quietly(() => inferForward(this.#engine, this.recorder, model.module));
    if (inference.kind === "unknown") {
      model.traceMissing = inference.reason;
      return;
    }
    model.shown = { recording: inference.recording, origin: "inferred" };
    model.traceMissing = null;
    model.args = () => inference.inputs.map((input) => this.#exampleInput(input, deviceOf(model.module)));
  }

  #exampleInput({ shape, dtype }: InputCandidate, device: "cpu" | "meta"): Tensor {
    if (dtype === "int64") return this.#engine.zeros(shape, { dtype: this.#engine.int64, device });
    return this.#engine.rand(shape, { dtype: this.#engine[dtype], device });
  }

  #statedInput({ shape, dtype: dtypeName, fill, high = 10 }: StatedInput, device: "cpu" | "meta", recorded: Tensor | null): Tensor {
    const engine = this.#engine;
    const dtype = engine[dtypeName];
    switch (fill) {
      case "zeros":
      case "ones":
        return engine[fill](shape, { dtype, device });
      case "arange":
        return engine.arange(shape.reduce((product, size) => product * size, 1), { dtype, device }).reshape(shape);
      case "recorded": {
        if (!recorded || recorded.isMeta || recorded.numel() === 0) return engine.zeros(shape, { dtype, device });
        const places = engine.arange(shape.reduce((product, size) => product * size, 1)).remainder(recorded.numel());
        return recorded.detach().flatten().indexSelect(0, places).reshape(shape).to(dtype);
      }
      case "randint":
        return engine.randint(high, shape, { dtype, device });
      case "rand":
      case "randn":
        if (!dtype.isFloatingPoint) throw new Error(`${fill} gives floating-point numbers, not ${dtypeName}: choose randint, arange, zeros or ones.`);
        return engine[fill](shape, { dtype, device });
    }
  }

  /** Whether the model still has every place that the pass went through. */
  #isCurrent(recording: Recording, root: Module): boolean {
    const places = new Set<string>();
    for (const [path] of root.namedModules({ removeDuplicate: false })) places.add(path);
    for (const path of recording.paths()) if (!places.has(path)) return false;
    return true;
  }
}

/** How far into a tensor's memory the slice at `index` begins; `index` names a place along each dimension before the last two, 0 where it is short. */
function leadingOffset(sizes: readonly number[], strides: readonly number[], index: readonly number[]): number {
  let offset = 0;
  for (let dim = 0; dim < Math.max(sizes.length - 2, index.length); dim++) {
    const at = index[dim] ?? 0;
    if (dim >= sizes.length - 2) throw new Error(`There is no dimension ${dim} before the last two of ${sizes.length}.`);
    if (!Number.isInteger(at) || at < 0 || (at >= sizes[dim]! && sizes[dim]! > 0)) throw new Error(`Index ${at} is out of bounds for dimension ${dim} with size ${sizes[dim]}.`);
    offset += at * strides[dim]!;
  }
  return offset;
}

function hasValues(engine: Engine, tensor: Tensor): boolean {
  return tensor.device === "cpu" && !engine.nn.isUninitialized(tensor);
}

function deviceOf(module: Module): "cpu" | "meta" {
  const first = module.parameters().next();
  return first.done ? "cpu" : first.value.device;
}
