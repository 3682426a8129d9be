/** Those that wait until nothing moves any more. */
export class Idleness {
  readonly #waiting: (() => void)[] = [];

  /** `look`: looks whether anything moves. */
  wait(look: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      look();
    });
  }

  reached(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
