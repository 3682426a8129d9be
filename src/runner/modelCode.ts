import fs from "node:fs";
import { dirname } from "node:path";
import { Session } from "node:inspector";
import { constants } from "node:os";
import process from "node:process";
import timers from "node:timers";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NamedModel } from "../inspect/index.js";
import type { Bundle, Failure, Offer } from "../protocol/index.js";
import { catchInHooks } from "./asyncHooks.js";
import { type BundleHooks, dependencyConstants, runnerGlobal } from "./bundleFormat.js";
import { isError } from "../inspect/thrown.js";
import { exitFailure, madeUpImportFailure, missingExportFailure, nestedFailure, thrownFailure, unsettledFailure } from "./faults.js";
import { nestedTooDeepAt } from "./nesting.js";
import { BundleSourceMap, type Sources } from "./sourceMap.js";

/** Of before they are guarded from the user's code. */
const { mkdirSync, rmSync, writeFileSync } = fs;
const { setImmediate } = timers;

export interface ModelCodeOptions {
  readonly bundle: Bundle;
  /** Where the bundle is written to be evaluated; gone again once it is. */
  readonly codeFile: string;
  /** What keeps this process waiting for requests: without it, it has nothing to wait for but what the code left behind. */
  readonly loop: { readonly hold: () => void; readonly release: () => void };
  /** Says whether the watchdog is about to stop the code, so that the end of the work is not taken for the end of the file. */
  readonly isStopping: () => boolean;
  /** The code called process.exit() and was stopped there. Not called for a program that ran through and says that all is well. */
  readonly onExit: (failure: Failure) => void;
}

/** The code of one model file as whoever looks for models in it sees it, whatever it is written in. */
export interface EvaluatedCode {
  readonly sources: Sources;
  /** Exports in JavaScript's sense; null where the file did not run to its end, or has none. */
  readonly exports: Readonly<Record<string, unknown>> | null;
  /** The top-level variables of the model file that have a value, in the order of the source. */
  variables(): [name: string, value: unknown][];
  /** What an expression gives, of names that the model file's top level knows. */
  valueOf(expression: string): Promise<unknown>;
  /** What makes a module without arguments, and what else may make one, where the language itself knows. */
  readonly makers?: (() => { readonly made: readonly NamedModel[]; readonly offers: readonly Offer[] }) | undefined;
}

/** The code of one model file, evaluated in this process. */
export class ModelCode implements EvaluatedCode {
  readonly sources: BundleSourceMap;
  /** The module's exports; null when it did not run to its end. */
  exports: Readonly<Record<string, unknown>> | null = null;
  readonly #options: ModelCodeOptions;
  #bindings: Readonly<Record<string, () => unknown>> = {};

  constructor(options: ModelCodeOptions) {
    this.#options = options;
    this.sources = new BundleSourceMap(options.bundle, pathToFileURL(options.codeFile).href, fileURLToPath(new URL(".", import.meta.url)));
  }

