import { AccumulateGrad } from "./autograd/accumulateGrad.js";
import type { GraphNode } from "./autograd/graph.js";
import { viewNodeOf, type Window } from "./autograd/viewNode.js";
import type { DType } from "./dtype.js";
import { IndexError, NotImplementedError, RuntimeError, TypeError } from "./errors.js";
import type { TensorMethods } from "./ops/methods.js";
import { formatTensor } from "./print/tensor.js";
import { contiguousStrides, equalSizes, formatSizes, product, Size } from "./size.js";
import { Storage, type Device } from "./storage.js";

/** Numbers nested as deep as a tensor has dimensions; booleans for dtype bool. */
export type NestedList = number | boolean | readonly NestedList[];

/** Counts in-place writes; shared by all tensors whose gradients see the same memory. */
export interface VersionCounter {
  value: number;
}

/** Every operation that PyTorch offers as a method is one here too: the functions of `torch` with the tensor in front. */
export interface Tensor extends TensorMethods {}

/**
 * An n-dimensional array of one dtype (torch.Tensor): a strided window on memory that views share.
 * Make one with `torch.tensor`, `torch.zeros`, `torch.rand`, ...; it is garbage-collected like any object.
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

  /** Accumulated gradient of the last backward passes; null before the first. Only leaves have one, unless `retainGrad` was called. */
  grad: Tensor | null = null;

  private leafRequiresGrad = false;
  private node: GraphNode | null = null;
  /** For views: the version at which `node` was right. */
  private nodeVersion = 0;
  private accumulator: AccumulateGrad | null = null;
  private shapeCache: Size | null = null;

  /** @internal Use the creation functions. */
  constructor(storage: Storage, sizes: readonly number[], strides: readonly number[], offset: number, version: VersionCounter = { value: 0 }) {
    this.storage = storage;
    this.sizes = sizes;
    this.strides = strides;
    this.offset = offset;
    this.version = version;
  }

  /** @internal A new row-major tensor, zeroed. */
  static allocate(sizes: readonly number[], dtype: DType, device: Device): Tensor {
    return new Tensor(Storage.allocate(dtype, product(sizes), device), sizes, contiguousStrides(sizes), 0);
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
      if (size === 0) return true;
      if (size !== 1 && this.strides[i] !== expected) return false;
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

  /** The dimensions in reverse order: of a matrix, its transpose. */
  get T(): Tensor {
    return this.permute(this.sizes.map((_, dim) => this.sizes.length - 1 - dim));
  }

  /** The last two dimensions exchanged: each matrix of a batch transposed. */
  get mT(): Tensor {
    if (this.sizes.length === 1) throw new RuntimeError("tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.");
    return this.sizes.length === 0 ? this : this.transpose(-2, -1);
  }

  /** A matrix transposed: its conjugate transpose, as numbers are real here. */
  get H(): Tensor {
    const dimensions = this.sizes.length;
    if (dimensions !== 0 && dimensions !== 2) {
      const hint = dimensions === 1 ? "" : " For batches of matrices, consider using tensor.mH";
      throw new RuntimeError(`tensor.H is only supported on matrices (2-D tensors). Got ${dimensions}-D tensor.${hint}`);
    }
    return dimensions === 0 ? this : this.transpose(0, 1);
  }

  /** The last two dimensions exchanged: the conjugate transpose of each matrix of a batch. */
  get mH(): Tensor {
    if (this.sizes.length === 1) throw new RuntimeError("tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.");
    return this.sizes.length === 0 ? this : this.transpose(-2, -1);
  }

  // ---- autograd

  /** Whether backward passes reach this tensor. Can be set on leaves of floating-point dtype. */
  get requiresGrad(): boolean {
    return this.leafRequiresGrad || this.gradFn !== null;
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /** Sets `requiresGrad` and returns the tensor. */
  requiresGrad_(value = true): this {
    if (!value && this.gradFn !== null) {
      throw new RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
      );
    }
    if (value && !this.dtype.isFloatingPoint) {
      throw new RuntimeError("only Tensors of floating point dtype can require gradients");
    }
    if (this.gradFn === null) this.leafRequiresGrad = value;
    return this;
  }

  /** True for tensors that no recorded operation made. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** The step of the backward graph that made this tensor; null for leaves. */
  get gradFn(): GraphNode | null {
    // A write to the memory of a view's base, or to a sibling view, changes how this view came about.
    if (this.base !== null && this.nodeVersion !== this.version.value) {
      this.nodeVersion = this.version.value;
      if (this.base.gradFn !== null) this.node = viewNodeOf(this, this.base);
    }
    return this.node;
  }

  /** @internal */
  setGradFn(node: GraphNode | null): void {
    this.node = node;
    this.nodeVersion = this.version.value;
    if (node !== null) this.leafRequiresGrad = false;
  }

  /** @internal Where gradients of this tensor go; null when it does not require any. */
  gradientEdge(): GraphNode | null {
    return this.gradFn ?? (this.leafRequiresGrad ? (this.accumulator ??= new AccumulateGrad(this)) : null);
  }

  /** Calls `hook` with each gradient of this tensor; what it returns takes the gradient's place. Returns a function that removes it. */
  registerHook(hook: (gradient: Tensor) => Tensor | null | void): () => void {
    const edge = this.gradientEdge();
    if (edge === null) throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    (edge.hooks ??= []).push(hook);
    return () => {
      edge.hooks = edge.hooks?.filter((other) => other !== hook) ?? null;
    };
  }

  /** Keeps the gradient of a tensor that is not a leaf in its `grad`. */
  retainGrad(): void {
    if (!this.requiresGrad) throw new RuntimeError("can't retain_grad on Tensor that has requires_grad=False");
    if (this.isLeaf) return;
    this.registerHook((gradient) => {
      this.grad = this.grad === null ? gradient.clone() : this.grad.add(gradient);
    });
  }

  /** The same memory without its history: a tensor that does not require a gradient. Writes to either are seen by the other. */
  detach(): Tensor {
    return new Tensor(this.storage, this.sizes, this.strides, this.offset, this.version);
  }

  /** `detach` in place. */
  detach_(): this {
    this.node = null;
    this.base = null;
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
    if (this.device === "meta") throw new RuntimeError("Tensor.item() cannot be called on meta tensors");
    return this.storage.data[this.offset]!;
  }

  /** The values as nested lists, numbers alone for no dimensions; booleans for dtype bool. */
  tolist(): NestedList {
    if (this.device === "meta") throw new NotImplementedError("Cannot copy out of meta tensor; no data!");
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

  /** The slices along the first dimension. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    if (this.sizes.length === 0) throw new TypeError("iteration over a 0-d tensor");
    for (let i = 0; i < this.sizes[0]!; i++) yield this.select(0, i);
  }

  /** As PyTorch prints it. */
  toString(): string {
    return formatTensor(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Numbers and booleans from tensors of one element; other tensors have no truth or order. */
  [Symbol.toPrimitive](hint: string): string | number {
    if (hint === "number") return this.item();
    return this.toString();
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

/** True when two tensors are the same window on the same memory. */
export function sameWindow(a: Tensor, b: Tensor): boolean {
  return a.storage === b.storage && a.offset === b.offset && equalSizes(a.sizes, b.sizes) && equalSizes(a.strides, b.strides);
}
