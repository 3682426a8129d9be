import * as torch from "layerscope";
import { beside, definite, indices, positive, regular, SampleTable, symmetric, x, type Call, type OperationSample } from "./samples.js";

const table = new SampleTable();
const { add: sample, addOnCpu: sampleOnCpu } = table;

type Unary = (x: torch.Tensor) => torch.Tensor;
type Binary = (x: torch.Tensor, y: torch.Tensor) => torch.Tensor;

// ---- element by element

const unary: Record<string, Unary> = {
  abs: torch.abs,
  neg: torch.neg,
  exp: torch.exp,
  exp2: torch.exp2,
  expm1: torch.expm1,
  square: torch.square,
  sin: torch.sin,
  cos: torch.cos,
  tan: torch.tan,
  asin: torch.asin,
  acos: torch.acos,
  atan: torch.atan,
  sinh: torch.sinh,
  cosh: torch.cosh,
  tanh: torch.tanh,
  asinh: torch.asinh,
  atanh: torch.atanh,
  sigmoid: torch.sigmoid,
  relu: torch.relu,
  erf: torch.erf,
  erfc: torch.erfc,
  erfinv: torch.erfinv,
  sign: torch.sign,
  sgn: torch.sgn,
  floor: torch.floor,
  ceil: torch.ceil,
  trunc: torch.trunc,
  round: (a) => torch.round(a),
  "round to decimals": (a) => torch.round(a, { decimals: 1 }),
  frac: torch.frac,
  sinc: torch.sinc,
  deg2rad: torch.deg2rad,
  rad2deg: torch.rad2deg,
  reciprocal: torch.reciprocal,
  isnan: torch.isnan,
  isinf: torch.isinf,
  isfinite: torch.isfinite,
  isposinf: torch.isposinf,
  isneginf: torch.isneginf,
  signbit: torch.signbit,
  logicalNot: torch.logicalNot,
};
for (const [name, f] of Object.entries(unary)) sample(name, f, x(2, 3));
const unaryOfPositive: Record<string, Unary> = {
  log: torch.log,
  log2: torch.log2,
  log10: torch.log10,
  log1p: torch.log1p,
  sqrt: torch.sqrt,
  rsqrt: torch.rsqrt,
  lgamma: torch.lgamma,
  digamma: torch.digamma,
};
for (const [name, f] of Object.entries(unaryOfPositive)) sample(name, f, positive(2, 3));
sample("acosh", (a) => torch.acosh(a.add(1)), positive(2, 3));
sample("polygamma", (a) => torch.polygamma(2, a), positive(2, 3));
sample("logit", (a) => torch.logit(a.div(2)), positive(2, 3));
sample("logit within bounds", (a) => torch.logit(a.div(2), 0.2), positive(2, 3));
sample("nanToNum", (a) => torch.nanToNum(a), x(2, 3));
sample("bitwise", (a) => torch.bitwiseNot(a.gt(0)), x(2, 3));
for (const f of [torch.bitwiseAnd, torch.bitwiseOr, torch.bitwiseXor]) sample("bitwise", (a) => f(a.gt(0), a.lt(0.5)), x(2, 3));
for (const f of [torch.bitwiseLeftShift, torch.bitwiseRightShift]) sample("shift", (a) => f(a.mul(9).long(), 2), x(2, 3));

