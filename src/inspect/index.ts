export { type CallFrame, type Locate } from "./callFrames.js";
export type { Engine, Module } from "./engine.js";
export { Inspection, type NamedModel } from "./inspection.js";
