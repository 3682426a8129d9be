import * as gradients from "../autograd/backward.js";
import { extendTensor, type Tensor } from "../tensor.js";
import * as activation from "./activation.js";
import * as arithmetic from "./arithmetic.js";
import * as assignment from "./assignment.js";
import * as binary from "./binary.js";
import * as bitwise from "./bitwise.js";
import * as comparison from "./comparison.js";
import * as contraction from "./contraction.js";
import * as gatherScatter from "./gatherScatter.js";
import * as indexedSlices from "./indexedSlices.js";
import * as indexing from "./indexing.js";
import * as inPlace from "./inPlace.js";
import * as diagonals from "./joining/diagonals.js";
import * as rearrange from "./joining/rearrange.js";
import * as repetition from "./joining/repeat.js";
import { pinv } from "./linalg/factorizations.js";
import * as triangular from "./linalg/lu.js";
import * as matrixProducts from "./linalg/products.js";
import * as squareSystems from "./linalg/squareSystems.js";
import * as masks from "./masks.js";
import * as matmul from "./matmul.js";
import * as newLike from "./newLike.js";
import * as random from "./random.js";
import * as randomFills from "./randomFills.js";
import * as counts from "./reduction/counts.js";
import * as extremes from "./reduction/extremes.js";
import * as running from "./reduction/running.js";
import * as sums from "./reduction/sums.js";
import * as regionScatter from "./regionScatter.js";
import * as copies from "./shape/copies.js";
import * as expansion from "./shape/expand.js";
import * as order from "./shape/order.js";
import * as parts from "./shape/parts.js";
import * as reshaping from "./shape/reshape.js";
import * as softmaxes from "./softmax.js";
import * as sorting from "./sorting.js";
import * as special from "./special.js";
import * as statistics from "./statistics.js";
import * as tensorOnly from "./tensorOnly.js";
import * as ternary from "./ternary.js";
import * as unary from "./unary.js";

/**
 * Tensor's methods: the functions below with the tensor in front. Listed here are whole files, those in which the functions are written: editors lose
 * what is said of a function when a file that hands it on is spread. What a file exports that is no method in PyTorch is left out by name. The type of each
 * is written where it is defined: it cannot follow from a row that uses methods.
 */
const { linear: _linear, ...products } = matmul;
const { broadcastTensors: _broadcastTensors, broadcastShapes: _broadcastShapes, ...expansions } = expansion;
const { atleast1d: _1, atleast2d: _2, atleast3d: _3, ...reshapes } = reshaping;
const { Slice: _Slice, slice: _slice, ...picks } = indexing;
const { where: _where, ...masked } = masks;
const { searchsorted: _searchsorted, bucketize: _bucketize, ...orders } = sorting;
const { polygamma: _polygamma, i1: _i1, ...specials } = special;

/** Some of a file's functions. By their names, and not by variables of the same names, they keep what editors say of them. */
function only<Functions extends object, Name extends keyof Functions>(file: Functions, ...names: readonly Name[]): Pick<Functions, Name> {
  return Object.fromEntries(names.map((name) => [name, file[name]])) as Pick<Functions, Name>;
}

const functions = {
  ...only(gradients, "backward"),
  ...unary,
  ...only(softmaxes, "softmax", "logSoftmax"),
  ...only(activation, "prelu", "hardshrink"),
  ...binary,
  ...products,
  ...reshapes,
  ...order,
  ...expansions,
  ...parts,
  ...copies,
  ...picks,
  ...indexedSlices,
  ...gatherScatter,
  ...masked,
  ...only(repetition, "repeat", "tile", "repeatInterleave"),
  ...only(rearrange, "flip", "fliplr", "flipud", "roll", "rot90"),
  ...only(diagonals, "tril", "triu", "diagEmbed", "diag", "diagflat", "trace"),
  ...only(contraction, "inner", "vdot", "ger", "addr", "addbmm", "kron", "cross"),
  ...only(squareSystems, "cholesky", "det", "logdet", "slogdet"),
  ...only(triangular, "choleskySolve", "choleskyInverse"),
  ...only(matrixProducts, "matrixExp", "matrixPower"),
  /** The inverse of square matrices. (torch.inverse) */
  inverse: squareSystems.inv,
  /** Moore and Penrose's inverse. (torch.pinverse) */
  pinverse: pinv,
  ...orders,
  ...only(statistics, "cov", "corrcoef", "renorm", "quantile", "nanquantile"),
  ...specials,
  ...arithmetic,
  ...bitwise,
  ...comparison,
  ...ternary,
  ...assignment,
  ...sums,
  ...extremes,
  ...counts,
  ...running,
  ...tensorOnly,
  ...inPlace,
  ...regionScatter,
  ...randomFills,
  ...only(random, "bernoulli", "multinomial"),
  ...newLike,
};

/** A function without its first parameter, which becomes `this`. Up to three overloads are kept. */
type Method<F> = F extends {
  (self: Tensor, ...args: infer A1): infer R1;
  (self: Tensor, ...args: infer A2): infer R2;
  (self: Tensor, ...args: infer A3): infer R3;
}
  ? Overload<A1, R1> & Overload<A2, R2> & Overload<A3, R3>
  : never;

/** Where a function has fewer overloads than asked for, TypeScript infers `unknown` for the missing ones. */
type Overload<A extends unknown[], R> = unknown extends R ? unknown : (...args: A) => R;

export type TensorMethods = { [Name in keyof typeof functions]: Method<(typeof functions)[Name]> };

declare module "../tensor.js" {
  /** Every operation that PyTorch offers as a method is one here too: the functions of `torch` with the tensor in front. */
  interface Tensor extends TensorMethods {}
}

const methods = Object.entries(functions).map(([name, fn]) => {
  const f = fn as (self: Tensor, ...args: unknown[]) => unknown;
  return [
    name,
    function (this: Tensor, ...args: unknown[]): unknown {
      return f(this, ...args);
    },
  ];
});
extendTensor(Object.fromEntries(methods) as TensorMethods);
