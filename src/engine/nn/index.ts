export * as functional from "./functional.js";
export * as init from "./init.js";
export * from "./activation.js";
export {
  registerModuleFullBackwardHook, registerModuleFullBackwardPreHook, type FullBackwardHook, type FullBackwardPreHook, type Gradients,
} from "./backwardHooks.js";
export * from "./attention.js";
export * from "./bilinear.js";
export * from "./containers.js";
export * from "./conv.js";
export * from "./distance.js";
export * from "./dropout.js";
export * from "./embedding.js";
export * from "./flatten.js";
export { registerModuleForwardHook, registerModuleForwardPreHook, RemovableHandle, withoutHooks, type ForwardHook, type ForwardPreHook } from "./hooks.js";
export * from "./identity.js";
export * from "./linear.js";
export * from "./loss.js";
export * from "./module.js";
export * from "./normalization.js";
export * from "./padding.js";
export * from "./parameter.js";
export * from "./parameterContainers.js";
export * from "./pooling.js";
export * from "./rearrange.js";
export * from "./recurrent.js";
export * from "./transformer.js";
export * from "./upsample.js";
export * as utils from "./utils/index.js";
