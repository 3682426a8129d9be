import {
  type ForwardTrace,
  type InputSource,
  type ModuleStep,
  type Operand,
  type OperationName,
  operationNamed,
  type OperationStep,
  type Scale,
  type ScoredOutput,
  type SourceLocation,
  type StepId,
  type TensorId,
  type TraceStep,
  type ValueId,
} from "../protocol/index.js";
import { now } from "./clock.js";
import { CalledPlaces } from "./calledPlaces.js";
import { type CallFrame, type Locate } from "./callFrames.js";
import type { Engine, Module, Operation, Tensor } from "./engine.js";
import { asGiven, factsOf, keepsElements, writesInPlace } from "./operations.js";
import { ModelForm } from "./modelForm.js";
import { type OriginalNames, parameterNames } from "./parameterNames.js";
import type { PassWatcher } from "./passWatcher.js";
import { type NamedState, RecordedValues } from "./recordedValues.js";
import { eachTensor, eachTensorOf, objectsIn, putInto } from "./structured.js";
import { isError, thrownText } from "./thrown.js";

/** Longer passes are cut off here; the rest is counted. */
const stepLimit = 50_000;

type Place = { readonly frames: readonly CallFrame[] };
/** Locations are looked up when a snapshot is made, not while the code runs. */
type Recorded<Step> = Step extends TraceStep ? { -readonly [Key in keyof Omit<Step, "location">]: Step[Key] } & Place : never;
type RecordedStep = Recorded<TraceStep>;

/** A layer, by its path, that was given `came` where an argument of it says how much it takes. */
export interface Refusal {
  readonly path: string;
  readonly argument: string;
  readonly came: number;
}

/** What the code made of a value of the pass after it, in the way of a scale that losses know. */
export interface MadeAfter extends Place {
  readonly by: OperationName;
  readonly gives: Scale;
}

