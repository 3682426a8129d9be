/** Pooling: each output element summarizes a window of the input, (N, C, ...) or without a batch (C, ...). */
export {
  type PooledWithIndices,
  type MaxPoolOptions,
  type MaxPoolFunction,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type MaxUnpoolOptions,
  type MaxUnpoolFunction,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
} from "./pooling/maxima.js";
export {
  type AvgPoolOptions,
  type AvgPoolFunction,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type LPPoolOptions,
  type LPPoolFunction,
  lpPool1d,
  lpPool2d,
  lpPool3d,
} from "./pooling/averages.js";
export {
  type OutputSizes,
  type AdaptiveAvgPoolFunction,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  type IndicesOptions,
  type AdaptiveMaxPoolFunction,
  adaptiveMaxPool1d,
  adaptiveMaxPool1dWithIndices,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "./pooling/adaptive.js";
export { type FractionalMaxPoolOptions, type FractionalMaxPoolFunction, fractionalMaxPool2d, fractionalMaxPool3d } from "./pooling/fractional.js";
