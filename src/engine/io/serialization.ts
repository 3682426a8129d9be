/**
 * `torch.save` and `torch.load`: PyTorch's zip format, a pickle beside the memory of each tensor (torch/serialization.py). Only data is read and written:
 * tensors, numbers, strings, null, booleans, lists, dicts and sets. A file that asks for anything else is refused, as by PyTorch's `weights_only`.
 */
import { DType, type ElementArray } from "../dtype.js";
import * as dtypes from "../dtype.js";
import { RuntimeError, TypeError } from "../errors.js";
import { Module } from "../nn/module.js";
import { Parameter } from "../nn/parameter.js";
import { StateDict } from "../nn/stateDict.js";
import { Size } from "../size.js";
import { Storage, withoutValues } from "../storage.js";
import { Tensor } from "../tensor.js";
import { elementBytes, fileDTypes, UnreadableElements, type FileDType } from "./elements.js";
import { joined, rangesOf, readFileSync, writeFileSync, type Bytes, type RangeReader } from "./files.js";
import { PickledDict, unpickle, UnpicklingError, type PickledGlobal } from "./pickleReader.js";
import { PickleWriter } from "./pickleWriter.js";
import { encode as encodeSafetensors, readTensors as readSafetensors, type NamedTensors } from "./safetensors.js";
import { isZip, openZip, writeZip, type ZipArchive, type ZipEntry } from "./zip.js";

const storageAlignment = 64;

/** How a storage's class in PyTorch keeps its elements. */
const storageTypes: Readonly<Record<string, FileDType>> = {
  DoubleStorage: fileDTypes.F64,
  FloatStorage: fileDTypes.F32,
  HalfStorage: fileDTypes.F16,
  BFloat16Storage: fileDTypes.BF16,
  LongStorage: fileDTypes.I64,
  IntStorage: fileDTypes.I32,
  ShortStorage: fileDTypes.I16,
  CharStorage: fileDTypes.I8,
  ByteStorage: fileDTypes.U8,
  BoolStorage: fileDTypes.BOOL,
};

/**
 * Writes a value to a file that PyTorch reads too (torch.save). Tensors that share memory, and tied weights, share it in the file. A `StateDict` and other
 * maps become an OrderedDict, plain objects a dict, arrays a list; whole numbers become int, others float.
 *
 * With a path the file is written whole or not at all (Node 20.16 and later); one that ends in ".safetensors" gets that format, which holds named tensors
 * only. Without a path the bytes are returned.
 */
export function save(value: unknown): Bytes;
export function save(value: unknown, path: string): void;
export function save(value: unknown, path?: string): Bytes | void {
  if (path === undefined) return joined(archive(value, "archive"));
  if (typeof path !== "string") throw new TypeError(`expected 'f' to be a path, but got ${typeof path}; without it the bytes are returned`);
  if (isSafetensors(path)) return writeFileSync(path, encodeSafetensors(value as NamedTensors));
  const fileName = path.split(/[\\/]/).at(-1)!;
  writeFileSync(path, archive(value, fileName.replace(/\.[^.]*$/, "") || "archive"));
}

/**
 * Reads what `save` or PyTorch's `torch.save` wrote (torch.load with weights_only): from a path (Node 20.16 and later; ".safetensors" by its extension) or
 * from bytes. An OrderedDict becomes a `StateDict` where it holds tensors by name, else a Map; a dict whose keys are strings a plain object, else a Map;
 * lists and tuples become arrays, those of tuples frozen; a frozen array is saved as a tuple. What comes back is stated by the caller: `load<{ epoch: number }>("run.pt")`.
 */
export function load<Result = StateDict>(source: string | Uint8Array | ArrayBuffer): Result {
  if (typeof source === "string") {
    return readFileSync(source, (file) => (isSafetensors(source) ? readSafetensors(file) : readArchive(file)) as Result);
  }
  return readArchive(rangesOf(source instanceof ArrayBuffer ? new Uint8Array(source) : source)) as Result;
}

