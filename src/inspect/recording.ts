import { performance } from "node:perf_hooks";
import {
  type ForwardTrace,
  type InputSource,
  type ModuleStep,
  type Operand,
  operationNamed,
  type OperationStep,
  type ScoredOutput,
  type SourceLocation,
  type StepId,
  type TensorId,
  type TensorWrite,
  type TraceStep,
  type TraceValue,
  type ValueId,
} from "../protocol/index.js";
import { type CallFrame, type Locate } from "./callFrames.js";
import type { Engine, Module, Operation, Storage, Tensor } from "./engine.js";
import { factsOf, keepsElements, writesInPlace } from "./operations.js";
import { extent, type Memory, unknownMemory, windowKey } from "./memory.js";
import { ModelForm } from "./modelForm.js";
import { type OriginalNames, parameterNames } from "./parameterNames.js";
import type { PassWatcher } from "./passWatcher.js";
import { activationStatistics } from "./statistics.js";
import { eachModule, eachTensor, eachTensorOf, objectsIn, putInto } from "./structured.js";

/** Longer passes are cut off here; the rest is counted. */
const stepLimit = 50_000;

type Source = TraceValue["source"] | ({ readonly kind: "state" } & NamedState);
/** A parameter or buffer of the root, by the name that it had when the pass began. */
export interface NamedState {
  readonly name: string;
  readonly tensor: Tensor;
}

type RecordedValue = Omit<TraceValue, "source"> & { readonly source: Source };
type Place = { readonly frames: readonly CallFrame[] };
/** Locations are looked up when a snapshot is made, not while the code runs. */
type Recorded<Step> = Step extends TraceStep ? { -readonly [Key in keyof Omit<Step, "location">]: Step[Key] } & Place : never;
type RecordedStep = Recorded<TraceStep>;

/** What those stand for that were put in the place of inputs. */
const originals = new WeakMap<Tensor, Tensor>();

/** A layer, by its path, that was given `came` where an argument of it says how much it takes. */
export interface Refusal {
  readonly path: string;
  readonly argument: string;
  readonly came: number;
}

/** A module call that is under way. */
interface Call {
  readonly module: Module;
  readonly args: readonly unknown[];
  /** Null where the module is not in the tree, or beyond the step limit: what it does counts for its caller. */
  readonly step: StepId | null;
  readonly started: number;
  /** How often each module was called by this call. */
  readonly calls: Map<Module, number>;
}

/** One forward pass of a root module, from its first to its last event. Holds neither activations nor modules beyond its end. */
export class Recording {
  readonly #engine: Engine;
  readonly #names: OriginalNames;
  readonly #values: RecordedValue[] = [];
  readonly #steps: RecordedStep[] = [];
  readonly #calls: Call[] = [];
  #memories: WeakMap<Storage, Memory> | null = new WeakMap();
  #places: Map<Module, string[]> | null = new Map();
  /** The root's parameters and buffers: by their memory, and themselves, since those of a lazy layer get theirs on the way. */
  #state: Map<Storage | Tensor, NamedState> | null = new Map();
  /** Of tensors that are neither parameters nor buffers; null before the first of them is asked for. */
  #fields: Map<Storage, string> | null = null;
  #layerClasses: ReadonlySet<unknown> | null;
  #inputs: readonly Operand[] = [];
  #nextChild: string | null = null;
  #truncated = 0;
  #failure: { step: StepId; message: string; frames: readonly CallFrame[] } | null = null;
  #multiplyAdds = 0;
  #refusal: Refusal | null = null;
  /** What the root gave out, after it did. */
  readonly #given = new WeakMap<Tensor, ValueId>();
  readonly #scored: (Pick<ScoredOutput, "value" | "by" | "normalizes"> & Place)[] = [];
  #form: ModelForm;

