export { packRows, packColumns, multiplyPacked } from "./matmul";
export * from "./elementwise";
