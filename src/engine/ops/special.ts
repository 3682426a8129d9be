import { defineComposite, defineInPlace, defineOperation } from "../dispatch/index.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import { binary, unary } from "../kernels/elementwise.js";
import { Tensor } from "../tensor.js";
import { takingOnly, collect, inOrder, type AllArguments, type Arguments } from "../arguments.js";
import { arange } from "./creation.js";
import { binaryRow, forDTypes, isFloatingPoint, ofTwo, unaryRow, type OfTwo } from "./rules/elementwiseRows.js";
import { floatType, type Scalar } from "./rules/promotion.js";
import { filledLike } from "./rules/reducedDims.js";
import * as functions from "../math/specialFunctions.js";
import { computes, notCounted, ofParts } from "../operation.js";
import { where } from "./masks.js";
import { within } from "./rules/recorded.js";

/** Special functions, element by element (torch.special). */

const erfinvRow = unaryRow("erfinv", "float", functions.erfinv, {
  of: "input",
  f: (g, x) => g * (Math.sqrt(Math.PI) / 2) * Math.exp(functions.erfinv(x) ** 2),
  recorded: (g, x) => g.mul(x.erfinv().square().exp()).mul(Math.sqrt(Math.PI) / 2),
});
/** The inverse of the error function. (torch.erfinv) */
export const erfinv: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(erfinvRow);
/** erfinv in place. */
export const erfinv_: (x: Tensor) => Tensor = defineInPlace<[x: Tensor]>(erfinvRow);

/** log |Gamma(x)|. (torch.lgamma) */
export const lgamma: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(
  unaryRow("lgamma", "float", functions.lgamma, { of: "input", f: (g, x) => g * functions.digamma(x), recorded: (g, x) => g.mul(x.digamma()) }),
);

/** The derivative of log Gamma(x). (torch.digamma) */
export const digamma: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(
  unaryRow("digamma", "float", functions.digamma, { of: "input", f: (g, x) => g * functions.polygamma(1, x), recorded: (g, x) => g.mul(polygamma(1, x)) }),
);

const polygammaOperation = defineOperation<[x: Tensor, n: number]>({
  name: "polygamma",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "n"],
  keepsLayout: true,
  infer(x, n) {
    if (n < 0) throw new NotImplementedError("polygamma(n, x) does not support negative n.");
    return { sizes: x.sizes, dtype: floatType(x.dtype) };
  },
  forward: (output, x, n) => unary(output, x, (value) => functions.polygamma(n, value)),
  reads: [0],
  backward: (gradient, { args: [x, n] }) => [
    filledLike(gradient, gradient.dtype, (result) => binary(result, gradient, x, (g, value) => g * functions.polygamma(n + 1, value))),
  ],
  recordedBackward: (g, { args: [x, n] }) => [g.mul(polygamma(n + 1, x))],
});

/** The n-th derivative of digamma. (torch.polygamma) */
export const polygamma: (n: number, x: Tensor) => Tensor = takingOnly("polygamma", ["n", "x"], (n: number, x: Tensor): Tensor => {
  return polygammaOperation(x, n);
});

/** log of the multivariate gamma function of dimension `p`. (torch.mvlgamma) */
export const mvlgamma: (x: Tensor, ...args: AllArguments<[p: number], { readonly p: number }>) => Tensor = defineComposite(
  { name: "mvlgamma", effect: computes, multiplyAdds: ofParts, arguments: ["input", "p"] },
  (x: Tensor, ...args: AllArguments<[p: number], { readonly p: number }>): Tensor => {
    const [p] = inOrder("mvlgamma", ["p"], args);
    if (!(p >= 1)) throw new RuntimeError("p has to be greater than or equal to 1");
    const steps = arange(0, p, { dtype: floatType(x.dtype), device: x.device }).mul(-0.5);
    return x
      .unsqueeze(-1)
      .add(steps)
      .lgamma()
      .sum(-1)
      .add(((p * (p - 1)) / 4) * Math.log(Math.PI));
  },
);

/** The modified Bessel function of the first kind of order 0. (torch.i0) */
export const i0: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(
  unaryRow("i0", "float", (x) => functions.besselI(0, x), { of: "input", f: (g, x) => g * functions.besselI(1, x), recorded: (g, x) => g.mul(i1(x)) }),
);

/** The modified Bessel function of the first kind of order 1. (torch.special.i1) */
export const i1: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(
  unaryRow("i1", "float", (x) => functions.besselI(1, x), {
    watches: ["output"],
    of: "input",
    f: (g, x) => g * (x === 0 ? 0.5 : functions.besselI(0, x) - functions.besselI(1, x) / x),
    recorded: (g, x) => where(x.eq(0), g.mul(0.5), g.mul(x.i0().sub(i1(x).div(x)))),
  }),
);

