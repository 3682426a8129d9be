import type { Failure, RunnerMethod, RunnerMethods, RunResult } from "../protocol/index.js";

export interface ModelRunnerOptions {
  /** The built `dist` folder: holds runner.js, bundler.js, esbuild.wasm and engine/index.js. */
  readonly dist: string;
  /** Milliseconds that one run or request may take; default 30 000. */
  readonly timeLimit?: number;
  /** Megabytes that the process of a model file may hold; default 4096. */
  readonly memoryLimit?: number;
  /** Characters of output that one run or request passes on; default 1 000 000. The rest is dropped and the loss is stated. */
  readonly outputLimit?: number;
}

export interface Output {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface RequestOptions {
  /** Cancels: the model code stops, and what was asked ends with a failure of kind "cancelled". */
  readonly signal?: AbortSignal;
  /** What the model code prints meanwhile. */
  readonly onOutput?: (output: Output) => void;
}

export interface RunOptions extends RequestOptions {
  /** Text of files that differ from what is on disk (unsaved editors), by absolute path. */
  readonly overrides?: ReadonlyMap<string, string>;
}

export interface RunOutcome extends RunResult {
  /** Absolute paths of the workspace files that went in; a change of one makes the result stale. */
  readonly files: readonly string[];
}

/** A request did not succeed; `failure` says why in words for the user. */
export declare class RunnerError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure);
}

/**
 * Runs model files, each in a process of its own, which stays alive with its models for requests until the file runs again,
 * is closed, or the runner is disposed of. All heavy work (bundling, model code, inspection) happens in those processes.
 */
export declare class ModelRunner {
  constructor(options: ModelRunnerOptions);
  /** Starts what the first run needs, ahead of it. */
  warmUp(): void;
  /**
   * Bundles `file` and runs it in a fresh process, which replaces the one before. Never rejects because of the model code: what is wrong with
   * it is the outcome's `failure`. When the new process did not get as far as the models (`models` is empty), the process before stays for requests.
   */
  run(file: string, options?: RunOptions): Promise<RunOutcome>;
  /** Asks the process that holds the models of `file`. Rejects with RunnerError. */
  request<M extends Exclude<RunnerMethod, "run">>(file: string, method: M, params: RunnerMethods[M]["params"], options?: RequestOptions): Promise<RunnerMethods[M]["result"]>;
  /** True while a process holds the models of `file`. */
  isAlive(file: string): boolean;
  /** Ends the process of `file`. */
  close(file: string): void;
  /** Ends every process; resolves when none is left. */
  dispose(): Promise<void>;
}