type Score = Pick<ScoredOutput, "value" | "by" | "normalizes"> & Place & { readonly after: MadeAfter | null };

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
  readonly #values: RecordedValues;
  readonly #steps: RecordedStep[] = [];
  readonly #calls: Call[] = [];
  #places: CalledPlaces | null;
  #layerClasses: ReadonlySet<unknown> | null;
  #inputs: readonly Operand[] = [];
  #nextChild: string | null = null;
  #truncated = 0;
  #failure: { step: StepId; message: string; frames: readonly CallFrame[] } | null = null;
  #multiplyAdds = 0;
  /** The state of the generator when it began. */
  readonly generator: ReturnType<Engine["getRngState"]>;
  #refusal: Refusal | null = null;
  /** What the root gave out, after it did. */
  readonly #given = new WeakMap<Tensor, ValueId>();
  readonly #scored: Score[] = [];
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
    this.#places = new CalledPlaces(engine, root);
    this.#values = new RecordedValues(engine, root, this.#places, watcher);
    this.generator = engine.getRngState();
  }

  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Whether the root was left, or the pass ended before. */
  get ended(): boolean {
    return this.#values.ended;
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
    return this.#values.useUnregistered;
  }

  /** The parameters and buffers that something took, as they were in the pass. */
  get states(): readonly Tensor[] {
    return this.#values.states;
  }

  /** The place of the innermost call under way. */
  get currentPath(): string {
    const step = this.#currentStep();
    return step === null ? "" : (this.#steps[step] as Recorded<ModuleStep>).path;
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
      const inputs = this.#values.operands(args, isRoot ? "input" : "constant", args.length > 1 ? nameByParameter(module.forward, this.#names) : undefined);
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
    this.#calls.push({ module, args, step, started: now(), calls: new Map() });
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
      step.outputs = this.#values.operands([handedOn ?? output], "constant");
      step.duration = now() - call.started;
      this.watcher?.left?.(call.step!, step.parent, step.path, module, handedOn ?? output);
    }
    this.#calls.pop();
    if (this.#calls.length === 0) {
      eachTensor(this.#engine, output, (tensor) => this.#given.set(tensor, this.#values.lookUp(tensor, "constant")));
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
      const before = this.#values.lookUp(tensor, "constant");
      if (!inputs.some(({ value }) => value === before)) return;
      if (holder !== null && (given ??= objectsIn(this.#engine, args)).has(holder.object)) return;
      const other = this.#values.anotherOf(tensor);
      if (!other || (holder !== null && !putInto(holder, other))) return;
      if (holder === null) itself = other;
      this.#values.bindNew(other, { kind: "step", step, handsOn: before });
    });
    return itself;
  }

  failedIn(module: Module, error: unknown, frames: () => readonly CallFrame[]): void {
    const call = this.#calls.at(-1);
    if (!call || call.module !== module) return;
    if (call.step !== null) {
      this.#refusal ??= this.#refusalOf(call, call.step);
      this.#fail(call.step, error, frames);
      (this.#steps[call.step] as Recorded<ModuleStep>).duration = now() - call.started;
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
  operation(operation: Operation, passed: readonly unknown[], output: unknown, multiplyAdds: number, frames: () => readonly CallFrame[]): unknown {
    const args = asGiven(this.#engine, passed);
    this.#multiplyAdds += multiplyAdds;
    const caller = this.#currentStep();
    if (caller !== null) (this.#steps[caller] as Recorded<ModuleStep>).multiplyAdds += multiplyAdds;
    const written = this.#writtenBy(operation, args);
    for (const tensor of written) this.#values.lookUp(tensor, "constant", "the whole memory");
    const inputs = this.#values.operands(args, "constant");
    const id = this.#beginOperation(operation, args, inputs, frames);
    if (id === null) return undefined;
    const step = this.#steps[id] as Recorded<OperationStep>;
    step.multiplyAdds = multiplyAdds;
    step.writes = written.map((tensor) => this.#values.write(tensor, id, inputs));
    const outputs: Operand[] = [];
    let handedOn: Tensor | undefined;
    if (writesInPlace(operation) && step.writes.length > 0) outputs.push({ value: step.writes[0]!.value, label: "" });
    else {
      if (!keepsElements(operation) && args.includes(output)) handedOn = this.#values.anotherOf(output);
      const results: Tensor[] = [];
      eachTensor(this.#engine, handedOn ?? output, (tensor, label) => {
        results.push(tensor);
        // What is handed out as it came is what it was: others that take it take nothing of this.
        const isSame = keepsElements(operation) && args.includes(tensor);
        outputs.push({ value: isSame ? this.#values.lookUp(tensor, "constant") : this.#values.bindNew(tensor, { kind: "step", step: id }), label });
      });
      const [from] = args;
      if (keepsElements(operation) && from instanceof this.#engine.Tensor) step.view = results.every(({ storage }) => storage === from.storage);
      if (operation.effect.kind === "part") {
        const parts = operation.effect.parts(args, results);
        if (parts !== null) step.parts = parts;
      }
    }
    step.outputs = outputs;
    if (this.watcher?.ran && caller !== null) {
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

  operationFailed(operation: Operation, passed: readonly unknown[], error: unknown, frames: () => readonly CallFrame[]): void {
    const args = asGiven(this.#engine, passed);
    const step = this.#beginOperation(operation, args, this.#values.operands(args, "constant"), frames);
    if (step !== null) this.#fail(step, error, frames);
  }

  /** A loss took what the root gave out, after the pass, or what the code made of that; each pass has one. */
  scored(operation: Operation, tensor: Tensor, after: MadeAfter | null, frames: () => readonly CallFrame[]): void {
    const value = this.#given.get(tensor);
    if (value === undefined || operation.normalizes === undefined || this.#scored.length > 0) return;
    this.#scored.push({ value, by: operationNamed(operation.name), normalizes: operation.normalizes, after, frames: frames() });
  }

  /** Takes it that a loss would take of this pass what one took of another of the root's. */
  scoredAs(other: Recording): void {
    if (this === other || this.#scored.length > 0) return;
    for (const { value, ...score } of other.#scored) {
      const output = this.#steps[0]?.outputs[other.#steps[0]!.outputs.findIndex((each) => each.value === value)];
      if (output) this.#scored.push({ ...score, value: output.value });
    }
  }

  /** The pass was stopped from outside. */
  interrupted(message: string, frames: readonly CallFrame[]): void {
    const step = this.#currentStep();
    if (step !== null) this.#failure = { step, message, frames };
    this.#end();
  }

  /** How many calls of modules it has. */
  get calls(): number {
    return this.#steps.reduce((count, { kind }) => (kind === "module" ? count + 1 : count), 0);
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
      values: this.#values.toTrace(tensorOf, withStatistics),
      inputs: this.#inputs,
      outputs: this.#steps[0]?.outputs ?? [],
      steps: this.#steps.map(({ frames, ...step }): TraceStep => ({ ...step, location: locationOf(frames) })),
      failure: this.#failure && { step: this.#failure.step, message: this.#failure.message, location: locationOf(this.#failure.frames) },
      ...(this.#scored.length > 0 && { scored: this.#scored.map((score) => scoredOutput(score, locationOf)) }),
      truncatedSteps: this.#truncated,
    };
  }

  /** Every path that the pass went through. */
  *paths(): IterableIterator<string> {
    for (const step of this.#steps) if (step.kind === "module") yield step.path;
  }

  #end(): void {
    this.#calls.length = 0;
    this.#values.end();
    this.#places = this.#layerClasses = null;
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
      message = isError(error) && at[0] ? this.#names.inError(error, at[0]) : thrownText(error);
    } catch {
      // A thrown value that cannot be shown.
    }
    this.#failure = { step, message, frames: at };
  }

  /** Which place of the tree a call means; null for a module outside of it. */
  #placeOf(module: Module): string | null {
    if (!this.#places!.has(module)) return null;
    const caller = this.#calls.at(-1)!;
    const order = caller.calls.get(module) ?? 0;
    caller.calls.set(module, order + 1);
    return this.#places!.of(module, { within: this.currentPath, order, child: this.#nextChild });
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
}

function scoredOutput({ frames, after, ...loss }: Score, locationOf: (frames: readonly CallFrame[]) => SourceLocation | null): ScoredOutput {
  return {
    ...loss,
    location: locationOf(frames),
    ...(after && { after: { by: after.by, gives: after.gives, location: locationOf(after.frames) } }),
  };
}

function nameByParameter(forward: Module["forward"], original: OriginalNames): (position: number) => string {
  const { names, rest } = parameterNames(forward, original);
  return (position) => names[position] ?? (rest !== null && position >= names.length ? `${rest}[${position - names.length}]` : "");
}
