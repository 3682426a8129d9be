import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as l10n from "@vscode/l10n";
import { type CallFrame, parseStack } from "../inspect/callFrames.js";
import type { Failure, Progress, RunnerMethod, RunnerMethods, RunnerRequest, RunResult } from "../protocol/index.js";
import type { Check } from "../protocol/check.js";
import { checkFailure, checkModels, checkResult } from "../protocol/snapshotChecks.js";
import { foreignFailure, internalFailure, place, stoppedFailure, type StopReason } from "./faults.js";
import { ended, inLargePages, killWithPrograms, ownGroup, spawnScript } from "./fork.js";
import { frame, FrameReader, type Message } from "./frames.js";
import { type Output, OutputLimit, OutputReader } from "./outputReader.js";
import { Assembly } from "./parts.js";
import { checkToHost, type FromHost, type OutputCount, type ToHost } from "./pipeMessages.js";
import { hasModels, withSoundModels } from "./soundModels.js";
import { BundleSourceMap } from "./sourceMap.js";

export type { Output } from "./outputReader.js";

export interface RequestOptions {
  /** Cancels: the model code stops, and what was asked ends with a failure of kind "cancelled". */
  readonly signal?: AbortSignal;
  /** What the model code prints meanwhile. */
  readonly onOutput?: (output: Output) => void;
  /** How far it has come, of requests that say so. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Milliseconds that it may take; Infinity: as long as it likes; default: the process's time limit. */
  readonly timeLimit?: number;
}

/** A request did not succeed; `failure` says why in words for the user. */
export class RunnerError extends Error {
  override readonly name = "RunnerError";
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** What a runner process is started with. */
export interface ProcessOptions {
  readonly engineUrl: string;
  /** Milliseconds; null for no limit. */
  readonly timeLimit: number | null;
  /** Megabytes. */
  readonly memoryLimit: number;
  /** Bytes; null for no limit. */
  readonly outputLimit: number | null;
  /** Absolute path of the file that the bundle is evaluated from, in a folder that nobody else can write to. */
  readonly codeFile: string;
  /** Descriptor of the pipe to the host. */
  readonly pipe: number;
  /** See ModelRunnerOptions. */
  readonly stringsFile: string | null;
  /** Kilobytes of JavaScript's own stack; null for Node's default. */
  readonly stack: number | null;
}

/** Time for a process to answer that it has been told to stop; then it is killed. On a busy machine it takes long to find out where it is. */
const stopMilliseconds = 30_000;
/** Milliseconds; Node's timers cannot wait longer, and we need not. */
const longestTimer = 2 ** 31 - 1;
/** V8's own limit lies above ours, which can say where the code was. */
const heapHeadroom = 1.25;
/** Kilobytes: what a thousand of the calls need that take most, and what is left to Node's own. */
const wantedStack = 6500;
const stackReserve = 1200;
/** Characters of JSON that an answer may have; more cannot be shown. */
const longestAnswer = 2 ** 30;

/** Up to Node 21 the engine's fastest kernels are behind a flag. */
const nodeMajor = Number(process.versions.node.split(".")[0]);
const pipe = 3;

interface Answer {
  readonly failed: boolean;
  readonly value: unknown;
  readonly output: OutputCount;
}

/** The request under way. */
interface Pending {
  readonly id: string;
  readonly assembly: Assembly;
  length: number;
  readonly onProgress: RequestOptions["onProgress"];
  readonly resolve: (answer: Answer) => void;
  /** Without an answer. */
  readonly end: (failure: Failure) => void;
  /** JSON of the models that the run had made when it was last heard of; null for none. */
  kept: string | null;
}

/** A process with the live modules of one model file (main.ts). It answers one request at a time. */
export class ModelProcess {
  readonly #child: ChildProcess;
  /** For the code that it runs; it removes it as well where this process ends first. */
  readonly #folder: string;
  readonly #options: ProcessOptions;
  readonly #output: { readonly stdout: OutputReader; readonly stderr: OutputReader } | null;
  readonly ended: Promise<void>;
  /** Hears that Python has started, which takes seconds that are not the code's. */
  #onBegan: () => void = () => {};
  #onReady!: () => void;
  readonly #ready = new Promise<void>((resolve) => (this.#onReady = resolve));
  #alive = true;
  /** Set once a file runs: for the death of a process that can no longer look up its own places. */
  #sources: BundleSourceMap | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #pending: Pending | null = null;
  /** Why it ends, where that is known before it has. */
  #end: Failure | null = null;

