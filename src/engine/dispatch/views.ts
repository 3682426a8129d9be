import { isGradEnabled } from "../autograd/gradMode.js";
import { GraphNode, type Edge } from "../autograd/graph.js";
import { copy } from "../kernels/elementwise.js";
import { observer, report } from "../observer.js";
import { computes, type Operation, notCounted } from "../operation.js";
import { hasShapeless, Tensor, through, type ViewOrigin } from "../tensor.js";
import { edgesOf, failed, refuseFurther, requireShapes } from "./arguments.js";
import { defineOperation } from "./operations.js";
import { definedRows, gradientName, itself, type ViewRow } from "./rows.js";
import { standInView } from "./savedArguments.js";

/** An operation that shares its first argument's memory. */
export function defineView<Args extends readonly [Tensor, ...unknown[]]>(row: ViewRow<Args>): (...args: Args) => Tensor {
  definedRows.add(row as unknown as ViewRow<never>);
  const asOperation: Operation = row;
  return (...args) => {
    const watcher = observer();
    try {
      if (args.length > row.arguments.length) refuseFurther(row, args);
      const [self] = args;
      if (hasShapeless) requireShapes(row.name, args);
      const { sizes, strides, offset } = row.window(...args);
      const view = new Tensor(self.storage, sizes, strides, offset, self.version);
      view.base = self.base ?? self;
      view.nodeVersion = self.version.value;
      view.viewOrigin = self.viewOrigin === null ? (isGradEnabled() ? null : unrecorded) : { ...self.viewOrigin, output: 0 };
      if (isGradEnabled() && self.requiresGrad) view.setGradFn(new ViewNode(row, args, edgesOf([self])));
      if (watcher !== null) report(asOperation, args, view);
      return view;
    } catch (error) {
      throw failed(asOperation, args, error, watcher);
    }
  };
}

/** Notes that views are results of one operation, so that none of them may be written to in place. */
export function asOneOfSeveral(views: Tensor[]): Tensor[] {
  views.forEach((view, i) => {
    view.viewOrigin = { kind: view.viewOrigin?.kind ?? "one of several", output: i };
  });
  return views;
}

const unrecorded: ViewOrigin = { kind: "unrecorded", output: 0 };

class ViewNode<Args extends readonly [Tensor, ...unknown[]]> extends GraphNode {
  constructor(
    private readonly row: ViewRow<Args>,
    private readonly args: Args,
    readonly inputs: readonly Edge[],
  ) {
    super();
    this.args = [standInView(args[0]), ...args.slice(1)] as unknown as Args;
  }

  get name(): string {
    return this.title ?? gradientName(this.row, this.args);
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    const { row, args } = this;
    if (row.backward !== undefined) return [row.backward(gradient, ...args)];
    const result = Tensor.allocate(args[0].sizes, gradient.dtype, gradient.device);
    const window = row.window(...([result, ...args.slice(1)] as unknown as Args));
    copy(through(window, result), gradient);
    return [result];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    return [viewAdjoint(gradient, this as unknown as AnyViewNode)];
  }

  /** The same view of another tensor of the first argument's shape. */
  again(other: Tensor): Tensor {
    return defineView(this.row)(...([other.contiguous(), ...this.args.slice(1)] as unknown as Args));
  }

  get baseSizes(): readonly number[] {
    return this.args[0].sizes;
  }
}

type AnyViewNode = ViewNode<readonly [Tensor, ...unknown[]]>;

/** A view's gradient as an operation. Views are linear, so that the gradient of their gradient is the view again. */
const viewAdjoint = defineOperation<[gradient: Tensor, view: AnyViewNode]>({
  name: "viewAdjoint",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: [null, null],
  infer: (gradient, view) => ({ sizes: view.baseSizes, dtype: gradient.dtype }),
  forward: (output, gradient, view) => copy(output, view.backward(gradient)[0]!),
  backward: (gradient, { args: [, view] }) => [view.again(gradient)],
  recordedBackward: itself,
});
