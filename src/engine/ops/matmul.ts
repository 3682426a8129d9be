import { eachForTheOther, linearInEach, composed, defineComposite, defineOperation, named, ShownNode } from "../dispatch/index.js";
import type { DType } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { cloneValues, copy } from "../kernels/elementwise.js";
import { multiply } from "../kernels/matmul.js";
import type { Matrix } from "../kernels/matrix.js";
import { sumTo } from "../kernels/sumTo.js";
import { contiguousStrides, product } from "../size.js";
import { Tensor } from "../tensor.js";
import { collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../arguments.js";
import { ofTwo, type OfTwo } from "./rules/elementwiseRows.js";
import { broadcastSizes, cppName } from "./rules/promotion.js";
import { addProduct, type AddProductOptions } from "./addProduct.js";
import { computes, operand, ofParts } from "../operation.js";

/** Products of matrices and vectors. */

/** The last two dimensions of `x` at `offset`, transposed if asked. */
function matrixOf(x: Tensor, offset = x.offset, transposed = false): Matrix {
  const rowStride = x.strides[x.sizes.length - 2]!;
  const columnStride = x.strides[x.sizes.length - 1]!;
  const { data } = x.storage;
  return transposed ? { data, offset, rowStride: columnStride, columnStride: rowStride } : { data, offset, rowStride, columnStride };
}

function requireSameDType(a: Tensor, b: Tensor): DType {
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(`expected m1 and m2 to have the same dtype, but got: ${cppName(a.dtype)} != ${cppName(b.dtype)}`);
  }
  return a.dtype;
}

