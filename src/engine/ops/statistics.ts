import { defineComposite, keeping } from "../dispatch/index.js";
import { uint8 } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { checkedOptions, collect, inOrder, requiredFirst, type AllArguments, type Arguments, type Dims, type WithRequired } from "../arguments.js";
import { div, mul, sub } from "./binary.js";
import { cat, stack } from "./joining.js";
import { matmul } from "./matmul.js";
import { cumsum, mean, sum } from "./reduction.js";
import { diagonal, narrow, reshape, select, unsqueeze } from "./shape.js";
import { sort } from "./sorting.js";
import { distinctDims } from "./rules/reducedDims.js";
import { vectorNorm } from "./vectorNorm.js";
import { computes, ofParts } from "../operation.js";

/** Statistics and numerical integration, made of other operations. */

export interface CovOptions {
  /** Subtracted from the number of observations in the denominator. Default 1. */
  readonly correction?: number;
}

/** The covariances of variables: rows of a matrix, whose columns are observations. (torch.cov) */
export const cov: (x: Tensor, options?: CovOptions) => Tensor = defineComposite(
  { name: "cov", effect: computes, multiplyAdds: ofParts, arguments: ["input", { correction: 1 }] },
  (x: Tensor, options: CovOptions = {}): Tensor => {
    const { correction = 1 } = checkedOptions("cov", options, "correction");
    if (x.sizes.length > 2) throw new RuntimeError(`cov(): expected input to have two or fewer dimensions but got an input with ${x.sizes.length} dimensions`);
    const isMatrix = x.sizes.length === 2;
    const rows = isMatrix ? x : reshape(x, 1, -1);
    const centered = sub(rows, mean(rows, 1, true));
    const result = div(matmul(centered, centered.t()), Math.max(0, rows.sizes[1]! - correction));
    return isMatrix ? result : result.squeeze();
  },
);

/** The correlations of variables: rows of a matrix, whose columns are observations. (torch.corrcoef) */
export const corrcoef: (x: Tensor) => Tensor = defineComposite(
  { name: "corrcoef", effect: computes, multiplyAdds: ofParts, arguments: ["input"] },
  (x: Tensor): Tensor => {
    const covariances = cov(x);
    if (covariances.sizes.length === 0) return div(covariances, covariances);
    const deviations = diagonal(covariances).sqrt();
    return div(div(covariances, unsqueeze(deviations, -1)), unsqueeze(deviations, 0)).clamp(-1, 1);
  },
);

export interface TrapezoidOptions {
  /** Distance of neighbouring samples. Default 1. */
  readonly dx?: number;
  /** Default -1, the last. */
  readonly dim?: number;
}

/** The areas between neighbouring samples along a dimension. */
function areas(y: Tensor, x: Tensor | null, { dx = 1, dim = -1 }: TrapezoidOptions): Tensor {
  const along = normalizeDim(dim, y.sizes.length);
  const size = y.sizes[along]!;
  const middles = narrow(y, along, 1, size - 1)
    .add(narrow(y, along, 0, size - 1))
    .div(2);
  if (x === null) return mul(middles, dx);
  const steps = x.diff();
  return mul(
    middles,
    x.sizes.length === 1
      ? reshape(
          steps,
          y.sizes.map((_, i) => (i === along ? -1 : 1)),
        )
      : steps,
  );
}

function integrand(operation: string, args: readonly (Tensor | TrapezoidOptions | undefined)[]): [x: Tensor | null, options: TrapezoidOptions] {
  const [first, second] = args;
  const options = (first instanceof Tensor ? second : first) as TrapezoidOptions | undefined;
  return [first instanceof Tensor ? first : null, checkedOptions(operation, options, "dx", "dim")];
}

/** The integral along a dimension by the trapezoidal rule, at the places `x` or evenly spaced. (torch.trapezoid) */
export const trapezoid: (y: Tensor, ...args: [x: Tensor, options?: TrapezoidOptions] | [options?: TrapezoidOptions]) => Tensor = defineComposite(
  { name: "trapezoid", effect: computes, multiplyAdds: ofParts, arguments: ["y", "x", ["dim", -1]] },
  (y: Tensor, ...args: [x: Tensor, options?: TrapezoidOptions] | [options?: TrapezoidOptions]): Tensor => {
    const [x, options] = integrand("trapezoid", args);
    return sum(areas(y, x, options), options.dim ?? -1);
  },
);

/** `trapezoid` by another name. (torch.trapz) */
export const trapz: (y: Tensor, ...args: [x: Tensor, options?: TrapezoidOptions] | [options?: TrapezoidOptions]) => Tensor = defineComposite(
  { name: "trapz", effect: computes, multiplyAdds: ofParts, arguments: ["y", "x", ["dim", -1]] },
  (y: Tensor, ...args: [x: Tensor, options?: TrapezoidOptions] | [options?: TrapezoidOptions]): Tensor => {
    return trapezoid(y, ...args);
  },
);

