export * as functional from "./functional.js";
export * as init from "./init.js";
export * as utils from "./utils/index.js";

export { Module, type LoadStateDictOptions } from "./module.js";
export { modulesOf, namedBuffersOf, namedChildrenOf, namedModulesOf, namedParametersOf, type NamedOptions } from "./walk.js";
export * from "./parameter.js";
export { buffersByName, childrenByName, parametersByName, rememberMembers, setMember, unregister, type Registers, type StateDictHook } from "./members.js";
export { registerModuleForwardHook, registerModuleForwardPreHook, RemovableHandle, withoutHooks, type ForwardHook, type ForwardPreHook } from "./hooks.js";
export {
  registerModuleBufferRegistrationHook,
  registerModuleModuleRegistrationHook,
  registerModuleParameterRegistrationHook,
  type RegistrationHook,
} from "./registrationHooks.js";
export { callModule, enterModule, failModule, leaveModule } from "./moduleCall.js";
export {
  callWithBackwardHooks,
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
  type FullBackwardHook,
  type FullBackwardPreHook,
  type Gradients,
} from "./backwardHooks.js";

/** What is known of a layer from its class, for those who look at models. */
export { exampleInputs, layerFacts, mergesDimensions, type ExampleInput, type LayerFacts } from "./declaration.js";

export * from "./modules/index.js";
