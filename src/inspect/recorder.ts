import { operationNamed, type SourceLocation } from "../protocol/index.js";
import type { CallFrame, CodeCalls, Locate } from "./callFrames.js";
import type { Engine, Module, Operation, Tensor } from "./engine.js";
import { Gradients } from "./gradients.js";
import type { Initializations } from "./initializations.js";
import { keepsElements, writesInPlace } from "./operations.js";
import type { OriginalNames } from "./parameterNames.js";
import type { PassWatcher } from "./passWatcher.js";
import { type MadeAfter, Recording } from "./recording.js";
import { Ties } from "./ties.js";
import { Writes } from "./writes.js";
import { TrainingRecorder } from "./trainingRecorder.js";
import { eachTensorOf, withTensors } from "./structured.js";

type Observer = NonNullable<Parameters<Engine["observe"]>[0]>;

/** Different input shapes of one module whose passes are kept. */
const keptSignatures = 4;
/** Passes that are recorded again because modules were made since. */
const keptRepeats = 4;
/** Modules whose passes are kept. */
const keptRoots = 64;
/** Inputs are kept for another pass up to this size. */
const keptInputBytes = 64e6;
/** Modules that ran by themselves and are kept for files that hold no model in a variable. */
const keptRecentRoots = 8;

export interface Pass {
  readonly recording: Recording;
  /** Where they were too large to keep, with tensors that have shapes alone. */
  readonly args: readonly unknown[];
  readonly keepsInputs: boolean;
}

/** What a pass gave out, under whichever name. */
interface GivenOut {
  readonly recording: Recording;
  /** As the root gave it out. */
  readonly tensor: Tensor;
  readonly after: MadeAfter | null;
}

interface RootHistory {
  readonly passes: Map<string, Pass>;
  /** How many modules had been made at the last recording. */
  modulesMade: number;
  repeats: number;
}

/**
 * Watches the model code run: remembers where modules were made and, of every module that the code calls itself, the first forward pass for each
 * shape of inputs. What a long training loop repeats costs it a few comparisons a step.
 */
export class Recorder {
  readonly #engine: Engine;
  readonly #calls: CodeCalls;
  readonly #initializations: Initializations;
  readonly #names: OriginalNames;
  readonly #constructed = new WeakMap<Module, readonly CallFrame[]>();
  #modules: WeakRef<Module>[] = [];
  #modulesMade = 0;
  #compactAt = 1024;
  readonly #histories = new Map<WeakRef<Module>, RootHistory>();
  readonly #historyOf = new WeakMap<Module, RootHistory>();
  #recentRoots: Module[] | null = [];
  #depth = 0;
  readonly #called = new WeakSet<Module>();
  readonly ties: Ties;
  readonly writes = new Writes();
  readonly gradients = new Gradients();
  /** What the code called last by itself: whose values it works on outside of calls. */
  #lastRoot: WeakRef<Module> | null = null;
  /** What passes of the code's own gave out. */
  readonly #outputs = new WeakMap<Tensor, GivenOut>();
  #recording: Recording | null = null;
  /** Set while the editor runs a pass: it is recorded, whatever was before, and not kept as one of the code's. */
  #requested: Recording | null = null;
  readonly #observer: Observer;
  /** Of the code's own. */
  readonly training: TrainingRecorder;
  /** Hears when the code has come out of a module that it called, and is in none. */
  onPassed: (() => void) | null = null;

