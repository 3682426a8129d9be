import { composed, defineInPlace, defineOperation, type OperationRow } from "../dispatch/index.js";
import { bool } from "../dtype.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import { binary, ternary } from "../kernels/elementwise.js";
import { Tensor } from "../tensor.js";
import { collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../arguments.js";
import { broadcastSizes, cppName, resultType } from "./rules/promotion.js";
import { filledLike } from "./rules/reducedDims.js";
import { computes, operand, notCounted } from "../operation.js";

/** Element-wise functions of three tensors, broadcast against each other. */

type Args = [x: Tensor, y: Tensor, z: Tensor, value: number];
type OfTwo = (y: number, z: number) => number;

/** x + value * f(y, z). `partials`: the derivatives of f; `recorded`: f in operations. */
function addedRow(
  name: "addcmul" | "addcdiv",
  f: OfTwo,
  partials: readonly [y: OfTwo, z: OfTwo],
  recorded: (y: Tensor, z: Tensor) => Tensor,
): OperationRow<Args> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", operand, "tensor2", ["value", 1]],
    keepsLayout: true,
    infer(x, y, z) {
      const dtype = resultType(x, Tensor.allocate(broadcastSizes(y.sizes, z.sizes), resultType(y, z), "meta"));
      if (name === "addcdiv" && !dtype.isFloatingPoint) {
        throw new RuntimeError(
          "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.",
        );
      }
      if (dtype === bool) throw new NotImplementedError(`"${name}_cpu_out" not implemented for 'Bool'`);
      return { sizes: broadcastSizes(x.sizes, broadcastSizes(y.sizes, z.sizes)), dtype };
    },
    forward(output, x, y, z, value) {
      const factor = output.dtype.isFloatingPoint ? value : Math.trunc(value);
      ternary(output, x, y, z, (a, b, c) => a + factor * f(b, c), [name, factor]);
    },
    reads: [
      { read: 1, forGradientsOf: [2] },
      { read: 2, forGradientsOf: name === "addcmul" ? [1] : [0, 1, 2] },
    ],
    backward(gradient, context) {
      const [, y, z, value] = context.args;
      const [forY, forZ] = partials.map((partial, i) =>
        context.needs(i + 1) ? filledLike(gradient, gradient.dtype, (result) => ternary(result, gradient, y, z, (g, b, c) => g * value * partial(b, c))) : null,
      );
      return [gradient, forY!, forZ!];
    },
    recordedBackward: composed(([x, y, z, value]) => x.add(recorded(y, z).mul(value))),
  };
}

const addcmulRow = addedRow(
  "addcmul",
  (y, z) => y * z,
  [(_, z) => z, (y) => y],
  (y, z) => y.mul(z),
);
const addcdivRow = addedRow(
  "addcdiv",
  (y, z) => y / z,
  [(_, z) => 1 / z, (y, z) => -y / (z * z)],
  (y, z) => y.div(z),
);
const addcmulOperation = defineOperation<Args>(addcmulRow);
const addcmulInPlace = defineInPlace<Args>(addcmulRow);
const addcdivOperation = defineOperation<Args>(addcdivRow);
const addcdivInPlace = defineInPlace<Args>(addcdivRow);

export interface ValueOptions {
  /** Multiplies the product or quotient. Default 1. */
  readonly value?: number;
}

/** x + value * y * z. (torch.addcmul) */
export function addcmul(
  x: Tensor,
  ...args: WithRequired<[tensor1: Tensor, tensor2: Tensor], { readonly tensor1: Tensor; readonly tensor2: Tensor }, [], ValueOptions>
): Tensor {
  const [[y, z], rest] = requiredFirst<[tensor1: Tensor, tensor2: Tensor]>("addcmul", ["tensor1", "tensor2"], args);
  return addcmulOperation(x, y, z, collect<ValueOptions>("addcmul", [], rest, ["value"]).value ?? 1);
}

/** addcmul in place. */
export function addcmul_(
  x: Tensor,
  ...args: WithRequired<[tensor1: Tensor, tensor2: Tensor], { readonly tensor1: Tensor; readonly tensor2: Tensor }, [], ValueOptions>
): Tensor {
  const [[y, z], rest] = requiredFirst<[tensor1: Tensor, tensor2: Tensor]>("addcmul_", ["tensor1", "tensor2"], args);
  return addcmulInPlace(x, y, z, collect<ValueOptions>("addcmul_", [], rest, ["value"]).value ?? 1);
}

