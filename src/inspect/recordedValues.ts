import type { Operand, StepId, TensorId, TensorWrite, TraceValue, ValueId } from "../protocol/index.js";
import type { CalledPlaces } from "./calledPlaces.js";
import type { Engine, Module, Storage, Tensor } from "./engine.js";
import { extent, type Memory, unknownMemory, windowKey } from "./memory.js";
import type { PassWatcher } from "./passWatcher.js";
import { activationStatistics } from "./statistics.js";
import { eachModule, eachTensorOf } from "./structured.js";

export type Source = TraceValue["source"] | ({ readonly kind: "state" } & NamedState);
/** A parameter or buffer of the root, by the name that it had when the pass began. */
export interface NamedState {
  readonly name: string;
  readonly tensor: Tensor;
}

type RecordedValue = Omit<TraceValue, "source"> & { readonly source: Source };
/** What those stand for that were put in the place of inputs. */
const originals = new WeakMap<Tensor, Tensor>();

/** The values of one pass: which of them each tensor holds as its memory is written to, and where the others came from. */
export class RecordedValues {
  readonly #engine: Engine;
  readonly #values: RecordedValue[] = [];
  #memories: WeakMap<Storage, Memory> | null = new WeakMap();
  /** The root's parameters and buffers: by their memory, and themselves, since those of a lazy layer get theirs on the way. */
  #state: Map<Storage | Tensor, NamedState> | null = new Map();
  /** Of tensors that are neither parameters nor buffers; null before the first of them is asked for. */
  #fields: Map<Storage, string> | null = null;
  #places: CalledPlaces | null;

  constructor(
    engine: Engine,
    root: Module,
    places: CalledPlaces,
    private readonly watcher: PassWatcher | null,
  ) {
    this.#engine = engine;
    this.#places = places;
    for (const [name, tensor] of [...engine.nn.namedParametersOf(root), ...engine.nn.namedBuffersOf(root)]) {
      this.#state!.set(tensor.storage, { name, tensor }).set(tensor, { name, tensor });
    }
  }

  /** Lets go of tensors and modules: the pass has ended. */
  end(): void {
    this.#memories = this.#state = this.#fields = this.#places = null;
  }

  get ended(): boolean {
    return this.#memories === null;
  }

  /** Whether something took parameters that no module of the root has registered. */
  get useUnregistered(): boolean {
    return this.#values.some(({ source }) => source.kind === "constant" && source.unregistered === true);
  }

  /** The parameters and buffers that something took, as they were in the pass. */
  get states(): readonly Tensor[] {
    return this.#values.flatMap(({ source }) => (source.kind === "state" ? [source.tensor] : []));
  }

  /** `tensorOf` finds a parameter or buffer that the root had, as it is now. */
  toTrace(tensorOf: (state: NamedState) => TensorId | undefined, withStatistics: boolean): TraceValue[] {
    return this.#values.map(({ source, statistics, ...value }): TraceValue => {
      const tensor = source.kind === "state" ? tensorOf(source) : undefined;
      const resolved: TraceValue["source"] =
        source.kind !== "state" ? source : tensor === undefined ? { kind: "constant", name: source.name } : { kind: "tensor", tensor };
      return statistics && withStatistics ? { ...value, source: resolved, statistics } : { ...value, source: resolved };
    });
  }

  operands(args: readonly unknown[], unknown: "input" | "constant", nameOf?: (position: number) => string): Operand[] {
    const operands: Operand[] = [];
    eachTensorOf(this.#engine, args, (tensor, label) => operands.push({ value: this.lookUp(tensor, unknown), label }), nameOf);
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
  lookUp(tensor: Tensor, unknown: "input" | "constant", after: "its elements" | "the whole memory" = "its elements"): ValueId {
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
      for (const module of this.#places!.modules) {
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
    this.watcher?.value?.(value, tensor);
    const known = { value, epoch: memory.epoch };
    memory.tensors.set(tensor, known);
    memory.windows.set(key, known);
    return value;
  }

  /** A new value for what an operation or module gives out, even if it is what went in. */
  bindNew(tensor: Tensor, source: Source): ValueId {
    return this.#remember(this.#memoryOf(tensor.storage), windowKey(tensor), tensor, source);
  }

  /**
   * Another object that is the same tensor in all but `===`, to tell what went through a module from what went past it, as in `x.add(identity(x))`.
   * None for parameters, which are themselves wherever they go, and for lists.
   */
  anotherOf(output: unknown): Tensor | undefined {
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
  write(tensor: Tensor, step: StepId, inputs: readonly Operand[]): TensorWrite {
    const before = inputs.findIndex(({ value }) => value === this.lookUp(tensor, "constant"));
    const memory = this.#memoryOf(tensor.storage);
    memory.epoch++;
    const [low, high] = extent(tensor);
    memory.writes.push({ epoch: memory.epoch, step, low, high });
    return { operand: before, value: this.#remember(memory, windowKey(tensor), tensor, { kind: "step", step }) };
  }
}
