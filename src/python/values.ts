/**
 * Values on their way between Python and the engine. Python names an object of the engine by a number, its handle, for as long as it holds it; what it
 * calls with arrives flat, beside a short text that says which shape it has (`decoder`), and what it gets is a number for a tensor and JSON for all else.
 */
import type * as engine from "../engine/index.js";

export type Engine = typeof engine;
export type Tensor = engine.Tensor;
export type Module = engine.nn.Module;

/** What a tensor is of, for Python to know its class without asking. */
const kinds = ["Tensor", "Parameter", "Buffer", "UninitializedParameter", "UninitializedBuffer"] as const;
const kindCount = 8;

/** A value of Python's that means nothing to the engine; `index` finds it again. */
export class Opaque {
  constructor(
    readonly index: number,
    readonly type: string,
  ) {}

  toString(): string {
    return `<${this.type}>`;
  }
}

/** What Python raised, on its way through the engine back to Python; `index` finds it there. */
export class Raised extends Error {
  constructor(
    readonly index: number,
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

/** JSON with a tag in front of what JSON has no word for. */
export type Json = null | boolean | number | string | readonly Json[];

/** The objects that Python holds. */
export class Handles {
  readonly #values: unknown[] = [null];
  readonly #free: number[] = [];
  readonly #ids = new WeakMap<object, number>();

  idOf(value: object): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      id = this.#free.pop() ?? this.#values.length;
      this.#values[id] = value;
      this.#ids.set(value, id);
    }
    return id;
  }

  get(id: number): unknown {
    return this.#values[id];
  }

  release(id: number): void {
    const value = this.#values[id];
    if (value === undefined) return;
    this.#ids.delete(value as object);
    this.#values[id] = undefined;
    this.#free.push(id);
  }

  get count(): number {
    return this.#values.length - this.#free.length;
  }
}

type Read = (flat: readonly unknown[], at: { i: number }) => unknown;

export class Codec {
  readonly #engine: Engine;
  readonly handles = new Handles();
  readonly #decoders = new Map<string, Read>();
  readonly #callback: (index: number) => unknown;
  #keepsLists = false;

  /** `callback`: what the engine calls in the place of a function of Python's. */
  constructor(engine: Engine, callback: (index: number) => unknown) {
    this.#engine = engine;
    this.#callback = callback;
  }

  /** A tensor as a number: its handle, and of which class it is. */
  code(tensor: Tensor): number {
    const { nn } = this.#engine;
    let kind = 0;
    if (Object.getPrototypeOf(tensor) !== this.#engine.Tensor.prototype) {
      if (tensor instanceof nn.UninitializedParameter) kind = nn.isUninitialized(tensor) ? 3 : 1;
      else if (tensor instanceof nn.Parameter) kind = 1;
      else if (tensor instanceof nn.Buffer) kind = 2;
      else if (nn.isUninitialized(tensor)) kind = 4;
    }
    return this.handles.idOf(tensor) * kindCount + kind;
  }

  /** What a call gives out: a number for a tensor, "" for nothing, else JSON. */
  encode(value: unknown): number | string {
    if (value instanceof this.#engine.Tensor) return this.code(value);
    if (value === undefined || value === null) return "";
    return JSON.stringify(this.json(value));
  }

  /** The same where lists and tuples are told apart: tuples are frozen arrays. */
  encodeKept(value: unknown): number | string {
    this.#keepsLists = true;
    try {
      return this.encode(value);
    } finally {
      this.#keepsLists = false;
    }
  }

  json(value: unknown): Json {
    if (value === undefined || value === null) return null;
    switch (typeof value) {
      case "boolean":
      case "string":
        return value;
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0) ? value : ["f", Object.is(value, -0) ? "-0.0" : String(value).replace("Infinity", "inf")];
      case "bigint":
        return ["i", String(value)];
      case "function":
        return this.#isModule(value) ? ["M", this.handles.idOf(value)] : ["J", this.handles.idOf(value), "function"];
      case "object":
        return this.#object(value);
      default:
        return null;
    }
  }

