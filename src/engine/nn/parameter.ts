import { checkedOptions } from "../arguments.js";
import { ValueError } from "../errors.js";
import { getDefaultDevice } from "../device.js";
import { getDefaultDtype, type DType } from "../dtype.js";
import { requireDifferentiable } from "../ops/rules/allocation.js";
import { Storage, type Device } from "../storage.js";
import { Tensor } from "../tensor.js";

/**
 * A tensor that a module registers as its own to learn (torch.nn.Parameter). Shares the memory of `data`.
 * Requires a gradient unless told otherwise.
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, options: { readonly requiresGrad?: boolean } | boolean = true) {
    super(data.storage, data.sizes, data.strides, data.offset, data.version);
    const requiresGrad =
      typeof options === "boolean" ? options : (checkedOptions<{ readonly requiresGrad?: boolean }>(options, "requiresGrad").requiresGrad ?? true);
    if (!requiresGrad) return;
    requireDifferentiable(this);
    this.requiresGrad_(true);
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}

/**
 * A tensor that a module registers as its own without learning it (torch.nn.Buffer): a field that holds one is a buffer. Shares the memory of
 * `data`; `persistent: false` keeps it out of state dicts.
 */
export class Buffer extends Tensor {
  readonly persistent: boolean;

  constructor(data: Tensor, options: { readonly persistent?: boolean } | boolean = true) {
    super(data.storage, data.sizes, data.strides, data.offset, data.version);
    this.persistent = typeof options === "boolean" ? options : (checkedOptions<{ readonly persistent?: boolean }>(options, "persistent").persistent ?? true);
  }
}

/** A parameter of a lazy module before its first input: it has no shape yet (torch.nn.UninitializedParameter). */
export class UninitializedParameter extends Parameter {
  private initialized = false;

  constructor(options: UninitializedOptions & { readonly requiresGrad?: boolean } = {}) {
    super(shapeless(options), options.requiresGrad ?? true);
  }

  /** False once `materialize` has been called. */
  get isUninitialized(): boolean {
    return !this.initialized;
  }

  /** Gives the parameter its shape; the object stays the same, so that optimizers and ties keep it. */
  materialize(data: Tensor): void {
    if (this.initialized) throw new ValueError("the parameter already has a shape");
    this.data = data;
    this.initialized = true;
  }

  override toString(): string {
    return this.initialized ? super.toString() : "<UninitializedParameter>";
  }
}

/** A buffer of a lazy module before its first input: it has no shape yet (torch.nn.UninitializedBuffer). */
export class UninitializedBuffer extends Tensor {
  private initialized = false;

  constructor(options: UninitializedOptions = {}) {
    const { storage, sizes, strides, offset } = shapeless(options);
    super(storage, sizes, strides, offset);
  }

  /** False once `materialize` has been called. */
  get isUninitialized(): boolean {
    return !this.initialized;
  }

  /** Gives the buffer its shape; the object stays the same. */
  materialize(data: Tensor): void {
    if (this.initialized) throw new ValueError("the buffer already has a shape");
    this.data = data;
    this.initialized = true;
  }

  override toString(): string {
    return this.initialized ? super.toString() : "<UninitializedBuffer>";
  }
}

interface UninitializedOptions {
  readonly device?: Device;
  readonly dtype?: DType;
}

function shapeless({ device = getDefaultDevice(), dtype = getDefaultDtype() }: UninitializedOptions): Tensor {
  return new Tensor(Storage.allocate(dtype, 0, device), [0], [1], 0);
}

/** True for a parameter or buffer whose shape is not known yet. */
export function isUninitialized(tensor: Tensor): tensor is UninitializedParameter | UninitializedBuffer {
  return (tensor instanceof UninitializedParameter || tensor instanceof UninitializedBuffer) && tensor.isUninitialized;
}
