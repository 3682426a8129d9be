import { copy } from "../kernels/elementwise.js";
import { RuntimeError } from "../errors.js";
import { extendTensor, through, zerosInLayoutOf, type Tensor, type ViewOrigin, type Window } from "../tensor.js";
import { AccumulateGrad } from "./accumulateGrad.js";
import { GraphNode, type Edge } from "./graph.js";
import { RemovableHandle } from "./removableHandle.js";

/** A tensor's place in the backward graph: the step that made it, and where its gradients go. */

declare module "../tensor.js" {
  interface Tensor {
    /** The step of the backward graph that made this tensor; null for leaves. */
    readonly gradFn: GraphNode | null;
    /** @internal States the step that made this tensor. */
    setGradFn(node: GraphNode | null): void;
    /** @internal Where gradients of this tensor go; null when it does not require any. */
    gradientEdge(): Edge;
    /** Calls `hook` with each gradient of this tensor; what it returns takes the gradient's place. */
    registerHook(hook: (gradient: Tensor) => Tensor | null | void): RemovableHandle;
    /** Calls `hook` with this leaf each time a gradient has been added to its `grad`. (Tensor.register_post_accumulate_grad_hook) */
    registerPostAccumulateGradHook(hook: (tensor: Tensor) => void): RemovableHandle;
    /** Keeps the gradient of a tensor that is not a leaf in its `grad`, as it is after all hooks. Follows the tensor through writes in place. */
    retainGrad(): void;
  }
}

extendTensor({
  get gradFn(): GraphNode | null {
    // A write to the memory of a view's base, or to a sibling view, changes how this view came about.
    if (this.base !== null && this.nodeVersion !== this.version.value) {
      if (this.node !== null || this.base.requiresGrad) checkViewOrigin(this, this.node as GraphNode | null, "its base or another view of its base has been");
      this.nodeVersion = this.version.value;
      if (this.base.gradFn !== null) this.setGradFn(viewNodeOf(this, this.base));
    }
    return this.node as GraphNode | null;
  },

  setGradFn(node) {
    if (this.retainsGrad) {
      (this.node as GraphNode | null)?.retainers.delete(this);
      node?.retainers.add(this);
    }
    this.node = node;
    this.nodeVersion = this.version.value;
    if (node !== null) this.leafRequiresGrad = false;
  },

  gradientEdge() {
    return this.gradFn ?? (this.leafRequiresGrad ? ((this.accumulator ??= new AccumulateGrad(this)) as AccumulateGrad) : null);
  },

  registerHook(hook) {
    const edge = this.gradientEdge();
    if (edge === null) throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    // A function of its own: each handle removes what it registered, of a hook that was registered twice too.
    const registration = (gradient: Tensor): Tensor | null | void => hook(gradient);
    edge.hooks = [...(edge.hooks ?? []), registration];
    return new RemovableHandle(() => {
      edge.hooks = edge.hooks?.filter((other) => other !== registration) ?? null;
    });
  },

  registerPostAccumulateGradHook(hook) {
    if (!this.requiresGrad) throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    if (!this.isLeaf) throw new RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors");
    const edge = this.gradientEdge() as AccumulateGrad;
    const registration = (tensor: Tensor): void => hook(tensor);
    edge.afterwards = [...edge.afterwards, registration];
    return new RemovableHandle(() => {
      edge.afterwards = edge.afterwards.filter((other) => other !== registration);
    });
  },

  retainGrad() {
    if (!this.requiresGrad) throw new RuntimeError("can't retain_grad on Tensor that has requires_grad=False");
    if (this.isLeaf) return;
    this.retainsGrad = true;
    this.gradFn!.retainers.add(this);
  },
});

/** Throws PyTorch's error for a write to a view, or to what it is a view of, that could not be differentiated. `node`: the step that made the view. */
export function checkViewOrigin(view: Tensor, node: GraphNode | null, written: "is being" | "its base or another view of its base has been"): void {
  const { viewOrigin } = view;
  if (viewOrigin === null) return;
  const output = node === null ? "" : `Output ${viewOrigin.output} of ${node.name.replace(/Backward\d*$/, "")} is a view`;
  const what =
    node === null || viewOrigin.kind === "unrecorded"
      ? `${node === null ? "A view was" : `${output} of a view which was`} created in no_grad mode and ${written} modified inplace with grad mode enabled.`
      : `${output} and ${written} modified inplace.`;
  throw new RuntimeError(`${what} ${forbiddenWrites[viewOrigin.kind]}`);
}

const forbiddenWrites: Readonly<Record<ViewOrigin["kind"], string>> = {
  "one of several":
    "This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.",
  border:
    "This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function.",
  unrecorded:
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).",
};

/** How a view follows from its base by geometry alone: what remains true after the base's history changed (AsStridedBackward0). */
class AsStridedNode extends GraphNode {
  readonly name = "AsStridedBackward0";

  constructor(
    private readonly window: Window,
    private readonly base: Tensor,
    readonly inputs: readonly Edge[],
  ) {
    super();
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    const result = zerosInLayoutOf(this.base);
    copy(through(this.window, result), gradient);
    return [result];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    const result = zerosInLayoutOf(this.base);
    result.asStrided(this.window.sizes, this.window.strides, this.window.offset).copy_(gradient);
    return [result];
  }
}

/** The graph step that makes `view` from `base` as the base stands now. */
function viewNodeOf(view: Tensor, base: Tensor): GraphNode {
  return new AsStridedNode({ sizes: view.sizes, strides: view.strides, offset: view.offset }, base.detach(), [base.gradientEdge()]);
}
