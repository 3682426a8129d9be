/**
 * Zip archives whose entries are stored as they are, which is what PyTorch's files are (PKWARE's APPNOTE.TXT 6.3.10; caffe2/serialize/inline_container.cc).
 * With the 64-bit fields that archives and entries of 4 GiB and more need.
 */
import { RuntimeError } from "../errors.js";
import type { Bytes, RangeReader } from "./files.js";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const localHeaderSignature = 0x04034b50;
const centralHeaderSignature = 0x02014b50;
const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const end64LocatorSignature = 0x07064b50;
const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endBytes = 22;
const end64Bytes = 56;
const end64LocatorBytes = 20;
/** A 32-bit field with this value is told in 64 bits elsewhere. */
const elsewhere = 0xffffffff;
const zip64Field = 0x0001;
/** PyTorch's own extra field, which is there for its length. */
const paddingField = 0x4246;
const utf8Names = 0x0800;
/** 1 January 1980, the first day that the format has: the same content gives the same bytes. */
const date = 0x0021;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Writes little-endian fields one after the other. */
class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#offset, value, true);
      this.#offset += 2;
    }
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#offset, value, true);
      this.#offset += 4;
    }
    return this;
  }

  u64(...values: number[]): this {
    for (const value of values) {
      this.#view.setBigUint64(this.#offset, BigInt(value), true);
      this.#offset += 8;
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#offset);
    this.#offset += bytes.length;
    return this;
  }
}

