/** Array types that hold elements. int64 lives in doubles: exact up to 2^53, which JavaScript's own integers share. */
export type ElementArray = Float32Array | Float64Array | Int32Array | Uint8Array;

interface ElementArrayConstructor {
  new (length: number): ElementArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** An element type, e.g. `torch.float32`. */
export class DType {
  /** @internal */
  constructor(
    /** Without the prefix: "float32". */
    readonly name: "float32" | "float64" | "int32" | "int64" | "uint8" | "bool",
    /** As PyTorch's errors call it: "Float". */
    readonly scalarType: string,
    /** Orders promotion: a higher category wins over a lower one. */
    readonly category: "bool" | "integer" | "float",
    /** Bytes an element takes in PyTorch and in files. */
    readonly itemSize: number,
    /** @internal */
    readonly array: ElementArrayConstructor,
  ) {}

  get isFloatingPoint(): boolean {
    return this.category === "float";
  }

  toString(): string {
    return `torch.${this.name}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** The default dtype until `setDefaultDtype` states another. (torch.float32) */
export const float32 = new DType("float32", "Float", "float", 4, Float32Array);
/** JavaScript's own numbers. (torch.float64) */
export const float64 = new DType("float64", "Double", "float", 8, Float64Array);
/** Whole numbers from -2^31 to 2^31 - 1. (torch.int32) */
export const int32 = new DType("int32", "Int", "integer", 4, Int32Array);
/** Whole numbers, kept as JavaScript's own: exact up to 2^53. (torch.int64) */
export const int64 = new DType("int64", "Long", "integer", 8, Float64Array);
/** Whole numbers from 0 to 255. (torch.uint8) */
export const uint8 = new DType("uint8", "Byte", "integer", 1, Uint8Array);
/** True or false. (torch.bool) */
export const bool = new DType("bool", "Bool", "bool", 1, Uint8Array);

/** PyTorch's second names. */
export { float32 as float, float64 as double, int32 as int, int64 as long };

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
  return a.itemSize >= b.itemSize ? a : b;
}

/** The higher of two categories decides alone; used where a scalar or a 0-dim tensor meets a tensor with dimensions. */
export function hasHigherCategory(a: DType, b: DType): boolean {
  return categories[a.category] > categories[b.category];
}
