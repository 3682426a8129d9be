import { cloneValues, copy } from "../kernels/elementwise.js";
import { Tensor, through, zerosInLayoutOf, type Window } from "../tensor.js";
import { GraphNode, type Edge } from "./graph.js";

/** What a write in place does to the backward graph. */

/** After a fill: the old values' gradient is zero. */
export class ZeroGradientNode extends GraphNode {
  private readonly self: Tensor;

  constructor(
    private readonly operation: string,
    self: Tensor,
    readonly inputs: readonly Edge[],
  ) {
    super();
    this.self = self.detach();
  }

  get name(): string {
    const operation = this.operation.replace(/_$/, "");
    return `${operation[0]!.toUpperCase()}${operation.slice(1)}Backward0`;
  }

  backward(): readonly (Tensor | null)[] {
    return [this.self.allocateLike()];
  }

  recordedBackward(): readonly (Tensor | null)[] {
    return this.backward();
  }
}

/** After a view was written over with what was computed beside it: the old values' gradient is zero, the new ones' goes to what made them. */
export class ReplacedNode extends GraphNode {
  readonly name = "CopyBackwards";
  readonly inputs: readonly Edge[];

  constructor(source: GraphNode) {
    super();
    this.inputs = [null, source];
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    return [null, gradient];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    return [null, gradient];
  }
}

/** A write to a view, seen from the base: the rest of the gradient passes by, the window's goes through `node` (CopySlices). */
class CopySlicesNode extends GraphNode {
  readonly name = "CopySlices";
  readonly inputs: readonly Edge[];
  private readonly layout: Tensor;

  constructor(
    baseEdge: Edge,
    base: Tensor,
    private readonly window: Window,
    private readonly node: GraphNode,
  ) {
    super();
    // As it lies now: `inPlaceView` may give it another window.
    this.layout = base.detach();
    this.inputs = [baseEdge, ...node.inputs.slice(1)];
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    const whole = zerosInLayoutOf(this.layout);
    const part = through(this.window, whole);
    if (gradient.device === "meta") return [whole, ...this.node.backward(part).slice(1)];
    copy(whole, gradient);
    const [first, ...others] = this.node.backward(cloneValues(part));
    if (first != null) copy(part, first);
    else copy(part, Tensor.allocate(part.sizes, part.dtype, "cpu"));
    return [whole, ...others];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    const whole = zerosInLayoutOf(this.layout).copy_(gradient);
    const { sizes, strides, offset } = this.window;
    const part = whole.asStrided(sizes, strides, offset);
    const [first, ...others] = this.node.recordedBackward(part.clone());
    if (first == null) part.zero_();
    else part.copy_(first);
    return [whole, ...others];
  }

  override release(): void {
    this.node.release();
  }
}

/** Makes `node` the maker of `self` as it is after an in-place write, and of the tensor it is a view of. */
export function rewriteHistory(self: Tensor, node: GraphNode): void {
  const { base } = self;
  if (base === null) {
    self.setGradFn(node);
    return;
  }
  const window = { sizes: self.sizes, strides: self.strides, offset: self.offset };
  base.setGradFn(new CopySlicesNode(base.gradientEdge(), base, window, node));
}
