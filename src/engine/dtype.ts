import { inspect } from "./inspect.js";
import { RuntimeError } from "./errors.js";
import { bfloat16Format, float16Format, narrowArray, type NarrowFormat } from "./narrowFloats.js";

/**
 * Array types that hold elements. int64 lives in doubles: exact up to 2^53, which JavaScript's own integers share. Those of floating-point numbers of two bytes
 * are seen through a Proxy, by the type of an array of floating-point numbers, which they are not an instance of.
 */
export type ElementArray = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

interface ElementArrayConstructor {
  new (length: number): ElementArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** How a floating-point dtype divides its bits, the sign aside. */
interface FloatFormat {
  readonly exponentBits: number;
  readonly fractionBits: number;
}

/** An element type, e.g. `torch.float32`. */
export class DType {
  /** @internal */
  constructor(
    /** Without the prefix: "float32". */
    readonly name: "float32" | "float64" | "float16" | "bfloat16" | "int8" | "int16" | "int32" | "int64" | "uint8" | "bool",
    /** As PyTorch's errors call it: "Float". */
    readonly scalarType: string,
    /** As its errors from C++ call it: "long int". */
    readonly cppName: string,
    /** Orders promotion: a higher category wins over a lower one. */
    readonly category: "bool" | "integer" | "float",
    /** Bytes an element takes in PyTorch and in files. */
    readonly itemSize: number,
    /** @internal */
    readonly array: ElementArrayConstructor,
    /** @internal Null for what is no floating-point number. */
    readonly format: FloatFormat | null = null,
  ) {
    this.isNarrow = format !== null && itemSize === 2;
  }

  /** @internal A floating-point number of two bytes: operations on such numbers compute in float32 and round what they give. */
  readonly isNarrow: boolean;

  get isFloatingPoint(): boolean {
    return this.category === "float";
  }

  /** @internal A number as an element holds it. */
  held(value: number): number {
    if (this.itemSize === 8) return value;
    const element = (this.#element ??= new this.array(1));
    element[0] = value;
    return element[0];
  }

  #element: ElementArray | null = null;

  /**
   * @internal Throws PyTorch's error where an element cannot hold a number (c10::overflows). The fraction counts: 127.5 is more than 127. Whole negative
   * numbers wrap around where there is no sign. `name`: the type as the error calls it.
   */
  requireHolds(value: number, name: string = this.category === "integer" && this.name !== "int32" ? `${this.name}_t` : this.cppName): void {
    const [low, high] = (this.#range ??= this.#rangeOf());
    if (value >= low && value <= high) return;
    const { format } = this;
    if (this.category === "bool" || (format !== null && !Number.isFinite(value))) return;
    if (low === 0 && Number.isInteger(value) && value < 0 && value >= -high) return;
    throw new RuntimeError(`value cannot be converted to type ${name} without overflow`);
  }

  #range: readonly [low: number, high: number] | null = null;

  #rangeOf(): readonly [low: number, high: number] {
    const { format } = this;
    const bits = 8 * this.itemSize;
    if (format !== null) {
      const high = (2 - 2 ** -format.fractionBits) * 2 ** (2 ** (format.exponentBits - 1) - 1);
      return [-high, high];
    }
    return this.array === Uint8Array ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  }

  toString(): string {
    return `torch.${this.name}`;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** Arrays of two-byte numbers as a constructor, as those of other numbers have one. */
function arraysOf(format: NarrowFormat): ElementArrayConstructor {
  const construct = function (length: number): ElementArray {
    return narrowArray(format, new Uint16Array(length));
  };
  return Object.assign(construct, { BYTES_PER_ELEMENT: 2 }) as unknown as ElementArrayConstructor;
}

/** The default dtype until `setDefaultDtype` states another. (torch.float32) */
export const float32 = new DType("float32", "Float", "float", "float", 4, Float32Array, { exponentBits: 8, fractionBits: 23 });
/** JavaScript's own numbers. (torch.float64) */
export const float64 = new DType("float64", "Double", "double", "float", 8, Float64Array, { exponentBits: 11, fractionBits: 52 });
/** Numbers up to 65504 of three decimal digits, in two bytes. (torch.float16) */
export const float16 = new DType("float16", "Half", "c10::Half", "float", 2, arraysOf(float16Format), { exponentBits: 5, fractionBits: 10 });
/** Numbers of float32's range and two decimal digits, in two bytes. (torch.bfloat16) */
export const bfloat16 = new DType("bfloat16", "BFloat16", "c10::BFloat16", "float", 2, arraysOf(bfloat16Format), { exponentBits: 8, fractionBits: 7 });
/** Whole numbers from -2^31 to 2^31 - 1. (torch.int32) */
export const int32 = new DType("int32", "Int", "int", "integer", 4, Int32Array);
/** Whole numbers, kept as JavaScript's own: exact up to 2^53. (torch.int64) */
export const int64 = new DType("int64", "Long", "long int", "integer", 8, Float64Array);
/** Whole numbers from -128 to 127. (torch.int8) */
export const int8 = new DType("int8", "Char", "signed char", "integer", 1, Int8Array);
/** Whole numbers from -32768 to 32767. (torch.int16) */
export const int16 = new DType("int16", "Short", "short int", "integer", 2, Int16Array);
/** Whole numbers from 0 to 255. (torch.uint8) */
export const uint8 = new DType("uint8", "Byte", "unsigned char", "integer", 1, Uint8Array);
/** True or false. (torch.bool) */
export const bool = new DType("bool", "Bool", "bool", "bool", 1, Uint8Array);

/** PyTorch's second names. */
export { float32 as float, float64 as double, float16 as half, int16 as short, int32 as int, int64 as long };

let defaultDType = float32;

/** dtype of tensors made from floating-point numbers (torch.get_default_dtype). */
export function getDefaultDtype(): DType {
  return defaultDType;
}

/** Sets the dtype of tensors made from floating-point numbers (torch.set_default_dtype). */
export function setDefaultDtype(dtype: DType): void {
  defaultDType = dtype;
}

const categories = { bool: 0, integer: 1, float: 2 } as const;

/** The dtype that holds values of both, as torch.promote_types. */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  if (categories[a.category] !== categories[b.category]) return categories[a.category] > categories[b.category] ? a : b;
  if (a.itemSize !== b.itemSize) return a.itemSize > b.itemSize ? a : b;
  // Neither holds what the other does: the next one holds both.
  return a.category === "float" ? float32 : int16;
}

/** The higher of two categories decides alone; used where a scalar or a 0-dim tensor meets a tensor with dimensions. */
export function hasHigherCategory(a: DType, b: DType): boolean {
  return categories[a.category] > categories[b.category];
}
