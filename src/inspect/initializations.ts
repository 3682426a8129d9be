import type { Distribution, Initialization, RecordedInitialization } from "../protocol/index.js";
import type { CallFrame, CodeCalls, Locate } from "./callFrames.js";
import type { Engine, Operation, Storage, Tensor } from "./engine.js";
import { callText, keepsElements } from "./operations.js";

type Arguments = Readonly<Record<string, number | string | boolean>>;

interface Origin {
  readonly frames: readonly CallFrame[];
  /** In-place operations since, each once. */
  readonly modifiedBy: string[];
}

interface Fill extends Origin {
  readonly kind: "recorded";
  readonly function: string;
  readonly arguments: Arguments;
  readonly distribution: Distribution | null;
  readonly by: "constructor" | "code" | "layerscope";
  /** Fills of the code before this one, those of one place once. */
  readonly replaced: readonly Omit<Fill, "replaced">[];
}

interface Creation extends Origin {
  readonly kind: "made";
  readonly expression: string;
  readonly distribution: Distribution | null;
}

const keptModifications = 8;
const keptReplaced = 8;
/** Tensors whose making is remembered: those that a training loop makes are none of the parameters. */
const keptCreations = 4096;
const longestExpression = 120;

/** Remembers how the memory of each parameter was filled. Filed by memory, since `parameter.data` and views are other tensors on the same. */
export class Initializations {
  readonly #fills = new WeakMap<Storage, Fill | Creation>();
  #creations = 0;
  readonly #engine: Engine;
  readonly #calls: CodeCalls;
  readonly #locate: Locate;
  /** True while the editor, not the code, reinitializes. */
  fromEditor = false;

  constructor(engine: Engine, calls: CodeCalls, locate: Locate) {
    this.#engine = engine;
    this.#calls = calls;
    this.#locate = locate;
  }

  /** A function of nn.init filled `tensor`. */
  filled(tensor: Tensor, { name }: Operation, args: Arguments, distribution: Distribution | null, above: (...args: never[]) => unknown): void {
    if (!coversStorage(tensor)) return this.#modified(tensor.storage, name);
    let by: Fill["by"] = "layerscope";
    let frames: readonly CallFrame[] = [];
    if (!this.fromEditor) {
      frames = this.#calls.here(above);
      by = this.#calls.isCalledByLayer(above) ? "constructor" : "code";
    }
    this.#fill(tensor.storage, { kind: "recorded", function: name, arguments: args, distribution, by, frames, modifiedBy: [] });
  }

