export * from "./adam.js";
export * as lrScheduler from "./lrScheduler.js";
export { Optimizer, type OptimizerParameters, type OptimizerStateDict, type ParameterGroup, type ParameterState } from "./optimizer.js";
export * from "./rmsprop.js";
export * from "./sgd.js";