  /** `inheritOutput`: the model code prints to this process's own streams and reads its input, without a limit. */
  constructor(
    dist: string,
    limits: { readonly timeLimit: number } & Pick<ProcessOptions, "memoryLimit" | "outputLimit" | "stringsFile">,
    inheritOutput: boolean,
    runsPython: boolean,
  ) {
    // Whoever cleans temporary folders may have taken the folder of them all.
    mkdirSync(tmpdir(), { recursive: true });
    this.#folder = realpathSync.native(mkdtempSync(join(tmpdir(), "layerscope-")));
    this.#options = {
      ...limits,
      timeLimit: limits.timeLimit <= longestTimer ? limits.timeLimit : null,
      outputLimit: inheritOutput ? null : limits.outputLimit,
      stack: runsPython ? largestStack() : null,
      pipe,
      engineUrl: pathToFileURL(join(dist, "engine/index.js")).href,
      codeFile: join(this.#folder, "model.mjs"),
    };
    const standard = inheritOutput ? "inherit" : "pipe";
    this.#child = spawnScript(join(dist, "runner.js"), this.#options, {
      ...ownGroup,
      // Python's interpreter lies scattered in memory: in large pages it would take up a third more of it.
      env: runsPython ? {} : inLargePages(process.env),
      // On Windows what is read and written at once has to say so; elsewhere it is a pipe as any other.
      stdio: [inheritOutput ? "inherit" : "ignore", standard, standard, "overlapped"],
      execArgv: [
        `--max-old-space-size=${Math.ceil(limits.memoryLimit * heapHeadroom)}`,
        "--expose-gc",
        "--stack-trace-limit=100",
        // Code that is stopped in a timer never tells the async hooks that it ended, which Node would take for corruption.
        "--no-force-async-hooks-checks",
        ...(this.#options.stack === null ? [] : [`--stack-size=${this.#options.stack}`]),
        ...(nodeMajor < 22 ? ["--experimental-wasm-relaxed-simd"] : []),
      ],
    });
    this.#output = inheritOutput ? null : { stdout: new OutputReader(this.#child.stdout!, "stdout"), stderr: new OutputReader(this.#child.stderr!, "stderr") };
    const reader = new FrameReader(
      (message) => this.#receive(message),
      () => this.#abandon(foreignFailure()),
    );
    this.#pipe.on("error", () => {}); // The process is gone, which its end reports.
    this.#pipe.on("data", (bytes: Buffer) => reader.receive(bytes));
    this.ended = ended(this.#child).then(async () => {
      this.#alive = false;
      this.#killPrograms();
      this.#removeFolder();
      // What it said and printed last has still to be read.
      await Promise.all([closed(this.#pipe), ...(this.#output ? [closed(this.#output.stderr.stream)] : [])]);
      this.#pending?.end(this.#end ?? this.#death());
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Resolves when all that it was asked by now is answered. */
  get idle(): Promise<void> {
    return this.#queue.then(() => undefined);
  }

  /** Rejects with RunnerError. */
  request<M extends RunnerMethod>(method: M, params: RunnerMethods[M]["params"], options: RequestOptions = {}): Promise<RunnerMethods[M]["result"]> {
    const answered = this.#queue.then(() => this.#ask(method, params, options));
    this.#queue = answered.catch(() => {});
    return answered;
  }

  /** Python code that runs hears of it as of a key, and may heed it; nothing else does. */
  interrupt(): void {
    if (this.#alive) this.#tell({ kind: "interrupt" });
  }

  /** Whatever it does ends as cancelled. */
  kill(): void {
    this.#end ??= stoppedFailure({ reason: "cancelled", limit: 0, doing: "unknown" }, [], null);
    this.#killPrograms();
    this.#removeFolder(); // At once: this process may be about to end as well.
  }

  get #pipe(): Socket {
    return this.#child.stdio[pipe] as Socket;
  }

  #killPrograms(): void {
    if (this.#child.pid !== undefined) killWithPrograms(this.#child.pid);
  }

  #removeFolder(): void {
    try {
      rmSync(this.#folder, { recursive: true, force: true });
    } catch {
      // Windows keeps what a process that is about to end has open; once it has ended, it is tried again.
    }
  }

  async #ask<M extends RunnerMethod>(
    method: M,
    params: RunnerMethods[M]["params"],
    { signal, onOutput, onProgress, timeLimit: ownLimit }: RequestOptions,
  ): Promise<RunnerMethods[M]["result"]> {
    if (signal?.aborted) throw new RunnerError(stoppedFailure({ reason: "cancelled", limit: 0, doing: "unknown" }, [], null));
    if (!this.#alive) throw new RunnerError(this.#end ?? this.#death());
    const id = randomUUID();
    if ("bundle" in params && "code" in params.bundle) this.#sources = new BundleSourceMap(params.bundle, pathToFileURL(this.#options.codeFile).href);
    if (this.#output) {
      const limit = new OutputLimit(this.#options.outputLimit!, onOutput);
      this.#output.stdout.receiver = this.#output.stderr.receiver = limit;
    }
    const timeLimit = ownLimit === undefined ? this.#options.timeLimit : Number.isFinite(ownLimit) ? ownLimit : null;
    let reason: StopReason | null = null;
    let deadline: NodeJS.Timeout | undefined;
    const stop = (why: StopReason): void => {
      if (reason !== null) return;
      reason = why;
      clearTimeout(deadline);
      const limit = why === "timeout" ? timeLimit! : 0;
      deadline = setTimeout(() => this.#abandon(stoppedFailure({ reason: why, limit, doing: "unknown" }, [], null)), stopMilliseconds);
      this.#tell({ kind: "stop", reason: why, limit });
    };
    const cancel = (): void => stop("cancelled");
    // Its own start is no fault of the file.
    const startClock = (): void => {
      if (timeLimit !== null && deadline === undefined && this.#pending?.id === id && reason === null) deadline = setTimeout(stop, timeLimit, "timeout");
    };
    const startsPython = "bundle" in params && !("code" in params.bundle);
    if (startsPython) this.#onBegan = startClock;
    else void this.#ready.then(startClock);
    signal?.addEventListener("abort", cancel);
    try {
      const { failed, value, output } = await new Promise<Answer>((resolve, reject) => {
        const pending: Pending = {
          id,
          assembly: new Assembly(),
          length: 0,
          onProgress,
          kept: null,
          resolve,
          end: (failure) => {
            const models = method === "run" && pending.kept !== null ? modelsOf(pending.kept) : null;
            if (!models) return reject(new RunnerError(failure));
            const result: RunResult = { models, failure, offers: [] };
            resolve({ failed: false, value: result, output: { stdout: 0, stderr: 0 } });
          },
        };
        this.#pending = pending;
        this.#tell({ kind: "request", id, request: { method, params } as RunnerRequest });
      });
      if (this.#output) await Promise.all([this.#output.stdout.reach(output.stdout), this.#output.stderr.reach(output.stderr)]);
      const check: Check<unknown> = failed ? checkFailure : checkResult[method];
      let result = value;
      let wrong = check(result);
      if (wrong !== null && !failed && hasModels(result)) wrong = check((result = withSoundModels(result)));
      if (wrong !== null) throw new RunnerError(internalFailure(l10n.t("what came back{0}", wrong)));
      if (failed) throw new RunnerError(result as Failure);
      return result as RunnerMethods[M]["result"];
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", cancel);
      this.#pending = null;
    }
  }

  #tell(message: FromHost): void {
    this.#pipe.write(frame(message));
  }

  /** Nothing that comes is believed before it was looked at: model code can write to any descriptor of its process. */
  #receive({ head, body }: Message): void {
    const pending = this.#pending;
    if (checkToHost(head) !== null) return this.#abandon(foreignFailure());
    const message = head as ToHost;
    if (message.kind === "ready") return this.#onReady();
    if (message.kind === "began") return this.#onBegan();
    if (message.kind === "ending") {
      this.#end ??= stoppedFailure(message.stop, message.frames, this.#sources);
      return;
    }
    if (message.id !== pending?.id) return this.#abandon(foreignFailure());
    if (message.kind === "kept") {
      pending.kept = body;
      return;
    }
    if (message.kind === "answered") {
      this.#pending = null;
      return pending.resolve({ failed: message.failed, value: pending.assembly.value, output: message.output });
    }
    if (message.kind === "progress") return pending.onProgress?.(message.progress);
    pending.length += body.length;
    if (pending.length > longestAnswer) return this.#abandon(internalFailure(l10n.t("the models have more to describe than can be shown")));
    try {
      pending.assembly.add(message.path, body);
    } catch {
      this.#abandon(foreignFailure());
    }
  }

  /** It is of no use any more. */
  #abandon(failure: Failure): void {
    this.#end ??= failure;
    this.kill();
  }

  /** Why the process ended of itself. */
  #death(): Failure {
    const { exitCode, signalCode } = this.#child;
    const last = this.#output?.stderr.last ?? "";
    const frames = [...parseFatalStack(last), ...parseStack(last)];
    // V8 gives up in this way when its heap is full.
    if (signalCode !== "SIGKILL" && exitCode !== 0 && /^FATAL ERROR: .*(out of memory|Allocation failed)/m.test(last)) {
      return stoppedFailure({ reason: "memory", limit: this.#options.memoryLimit, doing: "running" }, frames, this.#sources);
    }
    const how = signalCode ? l10n.t("signal {0}", signalCode) : l10n.t("exit code {0}", String(exitCode));
    return {
      kind: "crash",
      message:
        signalCode === "SIGKILL"
          ? l10n.t("The system, or another program, ended the process of the model code ({0}).", how)
          : l10n.t("The process of the model code ended unexpectedly ({0}).", how),
      hint: last.trim() === "" ? l10n.t("Run the file again.") : l10n.t("What it printed last may say why."),
      ...place(frames, this.#sources),
    };
  }
}

/**
 * Kilobytes of stack that the code of a process may use: Python's calls take much of it, so that Node's default ends the interpreter before its own limit. Null where it is
 * not known how much the system gives.
 */
function largestStack(): number | null {
  if (process.platform === "darwin") return wantedStack; // The system gives 8 MB.
  if (process.platform !== "linux") return null;
  try {
    const [, given] = /^Max stack size +(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8"))!;
    return given === "unlimited" || Number(given) >= (wantedStack + stackReserve) * 1024 ? wantedStack : null;
  } catch {
    return null;
  }
}

/** Null for what are no models. */
function modelsOf(json: string): RunResult["models"] | null {
  try {
    const models = JSON.parse(json) as unknown;
    return checkModels(models) === null ? (models as RunResult["models"]) : null;
  } catch {
    return null;
  }
}

/** Settles when all that arrives has been read; soon, where a program that it started holds the stream open. */
function closed(stream: { readonly closed: boolean; once(event: "close", listener: () => void): unknown }): Promise<void> {
  if (stream.closed) return Promise.resolve();
  return Promise.race([new Promise<void>((resolve) => stream.once("close", resolve)), new Promise<void>((resolve) => setTimeout(resolve, 500).unref())]);
}

/** The calls that Node or V8 print when they give up: "1: forward (file:///model.mjs:9:9)". */
function parseFatalStack(text: string): CallFrame[] {
  return [...text.matchAll(/^\s*\d+: (?:(.*?) \()?(file:.*?):(\d+):(\d+)\)?$/gm)].map(([, name = "", url, line, column]) => ({
    function: name,
    url: url!,
    line: Number(line),
    column: Number(column),
  }));
}