const binary: Record<string, Binary> = {
  add: (a, b) => torch.add(a, b),
  sub: (a, b) => torch.sub(a, b),
  mul: torch.mul,
  rsub: torch.rsub,
  maximum: torch.maximum,
  minimum: torch.minimum,
  atan2: torch.atan2,
  fmax: torch.fmax,
  fmin: torch.fmin,
  hypot: torch.hypot,
  copysign: torch.copysign,
  logaddexp: torch.logaddexp,
  logaddexp2: torch.logaddexp2,
  heaviside: torch.heaviside,
  eq: torch.eq,
  ne: torch.ne,
  lt: torch.lt,
  le: torch.le,
  gt: torch.gt,
  ge: torch.ge,
  logicalAnd: torch.logicalAnd,
  logicalOr: torch.logicalOr,
  logicalXor: torch.logicalXor,
  isclose: (a, b) => torch.isclose(a, b),
};
for (const [name, f] of Object.entries(binary)) {
  sample(name, f, x(2, 3), x(2, 3));
  sample(`${name}, broadcast`, f, x(2, 1), x(3));
}
sample("add with alpha", (a, b) => torch.add(a, b, { alpha: 3 }), x(2, 3), x(3));
sample("add a number", (a) => a.add(2), x(2, 3));
sample("mul by a number", (a) => a.mul(2), x(2, 3));
const binaryOfPositive: Record<string, Binary> = {
  div: (a, b) => torch.div(a, b),
  pow: torch.pow,
  xlogy: torch.xlogy,
  remainder: torch.remainder,
  fmod: torch.fmod,
  floorDivide: torch.floorDivide,
  "div, truncated": (a, b) => torch.div(a, b, { roundingMode: "trunc" }),
  "div, floored": (a, b) => torch.div(a, b, { roundingMode: "floor" }),
};
for (const [name, f] of Object.entries(binaryOfPositive)) sample(name, f, positive(2, 3), positive(3));
sample("pow of a number", (a) => torch.pow(2, a), x(2, 3));
sample("pow by a number", (a) => a.pow(-1.5), positive(2, 3));
for (const f of [torch.gcd, torch.lcm]) sample("divisors", (a) => f(a.mul(10).long(), a.mul(6).long()), positive(2, 3));
sample("addcmul", (a, b, c) => torch.addcmul(a, b, c, { value: 2 }), x(2, 3), x(3), x(2, 1));
sample("addcdiv", (a, b, c) => torch.addcdiv(a, b, c, { value: 0.5 }), x(2, 3), x(3), positive(2, 1));
sample("lerp", (a, b) => torch.lerp(a, b, 0.3), x(2, 3), x(3));
sample("lerp by a tensor", torch.lerp as Call, x(2, 3), x(3), x(2, 1));
sample("clamp", (a) => torch.clamp(a, -0.4, 0.4), x(2, 3));
sample("clamp by tensors", (a, b, c) => torch.clamp(a, b, c), x(2, 3), positive(3).detach().mul(-0.5).requiresGrad_(), positive(2, 1));
sample("isin", (a) => torch.isin(a, beside(a.detach().at(0), a)), x(2, 3));

// ---- shapes

sample("view", (a) => a.view(3, -1), x(2, 3));
sample("reshape of a transposed tensor", (a) => a.t().reshape(6), x(2, 3));
sample("reshape", (a) => a.reshape(6), x(2, 3));
sample("flatten", (a) => torch.flatten(a, 1), x(2, 3, 2));
sample("unflatten", (a) => torch.unflatten(a, 1, [2, -1]), x(2, 6));
sample("transpose", (a) => a.transpose(0, -1), x(2, 3, 4));
sample("t", (a) => a.t(), x(2, 3));
sample("permute", (a) => a.permute(2, 0, 1), x(2, 3, 4));
sample("squeeze", (a) => a.squeeze(1), x(2, 1, 3));
sample("squeeze all", (a) => a.squeeze(), x(1, 3, 1));
sample("unsqueeze", (a) => a.unsqueeze(-1), x(2, 3));
sample("expand", (a) => a.expand(2, 2, -1), x(2, 1));
sample("select", (a) => a.select(1, -1), x(2, 3));
sample("narrow", (a) => a.narrow(1, 1, 2), x(2, 3));
sample("diagonal", (a) => torch.diagonal(a, 1, 0, 2), x(2, 3, 4));
sample("unfold", (a) => a.unfold(1, 3, 1), x(2, 5));
sample("asStrided", (a) => torch.asStrided(a, [3, 2], [1, 1]), x(2, 3));
sample("split", (a) => a.split(2, 1), x(2, 5));
sample("split into sizes", (a) => a.split([1, 4], 1), x(2, 5));
sample("tensorSplit", (a) => torch.tensorSplit(a, 2, 1), x(2, 5));
sample("unbind", (a) => a.unbind(1), x(2, 3));
sample("clone", (a) => a.clone(), x(2, 3));
sample("contiguous", (a) => a.t().contiguous(), x(2, 3));
sample("to", (a) => a.to(torch.float32).to(torch.float64).mul(1), positive(2).detach());
sample("to and back", (a) => a.mul(0.5).double().to({ dtype: torch.float64, copy: true }), x(2, 3));

