import { inspect } from "./inspect.js";
import type { DType } from "./dtype.js";
import { ofWholeNumbers, IndexError, noData, RuntimeError, TypeError, typeInPython } from "./errors.js";
import { contiguousStrides, equalSizes, formatSizes, product, Size } from "./size.js";
import type { NestedList } from "./nestedList.js";
import { Storage, withoutValues, type Device } from "./storage.js";

/** Counts in-place writes; shared by all tensors whose gradients see the same memory. */
export interface VersionCounter {
  value: number;
}

/** A tensor's window on memory, without the tensor. */
export interface Window {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * How a view came about, where a write to it could not be differentiated: as one of several results, at a module's or a function's border, or
 * while nothing was recorded. (torch::autograd::CreationMeta)
 */
export interface ViewOrigin {
  readonly kind: "one of several" | "border" | "unrecorded";
  /** Which of the results it is. */
  readonly output: number;
}

/**
 * An n-dimensional array of one dtype (torch.Tensor): a strided window on memory that views share.
 * Make one with `torch.tensor`, `torch.zeros`, `torch.rand`, ...; it is garbage-collected like any object.
 *
 * Here stands what a tensor is: its memory, and what it remembers for autograd. What is done with it, floors above add (`extendTensor`): its text
 * (print/tensor.ts), its place in the backward graph (autograd/gradFn.ts), and every operation that PyTorch offers as a method (ops/methods.ts).
 */
export class Tensor {
  /** @internal */
  storage: Storage;
  /** @internal Sizes of the dimensions, without the cost of a Size. */
  sizes: readonly number[];
  /** @internal In elements. */
  strides: readonly number[];
  /** @internal First element, in elements from the start of the storage. */
  offset: number;
  /** @internal */
  version: VersionCounter;
  /** @internal The tensor that owns the memory which this one is a differentiable view of. */
  base: Tensor | null = null;
  /** @internal Null where a write to this view can be differentiated. */
  viewOrigin: ViewOrigin | null = null;

  /** @internal `grad`, unchecked. */
  ownGrad: Tensor | null = null;

  /** Whether `retainGrad` was called: `grad` keeps the gradient though an operation made this tensor. */
  retainsGrad = false;

  /** @internal Whether a gradient was asked for; only of tensors that no step made. */
  leafRequiresGrad = false;
  /** @internal The step of the backward graph that made this tensor, opaque here: `gradFn` reads it. */
  node: object | null = null;
  /** @internal For views: the version at which `node` was right. */
  nodeVersion = 0;
  /** @internal The end of the paths that lead to a leaf, opaque here: `gradientEdge` makes it. */
  accumulator: object | null = null;

  private shapeCache: Size | null = null;

  /** @internal Use the creation functions. */
  constructor(storage: Storage, sizes: readonly number[], strides: readonly number[], offset: number, version: VersionCounter = { value: 0 }) {
    this.storage = storage;
    this.sizes = sizes;
    this.strides = strides;
    this.offset = offset;
    this.version = version;
  }

  /** @internal A new tensor, zeroed: row-major, or with other `strides` that leave no gaps. */
  static allocate(sizes: readonly number[], dtype: DType, device: Device, strides: readonly number[] = contiguousStrides(sizes)): Tensor {
    for (let i = 0; i < sizes.length; i++) {
      const size = sizes[i]!;
      if (size < 0) throw new RuntimeError(`Trying to create tensor with negative dimension ${size}: [${sizes.join(", ")}]`);
      if (Number(size) % 1 !== 0) throw new TypeError(`a tensor's sizes must be whole numbers, but one is ${size}`);
    }
    return new Tensor(Storage.ofTensor(dtype, product(sizes), device), sizes, strides, 0);
  }

  /** @internal A new row-major tensor of this one's sizes, dtype and device, zeroed. */
  allocateLike(): Tensor {
    return Tensor.allocate(this.sizes, this.dtype, this.device);
  }

  /** The type of the elements. */
  get dtype(): DType {
    return this.storage.dtype;
  }

  /** "cpu", or "meta" for a tensor without values. */
  get device(): Device {
    return this.storage.device;
  }

  /** The sizes of the dimensions. */
  get shape(): Size {
    return (this.shapeCache ??= Size.fromArray(this.sizes));
  }

  /** @internal Whether there is no shape yet: of parameters and buffers of lazy modules. */
  get lacksShape(): boolean {
    return false;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.sizes.length;
  }

  /** Number of dimensions. */
  dim(): number {
    return this.sizes.length;
  }

  /** Number of dimensions, as `dim`. */
  ndimension(): number {
    return this.sizes.length;
  }

