/** The kernels for memory that threads share. */
export { packRows, packColumns, packGathered, multiplyPacked } from "./matmul";