// ---- parts

sample("at", (a) => a.at(1, torch.slice(0, 3, 2), null, "..."), x(2, 3, 2));
sample("at without an index", (a) => a.at("..."), x(2, 3));
sample("at a slice", (a) => a.at(torch.slice(1)), x(3, 2));
sample("at index tensors", (a) => a.at(indices(0, 1, 1), torch.slice(), indices(2, 0, 0)), x(2, 2, 3));
sample("at index tensors side by side", (a) => a.at(torch.slice(), indices([0], [1]), indices(2, 0)), x(2, 2, 3));
sampleOnCpu("at a mask", (a) => a.at(a.detach().gt(0)), x(2, 3));
sample("indexPut", (a, b) => torch.indexPut(a, [beside(indices(0, 1), a)], b), x(3, 2), x(2));
sample("indexPut, added", (a, b) => torch.indexPut(a, [beside(indices(0, 0), a)], b, true), x(3, 2), x(2, 2));
sample("indexSelect", (a) => torch.indexSelect(a, 1, beside(indices(2, 0, 2), a)), x(2, 3));
sample("indexAdd", (a, b) => torch.indexAdd(a, 1, beside(indices(2, 0, 2), a), b, { alpha: 2 }), x(2, 3), x(2, 3));
sample("indexCopy", (a, b) => torch.indexCopy(a, 1, beside(indices(2, 0), a), b), x(2, 3), x(2, 2));
sample("indexFill", (a) => torch.indexFill(a, 1, beside(indices(2, 0), a), 5), x(2, 3));
sample("gather", (a) => torch.gather(a, 1, beside(indices([0, 0], [2, 1]), a)), x(2, 3));
sample("takeAlongDim", (a) => torch.takeAlongDim(a, beside(indices([0], [2]), a), 1), x(2, 3));
sample("scatter", (a, b) => torch.scatter(a, 1, beside(indices([0, 1], [2, 1]), a), b), x(2, 3), x(2, 3));
sample("scatter a number", (a) => torch.scatter(a, 1, beside(indices([0, 1], [2, 1]), a), 4), x(2, 3));
sample("scatterAdd", (a, b) => torch.scatterAdd(a, 1, beside(indices([0, 0], [2, 1]), a), b), x(2, 3), x(2, 2));
sample("take", (a) => torch.take(a, beside(indices([0, -1], [2, 2]), a)), x(2, 3));
sample("maskedFill", (a) => torch.maskedFill(a, a.detach().gt(0), -3), x(2, 3));
sample("maskedFill by a tensor", (a, b) => torch.maskedFill(a, a.detach().gt(0), b), x(2, 3), x());
sampleOnCpu("maskedSelect", (a) => torch.maskedSelect(a, a.detach().at(0).gt(0)), x(2, 3));
sampleOnCpu("maskedScatter", (a, b) => torch.maskedScatter(a, a.detach().gt(0), b), x(2, 3), x(4));
sampleOnCpu("nonzero", (a) => torch.nonzero(a.gt(0)), x(2, 3));
sample("where", (a, b) => torch.where(a.detach().gt(0), a, b), x(2, 3), x(3));

for (const reduce of ["sum", "prod", "mean", "amax", "amin"] as const) {
  for (const includeSelf of [true, false]) {
    const reduced: Call = (a, b) => torch.scatterReduce(a, 1, beside(indices([0, 0, 2], [2, 1, 1]), a), b, reduce, { includeSelf });
    sample(`scatterReduce, ${reduce}${includeSelf ? "" : ", without the tensor itself"}`, reduced, x(2, 3), x(3, 4));
  }
}
sample(
  "scatterReduce with zeros",
  (a, b) => torch.scatterReduce(a, 0, beside(indices(0, 1, 0, 1, 1), a), b.mul(beside(torch.tensor([0, 1, 1, 0, 0]).double(), a)), "prod"),
  x(2),
  x(5),
);

// ---- reductions

