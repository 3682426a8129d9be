/**
 * The safetensors format: 8 bytes with the length of a JSON header, the header with each tensor's dtype, shape and place, then the tensors' bytes.
 * Files are exchanged with Python's `safetensors.torch`, whose functions have the same names.
 */
import type { ElementArray } from "../dtype.js";
import { RuntimeError, TorchError, TypeError } from "../errors.js";
import { copy } from "../kernels/elementwise.js";
import { StateDict } from "../nn/stateDict.js";
import { contiguousStrides, product } from "../size.js";
import { Storage } from "../storage.js";
import { Tensor } from "../tensor.js";
import { elementBytes, fileDTypes, fileNames, UnreadableElements, type FileDType } from "./elements.js";
import { joined, rangesOf, readFile, writeFile, type RangeReader } from "./files.js";

/** A file that is not what the format asks for, or holds what the engine has no dtype for. */
export class SafetensorError extends TorchError {}

/** Tensors by name: a state dict, another map or a plain object. */
export type NamedTensors = Iterable<readonly [name: string, tensor: Tensor]> | Readonly<Record<string, Tensor>>;

/** Text by name that a file carries beside the tensors. */
export type Metadata = Readonly<Record<string, string>>;

interface TensorInfo {
  readonly name: string;
  readonly fileDType: FileDType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

const lengthBytes = 8;
const maxHeaderBytes = 100_000_000;

function invalid(problem: string, detail: string): SafetensorError {
  return new SafetensorError(`Error while deserializing header: ${problem} (${detail})`);
}

/** How many bytes the header has. */
function headerLength(head: Uint8Array, fileSize: number): number {
  if (fileSize < lengthBytes) throw invalid("header too small", `a file has at least ${lengthBytes} bytes, but there are ${fileSize}`);
  const length = new DataView(head.buffer, head.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) throw invalid("header too large", `it claims ${length} bytes: is this a safetensors file?`);
  if (lengthBytes + Number(length) > fileSize) {
    throw invalid("invalid header length", `it claims ${length} bytes, but ${fileSize - lengthBytes} follow: the file is cut off or no safetensors file`);
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array, fileSize: number): { readonly tensors: readonly TensorInfo[]; readonly metadata: Metadata } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid("invalid UTF-8 in header", "the file is damaged or no safetensors file");
  }
  if (!text.startsWith("{")) throw invalid("invalid start character in header, must be `{`", `it starts with ${JSON.stringify(text.slice(0, 1))}`);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw invalid("invalid JSON in header", (error as Error).message);
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries).map(([name, entry]) => parseInfo(name, entry));
  tensors.sort((a, b) => a.start - b.start || a.end - b.end);
  let covered = 0;
  for (const { name, start, end, shape, fileDType } of tensors) {
    if (start !== covered || end < start)
      throw invalid(`invalid offset for tensor \`${name}\``, `it is at ${start} to ${end}, but the one before ends at ${covered}`);
    const size = product(shape) * fileDType.itemSize;
    if (size !== end - start) {
      throw invalid("invalid shape, data type, or offset for tensor", `\`${name}\` of shape [${shape.join(", ")}] takes ${size} bytes, but has ${end - start}`);
    }
    covered = end;
  }
  const present = fileSize - lengthBytes - bytes.length;
  if (covered !== present) throw invalid("incomplete metadata, file not fully covered", `the tensors take ${covered} bytes, but the file has ${present}`);
  return { tensors, metadata: metadata as Metadata };
}

function parseInfo(name: string, entry: unknown): TensorInfo {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw invalid("invalid JSON in header", `\`${name}\` needs a dtype, a shape and two data_offsets`);
  }
  const fileDType = Object.hasOwn(fileDTypes, dtype) ? fileDTypes[dtype as keyof typeof fileDTypes] : undefined;
  if (fileDType === undefined)
    throw new SafetensorError(`tensor \`${name}\` has dtype ${dtype}, which can't be read; known are ${Object.keys(fileDTypes).join(", ")}`);
  return { name, fileDType, shape, start: offsets[0]!, end: offsets[1]! };
}

