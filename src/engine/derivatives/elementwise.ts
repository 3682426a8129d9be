import { defineDerivative } from "../autograd/derivatives.js";
import { softplus, type GeluApproximation } from "../ops/activation.js";
import type { Bound } from "../ops/assignment.js";
import { where } from "../ops/masks.js";
import type { Scalar } from "../ops/rules/promotion.js";
import { i1, polygamma } from "../ops/special.js";
import { Tensor } from "../tensor.js";
import { composed, itself, linearInAll, linearInEach, zero } from "./mechanisms.js";

/** Derivatives of element-wise operations. `g` is the incoming gradient, `x` the operand, `y` the second operand or the result. */

type OfOne = (g: Tensor, value: Tensor) => Tensor;

function ofInput(formulas: Readonly<Record<string, OfOne>>): void {
  for (const [name, formula] of Object.entries(formulas)) defineDerivative<[x: Tensor]>(name, (g, { args: [x] }) => [formula(g, x)]);
}

function ofOutput(formulas: Readonly<Record<string, OfOne>>): void {
  for (const [name, formula] of Object.entries(formulas)) defineDerivative(name, (g, { output }) => [formula(g, output)]);
}

/** Only where `mask` is true. */
const within = (g: Tensor, mask: Tensor): Tensor => g.maskedFill(mask.logicalNot(), 0);

defineDerivative(["sign", "sgn", "floor", "ceil", "trunc", "round", "bernoulli", "poisson"], zero);
defineDerivative(["neg", "deg2rad", "rad2deg", "clone", "to", "reshape"], linearInEach(0));
defineDerivative(["copy", "fill"], itself);

ofInput({
  frac: (g) => g,
  abs: (g, x) => g.mul(x.sign()),
  log: (g, x) => g.div(x),
  log2: (g, x) => g.div(x.mul(Math.LN2)),
  log10: (g, x) => g.div(x.mul(Math.LN10)),
  log1p: (g, x) => g.div(x.add(1)),
  square: (g, x) => g.mul(x).mul(2),
  sin: (g, x) => g.mul(x.cos()),
  cos: (g, x) => g.mul(x.sin()).neg(),
  asin: (g, x) => g.div(x.square().rsub(1).sqrt()),
  acos: (g, x) => g.div(x.square().rsub(1).sqrt()).neg(),
  atan: (g, x) => g.div(x.square().add(1)),
  sinh: (g, x) => g.mul(x.cosh()),
  cosh: (g, x) => g.mul(x.sinh()),
  asinh: (g, x) => g.div(x.square().add(1).sqrt()),
  acosh: (g, x) => g.div(x.square().sub(1).sqrt()),
  atanh: (g, x) => g.div(x.square().rsub(1)),
  erf: (g, x) => g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)),
  erfc: (g, x) => g.mul(x.square().neg().exp()).mul(-2 / Math.sqrt(Math.PI)),
  lgamma: (g, x) => g.mul(x.digamma()),
  i0: (g, x) => g.mul(i1(x)),
  i1: (g, x) => where(x.eq(0), g.mul(0.5), g.mul(x.i0().sub(i1(x).div(x)))),
  digamma: (g, x) => g.mul(polygamma(1, x)),
  sinc: (g, x) => g.mul(x.mul(Math.PI).cos().sub(x.sinc()).div(x)).maskedFill(x.eq(0), 0),
  nanToNum: (g, x) => within(g, x.isfinite()),
  selu: (g, x) => eluGradient(g, x, 1.6732632423543772, 1.0507009873554805, 1),
  relu6: (g, x) => within(g, x.gt(0).logicalAnd(x.lt(6))),
  hardsigmoid: (g, x) => within(g.div(6), x.gt(-3).logicalAnd(x.lt(3))),
  hardswish: (g, x) => where(x.lt(3), within(g.mul(x.div(3).add(0.5)), x.gt(-3)), g),
  softsign: (g, x) => g.div(x.abs().add(1).square()),
  tanhshrink: (g, x) => g.mul(x.tanh().square()),
  logsigmoid: (g, x) => g.mul(x.neg().sigmoid()),
});

ofOutput({
  exp: (g, y) => g.mul(y),
  exp2: (g, y) => g.mul(y).mul(Math.LN2),
  expm1: (g, y) => g.mul(y.add(1)),
  sqrt: (g, y) => g.div(y.mul(2)),
  rsqrt: (g, y) => g.mul(y.pow(3)).mul(-0.5),
  reciprocal: (g, y) => g.mul(y.square()).neg(),
  tan: (g, y) => g.mul(y.square().add(1)),
  tanh: (g, y) => g.mul(y.square().rsub(1)),
  sigmoid: (g, y) => g.mul(y.mul(y.rsub(1))),
  relu: (g, y) => within(g, y.gt(0)),
  erfinv: (g, y) => g.mul(y.square().exp()).mul(Math.sqrt(Math.PI) / 2),
});

