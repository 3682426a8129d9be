import { defineOperation } from "../dispatch/index.js";
import { bool } from "../dtype.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import { binary, denseValues } from "../kernels/elementwise.js";
import { equalSizes } from "../size.js";
import { withoutValues } from "../storage.js";
import { Tensor } from "../tensor.js";
import { takingOnly, collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../arguments.js";
import { eq, ge, gt, le, lt, ne } from "./binary.js";
import { binaryRow, ofTwo, unaryRow, type OfTwo } from "./rules/elementwiseRows.js";
import { broadcastSizes, type Scalar } from "./rules/promotion.js";
import { computes, operand, notCounted } from "../operation.js";
import { within } from "./rules/recorded.js";

/** Comparisons beyond the six of binary.ts, and their other names. */

export interface ClosenessOptions {
  /** Relative to the second tensor's element. Default 1e-5. */
  readonly rtol?: number;
  /** Default 1e-8. */
  readonly atol?: number;
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNan?: boolean;
}

const iscloseOperation = defineOperation<[x: Tensor, y: Tensor, rtol: number, atol: number, equalNan: boolean]>({
  name: "isclose",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", operand, ["rtol", 0.00001], ["atol", 1e-8], ["equalNan", false]],
  keepsLayout: true,
  infer(x, y) {
    if (x.dtype !== y.dtype) throw new RuntimeError(`${x.dtype.scalarType} did not match ${y.dtype.scalarType}`);
    return { sizes: broadcastSizes(x.sizes, y.sizes), dtype: bool };
  },
  forward: (output, x, y, rtol, atol, equalNan) => binary(output, x, y, isCloseTo(rtol, atol, equalNan), equalNan ? undefined : ["isclose", rtol, atol]),
  backward: null,
});

function isCloseTo(rtol: number, atol: number, equalNan: boolean): (a: number, b: number) => number {
  return (a, b) => {
    if (a === b) return 1;
    if (a !== a || b !== b) return equalNan && a !== a && b !== b ? 1 : 0;
    return Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b) ? 1 : 0;
  };
}

/** Where |x - y| <= atol + rtol |y|. (torch.isclose) */
export function isclose(
  x: Tensor,
  ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [rtol: number, atol: number, equalNan: boolean], ClosenessOptions>
): Tensor {
  const [[y], rest] = requiredFirst<[other: Tensor]>("isclose", ["other"], args);
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = collect<ClosenessOptions>("isclose", ["rtol", "atol", "equalNan"], rest);
  return iscloseOperation(x, y, rtol, atol, equalNan);
}

/** Whether `isclose` holds everywhere. (torch.allclose) */
export function allclose(
  x: Tensor,
  ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [rtol: number, atol: number, equalNan: boolean], ClosenessOptions>
): boolean {
  const [[y], rest] = requiredFirst<[other: Tensor]>("allclose", ["other"], args);
  const close = isclose(x, y, ...(rest as [options: ClosenessOptions]));
  requireValues(close, "allclose");
  return denseValues(close).every((each) => each !== 0);
}

/** Whether two tensors have the same shape and elements. (torch.equal) */
export function equal(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): boolean {
  const [y] = inOrder("equal", ["other"], args);
  if (!equalSizes(x.sizes, y.sizes)) return false;
  requireValues(x, "equal");
  requireValues(y, "equal");
  const a = denseValues(x);
  const b = denseValues(y);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function requireValues(x: Tensor, operation: string): void {
  if (x.device === "meta") throw withoutValues(new NotImplementedError(`${operation}: a meta tensor has no values to compare`));
}

/** The first operand wins over NaN too. */
const firstWins = (isBetter: Tensor, y: Tensor | Scalar): Tensor => (y instanceof Tensor ? isBetter.logicalOr(y.isnan()) : isBetter);

/** The larger element of each pair; a number wins over NaN. (torch.fmax) */
export const fmax: OfTwo<Tensor> = ofTwo(
  "fmax",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(
    binaryRow("fmax", "same", (x, y) => (x >= y || Number.isNaN(y) ? x : y), {
      x: (g, x, y) => (x >= y || Number.isNaN(y) ? g : 0),
      y: (g, x, y) => (x >= y || Number.isNaN(y) ? 0 : g),
      recorded: { x: (g, x, y) => within(g, firstWins(x.ge(y), y)), y: (g, x, y) => g.maskedFill(firstWins(x.ge(y), y), 0) },
    }),
  ),
);

/** The smaller element of each pair; a number wins over NaN. (torch.fmin) */
export const fmin: OfTwo<Tensor> = ofTwo(
  "fmin",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(
    binaryRow("fmin", "same", (x, y) => (x <= y || Number.isNaN(y) ? x : y), {
      x: (g, x, y) => (x <= y || Number.isNaN(y) ? g : 0),
      y: (g, x, y) => (x <= y || Number.isNaN(y) ? 0 : g),
      recorded: { x: (g, x, y) => within(g, firstWins(x.le(y), y)), y: (g, x, y) => g.maskedFill(firstWins(x.le(y), y), 0) },
    }),
  ),
);

/** True where the element is positive infinity. (torch.isposinf) */
export const isposinf: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(unaryRow("isposinf", "bool", (x) => (x === Infinity ? 1 : 0), null));

/** True where the element is negative infinity. (torch.isneginf) */
export const isneginf: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(unaryRow("isneginf", "bool", (x) => (x === -Infinity ? 1 : 0), null));

/** True where the sign bit is set: negative elements and -0. (torch.signbit) */
export const signbit: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(unaryRow("signbit", "bool", (x) => (x < 0 || Object.is(x, -0) ? 1 : 0), null));

/** `gt` by another name. (torch.greater) */
export const greater: OfTwo = ofTwo<Tensor | Scalar>("greater", gt);

/** `ge` by another name. (torch.greater_equal) */
export const greaterEqual: OfTwo = ofTwo<Tensor | Scalar>("greater_equal", ge);

/** `lt` by another name. (torch.less) */
export const less: OfTwo = ofTwo<Tensor | Scalar>("less", lt);

/** `le` by another name. (torch.less_equal) */
export const lessEqual: OfTwo = ofTwo<Tensor | Scalar>("less_equal", le);

/** `ne` by another name. (torch.not_equal) */
export const notEqual: OfTwo = ofTwo<Tensor | Scalar>("not_equal", ne);

/** Whether one element that is not zero is all the tensor holds. (torch.is_nonzero) */
export const isNonzero: (x: Tensor) => boolean = takingOnly("isNonzero", ["x"], (x: Tensor): boolean => {
  if (x.numel() !== 1) throw new RuntimeError("Boolean value of Tensor with more than one value is ambiguous");
  return !eq(x, 0).item();
});
