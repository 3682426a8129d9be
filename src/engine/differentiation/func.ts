/** Functions made of functions: derivatives, and modules without state of their own. (torch.func) */
export { functionalCall, type FunctionalCallOptions } from "./functionalCall.js";
export { grad, gradAndValue, hessian, jacfwd, jacrev, jvp, stackModuleState, vjp, type ArgumentNumbers, type GradTransformOptions } from "./transforms.js";