function toTensor({ name, fileDType, shape }: TensorInfo, bytes: ArrayBuffer): Tensor {
  let elements: ElementArray;
  try {
    elements = fileDType.decode(bytes);
  } catch (error) {
    throw error instanceof UnreadableElements ? new SafetensorError(`tensor \`${name}\`: ${error.message}`) : error;
  }
  return new Tensor(Storage.wrap(fileDType.dtype, elements), shape, contiguousStrides(shape), 0);
}

/** The tensors in a file's bytes, in the file's order (safetensors.torch.load). */
export function load(bytes: Uint8Array): StateDict {
  return readTensors(rangesOf(bytes));
}

/** The tensors of a file that is read in parts. */
export function readTensors(file: RangeReader): StateDict {
  const length = headerLength(file.read(0, Math.min(lengthBytes, file.size)), file.size);
  const { tensors } = parseHeader(file.read(lengthBytes, length), file.size);
  const first = lengthBytes + length;
  return new StateDict(tensors.map((info) => [info.name, toTensor(info, file.read(first + info.start, info.end - info.start).buffer)]));
}

/** The tensors in a file, in the file's order (safetensors.torch.load_file). Node only. */
export async function loadFile(path: string): Promise<StateDict> {
  return readFile(path, async (file) => {
    const length = headerLength(await file.read(0, Math.min(lengthBytes, file.size)), file.size);
    const { tensors } = parseHeader(await file.read(lengthBytes, length), file.size);
    const result = new StateDict();
    for (const info of tensors) {
      const bytes = await file.read(lengthBytes + length + info.start, info.end - info.start);
      result.set(info.name, toTensor(info, bytes.buffer));
    }
    return result;
  });
}

/** The text that a file carries beside its tensors. */
export function loadMetadata(bytes: Uint8Array): Metadata {
  const length = headerLength(bytes, bytes.length);
  return parseHeader(bytes.subarray(lengthBytes, lengthBytes + length), bytes.length).metadata;
}

const pytorchMetadata: Metadata = { format: "pt" };

/** A file's parts: the header, then each tensor's bytes. Larger elements come first, so that all are aligned; else the given order is kept. */
export function* encode(tensors: NamedTensors, metadata: Metadata = pytorchMetadata): Generator<Uint8Array> {
  const entries = Symbol.iterator in tensors ? [...(tensors as Iterable<readonly [string, Tensor]>)] : Object.entries(tensors);
  for (const [name, tensor] of entries) {
    if (!(tensor instanceof Tensor)) throw new TypeError(`Key \`${name}\` is invalid, expected torch.Tensor but received ${typeof tensor}`);
    if (tensor.device === "meta") throw new RuntimeError(`tensor \`${name}\` is on the meta device: it has no values to save`);
  }
  entries.sort(([, a], [, b]) => b.dtype.itemSize - a.dtype.itemSize);
  // Built as text: an object would put names that look like numbers first.
  const fields = [`"__metadata__":${JSON.stringify(metadata)}`];
  let end = 0;
  for (const [name, tensor] of entries) {
    const start = end;
    end += tensor.numel() * tensor.dtype.itemSize;
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: fileNames.get(tensor.dtype), shape: tensor.sizes, data_offsets: [start, end] })}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const padded = Math.ceil(json.length / lengthBytes) * lengthBytes;
  const head = new Uint8Array(lengthBytes + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, lengthBytes);
  yield head;
  for (const [, tensor] of entries) yield bytesOf(tensor);
}

function bytesOf(tensor: Tensor): Uint8Array {
  let source = tensor;
  if (!tensor.isContiguous()) copy((source = Tensor.allocate(tensor.sizes, tensor.dtype, "cpu")), tensor);
  return elementBytes(tensor.dtype, source.storage.data.subarray(source.offset, source.offset + source.numel()));
}

/** The bytes of a file with the given tensors (safetensors.torch.save). Tensors that share memory are written once each. */
export function save(tensors: NamedTensors, metadata: Metadata = pytorchMetadata): Uint8Array {
  return joined(encode(tensors, metadata));
}

/**
 * Writes the given tensors to a file (safetensors.torch.save_file). Tensors that share memory are written once each. A file of that name stays
 * as it is until all is written. Node only.
 */
export async function saveFile(tensors: NamedTensors, path: string, metadata: Metadata = pytorchMetadata): Promise<void> {
  await writeFile(path, encode(tensors, metadata));
}