interface Written {
  readonly name: Uint8Array;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

/** The parts of an archive, in order. The bytes of each entry begin at a multiple of `alignment`, so that a reader can map them. */
export function* writeZip(entries: Iterable<ZipEntry>, alignment: number): Generator<Uint8Array> {
  const written: Written[] = [];
  let offset = 0;
  for (const { name: text, bytes } of entries) {
    const entry: Written = { name: new TextEncoder().encode(text), crc: crc32(bytes), size: bytes.length, offset };
    written.push(entry);
    const head = localHeader(entry, alignment);
    yield head;
    yield bytes;
    offset += head.length + bytes.length;
  }
  const start = offset;
  for (const entry of written) {
    const header = centralHeader(entry);
    yield header;
    offset += header.length;
  }
  yield end(written.length, start, offset - start);
}

function localHeader({ name, crc, size, offset }: Written, alignment: number): Uint8Array {
  const isLarge = size >= elsewhere;
  const sizes = isLarge ? 20 : 0;
  const unpadded = offset + localHeaderBytes + name.length + sizes + 4;
  const padding = (alignment - (unpadded % alignment)) % alignment;
  const fields = new Fields(unpadded - offset + padding)
    .u32(localHeaderSignature)
    .u16(isLarge ? 45 : 20, utf8Names, 0, 0, date)
    .u32(crc, isLarge ? elsewhere : size, isLarge ? elsewhere : size)
    .u16(name.length, sizes + 4 + padding)
    .raw(name);
  if (isLarge) fields.u16(zip64Field, 16).u64(size, size);
  return fields.u16(paddingField, padding).bytes;
}

function centralHeader({ name, crc, size, offset }: Written): Uint8Array {
  const large = [...(size >= elsewhere ? [size, size] : []), ...(offset >= elsewhere ? [offset] : [])];
  const extra = large.length > 0 ? 4 + 8 * large.length : 0;
  const fields = new Fields(centralHeaderBytes + name.length + extra)
    .u32(centralHeaderSignature)
    .u16(extra > 0 ? 45 : 20, extra > 0 ? 45 : 20, utf8Names, 0, 0, date)
    .u32(crc, Math.min(size, elsewhere), Math.min(size, elsewhere))
    .u16(name.length, extra, 0, 0, 0)
    .u32(0, Math.min(offset, elsewhere))
    .raw(name);
  if (extra > 0) fields.u16(zip64Field, extra - 4).u64(...large);
  return fields.bytes;
}

function end(count: number, start: number, size: number): Uint8Array {
  const isLarge = count >= 0xffff || start >= elsewhere || size >= elsewhere;
  const fields = new Fields((isLarge ? end64Bytes + end64LocatorBytes : 0) + endBytes);
  if (isLarge) {
    fields
      .u32(end64Signature)
      .u64(end64Bytes - 12)
      .u16(45, 45)
      .u32(0, 0)
      .u64(count, count, size, start);
    fields
      .u32(end64LocatorSignature, 0)
      .u64(start + size)
      .u32(1);
  }
  return fields.u32(endSignature).u16(0, 0, Math.min(count, 0xffff), Math.min(count, 0xffff)).u32(Math.min(size, elsewhere), Math.min(start, elsewhere)).u16(0)
    .bytes;
}

/** The entries of an archive by name; each is read, and its checksum compared, when it is asked for. */
export interface ZipArchive {
  readonly names: Iterable<string>;
  /** Undefined where there is no such entry. */
  read(name: string): Bytes | undefined;
}

interface Located {
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

function damaged(detail: string): RuntimeError {
  return new RuntimeError(`PytorchStreamReader failed reading zip archive: ${detail}`);
}

/** Whether the file begins as an archive does. */
export function isZip(file: RangeReader): boolean {
  return file.size >= endBytes && view(file.read(0, 4)).getUint32(0, true) === localHeaderSignature;
}

export function openZip(file: RangeReader): ZipArchive {
  const directory = centralDirectory(file);
  const entries = new Map<string, Located>();
  for (let offset = 0; offset + centralHeaderBytes <= directory.byteLength; ) {
    if (directory.getUint32(offset, true) !== centralHeaderSignature) throw damaged("the list of its entries is damaged");
    const nameLength = directory.getUint16(offset + 28, true);
    const extraLength = directory.getUint16(offset + 30, true);
    const next = offset + centralHeaderBytes + nameLength + extraLength + directory.getUint16(offset + 32, true);
    if (next > directory.byteLength) throw damaged("the list of its entries is cut off");
    const nameStart = directory.byteOffset + offset + centralHeaderBytes;
    entries.set(new TextDecoder().decode(new Uint8Array(directory.buffer, nameStart, nameLength)), located(directory, offset, nameLength, extraLength));
    offset = next;
  }
  return {
    names: entries.keys(),
    read: (name) => {
      const entry = entries.get(name);
      return entry && readEntry(file, name, entry);
    },
  };
}

function located(directory: DataView, offset: number, nameLength: number, extraLength: number): Located {
  const sizes = {
    size: directory.getUint32(offset + 24, true),
    compressed: directory.getUint32(offset + 20, true),
    offset: directory.getUint32(offset + 42, true),
  };
  const extra = offset + centralHeaderBytes + nameLength;
  for (let at = extra; at + 4 <= extra + extraLength; at += 4 + directory.getUint16(at + 2, true)) {
    if (directory.getUint16(at, true) !== zip64Field) continue;
    let field = at + 4;
    for (const name of ["size", "compressed", "offset"] as const) {
      if (sizes[name] !== elsewhere) continue;
      if (field + 8 > extra + extraLength) throw damaged("the size of an entry is missing");
      sizes[name] = Number(directory.getBigUint64(field, true));
      field += 8;
    }
  }
  return { method: directory.getUint16(offset + 10, true), crc: directory.getUint32(offset + 16, true), size: sizes.size, offset: sizes.offset };
}

function readEntry(file: RangeReader, name: string, { method, crc, size, offset }: Located): Bytes {
  if (method !== 0) throw damaged(`${name} is compressed, which PyTorch's files are not`);
  if (offset + localHeaderBytes > file.size) throw damaged(`${name} lies beyond its end`);
  const head = view(file.read(offset, localHeaderBytes));
  if (head.getUint32(0, true) !== localHeaderSignature) throw damaged(`${name} is not where its list of entries says`);
  const start = offset + localHeaderBytes + head.getUint16(26, true) + head.getUint16(28, true);
  if (start + size > file.size) throw damaged(`${name} has ${size} bytes, of which ${Math.max(file.size - start, 0)} are there`);
  const bytes = file.read(start, size);
  if (crc32(bytes) !== crc) throw damaged(`the checksum of ${name} is wrong: the file is damaged`);
  return bytes;
}

function centralDirectory(file: RangeReader): DataView {
  const tailStart = Math.max(0, file.size - endBytes - 0xffff);
  const tail = view(file.read(tailStart, file.size - tailStart));
  let at = tail.byteLength - endBytes;
  while (at >= 0 && tail.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw damaged("failed finding central directory: the file is cut off or no zip archive");
  let size = tail.getUint32(at + 12, true);
  let start = tail.getUint32(at + 16, true);
  if (at >= end64LocatorBytes && tail.getUint32(at - end64LocatorBytes, true) === end64LocatorSignature) {
    const end64 = Number(tail.getBigUint64(at - end64LocatorBytes + 8, true));
    if (end64 + end64Bytes > file.size) throw damaged("its end is damaged");
    const record = view(file.read(end64, end64Bytes));
    if (record.getUint32(0, true) !== end64Signature) throw damaged("its end is damaged");
    size = Number(record.getBigUint64(40, true));
    start = Number(record.getBigUint64(48, true));
  }
  if (start + size > file.size) throw damaged("the list of its entries is cut off");
  return view(file.read(start, size));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