  /** The shape, or the size of one dimension, which may count from the end. */
  size(): Size;
  size(dim: number): number;
  size(dim?: number): Size | number {
    return dim === undefined ? this.shape : this.sizes[normalizeDim(dim, this.sizes.length)]!;
  }

  /** Number of elements. */
  numel(): number {
    return product(this.sizes);
  }

  /** Number of elements, as `numel`. */
  nelement(): number {
    return product(this.sizes);
  }

  /** Strides in elements, one a dimension. */
  stride(): readonly number[] {
    return this.strides;
  }

  /** First element, in elements from the start of the memory. */
  storageOffset(): number {
    return this.offset;
  }

  /** Bytes that one element takes. */
  elementSize(): number {
    return this.dtype.itemSize;
  }

  /** Bytes that one element takes, as `elementSize`. */
  get itemsize(): number {
    return this.dtype.itemSize;
  }

  /** Bytes that all elements take. */
  get nbytes(): number {
    return this.numel() * this.dtype.itemSize;
  }

  /** True when the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    let expected = 1;
    for (let i = this.sizes.length - 1; i >= 0; i--) {
      const size = this.sizes[i]!;
      if (size !== 1 && this.strides[i] !== expected) return this.sizes.includes(0);
      expected *= size;
    }
    return true;
  }

  /** True for dtypes float32 and float64. */
  isFloatingPoint(): boolean {
    return this.dtype.isFloatingPoint;
  }

  /** Whether there are shape and dtype alone, and no values. */
  get isMeta(): boolean {
    return this.device === "meta";
  }

  // ---- autograd

  /**
   * Accumulated gradient of the last backward passes; null before the first. Only leaves have one, unless `retainGrad` was called. What is assigned must have
   * the tensor's dtype, device and size.
   */
  get grad(): Tensor | null {
    return this.ownGrad;
  }

  set grad(value: Tensor | null) {
    if (value != null) requireGradientOf(this, value);
    this.ownGrad = value ?? null;
  }

  /** Whether backward passes reach this tensor, or what it is a view of. Can be set on leaves of floating-point dtype. */
  get requiresGrad(): boolean {
    return this.leafRequiresGrad || this.isMade || (this.base !== null && this.base.requiresGrad);
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /** Sets `requiresGrad` and returns the tensor. */
  requiresGrad_(value = true): this {
    if (!value && this.isMade) {
      throw new RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
      );
    }
    if (value && !this.dtype.isFloatingPoint) {
      throw new RuntimeError(`only Tensors of floating point dtype can require gradients${this.storage.isFromWholeNumbers ? ofWholeNumbers : ""}`);
    }
    if (!this.isMade) this.leafRequiresGrad = value;
    return this;
  }

  /** True for tensors that no recorded operation made. */
  get isLeaf(): boolean {
    return !this.isMade;
  }

  /** Whether a step of the backward graph made this tensor. A write to its base, or through a sibling, counts for a view too. */
  private get isMade(): boolean {
    return this.node !== null || (this.base !== null && this.nodeVersion !== this.version.value && this.base.isMade);
  }

  /** The same memory without its history: a tensor that does not require a gradient. Writes to either are seen by the other. */
  detach(): Tensor {
    return new Tensor(this.storage, this.sizes, this.strides, this.offset, this.version);
  }

  /** `detach` in place. Not of views. */
  detach_(): this {
    // PyTorch goes on about distributed training.
    if (this.base !== null) throw new RuntimeError("Can't detach views in-place. Use detach() instead.");
    this.node = null;
    this.leafRequiresGrad = false;
    return this;
  }

  /** The values alone: like `detach`, but writes through it are not tracked for gradients. Assigning gives the tensor another's values and shape. */
  get data(): Tensor {
    return new Tensor(this.storage, this.sizes, this.strides, this.offset);
  }

  set data(source: Tensor) {
    if (source.dtype !== this.dtype && this.requiresGrad && !source.dtype.isFloatingPoint) {
      throw new RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype");
    }
    this.storage = source.storage;
    this.setWindow(source);
  }

  /** @internal Sees another part of the memory, or the same in another shape. */
  setWindow({ sizes, strides, offset }: Window): void {
    this.sizes = sizes;
    this.strides = strides;
    this.offset = offset;
    this.shapeCache = null;
  }

  // ---- values

  /** The one element as a number (a boolean's as 0 or 1). */
  item(): number {
    if (this.numel() !== 1) throw new RuntimeError(`a Tensor with ${this.numel()} elements cannot be converted to Scalar`);
    if (this.device === "meta") throw withoutValues(new RuntimeError("Tensor.item() cannot be called on meta tensors"));
    return this.storage.data[this.offset]!;
  }

