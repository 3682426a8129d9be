/** Other shapes on the same memory. Every function here gives a view where PyTorch does; writes through it are seen by the original. */
export {
  view,
  viewAs,
  reshape,
  reshapeAs,
  type FlattenOptions,
  flatten,
  ravel,
  unflatten,
  squeeze,
  unsqueeze,
  atleast1d,
  atleast2d,
  atleast3d,
} from "./shape/reshape.js";
export { transpose, swapaxes, swapdims, t, adjoint, permute, movedim, moveaxis } from "./shape/order.js";
export { expand, expandAs, broadcastTo, broadcastTensors, broadcastShapes } from "./shape/expand.js";
export {
  select,
  narrow,
  type DiagonalOptions,
  diagonal,
  asStrided,
  type DimOptions,
  split,
  splitWithSizes,
  chunk,
  tensorSplit,
  hsplit,
  vsplit,
  dsplit,
  unbind,
} from "./shape/parts.js";
export { clone, contiguous } from "./shape/copies.js";
