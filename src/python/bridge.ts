/**
 * The engine as Python's package `torch` calls it: the functions that the package finds in its module `_engine`. What it takes and gives are handles and
 * flat values (values.ts). What a function takes by name, the engine's own types say (names.json, which the build reads out of them).
 */
import { Codec, type Engine, type Json, type Module, Opaque, Raised, type Tensor } from "./values.js";

/** What the engine asks of Python. Texts are JSON as `Codec` writes it. */
export interface PythonSide {
  /** Calls a function that Python handed over. */
  invoke(index: number, args: string): string;
  /** Runs `forward` of a module that is written in Python, or the method of that name. */
  forward(module: number, args: string, method?: string): string;
  /** Where Python is, innermost first, a line for each of at most so many calls: function, file, line, column, parted by tabs. */
  frames(most: number): string;
  /** A warning, for Python's `warnings`, which may raise it. */
  warn(text: string): string;
  /** Raises what a key raises that interrupts. */
  interrupt(): string;
}

/** Positional names and the names of options; "?" behind one that may be null. */
export type Names = Readonly<Record<string, readonly [positional: readonly string[], options: readonly string[], needed: number]>>;

type AnyFunction = (...args: readonly unknown[]) => unknown;
type AnyClass = new (...args: readonly unknown[]) => object;

export interface PythonFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a class whose `forward` is Python's keeps that of the layer that it extends. */
const engineForward: unique symbol = Symbol("forward of the layer");

/** Errors of the engine's that Python has seen, and may hand back. */
const keptErrors = 256;

export class Bridge {
  readonly #engine: Engine;
  readonly #python: () => PythonSide;
  readonly #names: Names;
  readonly codec: Codec;
  readonly #functions: AnyFunction[] = [];
  readonly #functionIds = new Map<string, number>();
  readonly #classes: AnyClass[] = [];
  readonly #errors = new Map<number, Error>();
  #errorCount = 0;
  readonly #replaced: (() => void)[] = [];
  #isConstructing = false;
  #lastPlace: { readonly text: string; readonly frames: readonly PythonFrame[] } = { text: "", frames: [] };

