import type { StepId, ValueId } from "../protocol/index.js";
import type { Module, Operation, Tensor } from "./engine.js";

/** Hears what a pass gives out while it runs, and may keep it. */
export interface PassWatcher {
  /** A module at a place of the model gave out `output`. `within`: the call that it ran in; null for the root's. */
  left?(step: StepId, within: StepId | null, path: string, module: Module, output: unknown): void;
  /** An operation gave out `output`. `byCode`: the code called it, and not a layer of the engine's own. */
  ran?(operation: Operation, args: readonly unknown[], output: unknown, within: StepId, path: string, byCode: boolean): void;
  /** A value came about, or was first met; what its tensor holds now is the value. */
  value?(id: ValueId, tensor: Tensor): void;
}
