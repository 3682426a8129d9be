export { backwardAll as backward, grad, type BackwardOptions, type GradOptions } from "./backward.js";
export { Function, type FunctionContext } from "./function.js";