const reductions: Record<string, (x: torch.Tensor, dim?: number | readonly number[] | null, keepdim?: boolean) => torch.Tensor> = {
  sum: (a, ...rest) => torch.sum(a, ...rest),
  mean: (a, ...rest) => torch.mean(a, ...rest),
  nansum: (a, ...rest) => torch.nansum(a, ...rest),
  amax: (a, ...rest) => torch.amax(a, ...rest),
  amin: (a, ...rest) => torch.amin(a, ...rest),
  any: (a, ...rest) => torch.any(a, ...rest),
  all: (a, ...rest) => torch.all(a, ...rest),
  var: (a, dim = null, keepdim = false) => torch.var(a, { dim, keepdim }),
  std: (a, dim = null, keepdim = false) => torch.std(a, { dim, keepdim }),
  norm: (a, dim = null, keepdim = false) => torch.norm(a, { dim, keepdim }),
  "norm of order 1": (a, dim = null, keepdim = false) => torch.norm(a, 1, dim, keepdim),
  "norm of order 3": (a, dim = null, keepdim = false) => torch.norm(a, 3, dim, keepdim),
  "largest norm": (a, dim = null, keepdim = false) => torch.norm(a, Infinity, dim, keepdim),
};
for (const [name, f] of Object.entries(reductions)) {
  sample(name, (a) => f(a), x(2, 3));
  sample(`${name} along a dimension`, (a) => f(a, 1), x(2, 3, 2));
  sample(`${name} along two dimensions, kept`, (a) => f(a, [0, -1], true), x(2, 3, 2));
}
sample("logsumexp", (a) => torch.logsumexp(a, [0, 2], true), x(2, 3, 2));
sample("prod", (a) => torch.prod(a), x(2, 3));
sample("prod along a dimension", (a) => torch.prod(a, 1, true), x(2, 3));
for (const f of [torch.max, torch.min, torch.median, torch.nanmedian]) {
  sample("extreme or median", (a) => f(a), x(3, 5));
  sample("extreme or median along a dimension", (a) => f(a, 1).values, x(3, 5));
  sample("extreme or median, kept", (a) => f(a, { dim: 0, keepdim: true }), x(3, 5));
}
for (const f of [torch.argmax, torch.argmin]) sample("argmax", (a) => f(a, 1), x(3, 5));
sample("kthvalue", (a) => torch.kthvalue(a, 2, 0), x(3, 5));
sample("mode", (a) => torch.mode(a, 1), x(3, 5));
sample("countNonzero", (a) => torch.countNonzero(a, 1), x(3, 5));
for (const f of [torch.cumsum, torch.cumprod, torch.logcumsumexp]) sample("running", (a) => f(a, 1), x(2, 3, 2));
for (const f of [torch.cummax, torch.cummin]) sample("running extreme", (a) => f(a, 1), x(2, 3, 2));
sample("cumprod with a zero", (a) => torch.cumprod(a.mul(beside(torch.tensor([1, 0, 1]).double(), a)), 1), x(2, 3));
sample("sort", (a) => torch.sort(a, { dim: 0, descending: true }), x(3, 4));
sample("topk", (a) => torch.topk(a, 2, 1), x(3, 4));
sampleOnCpu("bincount", (a) => torch.bincount(a.mul(5).long()), positive(4));
sample("histc", (a) => torch.histc(a, 4, -1, 1), x(3, 4));
sample("searchsorted", (a) => torch.searchsorted(beside(torch.tensor([-0.5, 0.5], { dtype: torch.float64 }), a), a), x(3, 4));
sample("cov", (a) => torch.cov(a), x(2, 4));
sample("corrcoef", (a) => torch.corrcoef(a), x(2, 4));
sample("trapezoid", (a) => torch.trapezoid(a), x(2, 4));
sample("gradient", (a) => torch.gradient(a), x(3, 4));
sample("gradient of second order", (a) => torch.gradient(a, { spacing: [2, 0.5], edgeOrder: 2 }), x(3, 4));
for (const edgeOrder of [1, 2] as const) {
  sample("gradient at places", (a, at) => torch.gradient(a, { spacing: [at.cumsum(0)], dim: 1, edgeOrder }), x(3, 4), positive(4));
}
sample("renorm", (a) => torch.renorm(a, 2, 0, 0.9), x(2, 4));
sample("quantile", (a) => torch.quantile(a, 0.3, 1), x(3, 4));

// ---- joined and rearranged

