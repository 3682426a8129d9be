import type { Engine, Module } from "./engine.js";
import { PreservedModel } from "./preserve.js";

/** Has models as they were before something was tried with them, whoever ends it. */
export class Restoring {
  readonly #engine: Engine;
  /** For code that is stopped in a way which runs no `finally`. */
  readonly #restores = new Set<() => void>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** What `body` gives; the model is then as before. `afterwards` takes what is to be taken back too. */
  leavingNoTrace<Result>(module: Module, body: (afterwards: (restore: () => void) => void) => Result, keeps = { values: true }): Result {
    const more: (() => void)[] = [];
    const restore = this.preserved(module, more, keeps);
    try {
      return body((another) => more.push(another));
    } finally {
      restore();
    }
  }

  /** Keeps a model as it is now. What is given back has it so again, once; so does whoever stops the code before that is called. */
  preserved(module: Module, more: readonly (() => void)[] = [], keeps = { values: true }): () => void {
    const preserved = new PreservedModel(this.#engine, module);
    if (keeps.values) preserved.keepValues();
    const restore = (): void => {
      if (!this.#restores.delete(restore)) return;
      for (const another of more) another();
      preserved.restore();
    };
    this.#restores.add(restore);
    return restore;
  }

  /** What `body` gives, without anybody being told of what it calls. */
  unobserved<Result>(body: () => Result): Result {
    const watching = this.#engine.observe(null);
    try {
      return body();
    } finally {
      this.#engine.observe(watching);
    }
  }

  /** What runs was stopped: what was begun last is taken back first. */
  restoreAll(): void {
    for (const restore of [...this.#restores].reverse()) restore();
  }
}