  /**
   * Evaluates the file and waits, as Node does, until nothing is left to do: no timer, no open handle. The first failure ends the wait. Does not
   * return when the code is stopped, by the watchdog or by its own process.exit().
   */
  async evaluate(): Promise<Failure | null> {
    const { bundle, codeFile, loop, isStopping, onExit } = this.#options;
    let end!: (failure: Failure | null) => void;
    const ended = new Promise<Failure | null>((resolve) => (end = resolve));
    let hasBegun = false;
    const fail = (error: unknown): void => {
      // Not a line of the code has run: reading it has filled the stack.
      if (!hasBegun && isError(error) && error instanceof RangeError) end(nestedFailure(nestedTooDeepAt(bundle.code), this.sources));
      else end(missingExportFailure(error, bundle.files) ?? madeUpImportFailure(error, dirname(codeFile), this.sources) ?? thrownFailure(error, this.sources));
    };
    process.on("uncaughtException", fail);
    process.on("unhandledRejection", fail);
    let bodyEnded = false;
    let running = true;
    const endedHere = (call: string, status: number): never => {
      setImmediate(onExit, exitFailure(call, status, new Error().stack, this.sources));
      return stopHere();
    };
    const [exit, kill] = [process.exit.bind(process), process.kill.bind(process)];
    const exits = (code?: number | string | null): never => {
      const status = Number(code ?? process.exitCode ?? 0);
      if (!Number.isInteger(status)) return exit(code); // Node says what is wrong with it.
      if (status !== 0 || !bodyEnded || !running) return endedHere(`process.exit(${status})`, status);
      setImmediate(end, null);
      return stopHere();
    };
    // What would end the process ends the run: its models stay, and it is known where that was.
    process.exit = exits;
    Object.assign(process, { reallyExit: exits });
    process.abort = () => endedHere("process.abort()", signalStatus("SIGABRT"));
    process.kill = (pid, signal = "SIGTERM") => {
      const name = typeof signal === "number" ? (signalNames.get(signal) ?? signal) : signal;
      const ends = [0, process.pid, -process.pid].includes(Number(pid)) && typeof name === "string" && name in constants.signals && !harmlessSignals.has(name);
      return ends && process.listenerCount(name) === 0 ? endedHere(`process.kill(process.pid, "${name}")`, signalStatus(name)) : kill(pid, signal);
    };
    process.argv = [process.argv[0]!, bundle.entry];

    catchInHooks((error) => setImmediate(onExit, thrownFailure(error, this.sources)));

    const hooks: BundleHooks = {
      begin: () => {
        hasBegun = true;
        rmSync(codeFile, { force: true });
      },
      entry: (bindings) => (this.#bindings = bindings),
      end: () => (bodyEnded = true),
    };
    Object.assign(globalThis, dependencyConstants(bundle.entry));
    Object.defineProperty(globalThis, runnerGlobal, { value: hooks });

    // The process may have waited for long, and the system cleaned its temporary folders meanwhile.
    mkdirSync(dirname(codeFile), { recursive: true });
    writeFileSync(codeFile, bundle.code);
    import(this.sources.url).then((exports: Readonly<Record<string, unknown>>) => (this.exports = exports), fail);
    loop.release();
    const nothingLeft = (): void => {
      loop.hold();
      if (!isStopping()) end(this.exports ? null : unsettledFailure());
    };
    process.once("beforeExit", nothingLeft);
    try {
      return await ended;
    } finally {
      running = false;
      process.off("beforeExit", nothingLeft);
      loop.hold();
      rmSync(codeFile, { force: true });
    }
  }

  /** The top-level variables of the model file that have a value, in the order of the source. */
  variables(): [name: string, value: unknown][] {
    return Object.entries(this.#bindings).flatMap(([name, read]): [string, unknown][] => {
      try {
        return [[name, read()]];
      } catch {
        return []; // Its declaration was not reached.
      }
    });
  }

  /** What an expression gives, of names that the model file's top level and its exports know; all exports are `exports` to it. */
  async valueOf(expression: string): Promise<unknown> {
    const exported = Object.entries(this.exports ?? {}).filter(([name]) => name !== "default" && isIdentifier(name));
    const names = new Map<string, unknown>([...exported, ...this.variables(), ["exports", this.exports]]);
    return new AsyncFunction(...names.keys(), `"use strict"; return (${expression}\n);`)(...names.values());
  }
}

const AsyncFunction = (async () => undefined).constructor as new (...texts: string[]) => (...args: unknown[]) => Promise<unknown>;

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name);
}

/** What a process ends with that a signal ends, as a shell tells it. */
function signalStatus(name: string): number {
  return 128 + constants.signals[name as NodeJS.Signals];
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
/** Those that end no process which does not listen for them. */
const harmlessSignals: ReadonlySet<string> = new Set(["SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGUSR1"]);

/** Ends the running JavaScript in a way that it cannot catch; the event loop goes on. */
export function stopHere(): never {
  const session = new Session();
  session.connect();
  session.post("Runtime.terminateExecution");
  for (;;);
}