defineDerivative<[x: Tensor, n: number]>("polygamma", (g, { args: [x, n] }) => [g.mul(polygamma(n + 1, x))]);
defineDerivative<[x: Tensor, eps: number | null]>("logit", (g, { args: [x, eps] }) => {
  const slope = g.div(x.mul(x.rsub(1)));
  return [eps === null ? slope : within(slope, x.ge(eps).logicalAnd(x.le(1 - eps)))];
});

// ---- activations with constants

/** exp where x is not positive; elsewhere 1, so that nothing overflows. */
const decay = (x: Tensor): Tensor => x.clampMax(0).exp();

function eluGradient(g: Tensor, x: Tensor, alpha: number, scale: number, inputScale: number): Tensor {
  return where(x.gt(0), g.mul(scale), g.mul(decay(x.mul(inputScale))).mul(alpha * scale * inputScale));
}

defineDerivative<[x: Tensor, slope: number]>("leakyRelu", (g, { args: [x, slope] }) => [where(x.gt(0), g, g.mul(slope))]);
defineDerivative<[x: Tensor, alpha: number, scale: number, inputScale: number]>("elu", (g, { args }) => [eluGradient(g, ...args)]);
defineDerivative<[x: Tensor, alpha: number]>("celu", (g, { args: [x, alpha] }) => [eluGradient(g, x, alpha, 1, 1 / alpha)]);
defineDerivative<[x: Tensor, min: number, max: number]>("hardtanh", (g, { args: [x, min, max] }) => [within(g, x.gt(min).logicalAnd(x.lt(max)))]);
defineDerivative<[x: Tensor, lambd: number]>(["softshrink", "hardshrink"], (g, { args: [x, lambd] }) => [within(g, x.abs().gt(lambd))]);
defineDerivative<[x: Tensor, threshold: number]>("threshold", (g, { args: [x, threshold] }) => [within(g, x.gt(threshold))]);
defineDerivative<[x: Tensor, beta: number, threshold: number]>("softplus", (g, { args: [x, beta, threshold] }) => {
  const scaled = x.mul(beta);
  return [where(scaled.gt(threshold), g, g.mul(scaled.sigmoid()))];
});
defineDerivative(
  "silu",
  composed<[x: Tensor]>(([x]) => x.mul(x.sigmoid())),
);
defineDerivative(
  "mish",
  composed<[x: Tensor]>(([x]) => x.mul(softplus(x).tanh())),
);
defineDerivative(
  "gelu",
  composed<[x: Tensor, approximate: GeluApproximation]>(([x, approximate]) => {
    if (approximate === "none") return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
    return x.mul(0.5).mul(
      x
        .add(x.pow(3).mul(0.044715))
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
        .add(1),
    );
  }),
);
defineDerivative(
  "glu",
  composed<[x: Tensor, dim: number]>(([x, dim]) => {
    const [value, gate] = x.chunk(2, dim) as [Tensor, Tensor];
    return value.mul(gate.sigmoid());
  }),
);
defineDerivative(
  "prelu",
  composed<[x: Tensor, weight: Tensor]>(([x, weight]) => {
    const slope = weight.numel() === 1 ? weight.reshape([]) : weight.reshape(x.sizes.map((_, i) => (i === 1 ? -1 : 1)));
    return where(x.gt(0), x, x.mul(slope));
  }),
);
defineDerivative("rrelu", (g, { saved }) => [g.mul(saved as Tensor)]);
defineDerivative(["dropout", "featureDropout", "alphaDropout", "featureAlphaDropout"], (g, { saved }) => [
  g.mul((saved as { readonly factor: Tensor }).factor),
]);

// ---- two operands

type Pair = [x: Tensor, y: Tensor | Scalar];

function ofTwo(formulas: Readonly<Record<string, readonly [x: (g: Tensor, ...pair: Pair) => Tensor, y: (g: Tensor, x: Tensor, y: Tensor) => Tensor]>>): void {
  for (const [name, [forX, forY]] of Object.entries(formulas)) {
    defineDerivative<Pair>(name, (g, { args: [x, y], needs }) => [needs(0) ? forX(g, x, y) : null, y instanceof Tensor && needs(1) ? forY(g, x, y) : null]);
  }
}

/** The share of an operand that is chosen: half where both are equal. */
const share = (better: Tensor, equal: Tensor, g: Tensor): Tensor => g.mul(better.to(g.dtype).add(equal.to(g.dtype).mul(0.5)));

/** fmax and fmin: the first operand wins over NaN too. */
const firstWins = (isBetter: Tensor, y: Tensor | Scalar): Tensor => (y instanceof Tensor ? isBetter.logicalOr(y.isnan()) : isBetter);