function isSafetensors(path: string): boolean {
  return path.toLowerCase().endsWith(".safetensors");
}

function* archive(value: unknown, folder: string): Generator<Uint8Array> {
  const pickler = new Pickler();
  pickler.write(value, "");
  const text = (content: string) => new TextEncoder().encode(content);
  const entries: ZipEntry[] = [
    { name: "data.pkl", bytes: pickler.finish() },
    { name: ".format_version", bytes: text("1") },
    { name: ".storage_alignment", bytes: text(String(storageAlignment)) },
    { name: "byteorder", bytes: text("little") },
    ...pickler.storages.map((storage, key) => ({ name: `data/${key}`, bytes: elementBytes(storage.dtype, storage.data) })),
    { name: "version", bytes: text("3\n") },
  ];
  yield* writeZip(
    entries.map(({ name, bytes }) => ({ name: `${folder}/${name}`, bytes })),
    storageAlignment,
  );
}

/** Writes values as PyTorch's own pickler does. */
class Pickler {
  readonly #writer = new PickleWriter();
  /** In the order of their keys. */
  readonly storages: Storage[] = [];
  readonly #keys = new Map<Storage, number>();

  finish(): Uint8Array {
    return this.#writer.finish();
  }

  /** `place` says where the value is in what is saved: ".model['0.weight']". */
  write(value: unknown, place: string): void {
    const writer = this.#writer;
    if (value instanceof Module) throw this.#refused(`a module (${value.constructor.name}), whose code a file cannot hold: save its stateDict()`, place);
    switch (typeof value) {
      case "boolean":
        return writer.boolean(value);
      case "number":
      case "bigint":
        return writer.number(value);
      case "string":
        return writer.string(value);
      case "object":
        return value === null ? writer.none() : this.#object(value, place);
      default:
        throw this.#refused(typeof value === "undefined" ? "undefined" : `a ${typeof value}`, place);
    }
  }

