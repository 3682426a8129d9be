export * from "./clipGrad.js";