function hypotGradient(g: Tensor, side: Tensor, x: Tensor, y: Tensor): Tensor {
  const length = x.hypot(y);
  return g.mul(side.div(length)).maskedFill(length.eq(0), 0);
}

function powGradient(g: Tensor, x: Tensor, exponent: Tensor | Scalar): Tensor {
  if (exponent instanceof Tensor) return g.mul(exponent.mul(x.pow(exponent.sub(1)))).maskedFill(exponent.eq(0), 0);
  const n = Number(exponent);
  return n === 0 ? g.mul(0) : g.mul(x.pow(n - 1)).mul(n);
}

defineDerivative(["add", "sub", "rsub"], linearInAll(0, 1));
defineDerivative("mul", linearInEach(0, 1));
defineDerivative<Pair>("div", (g, { args: [x, y], name, needs }) => {
  // Rounded.
  if (name === "DivBackward1") return [g.mul(0), y instanceof Tensor ? g.mul(0) : null];
  return [needs(0) ? g.div(y) : null, y instanceof Tensor && needs(1) ? g.mul(x).div(y.square()).neg() : null];
});
ofTwo({
  remainder: [(g) => g, (g, x, y) => g.mul(x.detach().div(y.detach()).floor()).neg()],
  fmod: [(g) => g, (g, x, y) => g.mul(x.detach().div(y.detach()).trunc()).neg()],
  pow: [powGradient, (g, x, y) => g.mul(x.pow(y).mul(x.log())).maskedFill(x.eq(0).logicalAnd(y.ge(0)), 0)],
  maximum: [(g, x, y) => share(x.gt(y), x.eq(y), g), (g, x, y) => share(y.gt(x), x.eq(y), g)],
  minimum: [(g, x, y) => share(x.lt(y), x.eq(y), g), (g, x, y) => share(y.lt(x), x.eq(y), g)],
  fmax: [(g, x, y) => within(g, firstWins(x.ge(y), y)), (g, x, y) => g.maskedFill(firstWins(x.ge(y), y), 0)],
  fmin: [(g, x, y) => within(g, firstWins(x.le(y), y)), (g, x, y) => g.maskedFill(firstWins(x.le(y), y), 0)],
  atan2: [
    (g, x, y) => g.mul(y).div(x.square().add(y instanceof Tensor ? y.square() : Number(y) ** 2)),
    (g, x, y) => g.mul(x).div(x.square().add(y.square())).neg(),
  ],
  hypot: [(g, x, y) => hypotGradient(g, x, x, y as Tensor), (g, x, y) => hypotGradient(g, y, x, y)],
  copysign: [
    (g, x, y) =>
      g
        .mul(
          x
            .detach()
            .copysign(y instanceof Tensor ? y.detach() : y)
            .div(x.detach()),
        )
        .maskedFill(x.eq(0), 0),
    (g) => g.mul(0),
  ],
  logaddexp: [(g, x, y) => g.mul(x.sub(y).sigmoid()), (g, x, y) => g.mul(y.sub(x).sigmoid())],
  logaddexp2: [(g, x, y) => g.mul(x.sub(y).mul(Math.LN2).sigmoid()), (g, x, y) => g.mul(y.sub(x).mul(Math.LN2).sigmoid())],
  xlogy: [
    (g, x, y) => (y instanceof Tensor ? g.mul(y.log()).maskedFill(x.eq(0).logicalAnd(y.le(0)), 0) : g.mul(Math.log(Number(y)))),
    (g, x, y) => g.mul(x).div(y),
  ],
});

// ---- three operands

type Three = [x: Tensor, y: Tensor, z: Tensor, value: number];
defineDerivative(
  "addcmul",
  composed<Three>(([x, y, z, value]) => x.add(y.mul(z).mul(value))),
);
defineDerivative(
  "addcdiv",
  composed<Three>(([x, y, z, value]) => x.add(y.div(z).mul(value))),
);
defineDerivative(
  "lerp",
  composed<[start: Tensor, end: Tensor, weight: Tensor | number]>(([start, end, weight]) => start.add(end.sub(start).mul(weight))),
);
defineDerivative<[x: Tensor, min: Bound, max: Bound]>("clamp", (g, { args: [x, min, max] }) => {
  const low = min ?? -Infinity;
  const high = max ?? Infinity;
  const asTensor = (bound: Tensor | Scalar): Tensor => (bound instanceof Tensor ? bound : x.detach().mul(0).add(bound));
  return [
    within(g, x.ge(low).logicalAnd(x.le(high))),
    min instanceof Tensor ? within(g, x.lt(min).logicalAnd(min.lt(high))) : null,
    max instanceof Tensor ? within(g, x.gt(max).logicalOr(asTensor(low).gt(max))) : null,
  ];
});
