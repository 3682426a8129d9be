export { packRows, packColumns, multiplyPacked } from "./matmul";