/** x + value * y / z. (torch.addcdiv) */
export function addcdiv(
  x: Tensor,
  ...args: WithRequired<[tensor1: Tensor, tensor2: Tensor], { readonly tensor1: Tensor; readonly tensor2: Tensor }, [], ValueOptions>
): Tensor {
  const [[y, z], rest] = requiredFirst<[tensor1: Tensor, tensor2: Tensor]>("addcdiv", ["tensor1", "tensor2"], args);
  return addcdivOperation(x, y, z, collect<ValueOptions>("addcdiv", [], rest, ["value"]).value ?? 1);
}

/** addcdiv in place. */
export function addcdiv_(
  x: Tensor,
  ...args: WithRequired<[tensor1: Tensor, tensor2: Tensor], { readonly tensor1: Tensor; readonly tensor2: Tensor }, [], ValueOptions>
): Tensor {
  const [[y, z], rest] = requiredFirst<[tensor1: Tensor, tensor2: Tensor]>("addcdiv_", ["tensor1", "tensor2"], args);
  return addcdivInPlace(x, y, z, collect<ValueOptions>("addcdiv_", [], rest, ["value"]).value ?? 1);
}

type LerpArgs = [start: Tensor, end: Tensor, weight: Tensor | number];

/** As PyTorch computes it: from the nearer end, so that weight 1 gives `end` exactly. */
const between = (a: number, b: number, w: number): number => (Math.abs(w) < 0.5 ? a + w * (b - a) : b - (b - a) * (1 - w));

const lerpRow: OperationRow<LerpArgs> = {
  name: "lerp",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "end", "weight"],
  keepsLayout: true,
  gradientName: (_start, _end, weight) => (weight instanceof Tensor ? "LerpBackward1" : "LerpBackward0"),
  infer(start, end, weight) {
    if (start.dtype !== end.dtype) {
      throw new RuntimeError(`expected dtype ${cppName(start.dtype)} for \`end\` but got dtype ${cppName(end.dtype)}`);
    }
    if (weight instanceof Tensor && weight.dtype !== start.dtype) {
      throw new RuntimeError(`expected dtype ${cppName(start.dtype)} for \`weight\` but got dtype ${cppName(weight.dtype)}`);
    }
    if (!start.dtype.isFloatingPoint) {
      throw new NotImplementedError(`"lerp_kernel_${weight instanceof Tensor ? "tensor" : "scalar"}" not implemented for '${start.dtype.scalarType}'`);
    }
    const sizes = broadcastSizes(start.sizes, end.sizes);
    return { sizes: weight instanceof Tensor ? broadcastSizes(sizes, weight.sizes) : sizes, dtype: start.dtype };
  },
  forward: (output, start, end, weight) => ternary(output, start, end, weight, between, "lerp"),
  reads: [{ read: 0, forGradientsOf: [2] }, { read: 1, forGradientsOf: [2] }, 2],
  backward(gradient, context) {
    const [start, end, weight] = context.args;
    const part = (position: number, f: (g: number, w: number) => number): Tensor | null =>
      context.needs(position) ? filledLike(gradient, gradient.dtype, (result) => binary(result, gradient, weight, f)) : null;
    return [
      part(0, (g, each) => g * (1 - each)),
      part(1, (g, each) => g * each),
      weight instanceof Tensor && context.needs(2)
        ? filledLike(gradient, gradient.dtype, (result) => ternary(result, gradient, start, end, (g, a, b) => g * (b - a)))
        : null,
    ];
  },
  recordedBackward: composed(([start, end, weight]) => start.add(end.sub(start).mul(weight))),
};

const lerpOperation = defineOperation<LerpArgs>(lerpRow);
const lerpInPlace = defineInPlace<LerpArgs>(lerpRow);

type LerpArguments = AllArguments<[end: Tensor, weight: Tensor | number], { readonly end: Tensor; readonly weight: Tensor | number }>;

/** start + weight * (end - start). (torch.lerp) */
export function lerp(start: Tensor, ...args: LerpArguments): Tensor {
  return lerpOperation(start, ...inOrder<[end: Tensor, weight: Tensor | number]>("lerp", ["end", "weight"], args));
}

/** lerp in place. */
export function lerp_(start: Tensor, ...args: LerpArguments): Tensor {
  return lerpInPlace(start, ...inOrder<[end: Tensor, weight: Tensor | number]>("lerp_", ["end", "weight"], args));
}
