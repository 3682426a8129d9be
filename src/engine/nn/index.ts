export * as functional from "./functional.js";
export * as init from "./init.js";
export * from "./modules/activation.js";
export * from "./modules/adaptiveSoftmax.js";
export {
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
  type FullBackwardHook,
  type FullBackwardPreHook,
  type Gradients,
} from "./backwardHooks.js";
export * from "./modules/attention.js";
export * from "./modules/bilinear.js";
export * from "./modules/containers.js";
export * from "./modules/conv.js";
export * from "./modules/distance.js";
export * from "./modules/dropout.js";
export * from "./modules/embedding.js";
export * from "./modules/flatten.js";
export { registerModuleForwardHook, registerModuleForwardPreHook, RemovableHandle, withoutHooks, type ForwardHook, type ForwardPreHook } from "./hooks.js";
export * from "./modules/identity.js";
export * from "./modules/linear.js";
export * from "./modules/loss.js";
export { buffersByName, childrenByName, parametersByName, type Registers, type StateDictHook } from "./members.js";
export { Module, type LoadStateDictOptions, type NamedOptions } from "./module.js";
export * from "./modules/normalization.js";
export * from "./modules/padding.js";
export * from "./parameter.js";
export * from "./modules/parameterContainers.js";
export * from "./modules/pooling.js";
export * from "./modules/rearrange.js";
export * from "./modules/recurrent.js";
export * from "./modules/transformer.js";
export * from "./modules/upsample.js";
export * as utils from "./utils/index.js";