function requireMatching(m: number, k: number, k2: number, n: number): void {
  if (k !== k2) throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${m}x${k} and ${k2}x${n})`);
}

/** a times b for matrices, either read transposed; a fresh tensor, unrecorded. */
function product2d(a: Tensor, aTransposed: boolean, b: Tensor, bTransposed: boolean): Tensor {
  const [m, k] = aTransposed ? [a.sizes[1]!, a.sizes[0]!] : [a.sizes[0]!, a.sizes[1]!];
  const n = bTransposed ? b.sizes[0]! : b.sizes[1]!;
  const result = Tensor.allocate([m, n], a.dtype, a.device);
  multiply(result.storage.data, 0, m, n, k, matrixOf(a, a.offset, aTransposed), matrixOf(b, b.offset, bTransposed));
  return result;
}

const mmOperation = defineOperation<[x: Tensor, y: Tensor]>({
  name: "mm",
  effect: computes,
  arguments: ["input", "mat2"],
  sign: "@",
  multiplyAdds: ([x, y]) => product(x.sizes) * y.sizes[1]!,
  infer(x, y) {
    if (x.sizes.length !== 2) throw new RuntimeError("self must be a matrix");
    if (y.sizes.length !== 2) throw new RuntimeError("mat2 must be a matrix");
    requireMatching(x.sizes[0]!, x.sizes[1]!, y.sizes[0]!, y.sizes[1]!);
    return { sizes: [x.sizes[0]!, y.sizes[1]!], dtype: requireSameDType(x, y) };
  },
  forward(output, x, y) {
    multiply(output.storage.data, 0, x.sizes[0]!, y.sizes[1]!, x.sizes[1]!, matrixOf(x), matrixOf(y));
  },
  reads: eachForTheOther,
  backward: (gradient, context) => [
    context.needs(0) ? product2d(gradient, false, context.args[1], true) : null,
    context.needs(1) ? product2d(context.args[0], true, gradient, false) : null,
  ],
  recordedBackward: linearInEach(0, 1),
});

/** The product of two matrices, (m x k) and (k x n). (torch.mm) */
export function mm(x: Tensor, ...args: AllArguments<[mat2: Tensor], { readonly mat2: Tensor }>): Tensor {
  return mmOperation(x, ...inOrder("mm", ["mat2"], args));
}

/** For each batch: a times b into fresh memory, either transposed. Batch dimensions broadcast. Unrecorded. */
function batchedProduct(a: Tensor, aTransposed: boolean, b: Tensor, bTransposed: boolean): Tensor {
  const rowsOf = (x: Tensor, transposed: boolean): [number, number] => {
    const [rows, columns] = x.sizes.slice(-2) as [number, number];
    return transposed ? [columns, rows] : [rows, columns];
  };
  const [m, k] = rowsOf(a, aTransposed);
  const [, n] = rowsOf(b, bTransposed);
  const batch = broadcastSizes(a.sizes.slice(0, -2), b.sizes.slice(0, -2));
  const result = Tensor.allocate([...batch, m, n], a.dtype, a.device);
  multiplyBatches(result, batch, m, n, k, a, aTransposed, b, bTransposed);
  return result;
}

function multiplyBatches(
  output: Tensor,
  batch: readonly number[],
  m: number,
  n: number,
  k: number,
  a: Tensor,
  aTransposed: boolean,
  b: Tensor,
  bTransposed: boolean,
): void {
  const offsetOf = (x: Tensor): ((index: readonly number[]) => number) => {
    const missing = batch.length - (x.sizes.length - 2);
    return (index) => {
      let offset = x.offset;
      for (let i = missing; i < batch.length; i++) if (x.sizes[i - missing] !== 1) offset += index[i]! * x.strides[i - missing]!;
      return offset;
    };
  };
  const offsetA = offsetOf(a);
  const offsetB = offsetOf(b);
  const count = product(batch);
  const strides = contiguousStrides(batch);
  const index = new Array<number>(batch.length);
  for (let i = 0; i < count; i++) {
    for (let dim = 0, rest = i; dim < batch.length; dim++) {
      index[dim] = Math.floor(rest / strides[dim]!);
      rest -= index[dim]! * strides[dim]!;
    }
    multiply(output.storage.data, output.offset + i * m * n, m, n, k, matrixOf(a, offsetA(index), aTransposed), matrixOf(b, offsetB(index), bTransposed));
  }
}

const batchedOperation = defineOperation<[x: Tensor, y: Tensor]>({
  name: "bmm",
  effect: computes,
  arguments: ["input", "mat2"],
  sign: "@",
  multiplyAdds: ([x], { sizes }) => product(sizes) * x.sizes.at(-1)!,
  infer(x, y) {
    const batch = broadcastSizes(x.sizes.slice(0, -2), y.sizes.slice(0, -2));
    const [m, k] = x.sizes.slice(-2) as [number, number];
    const [k2, n] = y.sizes.slice(-2) as [number, number];
    if (k !== k2) {
      throw new RuntimeError(`Expected size for first two dimensions of batch2 tensor to be: [${product(batch)}, ${k}] but got: [${product(batch)}, ${k2}].`);
    }
    return { sizes: [...batch, m, n], dtype: requireSameDType(x, y) };
  },
  forward(output, x, y) {
    const [m, n] = output.sizes.slice(-2) as [number, number];
    multiplyBatches(output, output.sizes.slice(0, -2), m, n, x.sizes[x.sizes.length - 1]!, x, false, y, false);
  },
  reads: eachForTheOther,
  backward: (gradient, context) => [
    context.needs(0) ? batchedProduct(gradient, false, context.args[1], true) : null,
    context.needs(1) ? batchedProduct(context.args[0], true, gradient, false) : null,
  ],
  recordedBackward: linearInEach(0, 1),
});

/** For each of b pairs of matrices their product: (b x m x k) and (b x k x n). (torch.bmm) */
export function bmm(x: Tensor, ...args: AllArguments<[mat2: Tensor], { readonly mat2: Tensor }>): Tensor {
  const [y] = inOrder("bmm", ["mat2"], args);
  if (x.sizes.length !== 3) throw new RuntimeError("batch1 must be a 3D tensor");
  if (y.sizes.length !== 3) throw new RuntimeError("batch2 must be a 3D tensor");
  if (x.sizes[0] !== y.sizes[0]) {
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${x.sizes[0]}, ${x.sizes[2]}] but got: [${y.sizes[0]}, ${y.sizes[1]}].`,
    );
  }
  return batchedOperation(x, y);
}

const dotOperation = defineOperation<[x: Tensor, y: Tensor]>({
  name: "dot",
  effect: computes,
  arguments: ["input", "tensor"],
  multiplyAdds: ([x]) => product(x.sizes),
  infer(x, y) {
    if (x.sizes.length !== 1 || y.sizes.length !== 1) {
      throw new RuntimeError(`1D tensors expected, but got ${x.sizes.length}D and ${y.sizes.length}D tensors`);
    }
    if (x.dtype !== y.dtype) {
      throw new RuntimeError(`dot : expected both vectors to have same dtype, but found ${x.dtype.scalarType} and ${y.dtype.scalarType}`);
    }
    if (x.sizes[0] !== y.sizes[0]) {
      throw new RuntimeError(
        `inconsistent tensor size, expected tensor [${x.sizes[0]}] and src [${y.sizes[0]}] to have the same number of elements, but got ${x.sizes[0]} and ${y.sizes[0]} elements respectively`,
      );
    }
    return { sizes: [], dtype: x.dtype };
  },
  forward(output, x, y) {
    multiply(output.storage.data, 0, 1, 1, x.sizes[0]!, rowVector(x), columnVector(y));
  },
  reads: eachForTheOther,
  backward: (gradient, context) => [context.needs(0) ? scale(context.args[1], gradient) : null, context.needs(1) ? scale(context.args[0], gradient) : null],
  recordedBackward: linearInEach(0, 1),
});