  #object(value: object, place: string): void {
    const writer = this.#writer;
    if (writer.recall(value)) return;
    if (value instanceof Parameter) this.#parameter(value, place);
    else if (value instanceof Tensor) this.#tensor(value, value.requiresGrad, place);
    else if (value instanceof Size) this.#size(value);
    else if (value instanceof DType) writer.global("torch", value.name);
    else if (Array.isArray(value)) this.#list(value, place);
    else if (value instanceof Map) this.#orderedDict(value, place);
    else if (value instanceof Set) this.#set(value, place);
    else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) this.#dict(value, place);
    else throw this.#refused(`an object of class ${value.constructor?.name}`, place);
  }

  #refused(what: string, place: string): TypeError {
    return new TypeError(
      `torch.save cannot write ${what}${place === "" ? "" : ` (at ${place.replace(/^\./, "")})`}: it takes tensors, numbers, strings, booleans, null, arrays, maps, sets and plain objects`,
    );
  }

  #list(values: readonly unknown[], place: string): void {
    const writer = this.#writer;
    if (Object.isFrozen(values)) return this.#tuple(values, place);
    writer.emptyList();
    writer.memoize(values);
    writer.mark();
    values.forEach((value, i) => this.write(value, `${place}[${i}]`));
    writer.appends();
  }

  #tuple(values: readonly unknown[], place: string): void {
    const writer = this.#writer;
    if (values.length === 0) return writer.emptyTuple();
    writer.mark();
    values.forEach((value, i) => this.write(value, `${place}[${i}]`));
    writer.tuple();
    writer.memoize(values);
  }

  #dict(value: object, place: string): void {
    const writer = this.#writer;
    writer.emptyDict();
    writer.memoize(value);
    writer.mark();
    for (const [key, item] of Object.entries(value)) {
      writer.string(key);
      this.write(item, /^[A-Za-z_]\w*$/.test(key) ? `${place}.${key}` : `${place}[${JSON.stringify(key)}]`);
    }
    writer.setItems();
  }

  #emptyOrderedDict(): void {
    this.#writer.global("collections", "OrderedDict");
    this.#writer.emptyTuple();
    this.#writer.reduce();
  }

  #orderedDict(value: ReadonlyMap<unknown, unknown>, place: string): void {
    const writer = this.#writer;
    this.#emptyOrderedDict();
    writer.memoize(value);
    writer.mark();
    for (const [key, item] of value) {
      this.write(key, `${place} (a key)`);
      this.write(item, `${place}[${typeof key === "string" ? JSON.stringify(key) : String(key)}]`);
    }
    writer.setItems();
    if (value instanceof StateDict && value.versions.size > 0) this.#metadata(value.versions);
  }

  /** The attribute `_metadata` of a state dict. */
  #metadata(versions: ReadonlyMap<string, number>): void {
    const writer = this.#writer;
    writer.emptyDict();
    writer.mark();
    writer.string("_metadata");
    this.#emptyOrderedDict();
    writer.mark();
    for (const [path, version] of versions) {
      writer.string(path);
      writer.emptyDict();
      writer.mark();
      writer.string("version");
      writer.number(version);
      writer.setItems();
    }
    writer.setItems();
    writer.setItems();
    writer.build();
  }

  #set(values: ReadonlySet<unknown>, place: string): void {
    const writer = this.#writer;
    writer.global("__builtin__", "set");
    writer.mark();
    this.#list([...values], place);
    writer.tuple();
    writer.reduce();
    writer.memoize(values);
  }

  #size(size: Size): void {
    const writer = this.#writer;
    writer.global("torch", "Size");
    writer.mark();
    this.#integers(size);
    writer.tuple();
    writer.reduce();
    writer.memoize(size);
  }

  #integers(values: readonly number[]): void {
    this.#writer.mark();
    for (const value of values) this.#writer.number(value);
    this.#writer.tuple();
  }

  #parameter(parameter: Parameter, place: string): void {
    const writer = this.#writer;
    writer.global("torch._utils", "_rebuild_parameter");
    writer.mark();
    this.#tensor(parameter, false, place);
    writer.boolean(parameter.requiresGrad);
    this.#emptyOrderedDict();
    writer.tuple();
    writer.reduce();
    writer.memoize(parameter);
  }

  #tensor(tensor: Tensor, requiresGrad: boolean, place: string): void {
    if (tensor.device === "meta") throw withoutValues(this.#refused("a tensor on the meta device, which has no values", place));
    const writer = this.#writer;
    writer.global("torch._utils", "_rebuild_tensor_v2");
    writer.mark();
    this.#storage(tensor.storage);
    writer.number(tensor.offset);
    this.#integers(tensor.sizes);
    this.#integers(tensor.strides);
    writer.boolean(requiresGrad);
    this.#emptyOrderedDict();
    writer.tuple();
    writer.reduce();
    if (!(tensor instanceof Parameter)) writer.memoize(tensor);
  }

  #storage(storage: Storage): void {
    const writer = this.#writer;
    let key = this.#keys.get(storage);
    if (key === undefined) {
      key = this.storages.push(storage) - 1;
      this.#keys.set(storage, key);
    }
    writer.mark();
    writer.string("storage");
    writer.global("torch", `${storage.dtype.scalarType}Storage`);
    writer.string(String(key));
    writer.string("cpu");
    writer.number(storage.length);
    writer.tuple();
    writer.persistentId();
  }
}