  constructor(engine: Engine, calls: CodeCalls, initializations: Initializations, names: OriginalNames) {
    this.#engine = engine;
    this.training = new TrainingRecorder(engine);
    this.#calls = calls;
    this.#initializations = initializations;
    this.#names = names;
    this.ties = new Ties(engine);
    this.#observer = this.#createObserver();
    engine.observe(this.#observer);
  }

  /** Whether the code is in no module. */
  get isOutside(): boolean {
    return this.#depth === 0;
  }

  /** The modules that still exist, in the order they were made. Call after a garbage collection to know it exactly. */
  modules(): Module[] {
    return this.#modules.flatMap((reference) => reference.deref() ?? []);
  }

  /** The modules that the code called last by themselves, most recent last; lets go of them. */
  takeRecentRoots(): Module[] {
    const roots = this.#recentRoots ?? [];
    this.#recentRoots = null;
    return roots;
  }

  constructionOf(module: Module, locate: Locate): SourceLocation | null {
    const frames = this.#constructed.get(module);
    return frames ? locate(frames) : null;
  }

  /** Whether the code called a module, be it in a pass that is not kept. */
  wasCalled(module: Module): boolean {
    return this.#called.has(module);
  }

  /** The passes of the code's own that show a module, the best first: those that went through, the earliest first, then the last that failed. */
  passesOf(module: Module): readonly Pass[] {
    const passes = [...(this.#historyOf.get(module)?.passes.values() ?? [])];
    const failed = passes.filter(({ recording }) => recording.failed);
    return [...passes.filter(({ recording }) => !recording.failed), ...failed.reverse()];
  }

  /** Records a pass of `root` that `body` runs; what it throws is part of the recording. */
  record(root: Module, body: () => void, watcher: PassWatcher | null = null): { recording: Recording; error: unknown } {
    const recording = new Recording(this.#engine, root, this.#names, watcher);
    this.#requested = recording;
    let error: unknown;
    try {
      body();
    } catch (thrown) {
      error = thrown ?? new Error(String(thrown));
    } finally {
      this.#requested = null;
      this.#recording = null;
      this.#depth = 0;
    }
    return { recording, error };
  }

  /** The running code was stopped from outside: no call will report its end. */
  interrupted(message: string, frames: readonly CallFrame[]): void {
    this.#recording?.interrupted(message, frames);
    this.#recording = this.#requested = null;
    this.#depth = 0;
    this.#engine.observe(this.#observer);
    this.#engine.setGradEnabled(true);
  }

  #createObserver(): Observer {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- The functions below are where a stack of calls ends, by name, so they are no arrow functions.
    const recorder = this;
    const here = (above: (...args: never[]) => unknown): readonly CallFrame[] => recorder.#calls.here(above);
    const thrownAt = (error: unknown, above: (...args: never[]) => unknown): readonly CallFrame[] => {
      const frames = recorder.#calls.thrown(error);
      return frames.length > 0 ? frames : here(above);
    };
    return {
      moduleConstructed: function constructed(module) {
        recorder.#constructed.set(module, recorder.#calls.around(constructed, module));
        recorder.#remember(module);
      },
      moduleEntered: function entered(module, args) {
        if (!recorder.#requested) recorder.#called.add(module);
        if (recorder.#depth++ === 0) {
          recorder.#recording = recorder.#recordingFor(module, args);
          if (!recorder.#requested) recorder.#lastRoot = new WeakRef(module);
        }
        recorder.#recording?.entered(module, args, () => here(entered));
      },
      moduleLeft(module, output) {
        recorder.#depth--;
        const recording = recorder.#recording;
        const handedOn = recording?.left(module, output);
        if (recording?.ended) {
          if (!recorder.#requested) recorder.gradients.passed(recording);
          eachTensorOf(recorder.#engine, [output], (tensor) => recorder.#outputs.set(tensor, { recording, tensor, after: null }));
          recorder.#recording = null;
        }
        if (recorder.#depth === 0 && !recorder.#requested) recorder.onPassed?.();
        return handedOn;
      },
      moduleFailed: function failed(module, error) {
        recorder.#depth--;
        recorder.#recording?.failedIn(module, error, () => thrownAt(error, failed));
        if (recorder.#recording?.ended) recorder.#recording = null;
      },
      childCalled(parent, name) {
        recorder.#recording?.childCalled(parent, name);
      },
      operation: function ran(operation, args, output, multiplyAdds) {
        if (output instanceof recorder.#engine.Tensor) {
          if (writesInPlace(operation)) {
            recorder.#initializations.written(operation, output, args, ran);
            recorder.writes.written(operation, output, recorder.#recording?.currentPath ?? "", recorder.#lastRoot, () => here(ran));
          } else if (recorder.#depth === 0) recorder.#initializations.made(operation, output, args, ran);
        }
        const given = recorder.#outputs.get(args[0] as Tensor);
        if (given) recorder.#follow(given, operation, output, () => here(ran));
        return recorder.#recording?.operation(operation, args, output, multiplyAdds, () => here(ran));
      },
      operationFailed: function failed(operation, args, error) {
        recorder.#recording?.operationFailed(operation, args, error, () => thrownAt(error, failed));
      },
      parameterRegistered: function registered(module, name, parameter, before) {
        recorder.ties.registered(module, name, parameter, before, () => here(registered));
      },
      overwritten: function needed(tensor, expected) {
        recorder.writes.needed(tensor, expected, () => here(needed));
      },
      backward(root) {
        recorder.training.backward(root);
        return recorder.gradients.isWaiting ? () => recorder.gradients.sentBack() : undefined;
      },
      optimizerStep(optimizer, name) {
        return recorder.training.step(optimizer, name);
      },
      copied(original, copy) {
        recorder.#initializations.copied(original, copy);
      },
      initialized: function filled(tensor, operation, args, follows) {
        recorder.#initializations.filled(tensor, operation, args, follows, filled);
        recorder.#recording?.filled(operation, tensor, args, () => here(filled));
      },
    };
  }

  /** What was made of a pass's output: losses take it by another name, or as probabilities. */
  #follow(given: GivenOut, operation: Operation, output: unknown, frames: () => readonly CallFrame[]): void {
    if (operation.normalizes !== undefined) return given.recording.scored(operation, given.tensor, given.after, frames);
    // What another model makes of it inside is its own.
    if (this.#depth > 1 || !(output instanceof this.#engine.Tensor)) return;
    if (keepsElements(operation)) this.#outputs.set(output, given);
    else if (operation.gives !== undefined) {
      this.#outputs.set(output, { ...given, after: { by: operationNamed(operation.name), gives: operation.gives, frames: frames() } });
    }
  }

  #remember(module: Module): void {
    this.#modulesMade++;
    this.#modules.push(new WeakRef(module));
    if (this.#modules.length < this.#compactAt) return;
    this.#modules = this.#modules.filter((reference) => reference.deref() !== undefined);
    this.#compactAt = Math.max(1024, this.#modules.length * 2);
  }

  #recordingFor(module: Module, args: readonly unknown[]): Recording | null {
    if (this.#requested) return this.#requested;
    this.#keepRecent(module);
    let history = this.#historyOf.get(module);
    if (history && history.passes.size >= keptSignatures && history.modulesMade === this.#modulesMade) return null;
    let signature = "";
    let bytes = 0;
    eachTensorOf(this.#engine, args, (tensor, label) => {
      signature += `${label}:${tensor.dtype.name}[${tensor.sizes.join()}]`;
      bytes += tensor.numel() * tensor.elementSize();
    });
    if (history?.passes.has(signature) || (history && history.passes.size >= keptSignatures)) {
      if (history.modulesMade === this.#modulesMade || history.repeats === keptRepeats) return null;
      history.repeats++;
    }
    if (!history) this.#historyOf.set(module, (history = this.#newHistory(module)));
    const recording = new Recording(this.#engine, module, this.#names);
    history.modulesMade = this.#modulesMade;
    history.passes.delete(signature);
    const keepsInputs = bytes <= keptInputBytes;
    history.passes.set(signature, { recording, args: keepsInputs ? args : withTensors(this.#engine, args, (tensor) => this.#shapeOf(tensor)), keepsInputs });
    return recording;
  }

  #shapeOf({ sizes, dtype }: Tensor): Tensor {
    return this.#engine.Tensor.allocate(sizes, dtype, "meta");
  }

  #newHistory(module: Module): RootHistory {
    const history: RootHistory = { passes: new Map(), modulesMade: 0, repeats: 0 };
    for (const [reference, { passes }] of this.#histories) {
      if (this.#histories.size < keptRoots) break;
      this.#histories.delete(reference);
      passes.clear();
    }
    this.#histories.set(new WeakRef(module), history);
    return history;
  }

  #keepRecent(module: Module): void {
    const roots = this.#recentRoots;
    if (!roots || roots.at(-1) === module) return;
    const index = roots.indexOf(module);
    if (index >= 0) roots.splice(index, 1);
    roots.push(module);
    if (roots.length > keptRecentRoots) roots.shift();
  }
}