  #isModule(value: unknown): value is Module {
    return typeof value === "function" && value instanceof this.#engine.nn.Module;
  }

  #object(value: object): Json {
    const { Tensor, Size, DType } = this.#engine;
    if (value instanceof Tensor) return ["T", this.code(value)];
    if (value instanceof Size) return ["S", ...value];
    if (value instanceof DType) return ["d", value.name];
    if (value instanceof Opaque) return ["P", value.index];
    if (Array.isArray(value)) {
      const names = Object.keys(value).filter((name) => !/^\d+$/.test(name));
      if (names.length > 0) return ["N", "", names, ...(value as readonly unknown[]).map((item) => this.json(item))];
      return [this.#keepsLists && !Object.isFrozen(value) ? "l" : "t", ...(value as readonly unknown[]).map((item) => this.json(item))];
    }
    if (ArrayBuffer.isView(value)) return ["t", ...Array.from(value as unknown as ArrayLike<number>)];
    const text: unknown = "values" in value && "indices" in value ? (value as { toString(): string }).toString() : "";
    const name = /^torch\.return_types\.(\w+)/.exec(text as string)?.[1];
    if (name !== undefined) {
      const { values, indices } = value as { readonly values: unknown; readonly indices: unknown };
      return ["N", name, ["values", "indices"], this.json(values), this.json(indices)];
    }
    if (value instanceof Map) return ["m", ...[...value].map(([key, item]): Json => [this.json(key), this.json(item)])];
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return ["o", ...Object.entries(value).map(([key, item]): Json => [key, this.json(item)])];
    const type: unknown = value.constructor.name;
    return ["J", this.handles.idOf(value), typeof type === "string" ? type : ""];
  }

  /** What Python gave back to a call of the engine's, the other way around. */
  fromJson(json: Json): unknown {
    if (!Array.isArray(json)) return json;
    const [tag, ...items] = json as unknown as readonly [string, ...Json[]];
    const rest = (): unknown[] => items.map((item) => this.fromJson(item));
    switch (tag) {
      case "T":
        return this.handles.get(items[0] as number);
      case "M":
      case "J":
        return this.handles.get(items[0] as number);
      case "f":
        return Number(String(items[0]).replace("inf", "Infinity"));
      case "d":
        return this.#engine[items[0] as "float32"];
      case "P":
        return new Opaque(items[0] as number, items[1] as string);
      case "o":
        return Object.fromEntries((items as unknown as readonly (readonly [string, Json])[]).map(([key, item]) => [key, this.fromJson(item)]));
      case "m":
        return new Map((items as unknown as readonly (readonly [Json, Json])[]).map(([key, item]) => [this.fromJson(key), this.fromJson(item)]));
      default:
        return rest();
    }
  }

  /** The arguments of a call. `spec` says what each of the flat values is. */
  decode(spec: string, flat: readonly unknown[]): unknown[] {
    const at = { i: 0 };
    return this.#decoder(spec)(flat, at) as unknown[];
  }

  #decoder(spec: string): Read {
    let decoder = this.#decoders.get(spec);
    if (decoder === undefined) {
      const reader = { spec, i: 0 };
      const items: Read[] = [];
      while (reader.i < spec.length) items.push(this.#item(reader));
      decoder = listOf(items);
      this.#decoders.set(spec, decoder);
    }
    return decoder;
  }

  #item(reader: { readonly spec: string; i: number }): Read {
    const { handles } = this;
    const engine = this.#engine;
    const until = (end: string): Read[] => {
      const items: Read[] = [];
      while (reader.spec[reader.i] !== end) items.push(this.#item(reader));
      reader.i++;
      return items;
    };
    switch (reader.spec[reader.i++]) {
      case "t":
        return (flat, at) => handles.get(flat[at.i++] as number);
      case "n":
        return () => null;
      case "u":
        return () => undefined;
      case "d":
        return (flat, at) => engine[flat[at.i++] as "float32"];
      case "e":
        return () => "...";
      case "s":
        return (flat, at) => engine.slice((flat[at.i++] as number) ?? null, (flat[at.i++] as number) ?? null, (flat[at.i++] as number) ?? null);
      case "c":
        return (flat, at) => this.#callback(flat[at.i++] as number);
      case "x":
        return (flat, at) => new Opaque(flat[at.i++] as number, flat[at.i++] as string);
      case "[":
        return listOf(until("]"));
      case "(": {
        const read = listOf(until(")"));
        return (flat, at) => Object.freeze(read(flat, at));
      }
      case "<": {
        const items = until(">");
        return (flat, at) => {
          const map = new Map<unknown, unknown>();
          for (let i = 0; i < items.length; i += 2) map.set(items[i]!(flat, at), items[i + 1]!(flat, at));
          return map;
        };
      }
      case "{": {
        const entries: [string, Read][] = [];
        while (reader.spec[reader.i] !== "}") {
          const end = reader.spec.indexOf(":", reader.i);
          const name = reader.spec.slice(reader.i, end);
          reader.i = end + 1;
          entries.push([name, this.#item(reader)]);
        }
        reader.i++;
        return (flat, at) => {
          const object: Record<string, unknown> = {};
          for (const [name, read] of entries) object[name] = read(flat, at);
          return object;
        };
      }
      default:
        return (flat, at) => flat[at.i++];
    }
  }

  /** The class of a tensor by its code. */
  static kindOf(code: number): (typeof kinds)[number] {
    return kinds[code % kindCount]!;
  }
}

function listOf(items: readonly Read[]): Read {
  return (flat, at) => {
    const list = new Array<unknown>(items.length);
    for (let i = 0; i < items.length; i++) list[i] = items[i]!(flat, at);
    return list;
  };
}