function rowVector(x: Tensor): Matrix {
  return { data: x.storage.data, offset: x.offset, rowStride: 0, columnStride: x.strides[0]! };
}

function columnVector(x: Tensor): Matrix {
  return { data: x.storage.data, offset: x.offset, rowStride: x.strides[0]!, columnStride: 0 };
}

function scale(x: Tensor, factor: Tensor): Tensor {
  return x.mul(factor);
}

/** The sum of products of two vectors. (torch.dot) */
export function dot(x: Tensor, ...args: AllArguments<[tensor: Tensor], { readonly tensor: Tensor }>): Tensor {
  return dotOperation(x, ...inOrder("dot", ["tensor"], args));
}

const mvOperation = defineOperation<[x: Tensor, vector: Tensor]>({
  name: "mv",
  effect: computes,
  arguments: ["input", "vec"],
  multiplyAdds: ([x]) => product(x.sizes),
  infer(x, vector) {
    if (x.sizes.length !== 2 || vector.sizes.length !== 1) {
      throw new RuntimeError(`vector + matrix @ vector expected, got 1, ${x.sizes.length}, ${vector.sizes.length}`);
    }
    if (x.sizes[1] !== vector.sizes[0]) {
      throw new RuntimeError(`size mismatch, got input (${x.sizes[0]}), mat (${x.sizes[0]}x${x.sizes[1]}), vec (${vector.sizes[0]})`);
    }
    return { sizes: [x.sizes[0]!], dtype: requireSameDType(x, vector) };
  },
  forward(output, x, vector) {
    multiply(output.storage.data, 0, x.sizes[0]!, 1, x.sizes[1]!, matrixOf(x), columnVector(vector));
  },
  reads: eachForTheOther,
  backward(gradient, context) {
    const [x, vector] = context.args;
    const asColumn = (v: Tensor): Tensor => new Tensor(v.storage, [v.sizes[0]!, 1], [v.strides[0]!, 1], v.offset);
    const back = context.needs(1) ? product2d(x, true, asColumn(gradient), false) : null;
    return [context.needs(0) ? product2d(asColumn(gradient), false, asColumn(vector), true) : null, back && new Tensor(back.storage, [back.sizes[0]!], [1], 0)];
  },
  recordedBackward: linearInEach(0, 1),
});

/** A matrix (n x m) times a vector (m). (torch.mv) */
export function mv(x: Tensor, ...args: AllArguments<[vec: Tensor], { readonly vec: Tensor }>): Tensor {
  return mvOperation(x, ...inOrder("mv", ["vec"], args));
}

/**
 * The matrix product (torch.matmul): of vectors their dot product, of a matrix and a vector a vector, of stacks of matrices the
 * product of each pair, with the dimensions before the last two broadcast.
 */
export const matmul: OfTwo<Tensor> = ofTwo(
  "matmul",
  defineComposite({ name: "matmul", effect: computes, multiplyAdds: ofParts, arguments: ["input", operand], sign: "@" }, productOf),
);

function productOf(x: Tensor, y: Tensor): Tensor {
  const dimsX = x.sizes.length;
  const dimsY = y.sizes.length;
  if (dimsX === 0 || dimsY === 0) {
    throw new RuntimeError(`both arguments to matmul need to be at least 1D, but they are ${dimsX}D and ${dimsY}D`);
  }
  if (dimsX === 1 && dimsY === 1) return dotOperation(x, y);
  if (dimsX === 2 && dimsY === 1) return mvOperation(x, y);
  if (dimsX === 2 && dimsY === 2) return mmOperation(x, y);
  if (dimsX === 1) return named(dimsY === 2 ? "SqueezeBackward4" : "UnsafeViewBackward0", productOf(x.unsqueeze(0), y).squeeze(-2));
  if (dimsY === 1) return named("UnsafeViewBackward0", productOf(x, y.unsqueeze(1)).squeeze(-1));
  if (dimsX === 2 || dimsY > 2) return named("UnsafeViewBackward0", batchedOperation(x, y));
  // One product of the flattened stack, as PyTorch folds it.
  const k = x.sizes[dimsX - 1]!;
  requireMatching(product(x.sizes.slice(0, -1)), k, y.sizes[0]!, y.sizes[1]!);
  return named("UnsafeViewBackward0", mmOperation(x.reshape([-1, k]), y).reshape([...x.sizes.slice(0, -1), y.sizes[1]!]));
}

