export * from "./adam.js";
export * as lrScheduler from "./lrScheduler.js";
export * from "./optimizer.js";
export * from "./rmsprop.js";
export * from "./sgd.js";