/** sin(pi x) / (pi x), 1 at 0. (torch.sinc) */
export const sinc: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(
  unaryRow("sinc", "float", (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)), {
    of: "input",
    f: (g, x) => (x === 0 ? 0 : g * ((Math.PI * x * Math.cos(Math.PI * x) - Math.sin(Math.PI * x)) / (Math.PI * x * x))),
    recorded: (g, x) => g.mul(x.mul(Math.PI).cos().sub(x.sinc()).div(x)).maskedFill(x.eq(0), 0),
  }),
);

const logitOperation = defineOperation<[x: Tensor, eps: number | null]>({
  name: "logit",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "eps"],
  keepsLayout: true,
  infer: (x) => ({ sizes: x.sizes, dtype: floatType(x.dtype) }),
  forward: (output, x, eps) =>
    unary(output, x, (value) => {
      const p = eps === null ? value : Math.min(Math.max(value, eps), 1 - eps);
      return Math.log(p / (1 - p));
    }),
  reads: [0],
  backward: (gradient, { args: [x, eps] }) => [
    filledLike(gradient, gradient.dtype, (result) =>
      binary(result, gradient, x, (g, p) => {
        const isInside = eps === null ? p >= 0 && p <= 1 : p >= eps && p <= 1 - eps;
        return isInside ? g / (p * (1 - p)) : eps === null ? NaN : 0;
      }),
    ),
  ],
  recordedBackward(g, { args: [x, eps] }) {
    const slope = g.div(x.mul(x.rsub(1)));
    return [eps === null ? slope : within(slope, x.ge(eps).logicalAnd(x.le(1 - eps)))];
  },
});

/** log(x / (1 - x)), the inverse of sigmoid; with `eps`, x is kept within [eps, 1 - eps]. (torch.logit) */
export function logit(x: Tensor, ...args: Arguments<[eps: number | null], { readonly eps?: number | null }>): Tensor {
  return logitOperation(x, collect<{ eps?: number | null }>("logit", ["eps"], args).eps ?? null);
}

/** x log(y), 0 where x is 0. (torch.xlogy) */
export const xlogy: OfTwo = ofTwo(
  "xlogy",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(
    binaryRow("xlogy", "float", (x, y) => (Number.isNaN(y) ? NaN : x === 0 ? 0 : x * Math.log(y)), {
      x: (g, x, y) => (x === 0 && y <= 0 ? 0 : g * Math.log(y)),
      y: (g, x, y) => (g * x) / y,
      recorded: {
        x: (g, x, y) => (y instanceof Tensor ? g.mul(y.log()).maskedFill(x.eq(0).logicalAnd(y.le(0)), 0) : g.mul(Math.log(Number(y)))),
        y: (g, x, y) => g.mul(x).div(y),
      },
    }),
  ),
);

function logAddExp(x: number, y: number): number {
  if (x === y) return x + Math.LN2;
  return Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)));
}

/** log(e^x + e^y) without overflow. (torch.logaddexp) */
export const logaddexp: OfTwo<Tensor> = ofTwo(
  "logaddexp",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(
    forDTypes(
      binaryRow("logaddexp", "same", logAddExp, {
        x: (g, x, y) => g / (1 + Math.exp(y - x)),
        y: (g, x, y) => g / (1 + Math.exp(x - y)),
        recorded: { x: (g, x, y) => g.mul(x.sub(y).sigmoid()), y: (g, x, y) => g.mul(y.sub(x).sigmoid()) },
      }),
      "logaddexp_cpu",
      isFloatingPoint,
    ),
  ),
);

/** log2(2^x + 2^y) without overflow. (torch.logaddexp2) */
export const logaddexp2: OfTwo<Tensor> = ofTwo(
  "logaddexp2",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(
    forDTypes(
      binaryRow("logaddexp2", "same", (x, y) => logAddExp(x * Math.LN2, y * Math.LN2) / Math.LN2, {
        x: (g, x, y) => g / (1 + 2 ** (y - x)),
        y: (g, x, y) => g / (1 + 2 ** (x - y)),
        recorded: { x: (g, x, y) => g.mul(x.sub(y).mul(Math.LN2).sigmoid()), y: (g, x, y) => g.mul(y.sub(x).mul(Math.LN2).sigmoid()) },
      }),
      "logaddexp2_cpu",
      isFloatingPoint,
    ),
  ),
);
