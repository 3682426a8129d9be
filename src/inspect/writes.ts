import { operationNamed, type OverwrittenValue } from "../protocol/index.js";
import type { CallFrame, Locate } from "./callFrames.js";
import type { Module, Operation, Storage, Tensor } from "./engine.js";
import { windowKey } from "./memory.js";

interface Write {
  readonly name: string;
  readonly window: string;
  /** Of the memory, after it. */
  readonly version: number;
  readonly path: string;
  readonly root: WeakRef<Module> | null;
  readonly frames: readonly CallFrame[];
}

interface Needed {
  readonly write: Write;
  readonly shape: readonly number[];
  readonly window: string;
  readonly frames: readonly CallFrame[];
}

/** Writes that are remembered: what a training loop repeats has been seen by then. */
const keptWrites = 1000;
const keptNeeded = 8;

/** Where the code wrote in place, for backward passes that needed what was there. */
export class Writes {
  readonly #writes = new WeakMap<Storage, Write[]>();
  #count = 0;
  readonly #needed: Needed[] = [];

  /** An operation wrote to `tensor` in a call of the module at `path`. `root`: of the model that it belongs to. */
  written({ name }: Operation, tensor: Tensor, path: string, root: WeakRef<Module> | null, frames: () => readonly CallFrame[]): void {
    if (root === null || this.#count === keptWrites) return;
    this.#count++;
    const write = { name, window: windowKey(tensor), version: tensor.version.value, path, root, frames: frames() };
    const writes = this.#writes.get(tensor.storage);
    if (writes) writes.push(write);
    else this.#writes.set(tensor.storage, [write]);
  }

  /** A backward pass failed, which needed `tensor` as it was at version `expected`. */
  needed(tensor: Tensor, expected: number, frames: () => readonly CallFrame[]): void {
    const write = this.#writes.get(tensor.storage)?.find(({ version }) => version > expected);
    if (write && this.#needed.length < keptNeeded) this.#needed.push({ write, shape: [...tensor.sizes], window: windowKey(tensor), frames: frames() });
  }

  neededIn(root: Module, locate: Locate): OverwrittenValue[] {
    return this.#needed
      .filter(({ write }) => write.root?.deref() === root)
      .map(({ write, shape, window, frames }) => ({
        by: operationNamed(write.name),
        path: write.path,
        shape,
        throughView: write.window !== window,
        location: locate(write.frames),
        neededAt: locate(frames),
      }));
  }
}