function readArchive(file: RangeReader): unknown {
  if (!isZip(file)) {
    throw new RuntimeError(
      "the file is no zip archive, as torch.save has written since PyTorch 1.6: it is of an older PyTorch, or no file of PyTorch's. " +
        "Older ones become new ones by torch.save(torch.load(path), path) in PyTorch; files that end in .safetensors are read too.",
    );
  }
  const archive = openZip(file);
  const pickle = [...archive.names].find((name) => name === "data.pkl" || /^[^/]*\/data\.pkl$/.test(name));
  if (pickle === undefined) throw new RuntimeError("the archive holds no data.pkl: it is no file of torch.save's");
  const folder = pickle.slice(0, -"data.pkl".length);
  const byteOrder = archive.read(`${folder}byteorder`);
  if (byteOrder && new TextDecoder().decode(byteOrder) !== "little") throw new RuntimeError("the file's numbers are big-endian, which can't be read");
  const loading = new Loading(archive, folder);
  const value = unpickle(archive.read(pickle)!, loading);
  try {
    return plain(value);
  } catch (error) {
    throw error instanceof RangeError ? new UnpicklingError("lists and dicts are nested too deeply") : error;
  }
}

class StorageType {
  constructor(readonly name: string) {}
}

/** Values of a pickle by what they are called in it; `torch.float32` is a value, `torch.Size` a function. */
const globals: ReadonlyMap<string, PickledGlobal> = new Map<string, PickledGlobal>([
  ["collections.OrderedDict", { call: ([items]) => new Map((items ?? []) as [unknown, unknown][]) }],
  ["__builtin__.set", { call: ([items]) => new Set(items as unknown[]) }],
  ["builtins.set", { call: ([items]) => new Set(items as unknown[]) }],
  ["torch.Size", { call: ([sizes]) => Size.fromArray(sizesOf(sizes)) }],
  ["torch.device", { call: ([device]) => (device === "meta" ? "meta" : "cpu") }],
  ["torch._utils._rebuild_tensor_v2", { call: ([storage, offset, sizes, strides, requiresGrad]) => rebuild(storage, offset, sizes, strides, requiresGrad) }],
  ["torch._utils._rebuild_parameter", { call: ([data, requiresGrad]) => rebuildParameter(data, requiresGrad) }],
  ...Object.keys(storageTypes).map((name) => [`torch.${name}`, { value: new StorageType(name) }] as const),
  ...Object.values(dtypes)
    .filter((dtype) => dtype instanceof DType)
    .map((dtype) => [`torch.${dtype.name}`, { value: dtype }] as const),
]);

/** Reads what a pickle refers to: names and memory. */
class Loading {
  readonly #storages = new Map<string, Storage>();

  constructor(
    readonly archive: ZipArchive,
    readonly folder: string,
  ) {}

  global(module: string, name: string): PickledGlobal {
    const found = globals.get(`${module}.${name}`);
    if (found === undefined) {
      throw new UnpicklingError(
        `Weights only load failed. Unsupported global: GLOBAL ${module}.${name} was not an allowed global by default. ` +
          "Only tensors and plain data are read, and no code is run: save model.state_dict() instead of the model.",
      );
    }
    return found;
  }

  persistent(id: unknown): Storage {
    const [kind, type, key, , length] = Array.isArray(id) ? (id as unknown[]) : [];
    if (kind !== "storage" || !(type instanceof StorageType) || typeof key !== "string" || typeof length !== "number") {
      throw new UnpicklingError("the pickle refers to something outside of it that is no tensor's memory");
    }
    const known = this.#storages.get(key);
    if (known) return known;
    const bytes = this.archive.read(`${this.folder}data/${key}`);
    if (bytes === undefined) throw new RuntimeError(`PytorchStreamReader failed locating file data/${key}: file not found`);
    const { itemSize, dtype, decode } = storageTypes[type.name]!;
    if (bytes.length !== length * itemSize) throw new RuntimeError(`the memory data/${key} should have ${length * itemSize} bytes, but has ${bytes.length}`);
    const storage = Storage.wrap(dtype, decoded(decode, bytes.buffer, key));
    this.#storages.set(key, storage);
    return storage;
  }

  build(target: unknown, state: unknown): void {
    if (!(target instanceof Map) || !(state instanceof PickledDict))
      throw new UnpicklingError("the pickle sets the state of an object, which plain data has not");
    const metadata = state.get("_metadata");
    if (metadata instanceof Map) stateVersions.set(target, metadata as ReadonlyMap<unknown, unknown>);
  }
}

