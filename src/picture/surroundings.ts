/** What every place where JavaScript runs has beside the language itself, a page, a worker and Node alike: a clock, timers and a log. The picture needs no more. */
interface Surroundings {
  readonly performance: { now(): number };
  readonly setTimeout: (run: () => void, milliseconds: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  readonly console: { warn(message: string): void };
}

export const { performance, setTimeout, clearTimeout, console } = globalThis as unknown as Surroundings;