sample("cat", (a, b) => torch.cat([a, b], 1), x(2, 3), x(2, 2));
sample("stack", (a, b) => torch.stack([a, b], 1), x(2, 3), x(2, 3));
sample("repeat", (a) => a.repeat(2, 1, 2), x(2, 3));
sample("repeatInterleave", (a) => torch.repeatInterleave(a, 2, 1), x(2, 3));
sample("flip", (a) => torch.flip(a, [0, 2]), x(2, 3, 2));
sample("roll", (a) => torch.roll(a, [1, -1], [0, 1]), x(2, 3));
sample("tril", (a) => torch.tril(a.transpose(0, 1), -1), x(3, 4, 3));
sample("triu", (a) => torch.triu(a, 1), x(2, 3, 4));
sample("diagEmbed", (a) => torch.diagEmbed(a, -1), x(2, 3));
sample("diag", (a) => torch.diag(a, 1), x(3, 4));
sample("trace", (a) => torch.trace(a), x(3, 4));
sample("meshgrid", (a, b) => torch.meshgrid(a, b), x(2), x(3));

// ---- products

sample("mm", (a, b) => torch.mm(a, b), x(2, 3), x(3, 2));
sample("mm of transposed", (a, b) => torch.mm(a.t(), b.t()), x(3, 2), x(2, 3));
sample("mv", (a, b) => torch.mv(a, b), x(2, 3), x(3));
sample("dot", (a, b) => torch.dot(a, b), x(3), x(3));
sample("bmm", (a, b) => torch.bmm(a, b), x(2, 2, 3), x(2, 3, 2));
sample("matmul, broadcast", (a, b) => torch.matmul(a, b), x(2, 1, 2, 3), x(2, 3, 2));
sample("linear", (a, w, b) => torch.nn.functional.linear(a, w, b), x(2, 2, 3), x(2, 3), x(2));
sample("linear without bias", (a, w) => torch.nn.functional.linear(a, w), x(2, 3), x(2, 3));
sample("addmm", (a, b, c) => torch.addmm(a, b, c, { beta: 2, alpha: 3 }), x(2), x(2, 3), x(3, 2));
sample("einsum", (a, b) => torch.einsum("bij,kj->bki", a, b), x(2, 3, 4), x(2, 4));
sample("einsum with a diagonal", (a) => torch.einsum("iij->j", a), x(3, 3, 2));
sample("einsum of three", (a, b, c) => torch.einsum("...i,ij,...j->...", a, b, c), x(2, 3), x(3, 2), x(2, 2));
sample(
  "tensordot",
  (a, b) =>
    torch.tensordot(a, b, [
      [0, 2],
      [1, 0],
    ]),
  x(2, 3, 4),
  x(4, 2),
);
sample("kron", (a, b) => torch.kron(a, b), x(2, 2), x(2, 3));
sample("cross", (a, b) => torch.cross(a, b, { dim: 1 }), x(2, 3), x(1, 3));
sample("cdist", (a, b) => torch.cdist(a, b.mul(1.3)), x(3, 2), x(2, 2));

for (const p of [0, 1, 2, 3, Infinity]) sample(`pdist ${p}`, (a) => torch.pdist(a.exp(), p), x(4, 3));

// ---- special functions

const { special } = torch;
for (const f of [special.erfcx, special.ndtr, special.logNdtr, special.i0e, special.i1e]) sample("of torch.special", (a) => f(a.mul(2)), x(2, 3));
sample("entr", (a) => special.entr(a), positive(2, 3));
sample("ndtri", (a) => special.ndtri(a.sigmoid()), x(2, 3));
sample("xlog1py", (a, b) => special.xlog1py(a, b), x(2, 3), positive(3));
sample("xlog1py of a number", (a) => special.xlog1py(2, a), positive(3));
for (const f of [special.zeta, special.gammainc, special.gammaincc])
  sample("of torch.special, of two", (a) => f(beside(torch.tensor([2.5, 3, 1.5]).double(), a), a), positive(2, 3));
for (const [name, f] of Object.entries(special)) {
  if (/Polynomial/.test(name)) sample(name, (a) => (f as typeof special.zeta)(a, 3), x(2, 3));
  if (/essel|airy/.test(name)) sample(name, (a) => (f as typeof special.entr)(a), positive(2, 3));
}

// ---- linear algebra

