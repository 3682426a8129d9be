import { inPlace, inPlaceView, type TensorSpec } from "../dispatch/index.js";
import { float64 } from "../dtype.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import { equalSizes, formatSizes } from "../size.js";
import type { Tensor } from "../tensor.js";
import * as arithmetic from "./arithmetic.js";
import * as binary from "./binary.js";
import * as bitwise from "./bitwise.js";
import * as comparison from "./comparison.js";
import { addbmm, addr } from "./contraction.js";
import { tril, triu } from "./joining.js";
import { addmm, addmv, baddbmm } from "./matmul.js";
import { cppName } from "./rules/promotion.js";
import { cumprod, cumsum } from "./reduction.js";
import * as shape from "./shape.js";
import * as special from "./special.js";
import { renorm } from "./statistics.js";
import { polygamma } from "./tensorOnly.js";
import * as unary from "./unary.js";
import { operand } from "../operation.js";

/**
 * The in-place forms that follow from the functions alone. Those that write straight into their tensor, without memory of their own on the
 * way, stand beside their functions.
 */

// ---- comparisons and truth values, written as numbers of the tensor's dtype

/** eq in place. */
export const eq_: typeof binary.eq = inPlace({ name: "eq", arguments: ["input", operand] }, binary.eq);
/** ne in place. */
export const ne_: typeof binary.ne = inPlace({ name: "ne", arguments: ["input", operand] }, binary.ne);
/** lt in place. */
export const lt_: typeof binary.lt = inPlace({ name: "lt", arguments: ["input", operand] }, binary.lt);
/** le in place. */
export const le_: typeof binary.le = inPlace({ name: "le", arguments: ["input", operand] }, binary.le);
/** gt in place. */
export const gt_: typeof binary.gt = inPlace({ name: "gt", arguments: ["input", operand] }, binary.gt);
/** ge in place. */
export const ge_: typeof binary.ge = inPlace({ name: "ge", arguments: ["input", operand] }, binary.ge);
/** greater in place. */
export const greater_: typeof comparison.greater = inPlace({ name: "gt", arguments: ["input", operand] }, comparison.greater);
/** greaterEqual in place. */
export const greaterEqual_: typeof comparison.greaterEqual = inPlace({ name: "ge", arguments: ["input", operand] }, comparison.greaterEqual);
/** less in place. */
export const less_: typeof comparison.less = inPlace({ name: "lt", arguments: ["input", operand] }, comparison.less);
/** lessEqual in place. */
export const lessEqual_: typeof comparison.lessEqual = inPlace({ name: "le", arguments: ["input", operand] }, comparison.lessEqual);
/** notEqual in place. */
export const notEqual_: typeof comparison.notEqual = inPlace({ name: "ne", arguments: ["input", operand] }, comparison.notEqual);
/** logicalAnd in place. */
export const logicalAnd_: typeof binary.logicalAnd = inPlace({ name: "logicalAnd", arguments: ["input", operand] }, binary.logicalAnd);
/** logicalOr in place. */
export const logicalOr_: typeof binary.logicalOr = inPlace({ name: "logicalOr", arguments: ["input", operand] }, binary.logicalOr);
/** logicalXor in place. */
export const logicalXor_: typeof binary.logicalXor = inPlace({ name: "logicalXor", arguments: ["input", operand] }, binary.logicalXor);
/** logicalNot in place. */
export const logicalNot_: typeof unary.logicalNot = inPlace({ name: "logicalNot", arguments: ["input"] }, unary.logicalNot);

// ---- arithmetic

