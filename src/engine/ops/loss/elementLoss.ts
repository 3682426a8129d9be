import { composed, defineOperation, type OperationRow, type RecordedBackward } from "../../dispatch/index.js";
import { float32, float64, type DType, type ElementArray } from "../../dtype.js";
import * as kernels from "../../kernels/elementwise.js";
import { stridesLike } from "../../kernels/layout.js";
import { mean, sum } from "../../kernels/reduce.js";
import * as cLibrary from "../../math/cLibrary.js";
import * as singlePrecision from "../../math/singlePrecision.js";
import type { KernelCall } from "../../kernels/wasm/instance.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { broadcastSizes, requireFloatingPoint, resultType } from "../rules/promotion.js";
import { checkReduction, reduce, type Reduction } from "./reduction.js";
import { computes, type ArgumentsOf, notCounted, type Scale } from "../../operation.js";

/** A loss of each element of a prediction and its target, as an operation. */

interface ElementLoss {
  readonly f: (x: number, target: number, inner: number) => number;
  /** Writes a function of all elements of x, which `f` is given then: one that the kernel does not have. */
  readonly inner?: (values: ElementArray, x: ElementArray) => void;
  /** The gradient with respect to x, for the one that arrives and the number of elements whose mean is taken, or 1. */
  readonly x: Derivative;
  /** With respect to the target. */
  readonly target: Derivative;
  /** The WebAssembly kernels of the function, and of the gradient with respect to x, which is given the gradient, x and the target. */
  readonly kernels?: { readonly f?: KernelCall; readonly x?: (count: number) => KernelCall };
}

type Derivative = (gradient: number, x: number, target: number, count: number) => number;

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
  /** By the functions of the losses' dtype: each step is rounded, as PyTorch does it. */
  readonly of: (math: Elementary, ...constants: Constants) => ElementLoss;
  /** Only the target's gradient reads x. Default: both gradients read both. */
  readonly isXForTarget?: true;
  readonly copies?: (...args: ElementLossArgs<Constants>) => readonly number[];
  /** Mostly `composedOf` the losses of the elements. */
  readonly recordedBackward: RecordedBackward<ElementLossArgs<Constants>, void>;
}

/** The gradient as it follows from the losses of the elements in operations. */
export function composedOf<Constants extends readonly unknown[]>(
  losses: (x: Tensor, target: Tensor, ...constants: Constants) => Tensor,
): RecordedBackward<ElementLossArgs<Constants>, void> {
  return composed(([x, target, reduction, ...constants]) => reduce(losses(x, target, ...constants), reduction));
}

/** The functions that losses are made of. `round` makes a number one of their dtype. */
interface Elementary {
  readonly round: (value: number) => number;
  readonly exp: (x: number) => number;
  readonly log: (x: number) => number;
  readonly log1p: (x: number) => number;
  /** As loops compute it that take several numbers at a time. */
  readonly vectorLog1p: (x: number) => number;
}

const double: Elementary = { round: (value) => value, exp: Math.exp, log: Math.log, log1p: Math.log1p, vectorLog1p: Math.log1p };
const single: Elementary = {
  round: Math.fround,
  exp: (x) => Math.fround(Math.exp(x)),
  log: cLibrary.log,
  log1p: cLibrary.log1p,
  vectorLog1p: singlePrecision.log1p,
};
const elementaryFor = ({ itemSize }: DType): Elementary => (itemSize === 4 ? single : double);

/** Numbers as the losses' dtype holds them. */
function held<Constants extends readonly unknown[]>(constants: Constants, { itemSize }: DType): Constants {
  return (itemSize === 4 ? constants.map((each) => (typeof each === "number" ? Math.fround(each) : each)) : constants) as Constants;
}

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
      const { f, inner, kernels: wasm } = row.of(elementaryFor(output.dtype), ...held(constants as unknown as Constants, output.dtype));
      const write = (losses: Tensor): void => {
        if (inner === undefined) return kernels.binary(losses, x, target, f as (x: number, target: number) => number, wasm?.f);
        const ofX = Tensor.allocate(x.sizes, output.dtype.itemSize === 8 ? float64 : float32, "cpu");
        inner(ofX.storage.data, kernels.denseValues(x));
        kernels.ternary(losses, x, target, ofX, f, wasm?.f);
      };
      if (reduction === "none") return write(output);
      const sizes = broadcastSizes(x.sizes, target.sizes);
      const losses = Tensor.allocate(sizes, output.dtype, "cpu", stridesLike(sizes, [x, target]));
      write(losses);
      (reduction === "mean" ? mean : sum)(output.storage.data, losses, [...sizes.keys()]);
    },
    reads: row.isXForTarget ? [{ read: 0, forGradientsOf: [1] }, 1] : [0, 1],
    copies: row.copies,
    backward(gradient, context) {
      const [x, target, reduction, ...constants] = context.args;
      const derivatives = row.of(elementaryFor(gradient.dtype), ...held(constants as unknown as Constants, gradient.dtype));
      const sizes = broadcastSizes(x.sizes, target.sizes);
      const count = reduction === "mean" ? product(sizes) : 1;
      const arriving = reduction === "none" ? gradient : gradient.item();
      const gradientOf = (derivative: Derivative, from: Tensor, kernel?: KernelCall): Tensor => {
        const result = Tensor.allocate(sizes, gradient.dtype, gradient.device);
        kernels.ternary(result, arriving, from, target, (g, value, wanted) => derivative(g, value, wanted, count), kernel);
        return result;
      };
      return [
        context.needs(0) ? gradientOf(derivatives.x, row.isXForTarget ? target : x, derivatives.kernels?.x?.(count)) : null,
        context.needs(1) ? gradientOf(derivatives.target, x) : null,
      ];
    },
    recordedBackward: row.recordedBackward,
  };
  return defineOperation(operation);
}