const { linalg } = torch;
sample("matrixExp", (a) => torch.matrixExp(a.mul(3)), x(2, 3, 3));
sample("inv", (a) => linalg.inv(a), regular(2, 3, 3));
sample("det", (a) => linalg.det(a), regular(2, 3, 3));
sample("det of a singular matrix", (a) => linalg.det(a.mul(beside(torch.tensor([[1], [1], [0]]).double(), a))), regular(3, 3));
sample("slogdet", (a) => linalg.slogdet(a), regular(2, 3, 3));
sample("solve", (a, b) => linalg.solve(a, b), regular(2, 3, 3), x(3, 2));
sample("solve for a vector", (a, b) => linalg.solve(a, b), regular(3, 3), x(3));
sample("solveTriangular", (a, b) => linalg.solveTriangular(a, b, { upper: true, left: false }), regular(3, 3), x(2, 3));
sample("cholesky", (a) => linalg.cholesky(definite(a)), x(3, 3));
for (const [m, n] of [
  [3, 3],
  [2, 4],
  [4, 2],
] as const) {
  sample(`luFactor of ${m} x ${n}`, (a) => linalg.luFactor(a).LU, x(2, m, n));
  sample(`lu of ${m} x ${n}`, (a) => linalg.lu(a).slice(1), x(m, n));
}
for (const options of [{}, { left: false }, { adjoint: true }, { left: false, adjoint: true }]) {
  sample(
    `luSolve ${JSON.stringify(options)}`,
    (a, b) => linalg.luSolve(...(linalg.luFactor(a).slice(0, 2) as [torch.Tensor, torch.Tensor]), b, options),
    regular(3, 3),
    x(3, 3),
  );
}
sample("luUnpack", (a) => torch.luUnpack(...(linalg.luFactor(a).slice(0, 2) as [torch.Tensor, torch.Tensor])).slice(1), regular(3, 3));
sample("invEx", (a) => linalg.invEx(a).inverse, regular(2, 3, 3));
sample("solveEx", (a, b) => linalg.solveEx(a, b, { left: false }).result, regular(3, 3), x(2, 3));
sample("choleskyEx", (a) => linalg.choleskyEx(definite(a), { upper: true }).L, x(3, 3));
sample("choleskySolve", (a, b) => torch.choleskySolve(b, linalg.cholesky(definite(a))), x(3, 3), x(3, 2));
sample("choleskyInverse", (a) => torch.choleskyInverse(linalg.cholesky(definite(a))), x(3, 3));
sample("householderProduct", (a, b) => linalg.householderProduct(a, b), x(4, 3), x(2));
sample("tensorinv", (a) => linalg.tensorinv(a.reshape([2, 2, 4])), regular(4, 4));
sample("tensorsolve", (a, b) => linalg.tensorsolve(a.reshape([2, 2, 4]), b), regular(4, 4), x(2, 2));
sample("qr", (a) => linalg.qr(a), x(4, 3));
sample("qr of a wide matrix", (a) => linalg.qr(a), x(3, 4));
sample("eigh", (a) => [linalg.eigh(symmetric(a)).eigenvalues, linalg.eigh(symmetric(a)).eigenvectors], x(3, 3));
sample("svd", (a) => linalg.svd(a, false), x(3, 2));
sample("svd of a wide matrix", (a) => linalg.svd(a, false), x(2, 3));
sample("svdvals", (a) => linalg.svdvals(a), x(2, 3, 2));
sample("pinv", (a) => linalg.pinv(a), x(4, 2));
sample("pinv of a wide matrix", (a) => linalg.pinv(a), x(2, 4));
sample("matrixPower", (a) => linalg.matrixPower(a, -3), regular(3, 3));
sample("multiDot", (a, b, c) => linalg.multiDot([a, b, c]), x(3), x(3, 4), x(4, 2));
for (const ord of ["fro", "nuc", 1, -1, 2, Infinity] as const) sample(`matrix norm ${ord}`, (a) => linalg.matrixNorm(a, ord), x(2, 3));

// ---- in place: on a tensor and on a view of it

type InPlace = (x: torch.Tensor, ...others: torch.Tensor[]) => unknown;

