import { defineOperation } from "../dispatch/index.js";
import * as functions from "../math/moreSpecialFunctions.js";
import { NotImplementedError } from "../errors.js";
import { lgamma } from "../math/specialFunctions.js";
import { Tensor } from "../tensor.js";
import { tensor } from "./creation.js";
import { where } from "./masks.js";
import { binaryRow, ofTwo, unaryRow, type BinaryDerivatives, type UnaryDerivative } from "./rules/elementwiseRows.js";
import type { Scalar } from "./rules/promotion.js";

/** Functions of torch.special that few models need. Those without a gradient have none in PyTorch either. */

type Unary = (x: Tensor) => Tensor;
/** Of two operands, one of which may be a number. */
export type Binary = (x: Tensor | number, other: Tensor | number) => Tensor;

function unary(name: string, f: (x: number) => number, derivative: UnaryDerivative | null = null): Unary {
  return defineOperation<[x: Tensor]>(unaryRow(name, "float", f, derivative));
}

function binary(name: string, f: (x: number, y: number) => number, derivatives: BinaryDerivatives | null = null): Binary {
  const row = derivatives === null ? binaryRow(name, "float", f, null) : binaryRow(name, "float", f, derivatives);
  const operation = ofTwo(name, defineOperation<[x: Tensor, y: Tensor | Scalar]>(row));
  return (x, ...rest: readonly unknown[]) => {
    const [other] = rest;
    const first = x instanceof Tensor ? x : tensor(x, other instanceof Tensor && other.dtype.isFloatingPoint ? { dtype: other.dtype } : {});
    return operation(first, ...(rest as [Tensor | Scalar]));
  };
}

/** -x log(x), 0 at 0 and minus infinity below. (torch.special.entr) */
export const entr: Unary = unary("entr", (x) => (Number.isNaN(x) ? x : x > 0 ? -x * Math.log(x) : x === 0 ? 0 : -Infinity), {
  of: "input",
  f: (g, x) => g * (-Math.log(x) - 1),
  recorded: (g, x) => g.mul(x.log().neg().sub(1)),
});

/** exp(x^2) erfc(x). (torch.special.erfcx) */
export const erfcx: Unary = unary("erfcx", functions.erfcx, {
  watches: ["output"],
  of: "input",
  f: (g, x) => g * (2 * x * functions.erfcx(x) - 2 / Math.sqrt(Math.PI)),
  recorded: (g, x) =>
    g.mul(
      x
        .mul(2)
        .mul(erfcx(x))
        .sub(2 / Math.sqrt(Math.PI)),
    ),
});

const density = 1 / Math.sqrt(2 * Math.PI);

/** The share of the standard normal distribution below x. (torch.special.ndtr) */
export const ndtr: Unary = unary("ndtr", functions.ndtr, {
  copies: () => [0],
  of: "input",
  f: (g, x) => g * density * Math.exp((-x * x) / 2),
  recorded: (g, x) => g.mul(x.square().mul(-0.5).exp().mul(density)),
});

/** The logarithm of `ndtr`, right far below too. (torch.special.log_ndtr) */
export const logNdtr: Unary = unary("logNdtr", functions.logNdtr, {
  watches: ["output"],
  of: "input",
  f: (g, x) => (g / functions.erfcx(-x * Math.SQRT1_2)) * Math.sqrt(2 / Math.PI),
  recorded: (g, x) => g.div(erfcx(x.mul(-Math.SQRT1_2))).mul(Math.sqrt(2 / Math.PI)),
});

/** The x below which a share of the standard normal distribution lies, the inverse of `ndtr`. (torch.special.ndtri) */
export const ndtri: Unary = unary("ndtri", functions.ndtri, {
  of: "output",
  f: (g, y) => (g / density) * Math.exp((y * y) / 2),
  recorded: (g, y) => g.mul(y.square().mul(0.5).exp().div(density)),
});

/** exp(-|x|) times the modified Bessel function of the first kind of order 0. (torch.special.i0e) */
export const i0e: Unary = unary("i0e", (x) => functions.scaledBesselI(0, x), {
  watches: ["output"],
  of: "input",
  f: (g, x) => g * (functions.scaledBesselI(1, x) - Math.sign(x) * functions.scaledBesselI(0, x)),
  recorded: (g, x) => g.mul(i1e(x).sub(x.sign().mul(i0e(x)))),
});

