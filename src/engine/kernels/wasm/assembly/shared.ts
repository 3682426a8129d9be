/** The kernels for memory that threads share. */
export { packRows, packColumns, packGathered, padImages, multiplyPacked } from "./matmul";
