export * from "./clipGrad.js";
export * as parametrizations from "./parametrizations.js";
export * as parametrize from "./parametrize.js";
export * from "./vector.js";
