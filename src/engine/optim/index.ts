export * from "./adadelta.js";
export * from "./adagrad.js";
export * from "./adam.js";
export * from "./adamVariants.js";
export * as lrScheduler from "./lrScheduler/index.js";
export { Optimizer, type OptimizerParameters, type OptimizerStateDict, type ParameterGroup, type ParameterState } from "./optimizer.js";
export * from "./rmsprop.js";
export * from "./sgd.js";