function inPlace(name: string, write: InPlace, ...inputs: torch.Tensor[]): void {
  sample(
    `${name} in place`,
    (a, ...others) => {
      const result = a.mul(1);
      write(result, ...others);
      return result;
    },
    ...inputs,
  );
  sample(
    `${name} into a view`,
    (a, ...others) => {
      const whole = torch.stack([a, a.mul(2)], 1);
      write(whole.select(1, 0), ...others);
      return whole.mul(whole);
    },
    ...inputs,
  );
}

inPlace("add", (a, b) => a.add_(b), x(2, 3), x(3));
inPlace("mul", (a, b) => a.mul_(b), x(2, 3), x(3));
inPlace("mul by itself", (a) => a.mul_(a), x(2, 3));
inPlace("mul by a part of itself", (a) => a.mul_(a.select(0, 0)), x(2, 3));
inPlace("div", (a, b) => a.div_(b), x(2, 3), positive(3));
inPlace("exp", (a) => a.exp_(), x(2, 3));
inPlace("sigmoid", (a) => a.sigmoid_(), x(2, 3));
inPlace("sin", (a) => a.sin_(), x(2, 3));
inPlace("clamp", (a) => a.clamp_(-0.4, 0.4), x(2, 3));
inPlace("copy", (a, b) => a.copy_(b), x(2, 3), x(3));
inPlace("fill", (a) => a.fill_(2), x(2, 3));
inPlace("fill by a tensor", (a, b) => a.fill_(b), x(2, 3), x());
inPlace("zero", (a) => a.zero_(), x(2, 3));
inPlace("maskedFill", (a) => a.maskedFill_(a.detach().gt(0), 2), x(2, 3));
inPlace("indexPut", (a, b) => a.indexPut_([beside(indices(0, 1), a)], b), x(2, 3), x(3));
inPlace("scatterAdd", (a, b) => a.scatterAdd_(1, beside(indices([0, 0], [2, 1]), a), b), x(2, 3), x(2, 2));
inPlace("lerp", (a, b) => a.lerp_(b, 0.3), x(2, 3), x(3));
inPlace("round to decimals", (a) => a.round_({ decimals: 1 }), x(2, 3));
inPlace("div, floored", (a, b) => a.div_(b, { roundingMode: "floor" }), positive(2, 3), positive(3));
inPlace("div, truncated", (a, b) => a.div_(b, { roundingMode: "trunc" }), positive(2, 3), positive(3));
inPlace("put", (a, b) => a.put_(beside(indices(0, -1), a), b), x(2, 3), x(2));
inPlace("put, added", (a, b) => a.put_(beside(indices(0, 0), a), b, true), x(2, 3), x(2));
inPlace("fillDiagonal", (a, b) => a.fillDiagonal_(b), x(3, 3), x());
sample("put", (a, b) => torch.put(a, beside(indices([0, -1]), a), b), x(2, 3), x(2));
sample("fill", (a, b) => torch.fill(a, b), x(2, 3), x());