  constructor(
    engine: Engine,
    root: Module,
    names: OriginalNames,
    private readonly watcher: PassWatcher | null = null,
  ) {
    this.#engine = engine;
    this.#names = names;
    this.#layerClasses = new Set(Object.values(engine.nn));
    this.#form = new ModelForm(engine, root);
    this.#indexPlaces(root, "", new Set());
    for (const [name, tensor] of [...engine.nn.namedParametersOf(root), ...engine.nn.namedBuffersOf(root)]) {
      this.#state!.set(tensor.storage, { name, tensor }).set(tensor, { name, tensor });
    }
  }

  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Whether the root was left, or the pass ended before. */
  get ended(): boolean {
    return this.#memories === null;
  }

  /** The layer that was given another size than it takes, and so ended the pass; null where none was. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** Whether the layer that an input was taken from ran to its end. */
  completed(from: InputSource): boolean {
    return from.kind === "layer" && this.#steps.some((step) => step.kind === "module" && step.path === from.path && step.outputs.length > 0);
  }

  /** Whether something took parameters that no module of the root has registered. */
  get usesUnregistered(): boolean {
    return this.#values.some(({ source }) => source.kind === "constant" && source.unregistered === true);
  }

  /** Of the whole pass. */
  get multiplyAdds(): number {
    return this.#multiplyAdds;
  }

  /** Takes the model as it is now for the one that the pass is of: the pass itself may have changed it, or have been undone. */
  modelIs(root: Module): void {
    this.#form = new ModelForm(this.#engine, root);
  }

  /** The places of the root that are not what they were after the pass. */
  changesTo(root: Module): string[] {
    return this.#form.changesTo(root);
  }

