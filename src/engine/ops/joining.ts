/** Tensors put together, repeated and rearranged into new memory. */
export { type JoinOptions, cat, concat, concatenate, stack, hstack, vstack, rowStack, dstack, columnStack, blockDiag } from "./joining/join.js";
export { repeat, tile, type RepeatInterleaveOptions, repeatInterleave } from "./joining/repeat.js";
export { flip, fliplr, flipud, roll, type Rot90Options, rot90, type MeshgridOptions, meshgrid } from "./joining/rearrange.js";
export {
  type TriangleOptions,
  tril,
  triu,
  trilIndices,
  triuIndices,
  type DiagEmbedOptions,
  diagEmbed,
  diag,
  diagflat,
  trace,
  cartesianProd,
  type CombinationOptions,
  combinations,
} from "./joining/diagonals.js";
