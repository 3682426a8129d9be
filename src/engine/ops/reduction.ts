/** One number from many: along some dimensions, or along all where none is named. Sums run in double precision. */
export type { ReductionOptions, TypedReductionOptions } from "./reduction/arguments.js";
export { sum, nansum, mean, nanmean, type VarianceOptions, var, std, varMean, stdMean, type AlongOptions, prod } from "./reduction/sums.js";
export {
  amax,
  amin,
  aminmax,
  argmax,
  argmin,
  type ExtremeOptions,
  max,
  min,
  median,
  nanmedian,
  type LastDimOptions,
  kthvalue,
  mode,
} from "./reduction/extremes.js";
export { type NormOptions, norm, dist, logsumexp, any, all, countNonzero } from "./reduction/counts.js";
export { type ScanOptions, cumsum, cumprod, logcumsumexp, cummax, cummin, type DiffOptions, diff, isSameSize } from "./reduction/running.js";
