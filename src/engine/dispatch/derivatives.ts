import { grad } from "../autograd/backward.js";
import { enableGrad } from "../autograd/gradMode.js";
import { GraphNode } from "../autograd/graph.js";
import { copy } from "../kernels/elementwise.js";
import { computes, notCounted } from "../operation.js";
import { Tensor } from "../tensor.js";
import { defineOperation } from "./operations.js";
import type { RecordedBackward, RecordedContext } from "./rows.js";

/** What a row's `recordedBackward` may be where no formula is needed: it follows from what the operation says of itself. */

// ---- linear operations

interface Linear {
  readonly context: RecordedContext<readonly unknown[], unknown>;
  /** The arguments in which the operation is linear. */
  readonly positions: readonly number[];
  /** Whether it is linear in each of them (a product) or in all together (a sum). */
  readonly isProduct: boolean;
  /** The argument whose gradient is meant. */
  readonly position: number;
}

/** The arguments with `value` at the position; in a sum the others are zero. */
function replaced({ positions, isProduct, position }: Linear, args: readonly unknown[], value: Tensor): unknown[] {
  return args.map((arg, i) => {
    if (i === position) return value;
    if (isProduct || !positions.includes(i)) return arg;
    if (arg instanceof Tensor) return Tensor.allocate(arg.sizes, arg.dtype, value.device);
    return typeof arg === "number" || typeof arg === "boolean" ? 0 : arg;
  });
}

type AdjointArgs = [gradient: Tensor, linear: Linear, ...args: unknown[]];

/** The gradients of <adjoint(gradient), incoming> = <gradient, f(incoming)>, f being the operation with `incoming` at the position. */
function adjointGradients(incoming: Tensor, [gradient, linear, ...args]: AdjointArgs, needs: (position: number) => boolean): (Tensor | null)[] {
  const others = replaced(linear, args, incoming);
  const forArgs = args.map((_, i) => {
    const isFactor = linear.isProduct && i !== linear.position && linear.positions.includes(i) && needs(i + 2);
    return isFactor ? adjoint(gradient, { ...linear, position: i }, ...others) : null;
  });
  return [needs(0) ? linear.context.apply(others) : null, null, ...forArgs];
}

/** The gradient of a linear operation for one of its arguments, as an operation. It is linear in the incoming gradient and in the other factors. */
const adjoint = defineOperation<AdjointArgs>({
  name: "adjoint",
  effect: computes,
  multiplyAdds: notCounted,
  // After these come the arguments of whatever operation it is the adjoint of; none has more.
  arguments: ["gradient", "linear", ...new Array<null>(12).fill(null)],
  infer(_gradient, { position }, ...args) {
    const { sizes, dtype } = args[position] as Tensor;
    return { sizes, dtype };
  },
  forward(output, gradient, { context, position }, ...args) {
    const result = context.backward(gradient, args)[position] as Tensor;
    copy(output, result.sumToSize(output.sizes));
  },
  reads: [0, 2, 3, 4, 5, 6],
  backward: (incoming, context) => adjointGradients(incoming, context.args, (position) => context.needs(position)),
  recordedBackward: (incoming, context) => adjointGradients(incoming, context.args, (position) => context.needs(position)),
});

function linear(isProduct: boolean, positions: readonly number[]): RecordedBackward {
  return (gradient, context) =>
    context.args.map((_, position) =>
      positions.includes(position) && context.needs(position) ? adjoint(gradient, { context, positions, isProduct, position }, ...context.args) : null,
    );
}

/** For operations that are linear in each of these arguments, others held: products, convolutions, gathers. Their values are read by backward. */
export const linearInEach = (...positions: number[]): RecordedBackward => linear(true, positions);

/** For operations that are linear in these arguments together: sums, writes of one tensor into another. */
export const linearInAll = (...positions: number[]): RecordedBackward => linear(false, positions);

// ---- operations made of others

/** Stands for an argument while a composition of operations is differentiated, and leads on to the argument's own history after. */
class ArgumentNode extends GraphNode {
  readonly name = "AliasBackward0";
  inputs: readonly (GraphNode | null)[] = [];

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    return [gradient];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    return [gradient];
  }
}

/** For operations that can be said by others: the gradient of that composition. Arguments that backward does not read are zeros in it. */
export function composed<Args extends readonly unknown[], Saved>(
  compose: (args: Args, context: RecordedContext<Args, Saved>) => Tensor,
): RecordedBackward<Args, Saved> {
  return (gradient, context) => {
    const stands: { readonly node: ArgumentNode; readonly arg: Tensor; readonly alias: Tensor; readonly position: number }[] = [];
    const args = context.args.map((arg, position) => {
      if (!(arg instanceof Tensor) || !context.needs(position)) return arg;
      const node = new ArgumentNode();
      const alias = arg.detach();
      alias.setGradFn(node);
      stands.push({ node, arg, alias, position });
      return alias;
    });
    const output = enableGrad(() => compose(args as unknown as Args, context));
    const gradients = grad(
      output,
      stands.map(({ alias }) => alias),
      { gradOutputs: gradient, createGraph: true, allowUnused: true },
    );
    const results = new Array<Tensor | null>(args.length).fill(null);
    stands.forEach(({ node, arg, position }, i) => {
      node.inputs = [arg.gradientEdge()];
      results[position] = gradients[i] ?? null;
    });
    return results;
  };
}