type LinearArgs = [x: Tensor, weight: Tensor, bias: Tensor | null];

const linearOperation = defineOperation<LinearArgs>({
  name: "linear",
  effect: computes,
  arguments: ["input", "weight", "bias"],
  between: "@ᵀ",
  multiplyAdds: ([, weight], { sizes }) => product(sizes) * weight.sizes.at(-1)!,
  gradientName(x, weight, bias) {
    if (x.sizes.length === 2) return bias === null ? "MmBackward0" : "AddmmBackward0";
    if (weight.sizes.length === 1 && x.sizes.length === 1) return "DotBackward0";
    if (x.sizes.length === 1) return bias === null ? "SqueezeBackward4" : "ViewBackward0";
    return bias === null ? "UnsafeViewBackward0" : "ViewBackward0";
  },
  shownAs([x = null, weight = null, bias = null], input, weights, biases) {
    const transposed = weight === null || weights.sizes.length === 1 ? weight : new ShownNode("TBackward0", [weight]);
    const rows = x === null || input.sizes.length === 2 ? x : new ShownNode("ViewBackward0", [x]);
    const product = biases === null ? [rows, transposed] : [bias, rows, transposed];
    return input.sizes.length === 2 ? product : [new ShownNode(biases === null ? "MmBackward0" : "AddmmBackward0", product)];
  },
  infer(x, weight, bias) {
    const inFeatures = weight.sizes[weight.sizes.length - 1]!;
    const outFeatures = weight.sizes.length === 1 ? 1 : weight.sizes[0]!;
    if (x.sizes.length === 0) throw new RuntimeError("both arguments to linear need to be at least 1D, but they are 0D and 2D");
    const rows = product(x.sizes.slice(0, -1));
    requireMatching(rows, x.sizes[x.sizes.length - 1]!, inFeatures, outFeatures);
    if (x.dtype !== weight.dtype) {
      throw new RuntimeError(`mat1 and mat2 must have the same dtype, but got ${x.dtype.scalarType} and ${weight.dtype.scalarType}`);
    }
    if (bias !== null && !(bias.sizes.length <= 1 && (bias.numel() === outFeatures || bias.numel() === 1))) {
      throw new RuntimeError(
        `The expanded size of the tensor (${outFeatures}) must match the existing size (${bias.sizes[0]}) at non-singleton dimension 1.  Target sizes: [${rows}, ${outFeatures}].  Tensor sizes: [${bias.sizes.join(", ")}]`,
      );
    }
    const sizes = x.sizes.slice(0, -1);
    if (weight.sizes.length > 1) sizes.push(outFeatures);
    return { sizes, dtype: x.dtype };
  },
  forward(output, x, weight, bias) {
    const flat = asMatrix(x);
    const [rows, k] = flat.sizes as [number, number];
    const columns = weight.sizes.length === 1 ? 1 : weight.sizes[0]!;
    const matrix = weightMatrix(weight);
    if (bias !== null) copy(new Tensor(output.storage, [rows, columns], [columns, 1], output.offset), bias);
    multiply(output.storage.data, output.offset, rows, columns, k, matrixOf(flat), matrixOf(matrix, matrix.offset, true), bias === null ? "zeros" : "values");
  },
  reads: eachForTheOther,
  backward(gradient, context) {
    const [x, weight, bias] = context.args;
    const matrix = weightMatrix(weight);
    const g = asMatrix(gradient, matrix.sizes[0]);
    const flat = asMatrix(x);
    const result: (Tensor | null)[] = [null, null, null];
    if (context.needs(0)) {
      const dx = product2d(g, false, matrix, false);
      result[0] = new Tensor(dx.storage, x.sizes, contiguousStrides(x.sizes), 0);
    }
    if (context.needs(1)) {
      const dw = product2d(g, true, flat, false);
      result[1] = new Tensor(dw.storage, weight.sizes, contiguousStrides(weight.sizes), 0);
    }
    if (bias !== null && context.needs(2)) result[2] = sumTo(g, bias.sizes);
    return result;
  },
  recordedBackward: composed(([x, weight, bias]) => {
    const product = x.matmul(weight.sizes.length === 1 ? weight : weight.t());
    return bias === null ? product : product.add(bias);
  }),
});

