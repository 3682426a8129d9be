import type { RunnerMethod } from "./runner.js";

/** What may be asked of models that are there; parameters and results are those of RunnerMethods. */
export type ModelRequest = Exclude<RunnerMethod, "run" | "preparePython" | "runCell" | "cellModels">;

/**
 * What the place that models come from can do; every view offers exactly this. "run": make the models anew, from code or a file. "stop": end what is under
 * way. The others: answer that request.
 */
export type Capability = "run" | "stop" | ModelRequest;

const all: { readonly [C in Capability]: true } = {
  run: true,
  stop: true,
  forward: true,
  showOwnPass: true,
  reinitialize: true,
  undoReinitialize: true,
  previewReinitialize: true,
  setSeed: true,
  signal: true,
  showSignal: true,
  train: true,
  compareStates: true,
  saveState: true,
  tensorValues: true,
  statistics: true,
  valueStatistics: true,
};

/** All that a source may be able to do. */
export const capabilities = Object.keys(all) as readonly Capability[];
