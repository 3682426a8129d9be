import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import { replace } from "./replace.js";

/** Node's timers have no list of what is set: those of model code are kept track of from the moment that this is made. */
export class Timers {
  readonly #set = new Set<WeakRef<NodeJS.Timeout>>();
  readonly #forgotten = new FinalizationRegistry<WeakRef<NodeJS.Timeout>>((reference) => this.#set.delete(reference));
  /** Ends those that are awaited as promises. */
  #promised = new AbortController();

  constructor() {
    for (const name of ["setTimeout", "setInterval"]) {
      for (const holder of [globalThis, timers]) replace(holder, name, (call, args) => this.#keep(call(args)));
      replace(timers.promises, name, (call, [delay, value, options]) => call([delay, value, this.#endable(options)]));
    }
    syncBuiltinESMExports();
  }

  /** Ends those that are still set: what they belong to has ended, or was stopped, and its process goes on for the models alone. */
  end(): void {
    for (const reference of this.#set) timers.clearTimeout(reference.deref());
    this.#set.clear();
    this.#promised.abort();
    this.#promised = new AbortController();
  }

  #keep(timer: unknown): unknown {
    if (typeof timer === "object" && timer !== null) {
      const reference = new WeakRef(timer as NodeJS.Timeout);
      this.#set.add(reference);
      this.#forgotten.register(timer, reference);
    }
    return timer;
  }

  #endable(options: unknown): unknown {
    if (options !== undefined && (typeof options !== "object" || options === null)) return options; // Node says what is wrong with it.
    const { signal } = (options ?? {}) as { readonly signal?: AbortSignal };
    const { signal: ours } = this.#promised;
    return { ...options, signal: signal instanceof AbortSignal ? AbortSignal.any([signal, ours]) : (signal ?? ours) };
  }
}
