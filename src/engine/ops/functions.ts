/** Everything that `torch.` offers as a function. */
export * from "./binary.js";
export * from "./creation.js";
export * from "./matmul.js";
export * from "./random.js";
export * from "./unary.js";
export { resultType } from "./promotion.js";
