export { type CallFrame, type CodeCalls, isBeneathLayer, type Locate, ScriptCalls } from "./callFrames.js";
export { classNameOf, type Engine, lackingIn, type Module } from "./engine.js";
export { Inspection } from "./inspection.js";
export type { NamedModel } from "./liveModel.js";