/** subtract in place. */
export const subtract_: typeof arithmetic.subtract = inPlace({ name: "sub", arguments: ["input", operand, ["alpha", 1]], sign: "−=" }, arithmetic.subtract);
/** multiply in place. */
export const multiply_: typeof arithmetic.multiply = inPlace({ name: "mul", arguments: ["input", operand], sign: "×=" }, arithmetic.multiply);
/** divide in place. */
export const divide_: typeof arithmetic.divide = inPlace({ name: "div", arguments: ["input", operand], sign: "÷=" }, arithmetic.divide);
/** trueDivide in place. */
export const trueDivide_: typeof arithmetic.trueDivide = inPlace({ name: "div", arguments: ["input", operand], sign: "÷=" }, arithmetic.trueDivide);
/** floorDivide in place. */
export const floorDivide_: typeof binary.floorDivide = inPlace({ name: "floorDivide", arguments: ["input", operand] }, binary.floorDivide);
/** remainder in place. */
export const remainder_: typeof binary.remainder = inPlace({ name: "remainder", arguments: ["input", operand] }, binary.remainder);
/** fmod in place. */
export const fmod_: typeof binary.fmod = inPlace({ name: "fmod", arguments: ["input", operand] }, binary.fmod);
/** atan2 in place. */
export const atan2_: typeof binary.atan2 = inPlace({ name: "atan2", arguments: ["input", operand] }, binary.atan2);
/** arctan2 in place. */
export const arctan2_: typeof arithmetic.arctan2 = inPlace({ name: "atan2", arguments: ["input", operand] }, arithmetic.arctan2);
/** hypot in place. */
export const hypot_: typeof arithmetic.hypot = inPlace({ name: "hypot", arguments: ["input", operand] }, arithmetic.hypot);
/** copysign in place. */
export const copysign_: typeof arithmetic.copysign = inPlace({ name: "copysign", arguments: ["input", operand] }, arithmetic.copysign);
/** heaviside in place. */
export const heaviside_: typeof arithmetic.heaviside = inPlace({ name: "heaviside", arguments: ["input", "values"] }, arithmetic.heaviside);
/** gcd in place. */
export const gcd_: typeof arithmetic.gcd = inPlace({ name: "gcd", arguments: ["input", operand] }, arithmetic.gcd);
/** lcm in place. */
export const lcm_: typeof arithmetic.lcm = inPlace({ name: "lcm", arguments: ["input", operand] }, arithmetic.lcm);
/** ldexp in place. */
export const ldexp_: typeof arithmetic.ldexp = inPlace({ name: "ldexp", arguments: ["input", operand] }, arithmetic.ldexp);
/** floatPower in place, on float64 alone. */
export const floatPower_: typeof arithmetic.floatPower = inPlace(
  { name: "floatPower", arguments: ["input", "exponent"] },
  arithmetic.floatPower,
  requireDouble,
);
/** bitwiseLeftShift in place. */
export const bitwiseLeftShift_: typeof bitwise.bitwiseLeftShift = inPlace(
  { name: "bitwiseLeftShift", arguments: ["input", operand] },
  bitwise.bitwiseLeftShift,
);
/** bitwiseRightShift in place. */
export const bitwiseRightShift_: typeof bitwise.bitwiseRightShift = inPlace(
  { name: "bitwiseRightShift", arguments: ["input", operand] },
  bitwise.bitwiseRightShift,
);
/** xlogy in place. */
export const xlogy_: typeof special.xlogy = inPlace({ name: "xlogy", arguments: ["input", operand] }, special.xlogy);

function requireDouble(self: Tensor): void {
  if (self.dtype === float64) return;
  throw new RuntimeError(`the base given to float_power_ has dtype ${self.dtype.scalarType} but the operation's result requires dtype Double`);
}

// ---- one tensor, element by element

/** absolute in place. */
export const absolute_: typeof arithmetic.absolute = inPlace({ name: "abs", arguments: ["input"] }, arithmetic.absolute);
/** negative in place. */
export const negative_: typeof arithmetic.negative = inPlace({ name: "neg", arguments: ["input"] }, arithmetic.negative);
/** fix in place. */
export const fix_: typeof arithmetic.fix = inPlace({ name: "trunc", arguments: ["input"] }, arithmetic.fix);
/** arccos in place. */
export const arccos_: typeof arithmetic.arccos = inPlace({ name: "acos", arguments: ["input"] }, arithmetic.arccos);
/** arccosh in place. */
export const arccosh_: typeof arithmetic.arccosh = inPlace({ name: "acosh", arguments: ["input"] }, arithmetic.arccosh);
/** arcsin in place. */
export const arcsin_: typeof arithmetic.arcsin = inPlace({ name: "asin", arguments: ["input"] }, arithmetic.arcsin);
/** arcsinh in place. */
export const arcsinh_: typeof arithmetic.arcsinh = inPlace({ name: "asinh", arguments: ["input"] }, arithmetic.arcsinh);
/** arctan in place. */
export const arctan_: typeof arithmetic.arctan = inPlace({ name: "atan", arguments: ["input"] }, arithmetic.arctan);
/** arctanh in place. */
export const arctanh_: typeof arithmetic.arctanh = inPlace({ name: "atanh", arguments: ["input"] }, arithmetic.arctanh);
/** deg2rad in place. */
export const deg2rad_: typeof arithmetic.deg2rad = inPlace({ name: "deg2rad", arguments: ["input"] }, arithmetic.deg2rad);
/** rad2deg in place. */
export const rad2deg_: typeof arithmetic.rad2deg = inPlace({ name: "rad2deg", arguments: ["input"] }, arithmetic.rad2deg);
/** sgn in place. */
export const sgn_: typeof arithmetic.sgn = inPlace({ name: "sgn", arguments: ["input"] }, arithmetic.sgn);
/** sinc in place. */
export const sinc_: typeof special.sinc = inPlace({ name: "sinc", arguments: ["input"] }, special.sinc);
/** lgamma in place. */
export const lgamma_: typeof special.lgamma = inPlace({ name: "lgamma", arguments: ["input"] }, special.lgamma);
/** digamma in place. */
export const digamma_: typeof special.digamma = inPlace({ name: "digamma", arguments: ["input"] }, special.digamma);
/** i0 in place. */
export const i0_: typeof special.i0 = inPlace({ name: "i0", arguments: ["input"] }, special.i0);
/** mvlgamma in place. */
export const mvlgamma_: typeof special.mvlgamma = inPlace({ name: "mvlgamma", arguments: ["input", "p"] }, special.mvlgamma);
/** polygamma in place. */
export const polygamma_: typeof polygamma = inPlace({ name: "polygamma", arguments: ["n", "input"] }, polygamma);
/** logit in place. */
export const logit_: typeof special.logit = inPlace({ name: "logit", arguments: ["input", "eps"] }, special.logit);