/** What a pickle says of the versions of a state dict's modules. */
const stateVersions = new WeakMap<object, ReadonlyMap<unknown, unknown>>();

function decoded(decode: FileDType["decode"], bytes: ArrayBuffer, key: string): ElementArray {
  try {
    return decode(bytes);
  } catch (error) {
    throw error instanceof UnreadableElements ? new RuntimeError(`the memory data/${key}: ${error.message}`) : error;
  }
}

function sizesOf(value: unknown): number[] {
  if (!Array.isArray(value) || !value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    throw new UnpicklingError("a tensor's sizes or strides are no list of whole numbers");
  }
  return [...(value as number[])];
}

function rebuild(storage: unknown, offset: unknown, sizeList: unknown, strideList: unknown, requiresGrad: unknown): Tensor {
  const [sizes, strides] = [sizesOf(sizeList), sizesOf(strideList)];
  if (!(storage instanceof Storage) || typeof offset !== "number" || !(offset >= 0) || sizes.length !== strides.length) {
    throw new UnpicklingError("a tensor is described in a way that is not known");
  }
  const isEmpty = sizes.includes(0);
  const last = offset + sizes.reduce((sum, size, dim) => sum + (size - 1) * strides[dim]!, 0);
  if (!isEmpty && last >= storage.length) {
    throw new RuntimeError(
      `setStorage: sizes [${sizes.join(", ")}], strides [${strides.join(", ")}], storage offset ${offset} are out of bounds for storage of ${storage.length} elements`,
    );
  }
  const tensor = new Tensor(storage, sizes, strides, offset);
  return requiresGrad === true ? tensor.requiresGrad_(true) : tensor;
}

function rebuildParameter(data: unknown, requiresGrad: unknown): Parameter {
  if (!(data instanceof Tensor)) throw new UnpicklingError("a parameter without a tensor");
  return new Parameter(data, requiresGrad === true);
}

/** What was read, with dicts as objects and state dicts where they can be; what is in several places stays one. */
function plain(root: unknown): unknown {
  const done = new Map<object, unknown>();
  const convert = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || value instanceof Tensor) return value;
    if (done.has(value)) return done.get(value);
    if (value instanceof Size) return value;
    if (Array.isArray(value) && Object.isFrozen(value)) {
      const tuple: unknown = Object.freeze(value.map(convert));
      done.set(value, tuple);
      return tuple;
    }
    if (Array.isArray(value)) {
      done.set(value, value);
      value.forEach((item, i) => (value[i] = convert(item)));
      return value;
    }
    if (value instanceof PickledDict) return convertDict(value);
    if (value instanceof Map) return convertOrderedDict(value);
    return value;
  };
  const convertDict = (dict: PickledDict): unknown => {
    if ([...dict.keys()].some((key) => typeof key !== "string")) {
      const map = new Map<unknown, unknown>();
      done.set(dict, map);
      for (const [key, item] of dict) map.set(key, convert(item));
      return map;
    }
    const result: Record<string, unknown> = {};
    done.set(dict, result);
    // Defined, not assigned: "__proto__" is a name like any other.
    for (const [key, item] of dict)
      Object.defineProperty(result, key as string, { value: convert(item), enumerable: true, writable: true, configurable: true });
    return result;
  };
  const convertOrderedDict = (map: Map<unknown, unknown>): unknown => {
    const isState = [...map].every(([key, item]) => typeof key === "string" && item instanceof Tensor);
    if (!isState) {
      done.set(map, map);
      for (const [key, item] of map) map.set(key, convert(item));
      return map;
    }
    const state = new StateDict(map as Map<string, Tensor>);
    done.set(map, state);
    for (const [path, entry] of stateVersions.get(map) ?? []) {
      const version = entry instanceof Map ? (entry.get("version") as unknown) : undefined;
      if (typeof path === "string" && typeof version === "number") state.versions.set(path, version);
    }
    return state;
  };
  return convert(root);
}
