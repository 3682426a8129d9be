import { performance } from "node:perf_hooks";

const now = performance.now.bind(performance);

/** Milliseconds until the models are kept for the first time, and between two times at first: twice as long each time. */
const firstMilliseconds = 1000;
/** The part of the time that it may take. */
const share = 0.05;

/**
 * Has the models that code has made so far sent away, so that they are not lost with a process that ends while the code still runs: now and then, and
 * before what the process may not come back from. It costs the code no more than a small part of its time.
 */
export class Keeper {
  readonly #keep: () => void;
  #due = now() + firstMilliseconds;
  #between = firstMilliseconds;
  /** For the sake of the time that it takes. */
  #notBefore = 0;

  constructor(keep: () => void) {
    this.#keep = keep;
  }

  /** The code is between two steps. */
  pass(): void {
    if (now() < this.#due) return;
    this.#between *= 2;
    this.beforeRisk();
  }

  beforeRisk(): void {
    const began = now();
    if (began < this.#notBefore) return;
    this.#keep();
    const ended = now();
    this.#notBefore = ended + (ended - began) / share;
    this.#due = Math.max(ended + this.#between, this.#notBefore);
  }
}
