/** Gradients. (torch.autograd) */
export * from "../autograd/index.js";
export * as functional from "./functional.js";
export { gradcheck, GradcheckError, gradgradcheck, type GradcheckOptions } from "./gradcheck.js";