// ---- whole rows and matrices: nothing broadcasts

/** PyTorch's errors of operations that do not broadcast what they write over. */
function requireSameSizes(self: Tensor, { sizes, dtype }: TensorSpec): void {
  if (!equalSizes(self.sizes, sizes)) {
    throw new RuntimeError(`Bad in-place call: input tensor size ${formatSizes(self.sizes)} and output tensor size ${formatSizes(sizes)} should match`);
  }
  if (self.dtype !== dtype) {
    throw new RuntimeError(`Bad in-place call: input tensor dtype ${cppName(self.dtype)} and output tensor dtype ${cppName(dtype)} should match`);
  }
}

/** In place, running sums and products of integers keep their dtype. */
const scanFit =
  (operation: string) =>
  (self: Tensor, result: TensorSpec): void => {
    if (self.dtype.name === "bool") throw new NotImplementedError(`"${operation}_out_cpu" not implemented for 'Bool'`);
    if (self.dtype.category !== "integer" || result.dtype.category !== "integer") requireSameSizes(self, result);
  };

/** cumsum in place. */
export const cumsum_: typeof cumsum = inPlace({ name: "cumsum", arguments: ["input", "dim"] }, cumsum, scanFit("cumsum"));
/** cumprod in place. */
export const cumprod_: typeof cumprod = inPlace({ name: "cumprod", arguments: ["input", "dim"] }, cumprod, scanFit("cumprod"));
/** tril in place. */
export const tril_: typeof tril = inPlace({ name: "tril", arguments: ["input", ["diagonal", 0]] }, tril, requireSameSizes);
/** triu in place. */
export const triu_: typeof triu = inPlace({ name: "triu", arguments: ["input", ["diagonal", 0]] }, triu, requireSameSizes);
/** renorm in place. */
export const renorm_: typeof renorm = inPlace({ name: "renorm", arguments: ["input", "p", "dim", "maxnorm"] }, renorm, requireSameSizes);
/** addmm in place. */
export const addmm_: typeof addmm = inPlace({ name: "addmm", arguments: ["input", "mat1", "mat2", ["beta", 1], ["alpha", 1]] }, addmm, requireSameSizes);
/** addmv in place. */
export const addmv_: typeof addmv = inPlace({ name: "addmv", arguments: ["input", "mat", "vec", ["beta", 1], ["alpha", 1]] }, addmv, requireSameSizes);
/** baddbmm in place. */
export const baddbmm_: typeof baddbmm = inPlace(
  { name: "baddbmm", arguments: ["input", "batch1", "batch2", ["beta", 1], ["alpha", 1]] },
  baddbmm,
  requireSameSizes,
);
/** addbmm in place. */
export const addbmm_: typeof addbmm = inPlace(
  { name: "addbmm", arguments: ["input", "batch1", "batch2", ["beta", 1], ["alpha", 1]] },
  addbmm,
  requireSameSizes,
);
/** addr in place. */
export const addr_: typeof addr = inPlace({ name: "addr", arguments: ["input", "vec1", "vec2", ["beta", 1], ["alpha", 1]] }, addr, (self, { sizes }, args) => {
  const [, first, second] = args as readonly Tensor[];
  if (equalSizes(self.sizes, sizes)) return;
  throw new RuntimeError(`size mismatch, input: ${formatSizes(self.sizes)}, v1: ${formatSizes(first!.sizes)}, v2: ${formatSizes(second!.sizes)}`);
});

// ---- the tensor itself in another shape

/** squeeze in place. */
export const squeeze_: typeof shape.squeeze = inPlaceView({ name: "squeeze", arguments: ["input", "dim"] }, shape.squeeze);
/** unsqueeze in place. */
export const unsqueeze_: typeof shape.unsqueeze = inPlaceView({ name: "unsqueeze", arguments: ["input", "dim"] }, shape.unsqueeze);
/** t in place. */
export const t_: typeof shape.t = inPlaceView({ name: "t", arguments: ["input"] }, shape.t);
/** transpose in place. */
export const transpose_: typeof shape.transpose = inPlaceView({ name: "transpose", arguments: ["input", "dim0", "dim1"] }, shape.transpose);
/** swapaxes in place. */
export const swapaxes_: typeof shape.swapaxes = inPlaceView({ name: "transpose", arguments: ["input", "dim0", "dim1"] }, shape.swapaxes);
/** swapdims in place. */
export const swapdims_: typeof shape.swapdims = inPlaceView({ name: "transpose", arguments: ["input", "dim0", "dim1"] }, shape.swapdims);
/** asStrided in place. */
export const asStrided_: typeof shape.asStrided = inPlaceView({ name: "asStrided", arguments: ["input", "size", "stride", "storageOffset"] }, shape.asStrided);