/** The integrals up to each sample along a dimension. (torch.cumulative_trapezoid) */
export const cumulativeTrapezoid: (y: Tensor, ...args: [x: Tensor, options?: TrapezoidOptions] | [options?: TrapezoidOptions]) => Tensor = defineComposite(
  { name: "cumulativeTrapezoid", effect: computes, multiplyAdds: ofParts, arguments: ["y", "x", ["dim", -1]] },
  (y: Tensor, ...args: [x: Tensor, options?: TrapezoidOptions] | [options?: TrapezoidOptions]): Tensor => {
    const [x, options] = integrand("cumulativeTrapezoid", args);
    return cumsum(areas(y, x, options), options.dim ?? -1);
  },
);

export interface GradientOptions {
  /** The distance of neighbouring samples, of all dimensions or of each; or the places of the samples along each. Default 1. */
  readonly spacing?: number | readonly number[] | readonly Tensor[];
  /** Default: all dimensions. */
  readonly dim?: Dims | null;
  /** How exact the estimate at the edges is: of first or second order. Default 1. */
  readonly edgeOrder?: 1 | 2;
}

/** The derivative along one dimension; `places` is the distance of neighbours, or where they lie. */
function slope(x: Tensor, dim: number, places: number | Tensor, edgeOrder: 1 | 2): Tensor {
  const size = x.sizes[dim]!;
  const part = (tensor: Tensor, start: number, length: number): Tensor => narrow(tensor, tensor === x ? dim : 0, start, length);
  /** A vector along the dimension. */
  const along = (vector: Tensor): Tensor =>
    reshape(
      vector,
      x.sizes.map((_, i) => (i === dim ? -1 : 1)),
    );
  const steps = typeof places === "number" ? null : part(places, 1, size - 1).sub(part(places, 0, size - 1));
  const step = (at: number): Tensor | number => (steps === null ? places : along(part(steps, at, 1)));
  const values = (at: number): Tensor => part(x, at, 1);
  const combined = (a: Tensor, b: Tensor, c: Tensor, weights: readonly [Tensor | number, Tensor | number, Tensor | number]): Tensor =>
    mul(a, weights[0]).add(mul(b, weights[1])).add(mul(c, weights[2]));
  const edge = (first: number, second: number, third: number): Tensor => {
    const sign = first < second ? 1 : -1;
    const near = step(Math.min(first, second));
    if (edgeOrder === 1) return div(values(second).sub(values(first)), near).mul(sign);
    const far = step(Math.min(second, third));
    if (typeof near === "number" || typeof far === "number") {
      return combined(values(first), values(second), values(third), [-1.5, 2, -0.5]).div(near).mul(sign);
    }
    const both = near.add(far);
    return combined(values(first), values(second), values(third), [
      near.mul(2).add(far).div(near.mul(both)).neg(),
      both.div(near.mul(far)),
      near.div(far.mul(both)).neg(),
    ]).mul(sign);
  };
  const [before, middle, after] = [part(x, 0, size - 2), part(x, 1, size - 2), part(x, 2, size - 2)];
  let inner: Tensor;
  if (steps === null) inner = after.sub(before).div(2 * (places as number));
  else {
    const [left, right] = [along(part(steps, 0, size - 2)), along(part(steps, 1, size - 2))];
    const both = left.add(right);
    inner = combined(before, middle, after, [right.div(left.mul(both)).neg(), right.sub(left).div(left.mul(right)), left.div(right.mul(both))]);
  }
  return cat([edge(0, 1, 2), inner, edge(size - 1, size - 2, size - 3)], dim);
}

function spacings(x: Tensor, dims: readonly number[], given: GradientOptions["spacing"], isDimGiven: boolean): readonly (number | Tensor)[] {
  if (given === undefined || typeof given === "number") return dims.map(() => given ?? 1);
  if (given.length !== dims.length) {
    throw new RuntimeError(
      isDimGiven
        ? `torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${given.length} and a dim argument of length ${dims.length}.`
        : `torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = ${x.sizes.length}', since dim argument was not given, but got a list of length ${given.length}`,
    );
  }
  for (const each of given) {
    if (each instanceof Tensor && each.sizes.length !== 1) {
      throw new RuntimeError(`torch.gradient expected each element of spacing to have one dimension, but got an element with ${each.sizes.length} dimensions!`);
    }
  }
  return given;
}