  entered(module: Module, args: readonly unknown[], frames: () => readonly CallFrame[]): void {
    const parent = this.#calls.at(-1);
    const isRoot = parent === undefined;
    const path = isRoot ? "" : this.#placeOf(module);
    this.#nextChild = null;
    let step: StepId | null = null;
    if (path !== null) {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- Only its text is read.
      const inputs = this.#operands(args, isRoot ? "input" : "constant", args.length > 1 ? nameByParameter(module.forward, this.#names) : undefined);
      if (isRoot) this.#inputs = inputs;
      step = this.#begin({
        kind: "module",
        parent: this.#currentStep(),
        path,
        inputs,
        outputs: [],
        duration: 0,
        multiplyAdds: 0,
        frames: this.#calledByEngine() ? [] : frames(),
      });
    }
    this.#calls.push({ module, args, step, started: performance.now(), calls: new Map() });
  }

  /** Returns what the caller gets in the output's place, undefined for the output itself. */
  left(module: Module, output: unknown): unknown {
    const call = this.#calls.at(-1);
    if (!call || call.module !== module) return undefined;
    let handedOn: Tensor | undefined;
    const step = call.step === null ? null : (this.#steps[call.step] as Recorded<ModuleStep>);
    if (step) {
      // A module that gives out what went in (Identity) is on the way all the same.
      if (this.#calls.length > 1) handedOn = this.#standForInputs(call, step, output);
      step.outputs = this.#operands([handedOn ?? output], "constant");
      step.duration = performance.now() - call.started;
      this.watcher?.left(call.step!, step.parent, step.path, module, handedOn ?? output);
    }
    this.#calls.pop();
    if (this.#calls.length === 0) {
      eachTensor(this.#engine, output, (tensor) => this.#given.set(tensor, this.#lookUp(tensor, "constant")));
      this.#failure = null; // What failed on the way was dealt with by the code.
      this.modelIs(module);
      this.#end();
    }
    return handedOn;
  }

  /**
   * Puts others in the places of the inputs that a call gives out again, so that they can be told from what went past it. What the caller gave it as a whole,
   * a list or a state, is the caller's and is left alone. Returns what stands for an output that is itself an input.
   */
  #standForInputs({ args }: Call, { inputs }: { readonly inputs: readonly Operand[] }, output: unknown): Tensor | undefined {
    const step = this.#calls.at(-1)!.step!;
    let itself: Tensor | undefined;
    let given: Set<object> | null = null;
    eachTensor(this.#engine, output, (tensor, _label, holder) => {
      const before = this.#lookUp(tensor, "constant");
      if (!inputs.some(({ value }) => value === before)) return;
      if (holder !== null && (given ??= objectsIn(this.#engine, args)).has(holder.object)) return;
      const other = this.#anotherOf(tensor);
      if (!other || (holder !== null && !putInto(holder, other))) return;
      if (holder === null) itself = other;
      this.#bindNew(other, { kind: "step", step, handsOn: before });
    });
    return itself;
  }

  failedIn(module: Module, error: unknown, frames: () => readonly CallFrame[]): void {
    const call = this.#calls.at(-1);
    if (!call || call.module !== module) return;
    if (call.step !== null) {
      this.#refusal ??= this.#refusalOf(call, call.step);
      this.#fail(call.step, error, frames);
      (this.#steps[call.step] as Recorded<ModuleStep>).duration = performance.now() - call.started;
    }
    this.#calls.pop();
    if (this.#calls.length > 0) return;
    this.modelIs(module);
    this.#end();
  }

  #refusalOf({ module, args }: Call, step: StepId): Refusal | null {
    const { arguments: given, defaultArguments, takes = [] } = this.#engine.nn.layerFacts(module);
    const tensors: Tensor[] = [];
    eachTensorOf(this.#engine, args, (tensor) => tensors.push(tensor));
    for (const { argument, input, axis } of takes) {
      const sizes = tensors[input]?.sizes ?? [];
      for (const [at, wanted] of [given[argument] ?? defaultArguments[argument]].flat().entries()) {
        const came = sizes[(axis < 0 ? sizes.length + axis : axis) + at];
        if (came !== undefined && came !== wanted) return { path: (this.#steps[step] as Recorded<ModuleStep>).path, argument, came };
      }
    }
    return null;
  }

  childCalled(parent: Module, name: string): void {
    if (this.#calls.at(-1)?.module === parent) this.#nextChild = name;
  }

  /** Returns what the caller gets in the output's place, undefined for the output itself. */
  operation(operation: Operation, args: readonly unknown[], output: unknown, multiplyAdds: number, frames: () => readonly CallFrame[]): unknown {
    this.#multiplyAdds += multiplyAdds;
    const caller = this.#currentStep();
    if (caller !== null) (this.#steps[caller] as Recorded<ModuleStep>).multiplyAdds += multiplyAdds;
    const written = this.#writtenBy(operation, args);
    for (const tensor of written) this.#lookUp(tensor, "constant", "the whole memory");
    const inputs = this.#operands(args, "constant");
    const id = this.#beginOperation(operation, args, inputs, frames);
    if (id === null) return undefined;
    const step = this.#steps[id] as Recorded<OperationStep>;
    step.multiplyAdds = multiplyAdds;
    step.writes = written.map((tensor) => this.#write(tensor, id, inputs));
    const outputs: Operand[] = [];
    let handedOn: Tensor | undefined;
    if (writesInPlace(operation) && step.writes.length > 0) outputs.push({ value: step.writes[0]!.value, label: "" });
    else {
      if (!keepsElements(operation) && args.includes(output)) handedOn = this.#anotherOf(output);
      const results: Tensor[] = [];
      eachTensor(this.#engine, handedOn ?? output, (tensor, label) => {
        results.push(tensor);
        outputs.push({ value: this.#bindNew(tensor, { kind: "step", step: id }), label });
      });
      const [from] = args;
      if (keepsElements(operation) && from instanceof this.#engine.Tensor) step.view = results.every(({ storage }) => storage === from.storage);
      if (operation.effect.kind === "part") {
        const parts = operation.effect.parts(args, results);
        if (parts !== null) step.parts = parts;
      }
    }
    step.outputs = outputs;
    if (this.watcher && caller !== null) {
      this.watcher.ran(operation, args, handedOn ?? output, caller, (this.#steps[caller] as Recorded<ModuleStep>).path, !this.#calledByEngine());
    }
    return handedOn;
  }

  /** A function of nn.init filled a tensor. What layers of the engine's own fill (a lazy one, when it gets its memory) is not told. */
  filled(operation: Operation, tensor: Tensor, args: Readonly<Record<string, unknown>>, frames: () => readonly CallFrame[]): void {
    if (!this.#calledByEngine()) this.operation(operation, [tensor, ...Object.values(args)], tensor, 0, frames);
  }

  #writtenBy(operation: Operation, args: readonly unknown[]): Tensor[] {
    const positions = operation.effect.kind === "writes" ? [0] : (operation.alsoWrites?.(args) ?? []);
    return positions.map((position) => args[position]).filter((arg): arg is Tensor => arg instanceof this.#engine.Tensor);
  }

  operationFailed(operation: Operation, args: readonly unknown[], error: unknown, frames: () => readonly CallFrame[]): void {
    const step = this.#beginOperation(operation, args, this.#operands(args, "constant"), frames);
    if (step !== null) this.#fail(step, error, frames);
  }

  /** A loss took what the root gave out, after the pass; each line is told once. */
  scored(operation: Operation, tensor: unknown, frames: () => readonly CallFrame[]): void {
    const value = tensor instanceof this.#engine.Tensor ? this.#given.get(tensor) : undefined;
    if (value === undefined || operation.normalizes === undefined || this.#scored.length > 0) return;
    this.#scored.push({ value, by: operationNamed(operation.name), normalizes: operation.normalizes, frames: frames() });
  }

  /** The pass was stopped from outside. */
  interrupted(message: string, frames: readonly CallFrame[]): void {
    const step = this.#currentStep();
    if (step !== null) this.#failure = { step, message, frames };
    this.#end();
  }

  /** The pass as data. `tensorOf` finds a parameter or buffer that the root had, as it is now: one that was assigned anew since goes by its name. */
  toTrace(
    of: Pick<ForwardTrace, "origin" | "inferredFrom" | "changedSince">,
    tensorOf: (state: NamedState) => TensorId | undefined,
    locate: Locate,
    withStatistics: boolean,
  ): ForwardTrace {
    const locations = new Map<string, SourceLocation | null>();
    const locationOf = (frames: readonly CallFrame[]): SourceLocation | null => {
      const [first] = frames;
      if (!first) return null;
      const key = `${first.line}:${first.column}`;
      if (!locations.has(key)) locations.set(key, locate(frames));
      return locations.get(key)!;
    };
    return {
      origin: of.origin,
      inferredFrom: of.inferredFrom,
      changedSince: of.changedSince,
      values: this.#values.map(({ source, statistics, ...value }): TraceValue => {
        const tensor = source.kind === "state" ? tensorOf(source) : undefined;
        const resolved: TraceValue["source"] =
          source.kind !== "state" ? source : tensor === undefined ? { kind: "constant", name: (source as NamedState).name } : { kind: "tensor", tensor };
        return statistics && withStatistics ? { ...value, source: resolved, statistics } : { ...value, source: resolved };
      }),
      inputs: this.#inputs,
      outputs: this.#steps[0]?.outputs ?? [],
      steps: this.#steps.map(({ frames, ...step }): TraceStep => ({ ...step, location: locationOf(frames) })),
      failure: this.#failure && { step: this.#failure.step, message: this.#failure.message, location: locationOf(this.#failure.frames) },
      ...(this.#scored.length > 0 && { scored: this.#scored.map(({ frames, ...loss }) => ({ ...loss, location: locationOf(frames) })) }),
      truncatedSteps: this.#truncated,
    };
  }

  /** Every path that the pass went through. */
  *paths(): IterableIterator<string> {
    for (const step of this.#steps) if (step.kind === "module") yield step.path;
  }

  #end(): void {
    this.#calls.length = 0;
    this.#memories = this.#places = this.#state = this.#fields = this.#layerClasses = null;
  }

  #begin(step: RecordedStep): StepId | null {
    if (this.#steps.length === stepLimit) {
      this.#truncated++;
      return null;
    }
    return this.#steps.push(step) - 1;
  }

  #beginOperation(operation: Operation, args: readonly unknown[], inputs: readonly Operand[], frames: () => readonly CallFrame[]): StepId | null {
    return this.#begin({
      kind: "operation",
      ...factsOf(this.#engine, operation, args),
      view: false,
      writes: [],
      multiplyAdds: 0,
      parent: this.#currentStep(),
      inputs,
      outputs: [],
      frames: this.#calledByEngine() ? [] : frames(),
    });
  }

  #fail(step: StepId, error: unknown, frames: () => readonly CallFrame[]): void {
    if (this.#failure) return; // The innermost failure came first.
    const at = frames();
    let message = "failed";
    try {
      message = !(error instanceof Error) ? String(error) : at[0] ? this.#names.inError(error, at[0]) : error.message;
    } catch {
      // A thrown value that cannot be shown.
    }
    this.#failure = { step, message, frames: at };
  }

  #currentStep(): StepId | null {
    for (let i = this.#calls.length - 1; i >= 0; i--) if (this.#calls[i]!.step !== null) return this.#calls[i]!.step;
    return null;
  }

  /** Whether the code that runs is a layer of the engine's own. */
  #calledByEngine(): boolean {
    const call = this.#calls.at(-1);
    return call !== undefined && this.#layerClasses!.has(call.module.constructor);
  }

  #indexPlaces(module: Module, path: string, above: Set<Module>): void {
    if (above.has(module)) return;
    const places = this.#places!.get(module);
    if (places) places.push(path);
    else this.#places!.set(module, [path]);
    above.add(module);
    for (const [name, child] of this.#engine.nn.childrenByName(module)) {
      if (child) this.#indexPlaces(child, path === "" ? name : `${path}.${name}`, above);
    }
    above.delete(module);
  }

  /** Which place of the tree a call means; null for a module outside of it. */
  #placeOf(module: Module): string | null {
    const places = this.#places!.get(module);
    if (!places) return null;
    const caller = this.#calls.at(-1)!;
    const order = caller.calls.get(module) ?? 0;
    caller.calls.set(module, order + 1);
    const callerStep = this.#currentStep();
    const callerPath = callerStep === null ? "" : (this.#steps[callerStep] as Recorded<ModuleStep>).path;
    const prefix = callerPath === "" ? "" : `${callerPath}.`;
    if (this.#nextChild !== null) {
      const named = prefix + this.#nextChild;
      if (places.includes(named)) return named;
    }
    if (places.length === 1) return places[0]!;
    // Called by itself several times: the first call means the first place beneath the caller, and so on.
    const beneath = places.filter((place) => place.startsWith(prefix));
    const candidates = beneath.length > 0 ? beneath : places;
    return candidates[order % candidates.length]!;
  }

  #operands(args: readonly unknown[], unknown: "input" | "constant", nameOf?: (position: number) => string): Operand[] {
    const operands: Operand[] = [];
    eachTensorOf(this.#engine, args, (tensor, label) => operands.push({ value: this.#lookUp(tensor, unknown), label }), nameOf);
    return operands;
  }

  #memoryOf(storage: Storage): Memory {
    let memory = this.#memories!.get(storage);
    if (!memory) this.#memories!.set(storage, (memory = unknownMemory()));
    return memory;
  }

  /**
   * The value that a tensor holds now: from the last write to what it sees. For a tensor that is about to be written, from the last write to any part of
   * its memory: writes to parts follow each other, so that the last stands for all.
   */
  #lookUp(tensor: Tensor, unknown: "input" | "constant", after: "its elements" | "the whole memory" = "its elements"): ValueId {
    const memory = this.#memoryOf(tensor.storage);
    const key = windowKey(tensor);
    // Parameters that are views of the same memory are parameters of their own.
    const own = this.#state!.get(tensor);
    const candidates = [memory.tensors.get(tensor), own ? undefined : memory.windows.get(key)].filter((window) => window !== undefined);
    let known = candidates.find(({ epoch }) => epoch === memory.epoch);
    if (!known) {
      const [low, high] = extent(tensor);
      const write = memory.writes.findLast((other) => after === "the whole memory" || (other.low < high && low < other.high));
      known = candidates.find(({ epoch }) => epoch >= (write?.epoch ?? 0));
      if (!known && write) return this.#remember(memory, key, tensor, { kind: "step", step: write.step });
    }
    if (known) {
      known.epoch = memory.epoch;
      memory.tensors.set(tensor, known);
      return known.value;
    }
    const state = own ?? this.#state!.get(tensor.storage);
    if (state) return this.#remember(memory, key, tensor, { kind: "state", ...state });
    // Another window on memory that is known, made in a way that is not reported: it comes from where that came from.
    const [other] = memory.windows.values();
    const source = other ? this.#values[other.value]!.source : unknown === "input" ? { kind: unknown } : this.#constant(tensor);
    return this.#remember(memory, key, tensor, source);
  }

  #constant(tensor: Tensor): Source {
    const name = this.#fieldOf(tensor.storage);
    return tensor instanceof this.#engine.nn.Parameter ? { kind: "constant", name, unregistered: true } : { kind: "constant", name };
  }

  /**
   * The field of a module that holds a tensor or a list of them, such as a mask that was never registered as a buffer, or what is in modules that were
   * never registered, as in a plain list; null where none does.
   */
  #fieldOf(storage: Storage): string | null {
    if (this.#fields === null) {
      this.#fields = new Map();
      for (const module of this.#places!.keys()) {
        for (const [field, { value }] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
          eachTensorOf(
            this.#engine,
            [value],
            (tensor, label) => this.#fields!.set(tensor.storage, label),
            () => field,
          );
          eachModule(this.#engine, value, (inner, label) => {
            if (this.#places!.has(inner)) return;
            const place = label === "" || label.startsWith("[") ? field + label : `${field}.${label}`;
            for (const [name, tensor] of [...this.#engine.nn.namedParametersOf(inner), ...this.#engine.nn.namedBuffersOf(inner)])
              this.#fields!.set(tensor.storage, `${place}.${name}`);
          });
        }
      }
    }
    return this.#fields.get(storage) ?? null;
  }

  #remember(memory: Memory, key: string, tensor: Tensor, source: Source): ValueId {
    const value =
      this.#values.push({
        shape: [...tensor.sizes],
        dtype: tensor.dtype.name,
        source,
        statistics: source.kind === "state" ? undefined : activationStatistics(tensor),
      }) - 1;
    const known = { value, epoch: memory.epoch };
    memory.tensors.set(tensor, known);
    memory.windows.set(key, known);
    return value;
  }

  /** A new value for what an operation or module gives out, even if it is what went in. */
  #bindNew(tensor: Tensor, source: Source): ValueId {
    return this.#remember(this.#memoryOf(tensor.storage), windowKey(tensor), tensor, source);
  }

  /**
   * Another object that is the same tensor in all but `===`, to tell what went through a module from what went past it, as in `x.add(identity(x))`.
   * None for parameters, which are themselves wherever they go, and for lists.
   */
  #anotherOf(output: unknown): Tensor | undefined {
    if (!(output instanceof this.#engine.Tensor) || output instanceof this.#engine.nn.Parameter) return undefined;
    const original = originals.get(output) ?? output;
    const other = new Proxy(original, {
      get: (tensor, property) => Reflect.get(tensor, property) as unknown,
      set: (tensor, property, value) => Reflect.set(tensor, property, value),
    });
    originals.set(other, original);
    return other;
  }

  /** Notes that a step writes into a tensor, which is one of its inputs. */
  #write(tensor: Tensor, step: StepId, inputs: readonly Operand[]): TensorWrite {
    const before = inputs.findIndex(({ value }) => value === this.#lookUp(tensor, "constant"));
    const memory = this.#memoryOf(tensor.storage);
    memory.epoch++;
    const [low, high] = extent(tensor);
    memory.writes.push({ epoch: memory.epoch, step, low, high });
    return { operand: before, value: this.#remember(memory, windowKey(tensor), tensor, { kind: "step", step }) };
  }
}

function nameByParameter(forward: Module["forward"], original: OriginalNames): (position: number) => string {
  const { names, rest } = parameterNames(forward, original);
  return (position) => names[position] ?? (rest !== null && position >= names.length ? `${rest}[${position - names.length}]` : "");
}
