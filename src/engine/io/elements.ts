import { bfloat16, bool, float16, float32, float64, int16, int32, int64, int8, uint8, type DType, type ElementArray } from "../dtype.js";
import { bfloat16Format, bitsOf, float16Format, narrowArray } from "../narrowFloats.js";

/** An element type that files have, by its name in safetensors. */
export interface FileDType {
  /** Bytes an element takes in the file. */
  readonly itemSize: number;
  /** The engine's own where it has it, else one that holds every value. */
  readonly dtype: DType;
  readonly decode: (bytes: ArrayBuffer) => ElementArray;
}

export const fileDTypes = {
  F64: { itemSize: 8, dtype: float64, decode: (bytes) => new Float64Array(bytes) },
  F32: { itemSize: 4, dtype: float32, decode: (bytes) => new Float32Array(bytes) },
  F16: { itemSize: 2, dtype: float16, decode: (bytes) => narrowArray(float16Format, new Uint16Array(bytes)) },
  BF16: { itemSize: 2, dtype: bfloat16, decode: (bytes) => narrowArray(bfloat16Format, new Uint16Array(bytes)) },
  I64: { itemSize: 8, dtype: int64, decode: (bytes) => exactNumbers(new BigInt64Array(bytes)) },
  U64: { itemSize: 8, dtype: int64, decode: (bytes) => exactNumbers(new BigUint64Array(bytes)) },
  I32: { itemSize: 4, dtype: int32, decode: (bytes) => new Int32Array(bytes) },
  U32: { itemSize: 4, dtype: int64, decode: (bytes) => Float64Array.from(new Uint32Array(bytes)) },
  I16: { itemSize: 2, dtype: int16, decode: (bytes) => new Int16Array(bytes) },
  U16: { itemSize: 2, dtype: int32, decode: (bytes) => Int32Array.from(new Uint16Array(bytes)) },
  I8: { itemSize: 1, dtype: int8, decode: (bytes) => new Int8Array(bytes) },
  U8: { itemSize: 1, dtype: uint8, decode: (bytes) => new Uint8Array(bytes) },
  BOOL: { itemSize: 1, dtype: bool, decode: (bytes) => new Uint8Array(bytes).map((value) => Number(value !== 0)) },
} as const satisfies Readonly<Record<string, FileDType>>;

/** Elements that a file holds and the engine cannot. */
export class UnreadableElements extends Error {}

function exactNumbers(values: BigInt64Array | BigUint64Array): Float64Array {
  return Float64Array.from(values as Iterable<bigint>, (value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new UnreadableElements(`the integer ${value} is beyond 2^53, where the engine's int64 ends`);
    return number;
  });
}

/** What the engine's dtypes are called in files. */
export const fileNames: ReadonlyMap<DType, keyof typeof fileDTypes> = new Map([
  [float64, "F64"],
  [float32, "F32"],
  [float16, "F16"],
  [bfloat16, "BF16"],
  [int64, "I64"],
  [int32, "I32"],
  [int16, "I16"],
  [int8, "I8"],
  [uint8, "U8"],
  [bool, "BOOL"],
]);

/** Elements as files hold them: little-endian, int64 in eight bytes. */
export function elementBytes(dtype: DType, elements: ElementArray): Uint8Array {
  const written = dtype === int64 ? BigInt64Array.from(elements as Iterable<number>, BigInt) : (bitsOf(elements) ?? elements);
  return new Uint8Array(written.buffer, written.byteOffset, written.byteLength);
}