/** The derivatives of samples along each dimension, estimated from their neighbours on both sides. (torch.gradient) */
export const gradient = defineComposite(
  { name: "gradient", effect: computes, multiplyAdds: ofParts, arguments: ["input", { edgeOrder: 1 }] },
  (x: Tensor, options: GradientOptions = {}): Tensor[] => {
    const { spacing, dim, edgeOrder = 1 } = checkedOptions("gradient", options, "spacing", "dim", "edgeOrder");
    if (edgeOrder !== 1 && edgeOrder !== 2) throw new RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.");
    if (x.dtype === uint8) throw new RuntimeError("torch.gradient does not support uint8 input.");
    const dims = dim == null ? [...x.sizes.keys()] : distinctDims(typeof dim === "number" ? [dim] : dim, x.sizes.length);
    if (dims.some((each) => x.sizes[each]! <= edgeOrder)) throw new RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1");
    const places = spacings(x, dims, spacing, dim != null);
    return dims.map((each, i) => slope(x, each, places[i]!, edgeOrder));
  },
);

/** Each slice of `dim` scaled down to at most `maxnorm` in the p-norm. (torch.renorm) */
export const renorm: (
  x: Tensor,
  ...args: AllArguments<[p: number, dim: number, maxnorm: number], { readonly p: number; readonly dim: number; readonly maxnorm: number }>
) => Tensor = defineComposite(
  { name: "renorm", effect: computes, multiplyAdds: ofParts, arguments: ["input", "p", "dim", "maxnorm"] },
  (
    x: Tensor,
    ...args: AllArguments<[p: number, dim: number, maxnorm: number], { readonly p: number; readonly dim: number; readonly maxnorm: number }>
  ): Tensor => {
    const [p, dim, maxnorm] = inOrder("renorm", ["p", "dim", "maxnorm"], args);
    if (x.sizes.length < 2) throw new RuntimeError(`renorm: input needs at least 2 dimensions, got ${x.sizes.length} dimensions`);
    if (!(p > 0)) throw new RuntimeError("renorm: non-positive-norm not supported");
    if (!(maxnorm >= 0)) throw new RuntimeError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}`);
    const along = normalizeDim(dim, x.sizes.length);
    const others = [...x.sizes.keys()].filter((each) => each !== along);
    const norms = vectorNorm(x, p, others, true);
    // As PyTorch: the epsilon keeps the result strictly within.
    const scales = norms.add(1e-7).reciprocal().mul(maxnorm);
    return mul(x, scales.where(norms.gt(maxnorm), 1));
  },
);

export interface VanderOptions {
  /** How many powers. Default: as many as elements. */
  readonly N?: number;
  /** Powers 0, 1, ... instead of the highest first. Default false. */
  readonly increasing?: boolean;
}

/** The powers of each element of a vector, a row each. (torch.vander) */
export const vander: (x: Tensor, ...args: Arguments<[N: number, increasing: boolean], VanderOptions>) => Tensor = defineComposite(
  { name: "vander", effect: computes, multiplyAdds: ofParts, arguments: ["x", "N", ["increasing", false]] },
  (x: Tensor, ...args: Arguments<[N: number, increasing: boolean], VanderOptions>): Tensor => {
    const { N = x.numel(), increasing = false } = collect<VanderOptions>("vander", ["N", "increasing"], args);
    const powers = Array.from({ length: N }, (_, power) => x.pow(power));
    const result = stack(increasing ? powers : powers.reverse(), -1);
    return keeping([result], result);
  },
);

// ---- quantiles

/** What a quantile is where it falls between two elements: in proportion, one of the two, their middle, or the nearer. */
export type Interpolation = "linear" | "lower" | "higher" | "midpoint" | "nearest";

export interface QuantileOptions {
  /** Default: all dimensions. */
  readonly dim?: number | null;
  /** Keeps the dimension with size 1. Default false. */
  readonly keepdim?: boolean;
  /** Between two elements. Default "linear". */
  readonly interpolation?: Interpolation;
}

/** How far from the lower to the upper neighbour a quantile lies that falls between them. */
function weightOf(place: number, interpolation: Interpolation): number {
  const rest = place - Math.floor(place);
  switch (interpolation) {
    case "linear":
      return rest;
    case "lower":
      return 0;
    case "higher":
      return rest === 0 ? 0 : 1;
    case "midpoint":
      return rest === 0 ? 0 : 0.5;
    case "nearest":
      // Ties go to the even place.
      return rest === 0.5 ? Math.floor(place) % 2 : Math.round(rest);
  }
}

function fractionsOf(q: number | Tensor, operation: string): readonly number[] {
  const fractions = typeof q === "number" ? [q] : (reshape(q, -1).tolist() as number[]);
  if (fractions.some((each) => !(each >= 0 && each <= 1))) {
    throw new RuntimeError(
      typeof q === "number" ? `${operation}() q must be in the range [0, 1] but got ${q}` : `${operation}() q values must be in the range [0, 1]`,
    );
  }
  return fractions;
}

function quantiles(operation: string, x: Tensor, q: number | Tensor, args: readonly unknown[], sizeOf: (values: readonly number[]) => number | null): Tensor {
  const { dim = null, keepdim = false, interpolation = "linear" } = collect<QuantileOptions>(operation, ["dim", "keepdim"], args, ["interpolation"]);
  if (!x.dtype.isFloatingPoint) throw new RuntimeError(`${operation}() input tensor must be either float or double dtype`);
  if (!["linear", "lower", "higher", "midpoint", "nearest"].includes(interpolation)) {
    throw new RuntimeError(`${operation}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`);
  }
  const fractions = fractionsOf(q, operation);
  if (x.numel() === 0) throw new RuntimeError(`${operation}() input tensor must be non-empty`);
  const source = dim === null ? reshape(x, -1) : x.sizes.length === 0 ? reshape(x, 1) : x;
  const along = normalizeDim(dim ?? 0, source.sizes.length);
  const sorted = sort(source, along).values.movedim(along, 0);
  const results = fractions.map((fraction) => interpolated(sorted, fraction, interpolation, sizeOf));
  const kept = (result: Tensor): Tensor => {
    if (!keepdim) return result;
    return dim === null
      ? reshape(
          result,
          x.sizes.map(() => 1),
        )
      : unsqueeze(result, along);
  };
  return typeof q === "number" || q.sizes.length === 0 ? kept(results[0]!) : stack(results.map(kept));
}

/** The quantile of slices sorted along the first dimension. `sizeOf` says how many elements of a slice count, null for all. */
function interpolated(sorted: Tensor, fraction: number, interpolation: Interpolation, sizeOf: (values: readonly number[]) => number | null): Tensor {
  const size = sorted.sizes[0]!;
  if (sizeOf([]) === null) {
    const place = fraction * (size - 1);
    const low = select(sorted, 0, Math.floor(place));
    const high = select(sorted, 0, Math.ceil(place));
    // NaN stands last and makes its slice's quantiles NaN.
    const isWhole = select(sorted, 0, size - 1)
      .isnan()
      .logicalNot();
    return low.lerp(high, weightOf(place, interpolation)).where(isWhole, NaN);
  }
  const columns = reshape(sorted, size, -1);
  const parts = Array.from({ length: columns.sizes[1]! }, (_, i) => {
    const column = select(columns, 1, i);
    const count = sizeOf(column.tolist() as number[])!;
    if (count === 0) return select(column, 0, 0);
    const place = fraction * (count - 1);
    return select(column, 0, Math.floor(place)).lerp(select(column, 0, Math.ceil(place)), weightOf(place, interpolation));
  });
  return reshape(stack(parts), [...sorted.sizes.slice(1)]);
}

/** The values below which the fractions `q` of the elements lie. Several q come as a first dimension. (torch.quantile) */
export const quantile: (
  x: Tensor,
  ...args: WithRequired<[q: number | Tensor], { readonly q: number | Tensor }, [dim: number | null, keepdim: boolean], QuantileOptions>
) => Tensor = defineComposite(
  { name: "quantile", effect: computes, multiplyAdds: ofParts, arguments: ["input", "q", "dim", ["keepdim", false], ["interpolation", "linear"]] },
  (
    x: Tensor,
    ...args: WithRequired<[q: number | Tensor], { readonly q: number | Tensor }, [dim: number | null, keepdim: boolean], QuantileOptions>
  ): Tensor => {
    const [[q], rest] = requiredFirst<[q: number | Tensor]>("quantile", ["q"], args);
    return quantiles("quantile", x, q, rest, () => null);
  },
);

/** `quantile` of the elements that are not NaN. (torch.nanquantile) */
export const nanquantile: (
  x: Tensor,
  ...args: WithRequired<[q: number | Tensor], { readonly q: number | Tensor }, [dim: number | null, keepdim: boolean], QuantileOptions>
) => Tensor = defineComposite(
  { name: "nanquantile", effect: computes, multiplyAdds: ofParts, arguments: ["input", "q", "dim", ["keepdim", false], ["interpolation", "linear"]] },
  (
    x: Tensor,
    ...args: WithRequired<[q: number | Tensor], { readonly q: number | Tensor }, [dim: number | null, keepdim: boolean], QuantileOptions>
  ): Tensor => {
    const [[q], rest] = requiredFirst<[q: number | Tensor]>("nanquantile", ["q"], args);
    return quantiles("nanquantile", x, q, rest, (values) => values.filter((value) => !Number.isNaN(value)).length);
  },
);