/** exp(-|x|) times the modified Bessel function of the first kind of order 1. (torch.special.i1e) */
export const i1e: Unary = unary("i1e", (x) => functions.scaledBesselI(1, x), {
  watches: ["output"],
  of: "input",
  f: (g, x) => g * (x === 0 ? 0.5 : functions.scaledBesselI(0, x) - functions.scaledBesselI(1, x) * (Math.sign(x) + 1 / x)),
  recorded: (g, x) => g.mul(where(x.eq(0), 0.5, i0e(x).sub(i1e(x).mul(x.sign().add(x.reciprocal()))))),
});

/** x log(1 + y), 0 where x is 0. (torch.special.xlog1py) */
export const xlog1py: Binary = binary("xlog1py", (x, y) => (Number.isNaN(y) ? NaN : x === 0 ? 0 : x * Math.log1p(y)), {
  x: (g, x, y) => (x === 0 && y <= -1 ? 0 : g * Math.log1p(y)),
  y: (g, x, y) => (g * x) / (y + 1),
  recorded: {
    x: (g, x, y) => (y instanceof Tensor ? g.mul(y.log1p()).maskedFill(x.eq(0).logicalAnd(y.le(-1)), 0) : g.mul(Math.log1p(Number(y)))),
    y: (g, x, y) => g.mul(x).div(y.add(1)),
  },
});

/** What has a derivative by its second operand alone. `named`: as PyTorch's error names the first. */
function bySecond(named: string, f: (x: number, y: number) => number, recorded: (x: Tensor, y: Tensor) => Tensor): BinaryDerivatives {
  const refuse = (): never => {
    throw new NotImplementedError(`the derivative for '${named}' is not implemented.`);
  };
  return { x: refuse, y: (g, x, y) => g * f(x, y), recorded: { x: refuse, y: (g, x, y) => g.mul(recorded(x, y)) } };
}

const gammaDensity = (a: number, x: number): number => Math.exp((a - 1) * Math.log(x) - x - lgamma(a));
const gammaDensityOf = (a: Tensor, x: Tensor): Tensor => a.sub(1).mul(x.log()).sub(x).sub(a.lgamma()).exp();

/** Hurwitz' zeta function, the sum of (k + other)^-x over k from 0 on. A gradient by `other` alone. (torch.special.zeta) */
export const zeta: Binary = binary(
  "zeta",
  functions.zeta,
  bySecond(
    "zeta",
    (s, q) => -s * functions.zeta(s + 1, q),
    (s, q) => s.neg().mul(zeta(s.add(1), q)),
  ),
);

/** The regularized lower incomplete gamma function: the share of the gamma distribution of shape x below `other`, by which alone there is a gradient. (torch.special.gammainc) */
export const gammainc: Binary = binary("gammainc", (a, x) => functions.gammainc(a, x, false), bySecond("igamma: input", gammaDensity, gammaDensityOf));

/** The regularized upper incomplete gamma function, 1 - gammainc. (torch.special.gammaincc) */
export const gammaincc: Binary = binary(
  "gammaincc",
  (a, x) => functions.gammainc(a, x, true),
  bySecond(
    "igammac: input",
    (a, x) => -gammaDensity(a, x),
    (a, x) => gammaDensityOf(a, x).neg(),
  ),
);

