import { checkedOptions } from "../arguments.js";
import { lacksShape, RuntimeError } from "../errors.js";
import { getDefaultDevice } from "../device.js";
import { getDefaultDtype, type DType } from "../dtype.js";
import { requireDifferentiable } from "../ops/rules/allocation.js";
import { Storage, type Device } from "../storage.js";
import type { Size } from "../size.js";
import { noteShapeless, Tensor } from "../tensor.js";

/**
 * A tensor that a module registers as its own to learn (torch.nn.Parameter). Shares the memory of `data`.
 * Requires a gradient unless told otherwise.
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, options: { readonly requiresGrad?: boolean } | boolean = true) {
    super(data.storage, data.sizes, data.strides, data.offset, data.version);
    const requiresGrad =
      typeof options === "boolean" ? options : (checkedOptions<{ readonly requiresGrad?: boolean }>("Parameter", options, "requiresGrad").requiresGrad ?? true);
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
    this.persistent =
      typeof options === "boolean" ? options : (checkedOptions<{ readonly persistent?: boolean }>("Buffer", options, "persistent").persistent ?? true);
  }
}

/** A parameter of a lazy module before its first input: it has no shape yet, and becomes a Parameter with it (torch.nn.UninitializedParameter). */
export class UninitializedParameter extends Parameter {
  constructor(options: UninitializedOptions & { readonly requiresGrad?: boolean } = {}) {
    const { requiresGrad = true, ...others } = checkedOptions<UninitializedOptions & { readonly requiresGrad?: boolean }>(
      "UninitializedParameter",
      options,
      "requiresGrad",
      "device",
      "dtype",
    );
    super(shapeless(others), requiresGrad);
    noteShapeless();
  }

  override get lacksShape(): boolean {
    return true;
  }

  override get shape(): Size {
    throw new RuntimeError(noShape);
  }

  /** Gives the parameter its shape; the object stays the same, so that optimizers and ties keep it. */
  materialize(data: Tensor): void {
    this.data = data;
    Object.setPrototypeOf(this, Parameter.prototype);
  }

  override toString(): string {
    return "<UninitializedParameter>";
  }
}

/** A buffer of a lazy module before its first input: it has no shape yet, and becomes a tensor like others with it (torch.nn.UninitializedBuffer). */
export class UninitializedBuffer extends Tensor {
  constructor(options: UninitializedOptions = {}) {
    const { storage, sizes, strides, offset } = shapeless(checkedOptions<UninitializedOptions>("UninitializedBuffer", options, "device", "dtype"));
    super(storage, sizes, strides, offset);
    noteShapeless();
  }

  override get lacksShape(): boolean {
    return true;
  }

  override get shape(): Size {
    throw new RuntimeError(noShape);
  }

  /** Gives the buffer its shape; the object stays the same. */
  materialize(data: Tensor): void {
    this.data = data;
    Object.setPrototypeOf(this, Tensor.prototype);
  }

  override toString(): string {
    return "<UninitializedBuffer>";
  }
}

const noShape =
  "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their attributes.";

/** Methods that tell of a tensor what follows from its shape, or its values; all that are operations ask for the shape themselves. */
const refused = ["numel", "nelement", "dim", "ndimension", "stride", "storageOffset", "elementSize", "isContiguous", "item", "tolist", "detach"] as const;
for (const { prototype, name } of [UninitializedParameter, UninitializedBuffer]) {
  for (const method of refused) {
    Object.defineProperty(prototype, method, {
      configurable: true,
      value: () => {
        throw lacksShape(method, name);
      },
    });
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
  return tensor.lacksShape;
}