function weightMatrix(weight: Tensor): Tensor {
  return weight.sizes.length === 1 ? new Tensor(weight.storage, [1, weight.sizes[0]!], [0, weight.strides[0]!], weight.offset) : weight;
}

/** All but the last dimension as rows, copied only where the strides do not allow it. */
function asMatrix(x: Tensor, columns = x.sizes[x.sizes.length - 1]!): Tensor {
  if (x.sizes.length === 2 && x.sizes[1] === columns) return x;
  const rows = columns === 0 ? product(x.sizes.slice(0, -1)) : x.numel() / columns;
  const dense = x.isContiguous() ? x : cloneValues(x);
  return new Tensor(dense.storage, [rows, columns], [columns, 1], dense.offset);
}

type LinearArguments = WithRequired<[weight: Tensor], { readonly weight: Tensor }, [bias: Tensor | null], { readonly bias?: Tensor | null }>;

/**
 * x times the transpose of `weight`, plus `bias` (torch.nn.functional.linear).
 * Shapes: x (*, in), weight (out, in), bias (out); gives (*, out).
 */
export function linear(x: Tensor, ...args: LinearArguments): Tensor {
  const [first, second = null] = args;
  // The usual call, without a look at names.
  if (args.length <= 2 && first instanceof Tensor && (second === null || second instanceof Tensor)) return linearOperation(x, first, second);
  const [[weight], rest] = requiredFirst<[weight: Tensor]>("linear", ["weight"], args);
  return linearOperation(x, weight, collect<{ bias?: Tensor | null }>("linear", ["bias"], rest).bias ?? null);
}

type AddProduct<First extends string, Second extends string> = (
  x: Tensor,
  ...args: WithRequired<[Tensor, Tensor], { readonly [name in First | Second]: Tensor }, [], AddProductOptions>
) => Tensor;

/** The function `name` that adds a product of two factors, which may be given by name. */
function addedTo<First extends string, Second extends string>(
  name: string,
  factors: readonly [First, Second],
  multiplied: (a: Tensor, b: Tensor) => Tensor,
): AddProduct<First, Second> {
  return defineComposite(
    { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", ...factors, { beta: 1, alpha: 1 }] },
    (x: Tensor, ...args: readonly unknown[]): Tensor => {
      const [[a, b], rest] = requiredFirst<[Tensor, Tensor]>(name, factors, args);
      const title = `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`;
      const options = collect<AddProductOptions>(name, [], rest, ["beta", "alpha"]);
      // Numbers of two bytes are rounded once, after the sum.
      const isRoundedLast = [x, a, b].every(({ dtype }) => dtype.isNarrow && dtype === a.dtype);
      const [addend, first, second] = isRoundedLast ? ([x.float(), a.float(), b.float()] as const) : ([x, a, b] as const);
      const sum = addProduct(addend, multiplied(first, second), options);
      return named(title, isRoundedLast ? sum.to(a.dtype) : sum);
    },
  );
}

/** beta * x + alpha * (a @ b). (torch.addmm) */
export const addmm: AddProduct<"mat1", "mat2"> = addedTo("addmm", ["mat1", "mat2"], mm);

/** beta * x + alpha * (a @ b) for each batch. (torch.baddbmm) */
export const baddbmm: AddProduct<"batch1", "batch2"> = addedTo("baddbmm", ["batch1", "batch2"], bmm);

/** beta * x + alpha * (matrix @ vector). (torch.addmv) */
export const addmv: AddProduct<"mat", "vec"> = addedTo("addmv", ["mat", "vec"], mv);

/** All products of an element of x (n) with one of y (m), as (n x m). (torch.outer) */
export function outer(x: Tensor, ...args: AllArguments<[vec2: Tensor], { readonly vec2: Tensor }>): Tensor {
  const [y] = inOrder("outer", ["vec2"], args);
  if (x.sizes.length !== 1 || y.sizes.length !== 1) {
    throw new RuntimeError(`outer: Expected 1-D argument ${x.sizes.length !== 1 ? "self" : "vec2"}, but got ${(x.sizes.length !== 1 ? x : y).sizes.length}-D`);
  }
  return outerProduct(x, y);
}

const outerProduct = defineComposite(
  { name: "outer", effect: computes, multiplyAdds: ofParts, arguments: ["input", "vec2"] },
  (x: Tensor, y: Tensor): Tensor => x.unsqueeze(1).mul(y),
);
