export { type CallFrame, type Locate } from "./callFrames.js";
export { classNameOf, type Engine, type Module } from "./engine.js";
export { Inspection, type NamedModel } from "./inspection.js";
