import { copy } from "../kernels/elementwise.js";
import { Storage } from "../storage.js";
import type { Tensor } from "../tensor.js";
import { GraphNode } from "./graph.js";

/** A tensor's window on memory, without the tensor. */
export interface Window {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A zeroed tensor with the memory layout of `base`, so that windows on the base fit it. */
export function zerosInLayoutOf(base: Tensor): Tensor {
  const zeros = base.data;
  zeros.storage = Storage.allocate(base.dtype, base.storage.length, base.device);
  return zeros;
}

/** The part of `tensor` that `window` sees; `tensor` lies as the base of the window did. */
export function through(window: Window, tensor: Tensor): Tensor {
  const part = tensor.data;
  part.setWindow(window);
  return part;
}

/** How a view follows from its base by geometry alone: what remains true after the base's history changed (AsStridedBackward0). */
class AsStridedNode extends GraphNode {
  readonly name = "AsStridedBackward0";

  constructor(
    private readonly window: Window,
    private readonly base: Tensor,
    readonly inputs: readonly (GraphNode | null)[],
  ) {
    super();
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    const result = zerosInLayoutOf(this.base);
    if (gradient.device === "cpu") copy(through(this.window, result), gradient);
    return [result];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    const result = zerosInLayoutOf(this.base);
    result.asStrided(this.window.sizes, this.window.strides, this.window.offset).copy_(gradient);
    return [result];
  }
}

/** The graph step that makes `view` from `base` as the base stands now. */
export function viewNodeOf(view: Tensor, base: Tensor): GraphNode {
  return new AsStridedNode({ sizes: view.sizes, strides: view.strides, offset: view.offset }, base.detach(), [base.gradientEdge()]);
}