/** Airy's function Ai. (torch.special.airy_ai) */
export const airyAi: Unary = unary("airyAi", functions.airyAi);
/** The Bessel function of the first kind of order 0. (torch.special.bessel_j0) */
export const besselJ0: Unary = unary("besselJ0", (x) => functions.besselJ(0, x));
/** The Bessel function of the first kind of order 1. (torch.special.bessel_j1) */
export const besselJ1: Unary = unary("besselJ1", (x) => functions.besselJ(1, x));
/** The Bessel function of the second kind of order 0. (torch.special.bessel_y0) */
export const besselY0: Unary = unary("besselY0", (x) => functions.besselY(0, x));
/** The Bessel function of the second kind of order 1. (torch.special.bessel_y1) */
export const besselY1: Unary = unary("besselY1", (x) => functions.besselY(1, x));
/** The modified Bessel function of the first kind of order 0. (torch.special.modified_bessel_i0) */
export const modifiedBesselI0: Unary = unary("modifiedBesselI0", (x) => functions.modifiedBesselI(0, x));
/** The modified Bessel function of the first kind of order 1. (torch.special.modified_bessel_i1) */
export const modifiedBesselI1: Unary = unary("modifiedBesselI1", (x) => functions.modifiedBesselI(1, x));
/** The modified Bessel function of the second kind of order 0. (torch.special.modified_bessel_k0) */
export const modifiedBesselK0: Unary = unary("modifiedBesselK0", (x) => functions.besselK(0, x));
/** The modified Bessel function of the second kind of order 1. (torch.special.modified_bessel_k1) */
export const modifiedBesselK1: Unary = unary("modifiedBesselK1", (x) => functions.besselK(1, x));
/** exp(x) times the modified Bessel function of the second kind of order 0. (torch.special.scaled_modified_bessel_k0) */
export const scaledModifiedBesselK0: Unary = unary("scaledModifiedBesselK0", (x) => functions.scaledBesselK(0, x));
/** exp(x) times the modified Bessel function of the second kind of order 1. (torch.special.scaled_modified_bessel_k1) */
export const scaledModifiedBesselK1: Unary = unary("scaledModifiedBesselK1", (x) => functions.scaledBesselK(1, x));
/** sin(x) / x. (torch.special.spherical_bessel_j0) */
export const sphericalBesselJ0: Unary = unary("sphericalBesselJ0", functions.sphericalBesselJ0);

/** Chebyshev's polynomial of the first kind, T, of degree `other`. (torch.special.chebyshev_polynomial_t) */
export const chebyshevPolynomialT: Binary = binary("chebyshevPolynomialT", functions.chebyshevT);
/** Chebyshev's polynomial of the second kind, U. (torch.special.chebyshev_polynomial_u) */
export const chebyshevPolynomialU: Binary = binary("chebyshevPolynomialU", functions.chebyshevU);
/** Chebyshev's polynomial of the third kind, V. (torch.special.chebyshev_polynomial_v) */
export const chebyshevPolynomialV: Binary = binary("chebyshevPolynomialV", functions.chebyshevV);
/** Chebyshev's polynomial of the fourth kind, W. (torch.special.chebyshev_polynomial_w) */
export const chebyshevPolynomialW: Binary = binary("chebyshevPolynomialW", functions.chebyshevW);
/** T at 2 x - 1. (torch.special.shifted_chebyshev_polynomial_t) */
export const shiftedChebyshevPolynomialT: Binary = binary("shiftedChebyshevPolynomialT", (x, n) => functions.chebyshevT(2 * x - 1, n));
/** U at 2 x - 1. (torch.special.shifted_chebyshev_polynomial_u) */
export const shiftedChebyshevPolynomialU: Binary = binary("shiftedChebyshevPolynomialU", (x, n) => functions.chebyshevU(2 * x - 1, n));
/** V at 2 x - 1. (torch.special.shifted_chebyshev_polynomial_v) */
export const shiftedChebyshevPolynomialV: Binary = binary("shiftedChebyshevPolynomialV", (x, n) => functions.chebyshevV(2 * x - 1, n));
/** W at 2 x - 1. (torch.special.shifted_chebyshev_polynomial_w) */
export const shiftedChebyshevPolynomialW: Binary = binary("shiftedChebyshevPolynomialW", (x, n) => functions.chebyshevW(2 * x - 1, n));
/** The physicists' Hermite polynomial. (torch.special.hermite_polynomial_h) */
export const hermitePolynomialH: Binary = binary("hermitePolynomialH", functions.hermiteH);
/** The probabilists' Hermite polynomial. (torch.special.hermite_polynomial_he) */
export const hermitePolynomialHe: Binary = binary("hermitePolynomialHe", functions.hermiteHe);
/** Laguerre's polynomial. (torch.special.laguerre_polynomial_l) */
export const laguerrePolynomialL: Binary = binary("laguerrePolynomialL", functions.laguerreL);
/** Legendre's polynomial. (torch.special.legendre_polynomial_p) */
export const legendrePolynomialP: Binary = binary("legendrePolynomialP", functions.legendreP);