// Those that follow from their functions.
const written: Record<string, InPlace> = {
  eq: (a, b) => a.eq_(b),
  ge: (a) => a.ge_(0.2),
  logicalAnd: (a, b) => a.logicalAnd_(b),
  logicalNot: (a) => a.logicalNot_(),
  multiply: (a, b) => a.multiply_(b),
  "multiply by itself": (a) => a.multiply_(a),
  "subtract with alpha": (a, b) => a.subtract_(b, { alpha: 3 }),
  atan2: (a, b) => a.atan2_(b),
  hypot: (a, b) => a.hypot_(b),
  copysign: (a, b) => a.copysign_(b),
  ldexp: (a, b) => a.ldexp_(b),
  floatPower: (a) => a.floatPower_(2),
  absolute: (a) => a.absolute_(),
  arcsin: (a) => a.arcsin_(),
  sinc: (a) => a.sinc_(),
  i0: (a) => a.i0_(),
  cumsum: (a) => a.cumsum_(1),
  cumprod: (a) => a.cumprod_(1),
  tril: (a) => a.tril_(),
  triu: (a) => a.triu_(),
  renorm: (a) => a.renorm_(2, 0, 0.5),
  addr: (a, b) => a.addr_(b.at(torch.slice(0, 2)), b),
  "hypot of a part of itself": (a) => a.hypot_(a.select(0, 0)),
};
for (const [name, write] of Object.entries(written)) inPlace(name, write, x(2, 3), x(3));
const writtenPositive: Record<string, InPlace> = {
  remainder: (a, b) => a.remainder_(b),
  fmod: (a, b) => a.fmod_(b),
  floorDivide: (a, b) => a.floorDivide_(b),
  xlogy: (a, b) => a.xlogy_(b),
  lgamma: (a) => a.lgamma_(),
  digamma: (a) => a.digamma_(),
  polygamma: (a) => a.polygamma_(1),
  mvlgamma: (a) => a.add_(1).mvlgamma_(2),
  logit: (a) => a.div_(2).logit_(),
};
for (const [name, write] of Object.entries(writtenPositive)) inPlace(name, write, positive(2, 3), positive(3));
inPlace("addmm", (a, b, c) => a.addmm_(b, c, { beta: 2, alpha: 3 }), x(2, 2), x(2, 3), x(3, 2));
inPlace("addmv", (a, b, c) => a.addmv_(b, c), x(2), x(2, 3), x(3));
inPlace("addbmm", (a, b, c) => a.addbmm_(b, c), x(2, 2), x(3, 2, 3), x(3, 3, 2));
inPlace("baddbmm", (a, b, c) => a.baddbmm_(b, c), x(3, 2, 2), x(3, 2, 3), x(3, 3, 2));
sample("i0", (a) => torch.i0(a.mul(5)), x(2, 3));
sample("i0 far out", (a) => torch.i0(a.sign().mul(a.add(31))).div(1e12), positive(2, 3));
sample(
  "i1",
  (a) => a.detach().requiresGrad_() && torch.enableGrad(() => torch.autograd.grad(torch.i0(a).sum(), a, { createGraph: true }) as torch.Tensor[]),
  x(2, 3),
);

/** In another shape from then on: what came before and what comes after, the tensor itself and a view of another. */
function inPlaceView(name: string, write: (x: torch.Tensor) => unknown, ...inputs: torch.Tensor[]): void {
  sample(
    `${name} in place`,
    (a) => {
      const result = a.mul(1);
      const before = result.add(a).select(-1, 0);
      write(result);
      return [before, result.mul(result.select(-1, 0).mean())];
    },
    ...inputs,
  );
  sample(
    `${name} of a view`,
    (a) => {
      const whole = torch.stack([a, a.mul(2)], -1);
      const view = whole.select(-1, 1);
      write(view);
      const seen = view.add(3);
      view.mul_(view);
      return [seen, view, whole];
    },
    ...inputs,
  );
}

inPlaceView("t", (a) => a.t_(), x(2, 3));
inPlaceView("transpose", (a) => a.transpose_(0, 2), x(2, 3, 2));
inPlaceView("squeeze", (a) => a.squeeze_(1), x(2, 1, 3));
inPlaceView("unsqueeze", (a) => a.unsqueeze_(0), x(2, 3));
sample("asStrided in place", (a) => a.mul(1).asStrided_([2, 2], [1, 3]), x(2, 3));
inPlace("scatterReduce", (a, b) => a.scatterReduce_(1, beside(indices([0, 0], [2, 1]), a), b, "prod"), x(2, 3), x(2, 2));
sample("selectScatter", (a, b) => torch.selectScatter(a, b, 0, 1), x(2, 3), x(3));
sample("sliceScatter", (a, b) => torch.sliceScatter(a, b, 1, 0, null, 2), x(2, 3), x(2, 2));
sample("diagonalScatter", (a, b) => torch.diagonalScatter(a, b, 1), x(2, 3), x(2));
sample("asStridedScatter", (a, b) => torch.asStridedScatter(a, b, [2], [1], 1), x(2, 3), x(2));

// ---- gradients that are recorded

sample(
  "gradients of a product and of a view",
  (a, b) => torch.enableGrad(() => torch.autograd.grad(a.mm(b).t().square().sum(), [a, b], { createGraph: true }) as torch.Tensor[]),
  x(2, 3),
  x(3, 2),
);

// ---- sizes from which on another way is taken

sample("cdist of many rows", (a, b) => torch.cdist(a, b.mul(1.3)), x(26, 2), x(2, 2));

export const operationSamples: readonly OperationSample[] = table.samples;
