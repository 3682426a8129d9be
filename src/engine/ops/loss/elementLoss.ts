import { composed, defineOperation, type OperationRow, type RecordedBackward } from "../../dispatch/index.js";
import type { DType } from "../../dtype.js";
import * as kernels from "../../kernels/elementwise.js";
import { stridesLike } from "../../kernels/layout.js";
import { mean, sum } from "../../kernels/reduce.js";
import type { KernelCall } from "../../kernels/wasm/instance.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { broadcastSizes, requireFloatingPoint, resultType } from "../rules/promotion.js";
import { checkReduction, reduce, type Reduction } from "./reduction.js";
import { computes, type ArgumentsOf, notCounted, type Scale } from "../../operation.js";

/** A loss of each element of a prediction and its target, as an operation. */

interface ElementLoss {
  readonly f: (x: number, target: number) => number;
  /** Derivative with respect to x. */
  readonly x: (x: number, target: number) => number;
  /** Derivative with respect to the target. */
  readonly target: (x: number, target: number) => number;
  /** The WebAssembly kernels of the function, and of the derivative with respect to x times the gradient, which comes first. */
  readonly kernels?: { readonly f: KernelCall; readonly x?: KernelCall };
}

type ElementLossArgs<Constants extends readonly unknown[]> = [x: Tensor, target: Tensor, reduction: Reduction, ...constants: Constants];

interface ElementLossRow<Constants extends readonly unknown[]> {
  readonly name: string;
  /** Names of the constants, with defaults. */
  readonly constants: ArgumentsOf<Constants>;
  /** PyTorch's name for the graph node, if it is one node; else its last node depends on the reduction. */
  readonly gradientName: string | Readonly<Record<Reduction, string>>;
  /** PyTorch's kernel, which its errors name. */
  readonly kernel: string;
  /** See Facts. */
  readonly normalizes?: Scale;
  readonly check?: (x: Tensor, target: Tensor, ...constants: Constants) => void;
  /** `round` makes a number one of the losses' dtype: each step is rounded, as PyTorch does it. */
  readonly of: (round: Round, ...constants: Constants) => ElementLoss;
  /** Mostly `composedOf` the losses of the elements. */
  readonly recordedBackward: RecordedBackward<ElementLossArgs<Constants>, void>;
}

/** The gradient as it follows from the losses of the elements in operations. */
export function composedOf<Constants extends readonly unknown[]>(
  losses: (x: Tensor, target: Tensor, ...constants: Constants) => Tensor,
): RecordedBackward<ElementLossArgs<Constants>, void> {
  return composed(([x, target, reduction, ...constants]) => reduce(losses(x, target, ...constants), reduction));
}

export type Round = (value: number) => number;

const roundFor = ({ itemSize }: DType): Round => (itemSize === 4 ? Math.fround : (value) => value);

export function elementLoss<Constants extends readonly unknown[] = []>(row: ElementLossRow<Constants>): (...args: ElementLossArgs<Constants>) => Tensor {
  const operation: OperationRow<ElementLossArgs<Constants>> = {
    name: row.name,
    ...(row.normalizes && { normalizes: row.normalizes }),
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "target", ["reduction", "mean"], ...row.constants] as unknown as ArgumentsOf<ElementLossArgs<Constants>>,
    keepsLayout: true,
    gradientName: (...args) => (typeof row.gradientName === "string" ? row.gradientName : row.gradientName[args[2]]),
    infer(x, target, reduction, ...constants) {
      checkReduction(reduction);
      row.check?.(x, target, ...constants);
      const dtype = resultType(x, target);
      requireFloatingPoint(dtype, row.kernel);
      const sizes = broadcastSizes(x.sizes, target.sizes);
      return { sizes: reduction === "none" ? sizes : [], dtype };
    },
    forward(output, x, target, reduction, ...constants) {
      const { f, kernels: wasm } = row.of(roundFor(output.dtype), ...constants);
      if (reduction === "none") return kernels.binary(output, x, target, f, wasm?.f);
      const sizes = broadcastSizes(x.sizes, target.sizes);
      const losses = Tensor.allocate(sizes, output.dtype, "cpu", stridesLike(sizes, [x, target]));
      kernels.binary(losses, x, target, f, wasm?.f);
      (reduction === "mean" ? mean : sum)(output.storage.data, losses, [...sizes.keys()]);
    },
    reads: [0, 1],
    backward(gradient, context) {
      const [x, target, reduction, ...constants] = context.args;
      const derivatives = row.of(roundFor(gradient.dtype), ...(constants as unknown as Constants));
      const sizes = broadcastSizes(x.sizes, target.sizes);
      const gradientOf = (derivative: (x: number, target: number) => number, kernel?: KernelCall): Tensor => {
        const result = Tensor.allocate(sizes, gradient.dtype, gradient.device);
        const each = reduction === "none" ? gradient : gradient.item() / (reduction === "mean" ? product(sizes) : 1);
        kernels.ternary(result, each, x, target, (g, value, wanted) => derivative(value, wanted) * g, kernel);
        return result;
      };
      return [context.needs(0) ? gradientOf(derivatives.x, derivatives.kernels?.x) : null, context.needs(1) ? gradientOf(derivatives.target) : null];
    },
    recordedBackward: row.recordedBackward,
  };
  return defineOperation(operation);
}