  constructor(engine: Engine, names: Names, python: () => PythonSide) {
    this.#engine = engine;
    this.#names = names;
    this.#python = python;
    this.codec = new Codec(engine, (index) => this.#callback(index));
  }

  /** Where Python is, innermost first, in at most so many calls. */
  frames(most: number): readonly PythonFrame[] {
    const text = this.#python().frames(most);
    // A loop asks for the same place over and over.
    if (text !== this.#lastPlace.text) this.#lastPlace = { text, frames: text === "" ? [] : text.split("\n").map(asFrame) };
    return this.#lastPlace.frames;
  }

  /** What PyTorch would issue as a UserWarning. */
  warn(text: string): void {
    this.#result(this.#python().warn(text));
  }

  /** Ends what the engine does, as Python code is ended by a key. */
  interrupt(): void {
    throw this.#interruption();
  }

  #interruption(): unknown {
    try {
      return this.#result(this.#python().interrupt());
    } catch (raised) {
      return raised;
    }
  }

  /** An error of the engine's by the number that Python knows it by. */
  error(index: number): Error | undefined {
    return this.#errors.get(index);
  }

  /** The module that a handle of Python's stands for. */
  module(id: number): Module {
    return this.codec.handles.get(id) as Module;
  }

  /** What Python's module `_engine` holds. */
  readonly exports = {
    /** The number of a function by its path ("nn.functional.relu", "Tensor#add"); -1 where there is none. */
    find: (path: string): number => this.#find(path),
    /** What is at a path: "function", "class", "namespace", "value" or "". */
    kindOf: (path: string): string => this.#kindOf(path),
    names: (path: string): string => {
      const row = Object.hasOwn(this.#names, path) ? this.#names[path] : undefined;
      return row ? JSON.stringify(row) : "";
    },
    /** The names in a namespace. */
    list: (path: string): string => JSON.stringify(Object.getOwnPropertyNames((this.#at(path) as object | undefined) ?? {})),
    /** The names of the functions that an object has of its own. */
    methods: (path: string): string => {
      const found = Object.entries(Object.getOwnPropertyDescriptors(this.#at(path) as object));
      return JSON.stringify(found.flatMap(([name, { value }]) => (typeof value === "function" ? [name] : [])));
    },
    /** A class of layers and the classes above it, from the nearest. */
    ancestors: (path: string): string => {
      const names: string[] = [];
      const exported = new Map<unknown, string>(Object.entries(this.#at(path.slice(0, path.lastIndexOf("."))) as object).map(([name, value]) => [value, name]));
      for (let each = this.#at(path) as object | null; each !== null && each !== Function.prototype; each = Object.getPrototypeOf(each) as object | null) {
        const name = exported.get(each);
        if (name !== undefined) names.push(name);
      }
      return JSON.stringify(names);
    },
    value: (path: string): number | string => this.#guard(() => this.#at(path)),

    call: (fn: number, spec: string, ...flat: unknown[]): number | string => {
      try {
        return this.codec.encode(this.#functions[fn]!(...this.codec.decode(spec, flat)));
      } catch (error) {
        return this.#thrown(error);
      }
    },
    /** A method of an object that a handle stands for. */
    invoke: (id: number, method: string, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => {
        const object = this.codec.handles.get(id) as Readonly<Record<string, AnyFunction>>;
        return object[method]!.call(object, ...this.codec.decode(spec, flat));
      }),
    /** A field of an object. */
    get: (id: number, name: string): number | string =>
      this.#guard(() => {
        const value = (this.codec.handles.get(id) as Readonly<Record<string, unknown>>)[name];
        return typeof value === "function" && !(value instanceof this.#engine.nn.Module) ? undefined : value;
      }),
    set: (id: number, name: string, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => {
        (this.codec.handles.get(id) as Record<string, unknown>)[name] = this.codec.decode(spec, flat)[0];
      }),
    has: (id: number, name: string): string => {
      const object = this.codec.handles.get(id) as Readonly<Record<string, unknown>>;
      if (!(name in object)) return "";
      // What is computed, as a parametrized weight, is not computed for the question.
      return isComputed(object, name) || typeof object[name] !== "function" ? "value" : "function";
    },
    release: (...ids: readonly number[]): void => ids.forEach((id) => this.codec.handles.release(id)),
    /** All that an iterable of the engine's gives. */
    items: (id: number): string => this.#guard(() => [...(this.codec.handles.get(id) as Iterable<unknown>)]) as string,

    // ---- tensors
    sizes: (id: number): string => this.#tensor(id).sizes.join(),
    strides: (id: number): string => this.#tensor(id).strides.join(),
    dtype: (id: number): string => this.#tensor(id).dtype.name,
    text: (id: number): string => String(this.codec.handles.get(id)),
    item: (id: number): number | string => {
      try {
        return this.#tensor(id).item();
      } catch (error) {
        return this.#thrown(error);
      }
    },
    /** The elements in row-major order. */
    elements: (id: number): Float64Array | string => {
      try {
        const tensor = this.#tensor(id);
        if (tensor.device === "meta") throw new this.#engine.NotImplementedError("Cannot copy out of meta tensor; no data!");
        return Float64Array.from(flattened(tensor));
      } catch (error) {
        return this.#thrown(error);
      }
    },
    /** A tensor of the numbers that `data` lists in row-major order. */
    tensor: (data: Float64Array, sizes: string, dtype: string, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => {
        const [options] = this.codec.decode(spec, flat) as [Readonly<Record<string, unknown>>];
        const shape = sizes === "" ? [] : sizes.split(",").map(Number);
        return this.#engine.tensor(nested([...data], shape) as never, { ...options, dtype: this.#engine[dtype as "float32"] });
      }),
    /** A tensor without dimensions in the place of a number, for one operation. */
    number: (value: number | boolean, dtype: string): number | string =>
      this.#guard(() => {
        const kind = this.#engine[dtype as "float32"];
        kind.requireHolds(Number(value));
        const tensor = this.#engine.Tensor.allocate([], kind, "cpu");
        tensor.storage.data[0] = kind.held(Number(value));
        tensor.storage.number = value;
        return tensor;
      }),
    gradFn: (id: number): number | string => this.#guard(() => this.#tensor(id).gradFn),
    gradFnName: (id: number): string => (this.codec.handles.get(id) as { readonly name: string }).name,

    // ---- modules
    /** A class of modules whose `forward`, where `parameters` are given, is Python's. Gives its number. */
    defineClass: (base: string, name: string, parameters?: string, hasInverse?: boolean, resets?: boolean): number =>
      this.#defineClass(base, name, parameters, hasInverse, resets),
    /** Whether a class of layers can reset what it has learnt. */
    canReset: (path: string): boolean =>
      typeof (this.#at(path) as { readonly prototype: { readonly resetParameters?: unknown } }).prototype.resetParameters === "function",
    construct: (type: number, spec: string, ...flat: unknown[]): number | string => {
      const before = this.#isConstructing;
      this.#isConstructing = true;
      try {
        return this.codec.handles.idOf(new this.#classes[type]!(...this.codec.decode(spec, flat)));
      } catch (error) {
        return this.#thrown(error);
      } finally {
        this.#isConstructing = before;
      }
    },
    describe: (id: number): string => JSON.stringify(this.#describe(this.module(id))),
    setMember: (id: number, name: string, kind: string, value: number, persistent: boolean | undefined): number | string =>
      this.#guard(() => {
        const member = value === 0 ? null : this.codec.handles.get(value);
        const set = this.#engine.nn.setMember as (...args: readonly unknown[]) => void;
        set(this.module(id), name, member, kind, persistent);
      }),
    /** Another tensor in the place of a parameter or a buffer, until `restoreMember`. */
    replaceMember: (id: number, name: string, value: number): number | string =>
      this.#guard(() => {
        const { nn } = this.#engine;
        this.#replaced.push(nn.rememberMembers(this.module(id)));
        nn.setMember(this.module(id), name, this.#tensor(value), "buffer");
      }),
    restoreMember: (): void => this.#replaced.pop()?.(),
    dropMember: (id: number, name: string): void => this.#engine.nn.unregister(this.module(id), name),
    callModule: (id: number, spec: string, ...flat: unknown[]): number | string => {
      try {
        return this.codec.encode((this.module(id) as unknown as AnyFunction)(...this.codec.decode(spec, flat)));
      } catch (error) {
        return this.#thrown(error);
      }
    },
    /** `forward` alone, without hooks. */
    forward: (id: number, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => {
        const module = this.module(id) as unknown as { readonly forward: AnyFunction; readonly [engineForward]?: AnyFunction };
        return (module[engineForward] ?? module.forward).call(module, ...this.codec.decode(spec, flat));
      }),
    enter: (id: number, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => this.#engine.nn.enterModule(this.module(id), this.codec.decode(spec, flat))),
    /** "" where the caller gets the result as it is, else what stands in its place. */
    leave: (id: number, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => {
        const [output] = this.codec.decode(spec, flat);
        const given = this.#engine.nn.leaveModule(this.module(id), output);
        return given === output ? undefined : { given };
      }),
    fail: (id: number, error: number, name: string, message: string): void => {
      this.#engine.nn.failModule(this.module(id), this.#errorOf(error, name, message));
    },
    childCalled: (id: number, name: string): void => this.#childCalled(this.module(id), name),
    /** Runs `inner`, a function of Python's, between the boundaries at which the module's backward hooks run. */
    callWithBackwardHooks: (id: number, hooks: string, preHooks: string, inner: number, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => {
        const callbacks = (list: string): never => (JSON.parse(list) as number[]).map((index) => this.#callback(index)) as never;
        const call = this.#callback(inner);
        return this.#engine.nn.callWithBackwardHooks(this.module(id), this.codec.decode(spec, flat), callbacks(hooks), callbacks(preHooks), (args) =>
          call(...args),
        );
      }),

    // ---- functions with a gradient of their own
    /** A class of `autograd.Function` whose two functions Python has. */
    defineFunction: (name: string, forward: number, backward: number): number => {
      const { Function: Base } = this.#engine.autograd;
      const [run, runBackward] = [this.#callback(forward), this.#callback(backward)] as [AnyFunction, AnyFunction];
      const type = class extends Base {
        static override forward(...args: readonly unknown[]): unknown {
          return run(...args);
        }
        static override backward(...args: readonly unknown[]): never {
          return runBackward(...args) as never;
        }
      };
      Object.defineProperty(type, "name", { value: name });
      this.#functions.push((...args) => (type as unknown as { apply: AnyFunction }).apply(...args));
      return this.#functions.length - 1;
    },
    /** An instance of a class of the engine's that is no module. */
    make: (path: string, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => new (this.#at(path) as AnyClass)(...this.codec.decode(spec, flat))),
    /** The order in which a loader takes its samples, each batch a list. */
    batches: (length: number, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => {
        const [options] = this.codec.decode(spec, flat) as [Readonly<Record<string, unknown>>];
        const numbers = { length, at: (i: number) => i };
        const { DataLoader } = this.#engine.utils.data;
        const loader = new DataLoader(numbers, { ...options, collateFn: (batch: readonly number[]) => batch } as never);
        return [...loader];
      }),
    /** The order that a sampler of the engine's gives. */
    sampled: (path: string, spec: string, ...flat: unknown[]): number | string =>
      this.#guard(() => [...(new (this.#at(path) as AnyClass)(...this.codec.decode(spec, flat)) as unknown as Iterable<unknown>)]),
    /** Sets an option of one of an optimizer's groups. */
    setGroup: (id: number, group: number, name: string, spec: string, ...flat: unknown[]): void => {
      const { paramGroups } = this.codec.handles.get(id) as { readonly paramGroups: readonly Record<string, unknown>[] };
      paramGroups[group]![name] = this.codec.decode(spec, flat)[0];
    },
    saved: (spec: string, ...flat: unknown[]): Uint8Array | string => {
      try {
        return this.#engine.save(this.codec.decode(spec, flat)[0]);
      } catch (error) {
        return this.#thrown(error);
      }
    },
    /** Lists and tuples are told apart in it, as in what `saved` takes. */
    loaded: (bytes: Uint8Array): number | string => {
      try {
        return this.codec.encodeKept(this.#engine.load<unknown>(bytes.slice()));
      } catch (error) {
        return this.#thrown(error);
      }
    },
    assign: (id: number, source: number): number | string =>
      this.#guard(() => {
        this.#tensor(id).data = this.#tensor(source);
      }),
  };

  #tensor(id: number): Tensor {
    return this.codec.handles.get(id) as Tensor;
  }

  #guard(body: () => unknown): number | string {
    try {
      return this.codec.encode(body());
    } catch (error) {
      return this.#thrown(error);
    }
  }

  /** An error as Python gets it: "!" and JSON. */
  #thrown(error: unknown): string {
    if (error instanceof Raised) return `!${JSON.stringify(["raised", "", error.index])}`;
    // Python may be interrupted where it only tells the engine where it is.
    if ((error as { readonly type?: unknown } | null)?.type === "KeyboardInterrupt") return this.#thrown(this.#interruption());
    const index = ++this.#errorCount;
    const known = error instanceof Error ? error : new Error(String(error));
    this.#errors.set(index, known);
    this.#errors.delete(index - keptErrors);
    const isOurs = known instanceof this.#engine.TorchError;
    return `!${JSON.stringify([isOurs ? known.name : known instanceof RangeError ? "RecursionError" : "internal", known.message, index])}`;
  }

  #errorOf(index: number, name: string, message: string): Error {
    const known = this.#errors.get(index);
    if (known !== undefined) return known;
    return new Raised(-1, name, message);
  }

  #callback(index: number): AnyFunction {
    return (...args) => this.#result(this.#python().invoke(index, JSON.stringify(args.map((arg) => this.codec.json(arg)))));
  }

  /** What Python gave back. Throws what it raised. */
  #result(text: string): unknown {
    if (text.startsWith("!")) {
      const [index, name, message, known] = JSON.parse(text.slice(1)) as [number, string, string, number];
      throw this.#errors.get(known) ?? new Raised(index, name, message);
    }
    return this.codec.fromJson(JSON.parse(text) as Json);
  }

  #at(path: string): unknown {
    let value: unknown = this.#engine;
    for (const name of path === "" ? [] : path.split(".")) {
      if ((typeof value !== "object" && typeof value !== "function") || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return value;
  }

  #kindOf(path: string): string {
    const value = this.#at(path);
    if (value === undefined) return "";
    if (typeof value === "function") return /^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "function";
    if (
      typeof value === "object" &&
      value !== null &&
      (Object.prototype.toString.call(value) === "[object Module]" || Object.getPrototypeOf(value) === Object.prototype)
    )
      return "namespace";
    return "value";
  }

  #find(path: string): number {
    let id = this.#functionIds.get(path);
    if (id !== undefined) return id;
    id = -1;
    if (path.startsWith("Tensor#")) {
      const name = path.slice(7);
      const method = (this.#engine.Tensor.prototype as unknown as Readonly<Record<string, unknown>>)[name];
      if (typeof method === "function") id = this.#functions.push((self, ...args) => (self as Readonly<Record<string, AnyFunction>>)[name]!(...args)) - 1;
    } else {
      const value = this.#at(path);
      if (typeof value === "function") id = this.#functions.push((...args) => (value as AnyFunction)(...args)) - 1;
    }
    this.#functionIds.set(path, id);
    return id;
  }

  #defineClass(base: string, name: string, parameters: string | undefined, hasInverse = false, resets = false): number {
    const Base = this.#at(base) as AnyClass;
    if (parameters === undefined && !resets && name === base.slice(base.lastIndexOf(".") + 1)) return this.#classes.push(Base) - 1;
    const type = class extends Base {};
    Object.defineProperty(type, "name", { value: name });
    if (parameters !== undefined) {
      const names = (JSON.parse(parameters) as string[]).map((each) => (isReserved(each) ? `${each}_` : each));
      const forward = (self: Module, args: readonly unknown[]): unknown =>
        this.#result(this.#python().forward(this.codec.handles.idOf(self), JSON.stringify(args.map((arg) => this.codec.json(arg)))));
      // Whoever looks at the model reads the names of the parameters, and how many there are, in the function itself.
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- Nothing else makes a function with parameters of given names; they are identifiers of Python's.
      const made = new Function("forward", `return { forward(${names.join(", ")}) { return forward(this, arguments); } }.forward`) as (
        run: (self: Module, args: ArrayLike<unknown>) => unknown,
      ) => unknown;
      const method = made((self, args) => forward(self, Array.from(args)));
      const above = Base.prototype as { readonly [engineForward]?: AnyFunction; readonly forward: AnyFunction };
      Object.defineProperty(type.prototype, "forward", { value: method, writable: true, configurable: true });
      Object.defineProperty(type.prototype, engineForward, { value: above[engineForward] ?? above.forward });
    }
    if (resets) {
      // Python's own stands in for it, once the layer is made.
      const above = (Base.prototype as { readonly resetParameters: AnyFunction }).resetParameters;
      const isConstructing = (): boolean => this.#isConstructing;
      const resetParameters = function (this: Module): void {
        if (!isConstructing()) above.call(this);
      };
      Object.defineProperty(type.prototype, "resetParameters", { value: resetParameters, configurable: true });
    }
    if (hasInverse) {
      const inverse = (self: Module, args: readonly unknown[]): unknown =>
        this.#result(this.#python().forward(this.codec.handles.idOf(self), JSON.stringify(args.map((arg) => this.codec.json(arg))), "right_inverse"));
      const rightInverse = function (this: Module, ...args: readonly unknown[]): unknown {
        return inverse(this, args);
      };
      Object.defineProperty(type.prototype, "rightInverse", { value: rightInverse, configurable: true });
    }
    return this.#classes.push(type) - 1;
  }

  /** What a module holds, by handles. */
  #describe(module: Module): Json {
    const { nn } = this.#engine;
    const { handles } = this.codec;
    return [
      module.constructor.name,
      Boolean(module.training),
      [...nn.parametersByName(module)].map(([name, value]): Json => [name, value === null ? 0 : this.codec.code(value)]),
      [...nn.buffersByName(module)].map(([name, value]): Json => [name, value === null ? 0 : this.codec.code(value)]),
      [...nn.childrenByName(module)].map(([name, value]): Json => [name, value === null ? 0 : handles.idOf(value)]),
    ];
  }

  #childCalled(module: Module, name: string): void {
    const { observe } = this.#engine;
    const watcher = observe(null);
    observe(watcher);
    watcher?.childCalled?.(module, name);
  }
}

function asFrame(line: string): PythonFrame {
  const [name, file, row, column] = line.split("\t");
  return { function: name!, file: file!, line: Number(row), column: Number(column) };
}

/** Whether a field is a getter's, of the object or of a class of it. */
function isComputed(object: object, name: string): boolean {
  for (let each: object | null = object; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(each, name);
    if (descriptor) return descriptor.get !== undefined;
  }
  return false;
}

function nested(data: readonly number[], sizes: readonly number[]): unknown {
  if (sizes.length === 0) return data[0];
  const [size, ...rest] = sizes;
  if (rest.length === 0) return data;
  const step = rest.reduce((product, each) => product * each, 1);
  return Array.from({ length: size! }, (_, i) => nested(data.slice(i * step, (i + 1) * step), rest));
}

function flattened(tensor: Tensor): readonly number[] {
  const { data } = tensor.storage;
  const { sizes, strides } = tensor;
  const values: number[] = [];
  const walk = (dim: number, offset: number): void => {
    if (dim === sizes.length) values.push(data[offset]!);
    else for (let i = 0; i < sizes[dim]!; i++) walk(dim + 1, offset + i * strides[dim]!);
  };
  walk(0, tensor.offset);
  return values;
}

const reserved = new Set(
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield".split(
    " ",
  ),
);

function isReserved(name: string): boolean {
  return reserved.has(name);
}

export { Opaque };
