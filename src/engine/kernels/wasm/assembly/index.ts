export { packRows, packColumns, packGathered, padImages, multiplyPacked } from "./matmul";
export * from "./elementwise";
export { draw, uniform, bernoulli, normalBlocks, roundsOnce } from "./random";
export * from "./rows";
export {
  softmaxRows, logSoftmaxRows, softmaxBackwardRows, logSoftmaxBackwardRows, softmaxColumns, logSoftmaxColumns, softmaxBackwardColumns, logSoftmaxBackwardColumns,
} from "./softmax";
export * from "./cells";
export { sgd, adam, rmsprop } from "./optimizers";
export { summarize, countInCells } from "./statistics";
export { addRows, addLevels, addSquares, rowSums, rowNorms } from "./sums";
