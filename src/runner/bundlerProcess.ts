import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { BundleOutcome } from "./bundle.js";
import type { BundlerOptions, BundleRequest, FromBundler } from "./bundlerMessages.js";
import { bundlerFailure, type BundlerEnd } from "./faults.js";
import { ended, forkScript } from "./fork.js";

/** Milliseconds that a build which nobody waits for any more may still take, so that its warm process is there for the next. */
const patienceMilliseconds = 500;
/** Milliseconds; Node's timers cannot wait longer, and we need not. */
const longestTimer = 2 ** 31 - 1;

export interface BundleOptions {
  readonly overrides: ReadonlyMap<string, string>;
  /** Cancels. */
  readonly signal: AbortSignal;
  /** Milliseconds; Infinity for no limit. */
  readonly timeLimit: number;
}

/**
 * The processes that bundle. Each makes one bundle at a time, so that what one file does to its bundler is nothing to another; one is kept for the
 * next file. None is used again after anything went wrong in it.
 */
export class Bundlers {
  readonly #dist: string;
  readonly #options: BundlerOptions;
  readonly #all = new Set<BundlerProcess>();
  #idle: BundlerProcess | null = null;
  /** Builds that were cancelled and may yet give their process back. */
  #left: Promise<unknown> = Promise.resolve();

  constructor(dist: string, options: BundlerOptions) {
    this.#dist = dist;
    this.#options = options;
  }

  /** Has a process ready ahead. */
  start(): void {
    if (this.#all.size === 0) this.#idle = this.#create();
  }

  /** Never rejects: what goes wrong, in the file or in the bundler, is the failure. */
  async bundle(file: string, { overrides, signal, timeLimit }: BundleOptions): Promise<BundleOutcome> {
    if (!this.#idle) await this.#left;
    if (signal.aborted) return failed({ kind: "cancelled" }, file, null);
    const process = this.#idle ?? this.#create();
    this.#idle = null;
    const building = process.bundle({ file, overrides: [...overrides] });
    let deadline: NodeJS.Timeout | undefined;
    const stopped = new Promise<BundleOutcome>((resolve) => {
      const stop = (end: BundlerEnd): void => resolve(failed(end, file, process.reading));
      signal.addEventListener("abort", () => stop({ kind: "cancelled" }), { once: true });
      if (timeLimit > longestTimer) return;
      // Its own start is no fault of the file.
      void process.ready.then(() => (deadline = setTimeout(stop, timeLimit, { kind: "timeout", milliseconds: timeLimit } satisfies BundlerEnd)));
    });
    const outcome = await Promise.race([building, stopped]);
    clearTimeout(deadline);
    this.#left = this.#takeBack(process, building, signal.aborted ? patienceMilliseconds : 0);
    return outcome;
  }

  /** The idle process, which holds some 150 MB, ends; the next bundle starts another. */
  rest(): void {
    this.#idle?.kill();
  }

  async dispose(): Promise<void> {
    const all = [...this.#all];
    for (const process of all) process.kill();
    await Promise.all(all.map(({ ended }) => ended));
  }

  async #takeBack(process: BundlerProcess, building: Promise<unknown>, patience: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([building, new Promise((resolve) => (timer = setTimeout(resolve, patience)))]);
    clearTimeout(timer);
    if (process.usable && !this.#idle) this.#idle = process;
    else process.kill();
  }

  #create(): BundlerProcess {
    const process = new BundlerProcess(this.#dist, this.#options);
    this.#all.add(process);
    void process.ended.then(() => {
      this.#all.delete(process);
      if (this.#idle === process) this.#idle = null;
    });
    return process;
  }
}

/** One process that bundles. */
class BundlerProcess {
  readonly #child: ChildProcess;
  readonly #memoryLimit: number;
  readonly ended: Promise<void>;
  readonly ready: Promise<void>;
  #onReady!: () => void;
  #state: "idle" | "building" | "ended" = "idle";
  #reading: string | null = null;
  #complaints = "";
  #onOutcome: ((outcome: BundleOutcome) => void) | null = null;
  #file = "";

  constructor(dist: string, options: BundlerOptions) {
    this.#memoryLimit = options.memoryLimit;
    this.ready = new Promise((resolve) => (this.#onReady = resolve));
    this.#child = forkScript(join(dist, "bundler.js"), options, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#complaints = (this.#complaints + text).slice(-2000)));
    this.#child.on("message", (message: FromBundler) => this.#receive(message));
    this.ended = ended(this.#child).then(() => {
      const { signalCode, exitCode } = this.#child;
      this.#end({ kind: "died", how: signalCode ?? String(exitCode), complaints: this.#complaints });
    });
  }

  get usable(): boolean {
    return this.#state === "idle";
  }

  /** The file that it took up last. */
  get reading(): string | null {
    return this.#reading;
  }

  bundle(request: BundleRequest): Promise<BundleOutcome> {
    this.#reading = null;
    this.#file = request.file;
    return new Promise((resolve) => {
      this.#onOutcome = resolve;
      if (this.#state === "ended") return this.#end({ kind: "died", how: "", complaints: this.#complaints });
      this.#state = "building";
      this.#child.send(request, (error) => error && this.#end({ kind: "failed", message: error.message }));
    });
  }

  kill(): void {
    this.#state = "ended";
    this.#child.kill("SIGKILL");
  }

  #receive(message: FromBundler): void {
    switch (message.kind) {
      case "reading":
        this.#reading = message.file;
        return;
      case "ready":
        return this.#onReady();
      case "done":
        this.#state = "idle";
        return this.#answer(message.outcome);
      case "memory":
        return this.#end({ kind: "memory", megabytes: this.#memoryLimit });
      default:
        return this.#end(message);
    }
  }

  #end(end: BundlerEnd): void {
    this.kill();
    this.#answer(failed(end, this.#file, this.#reading));
  }

  #answer(outcome: BundleOutcome): void {
    this.#onOutcome?.(outcome);
    this.#onOutcome = null;
  }
}

function failed(end: BundlerEnd, file: string, reading: string | null): BundleOutcome {
  return { kind: "failure", failure: bundlerFailure(end, reading), files: [...new Set([file, ...(reading === null ? [] : [reading])])] };
}