  /** The values as nested lists, numbers alone for no dimensions; booleans for dtype bool. */
  tolist(): NestedList {
    if (this.device === "meta") throw withoutValues(noData());
    const { data } = this.storage;
    const isBool = this.dtype.name === "bool";
    const list = (dim: number, offset: number): NestedList => {
      if (dim === this.sizes.length) return isBool ? data[offset] !== 0 : data[offset]!;
      return Array.from({ length: this.sizes[dim]! }, (_, i) => list(dim + 1, offset + i * this.strides[dim]!));
    };
    return list(0, this.offset);
  }

  /** Number of rows: the size of the first dimension. */
  get length(): number {
    if (this.sizes.length === 0) throw new TypeError("len() of a 0-d tensor");
    return this.sizes[0]!;
  }

  [inspect](): string {
    return this.toString();
  }

  /** Numbers and booleans from tensors of one element; other tensors have no truth or order. */
  [Symbol.toPrimitive](hint: string): string | number {
    if (hint === "number") return this.item();
    return this.toString();
  }
}

/**
 * @internal Gives all tensors members of a floor above, which declares their types by merging with the interface:
 * `declare module "../tensor.js" { interface Tensor { ... } }`.
 */
export function extendTensor(members: Partial<Tensor> & ThisType<Tensor>): void {
  for (const name of Reflect.ownKeys(members)) {
    Object.defineProperty(Tensor.prototype, name, { ...Object.getOwnPropertyDescriptor(members, name), enumerable: false });
  }
}

/** The dimension that `dim` names, counted from the end if negative. Tensors without dimensions take 0 and -1. */
export function normalizeDim(dim: number, dimensions: number): number {
  const range = Math.max(dimensions, 1);
  if (!Number.isInteger(dim)) throw new TypeError(`dim must be an integer, but got ${String(dim)}`);
  if (dim < -range || dim >= range) {
    throw new IndexError(`Dimension out of range (expected to be in range of [${-range}, ${range - 1}], but got ${dim})`);
  }
  return dim < 0 ? dim + range : dim;
}

/** A tensor as PyTorch's errors name it: "[torch.FloatTensor [2, 4]]". */
export function describeTensor(tensor: Tensor): string {
  return `[torch.${tensor.dtype.scalarType}Tensor ${formatSizes(tensor.sizes)}]`;
}

/** A zeroed tensor with the memory layout of `base`, so that windows on the base fit it. */
export function zerosInLayoutOf(base: Tensor): Tensor {
  const zeros = base.data;
  zeros.storage = Storage.allocate(base.dtype, base.storage.length, base.device);
  return zeros;
}

/** Whether any tensor has been made that lacks a shape: asked before every operation. */
export let hasShapeless = false;

export function noteShapeless(): void {
  hasShapeless = true;
}

/** Element types as C++ calls them, which PyTorch's error does. */
const typesInC: Readonly<Record<string, string>> = {
  float32: "float",
  float64: "double",
  float16: "c10::Half",
  bfloat16: "c10::BFloat16",
  int64: "long int",
  int32: "int",
  int16: "short int",
  int8: "signed char",
  uint8: "unsigned char",
};

/** Throws PyTorch's error where a value cannot be the gradient of a tensor. */
function requireGradientOf(tensor: Tensor, value: unknown): void {
  if (!(value instanceof Tensor)) throw new TypeError(`assigned grad expected to be a Tensor or None but got grad of type ${typeInPython(value)}`);
  if (value === tensor) throw new RuntimeError("can't assign Variable as its own grad");
  if (value.dtype !== tensor.dtype) {
    throw new RuntimeError(
      `attempting to assign a gradient with dtype '${typesInC[value.dtype.name] ?? value.dtype.name}' to a tensor with grad_dtype '${tensor.dtype.scalarType}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems that assume they match.`,
    );
  }
  if (value.device !== tensor.device && Storage.leavesOut === null) {
    throw new RuntimeError(
      `attempting to assign a gradient with device type '${value.device}' to a tensor with device type '${tensor.device}'. Please ensure that the gradient and the tensor are on the same device`,
    );
  }
  if (!equalSizes(value.sizes, tensor.sizes)) {
    throw new RuntimeError(
      `attempting to assign a gradient of size '${formatSizes(value.sizes)}' to a tensor of size '${formatSizes(tensor.sizes)}'. Please ensure that the gradient and the tensor are the same size`,
    );
  }
}

/** The part of `tensor` that `window` sees; `tensor` lies as the base of the window did. */
export function through(window: Window, tensor: Tensor): Tensor {
  const part = tensor.data;
  part.setWindow(window);
  return part;
}

/** True when two tensors are the same window on the same memory. */
export function sameWindow(a: Tensor, b: Tensor): boolean {
  return a.storage === b.storage && a.offset === b.offset && equalSizes(a.sizes, b.sizes) && equalSizes(a.strides, b.strides);
}
