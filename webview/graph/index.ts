export type * from "./api.js";
export * from "./theme.js";
export * from "./strings.js";
export { GraphView } from "./graphView.js";
