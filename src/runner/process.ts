import type { ChildProcess } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { pathToFileURL } from "node:url";
import * as l10n from "@vscode/l10n";
import type { CallFrame } from "../inspect/callFrames.js";
import type { Failure, RunnerMethod, RunnerMethods, RunnerReply } from "../protocol/index.js";
import { place, stoppedFailure, type StopReason } from "./faults.js";
import { ended, forkScript, killWithPrograms, ownGroup } from "./fork.js";
import { BundleSourceMap } from "./sourceMap.js";

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
  /** Milliseconds; Infinity for no limit. */
  readonly timeLimit: number;
  /** Megabytes. */
  readonly memoryLimit: number;
  /** Bytes; null for no limit. */
  readonly outputLimit: number | null;
  /** Absolute path of the file that the bundle is evaluated from, in a folder that nobody else can write to. */
  readonly codeFile: string;
  /** Descriptor of the pipe between the parent and the watchdog. */
  readonly lifeline: number;
  /** See ModelRunnerOptions. */
  readonly stringsFile: string | null;
}

/** Bytes written to the output streams by the time of a reply: the parent has read what came before once it has as many. */
export interface OutputCount {
  readonly stdout: number;
  readonly stderr: number;
}

/** Time for a process to answer that it has been told to stop; then it is killed. */
const stopMilliseconds = 5000;
/** Milliseconds; Node's timers cannot wait longer, and we need not. */
const longestTimer = 2 ** 31 - 1;
/** V8's own limit lies above ours, which can say where the code was. */
const heapHeadroom = 1.25;

/** Up to Node 21 the engine's fastest kernels are behind a flag. */
const nodeMajor = Number(process.versions.node.split(".")[0]);
const lifeline = 4;

/** A process with the live modules of one model file (main.ts). It answers one request at a time. */
export class ModelProcess {
  readonly #child: ChildProcess;
  /** For the code that it runs; it removes it as well where this process ends first. */
  readonly #folder: string;
  readonly #options: ProcessOptions;
  readonly #output: { readonly stdout: OutputReader; readonly stderr: OutputReader } | null;
  readonly ended: Promise<void>;
  #alive = true;
  /** Set once a file runs: for the death of a process that can no longer look up its own places. */
  #sources: BundleSourceMap | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #onReply: ((reply: RunnerReply & { readonly output: OutputCount }) => void) | null = null;
  #onEnd: (() => void) | null = null;

