/**
 * All layers, for `publicNames`, which imports them before: a bundle then has the list of their names after them, near enough to that of `nn` for
 * compression to see that they are the same.
 */
export * from "./nn/modules/index.js";
