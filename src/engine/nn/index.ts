export * as functional from "./functional.js";
export * as init from "./init.js";
export * from "./activation.js";
export * from "./containers.js";
export * from "./linear.js";
export * from "./module.js";
export * from "./parameter.js";
export * from "./parameterContainers.js";
export * as utils from "./utils/index.js";