  /** `inheritOutput`: the model code prints to this process's own streams and reads its input, without a limit. */
  constructor(dist: string, limits: Pick<ProcessOptions, "timeLimit" | "memoryLimit" | "outputLimit" | "stringsFile">, inheritOutput: boolean) {
    this.#folder = realpathSync.native(mkdtempSync(join(tmpdir(), "layerscope-")));
    this.#options = {
      ...limits,
      outputLimit: inheritOutput ? null : limits.outputLimit,
      lifeline,
      engineUrl: pathToFileURL(join(dist, "engine/index.js")).href,
      codeFile: join(this.#folder, "model.mjs"),
    };
    const standard = inheritOutput ? "inherit" : "pipe";
    this.#child = forkScript(join(dist, "runner.js"), this.#options, {
      ...ownGroup,
      stdio: [inheritOutput ? "inherit" : "ignore", standard, standard, "ipc", "pipe"],
      execArgv: [
        `--max-old-space-size=${Math.ceil(limits.memoryLimit * heapHeadroom)}`,
        "--expose-gc",
        "--stack-trace-limit=100",
        // Code that is stopped in a timer never tells the async hooks that it ended, which Node would take for corruption.
        "--no-force-async-hooks-checks",
        ...(nodeMajor < 22 ? ["--experimental-wasm-relaxed-simd"] : []),
      ],
    });
    this.#output = inheritOutput ? null : { stdout: new OutputReader(this.#child.stdout!, "stdout"), stderr: new OutputReader(this.#child.stderr!, "stderr") };
    this.#child.stdio[lifeline]!.on("error", () => {}); // The process is gone, which its end reports.
    this.#child.on("message", (reply) => this.#onReply?.(reply as RunnerReply & { output: OutputCount }));
    this.ended = ended(this.#child).then(() => {
      this.#alive = false;
      this.#killPrograms();
      this.#removeFolder();
      this.#onEnd?.();
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Rejects with RunnerError. */
  request<M extends RunnerMethod>(method: M, params: RunnerMethods[M]["params"], options: RequestOptions = {}): Promise<RunnerMethods[M]["result"]> {
    const answered = this.#queue.then(() => this.#ask(method, params, options));
    this.#queue = answered.catch(() => {});
    return answered;
  }

  kill(): void {
    this.#killPrograms();
    this.#removeFolder(); // At once: this process may be about to end as well.
  }

  #killPrograms(): void {
    if (this.#child.pid !== undefined) killWithPrograms(this.#child.pid);
  }

  #removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask<M extends RunnerMethod>(method: M, params: RunnerMethods[M]["params"], { signal, onOutput }: RequestOptions): Promise<RunnerMethods[M]["result"]> {
    if (signal?.aborted) throw this.#stopped("cancelled");
    if (!this.#alive) throw this.#death();
    const id = ++this.#lastId;
    if ("bundle" in params) this.#sources = new BundleSourceMap(params.bundle, pathToFileURL(this.#options.codeFile).href);
    if (this.#output) {
      const limit = new OutputLimit(this.#options.outputLimit!, onOutput);
      this.#output.stdout.receiver = this.#output.stderr.receiver = limit;
    }
    let reason: StopReason | null = null;
    let deadline: NodeJS.Timeout | undefined;
    const stop = (why: StopReason): void => {
      if (reason !== null) return;
      reason = why;
      clearTimeout(deadline);
      deadline = setTimeout(() => this.kill(), stopMilliseconds);
      (this.#child.stdio[lifeline] as Socket).write(`${why}\n`);
    };
    const cancel = (): void => stop("cancelled");
    if (this.#options.timeLimit <= longestTimer) deadline = setTimeout(stop, this.#options.timeLimit, "timeout");
    signal?.addEventListener("abort", cancel);
    try {
      const reply = await new Promise<RunnerReply & { readonly output: OutputCount }>((resolve, reject) => {
        this.#onEnd = () => reject(reason === null ? this.#death() : this.#stopped(reason));
        this.#onReply = (received) => received.id === id && resolve(received);
        this.#child.send({ id, method, params }, (error) => error && !this.#alive && this.#onEnd?.());
      });
      if (this.#output) await Promise.all([this.#output.stdout.reach(reply.output.stdout), this.#output.stderr.reach(reply.output.stderr)]);
      if (reply.kind === "failure") throw new RunnerError(reply.failure);
      return reply.result as RunnerMethods[M]["result"];
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", cancel);
      this.#onEnd = this.#onReply = null;
    }
  }

  #stopped(reason: StopReason): RunnerError {
    const limit = reason === "timeout" ? this.#options.timeLimit : this.#options.memoryLimit;
    return new RunnerError(stoppedFailure({ reason, limit, doing: "unknown" }, parseFatalStack(this.#output?.stderr.last ?? ""), this.#sources));
  }

  /** Why the process ended of itself. */
  #death(): RunnerError {
    const { exitCode, signalCode } = this.#child;
    const last = this.#output?.stderr.last ?? "";
    // V8 says so when its heap is full; the system's way to take memory back is SIGKILL.
    if (signalCode === "SIGKILL" || /out of memory|Allocation failed/.test(last)) return this.#stopped("memory");
    const how = signalCode ? l10n.t("signal {0}", signalCode) : l10n.t("exit code {0}", String(exitCode));
    return new RunnerError({
      kind: "crash",
      message: l10n.t("The process of the model code ended unexpectedly ({0}).", how),
      hint: l10n.t("What it printed last may say why."),
      ...place(parseFatalStack(last), this.#sources),
    });
  }
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

/** Passes on what a request prints, up to a number of bytes. */
class OutputLimit {
  readonly #bytes: number;
  #left: number;
  readonly #onOutput: ((output: Output) => void) | undefined;

  constructor(bytes: number, onOutput: ((output: Output) => void) | undefined) {
    this.#bytes = this.#left = bytes;
    this.#onOutput = onOutput;
  }

  receive(stream: Output["stream"], bytes: Buffer, decoder: StringDecoder): void {
    if (this.#left < 0) return;
    const text = decoder.write(bytes.subarray(0, this.#left));
    this.#left -= bytes.length;
    if (text) this.#onOutput?.({ stream, text });
    if (this.#left < 0) this.#onOutput?.({ stream: "stderr", text: `\n[Layerscope: ${l10n.t("the output was cut off after {0} bytes", this.#bytes)}]\n` });
  }
}

class OutputReader {
  receiver: OutputLimit | null = null;
  /** The end of what was read. */
  last = "";
  #count = 0;
  #reached: (() => void) | null = null;

  constructor(
    readonly stream: Socket | NonNullable<ChildProcess["stdout"]>,
    name: Output["stream"],
  ) {
    const decoder = new StringDecoder("utf8");
    stream.on("data", (bytes: Buffer) => {
      this.#count += bytes.length;
      this.last = (this.last + bytes.subarray(-4000).toString("latin1")).slice(-4000);
      this.receiver?.receive(name, bytes, decoder);
      this.#reached?.();
    });
    stream.on("error", () => {});
  }

  /** Resolves when so many bytes have been read, or the stream has ended. */
  async reach(count: number): Promise<void> {
    if (this.#count >= count || this.stream.readableEnded || this.stream.destroyed) return;
    await new Promise<void>((resolve) => {
      this.stream.once("close", resolve);
      this.#reached = () => {
        if (this.#count < count) return;
        this.#reached = null;
        this.stream.off("close", resolve);
        resolve();
      };
    });
  }
}
