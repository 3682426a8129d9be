export type * from "./tensor.js";
export type * from "./statedInput.js";
export type * from "./snapshot.js";
export type * from "./failure.js";
export type * from "./finding.js";
export type * from "./runner.js";
export type * from "./page.js";

export * from "./initialization.js";
export * from "./layer.js";
export * from "./source.js";
export * from "./operation.js";
export * from "./signal.js";
export * from "./permissions.js";
export * from "./training.js";
export type * from "./states.js";