  #fill(storage: Storage, fill: Omit<Fill, "replaced">): void {
    const before = this.#fills.get(storage);
    const replaced = before?.kind !== "recorded" ? [] : before.by === "code" ? [...before.replaced, before] : before.replaced;
    // A loop that fills again and again has one place.
    const others = replaced.filter(({ frames }) => !isSamePlace(frames, fill.frames));
    this.#fills.set(storage, { ...fill, replaced: others.slice(-keptReplaced) });
  }

  /** An in-place operation wrote to `tensor`. */
  written(operation: Operation, tensor: Tensor, args: readonly unknown[], above: (...args: never[]) => unknown): void {
    const { name, effect } = operation;
    const { storage } = tensor;
    if (!this.#fills.has(storage) && !(tensor instanceof this.#engine.nn.Parameter)) return;
    if (effect.kind !== "writes" || !coversStorage(tensor)) return this.#modified(storage, name);
    if (effect.from !== undefined) return this.#takenOver(operation, args[effect.from] as Tensor, tensor, above);
    const fill = effect.fills?.(args);
    if (fill === undefined) return this.#modified(storage, name);
    const frames = this.fromEditor ? [] : this.#calls.here(above);
    this.#fill(storage, {
      kind: "recorded",
      function: fill.function,
      arguments: fill.arguments,
      distribution: fill.follows,
      by: this.fromEditor ? "layerscope" : "code",
      frames,
      modifiedBy: [],
    });
  }

  /** `tensor` has the values of `source` and none of its own any more, as after a state dict was loaded: they came about as those did, where that is known. */
  #takenOver({ name }: Operation, source: Tensor, tensor: Tensor, above: (...args: never[]) => unknown): void {
    if (this.#fills.has(source.storage) && coversStorage(source) && source.numel() === tensor.numel()) return this.copied(source, tensor);
    const frames = this.fromEditor ? [] : this.#calls.here(above);
    this.#fills.set(tensor.storage, { kind: "made", expression: `${name}()`, distribution: null, frames, modifiedBy: [] });
  }

  /** An operation outside of any module gave out `tensor`, which may become a parameter. */
  made(operation: Operation, tensor: Tensor, args: readonly unknown[], above: (...args: never[]) => unknown): void {
    const isTensor = (value: unknown): value is Tensor => value instanceof this.#engine.Tensor;
    const { effect } = operation;
    const isFirst = effect.kind === "makes";
    const [from, ...others] = args;
    const before = !isFirst && isTensor(from) && from.storage !== tensor.storage ? this.#fills.get(from.storage) : undefined;
    if (!isFirst && (before?.kind !== "made" || before.modifiedBy.length > 0 || others.some(isTensor))) return;
    if (this.#creations === keptCreations) return;
    this.#creations++;
    const call = callText(this.#engine, operation, args);
    const made = before as Creation | undefined;
    const expression = !made ? call : keepsElements(operation) ? made.expression : `${made.expression}.${call}`;
    if (expression.length > longestExpression) return;
    const distribution = isFirst ? effect.follows(args) : distributionAfter(operation, args, made!.distribution);
    this.#fills.set(tensor.storage, { kind: "made", expression, distribution, frames: this.#calls.here(above), modifiedBy: [] });
  }

  #modified(storage: Storage, name: string): void {
    const modifiedBy = this.#fills.get(storage)?.modifiedBy;
    if (modifiedBy && modifiedBy.length < keptModifications && !modifiedBy.includes(name)) modifiedBy.push(name);
  }

  /** `copy` has the values of `original`, which came about in the same way. */
  copied(original: Tensor, copy: Tensor): void {
    const fill = this.#fills.get(original.storage);
    if (fill) this.#fills.set(copy.storage, { ...fill, modifiedBy: [...fill.modifiedBy] });
  }

  of(tensor: Tensor): Initialization {
    const fill = this.#fills.get(tensor.storage);
    if (!fill) return { kind: "unknown" };
    if (fill.kind === "made") return { kind: "made", expression: fill.expression, distribution: fill.distribution, ...this.#known(fill) };
    const replaced = fill.replaced.map((each) => this.#recorded(each));
    return { ...this.#recorded(fill), ...(replaced.length > 0 && { replaced }) };
  }

  #recorded(fill: Omit<Fill, "replaced">): RecordedInitialization {
    const given = Object.fromEntries(Object.entries(fill.arguments).map(([name, value]) => [name, storable(value)]));
    const { distribution } = fill;
    const isStorable = distribution !== null && Object.values(distribution).every((value) => value === storable(value));
    return { kind: "recorded", function: fill.function, arguments: given, distribution: isStorable ? distribution : null, by: fill.by, ...this.#known(fill) };
  }

  #known({ frames, modifiedBy }: Origin): Pick<RecordedInitialization, "location" | "modifiedBy"> {
    return { location: this.#locate(frames), modifiedBy: [...modifiedBy] };
  }

  /** What is remembered of a tensor's memory, to be put back by `restore` along with the values. */
  save(tensor: Tensor): () => void {
    const { storage } = tensor;
    const fill = this.#fills.get(storage);
    const saved = fill && { ...fill, modifiedBy: [...fill.modifiedBy] };
    return () => {
      if (saved) this.#fills.set(storage, saved);
      else this.#fills.delete(storage);
    };
  }
}

/** What elements follow after an operation on those that followed `before`. */
function distributionAfter(operation: Operation, args: readonly unknown[], before: Distribution | null): Distribution | null {
  if (before === null || keepsElements(operation)) return before;
  return operation.follows?.(args, before) ?? null;
}

/** JSON has no NaN and no infinities: they are written out. */
function storable(value: number | string | boolean): number | string | boolean {
  return typeof value !== "number" || Number.isFinite(value) ? value : String(value);
}

function isSamePlace([one]: readonly CallFrame[], [other]: readonly CallFrame[]): boolean {
  return one !== undefined && one.url === other?.url && one.line === other.line && one.column === other.column;
}

function coversStorage(tensor: Tensor): boolean {
  return tensor.numel() === tensor.storage.length;
}
