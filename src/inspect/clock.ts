import { performance } from "node:perf_hooks";

/** Milliseconds since some time, of a clock that no code of the user's has changed. */
export const now: () => number = performance.now.bind(performance);
