/** Tensors put together, repeated and rearranged into new memory. */
export { type JoinOptions, cat, concat, concatenate, stack, hstack, vstack, rowStack, dstack, columnStack, blockDiag } from "./joining/join.js";
export { repeat, tile, type RepeatInterleaveOptions, repeatInterleave } from "./joining/repeat.js";
export { flip, fliplr, flipud, roll, type Rot90Options, rot90 } from "./joining/rearrange.js";
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
} from "./joining/diagonals.js";
export { type MeshgridOptions, meshgrid, cartesianProd, type CombinationOptions, combinations } from "./joining/combinations.js";
