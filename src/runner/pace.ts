import { now } from "../inspect/clock.js";

export interface PaceOptions {
  /** Milliseconds until it is done for the first time, and between two times at first. */
  readonly milliseconds: number;
  /** By how much the time between two grows with each. */
  readonly growth: number;
  /** The part of the time that it may take. */
  readonly share: number;
}

/** Has something done now and then while code runs, which costs that no more than a small part of its time. */
export class Pace {
  readonly #body: () => void;
  readonly #growth: number;
  readonly #share: number;
  #between: number;
  #due: number;
  /** For the sake of the time that it takes. */
  #notBefore = 0;

  constructor(body: () => void, { milliseconds, growth, share }: PaceOptions) {
    this.#body = body;
    this.#between = milliseconds;
    this.#growth = growth;
    this.#share = share;
    this.#due = now() + milliseconds;
  }

  /** The code is between two steps. */
  pass(): void {
    if (now() < this.#due) return;
    this.#between *= this.#growth;
    this.atOnce();
  }

  /** Also where it is not due yet: what comes may not be come back from. */
  atOnce(): void {
    const began = now();
    if (began < this.#notBefore) return;
    this.#body();
    const ended = now();
    this.#notBefore = ended + (ended - began) / this.#share;
    this.#due = Math.max(ended + this.#between, this.#notBefore);
  }
}
