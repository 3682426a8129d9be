import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as l10n from "@vscode/l10n";
import type { Access, Bundle, Failure, Permission, PythonProgram, RunnerMethod, RunnerMethods, RunResult } from "../protocol/index.js";
import { Bundlers } from "./bundlerProcess.js";
import { stoppedFailure } from "./faults.js";
import { projectFolder } from "./folders.js";
import { canonicalPath } from "./paths.js";
import { InterpreterMemory } from "./interpreterMemory.js";
import { isPython, readProgram } from "./pythonProgram.js";
import { ModelProcess, type RequestOptions, RunnerError } from "./process.js";

export { type Output, type RequestOptions, RunnerError } from "./process.js";

export interface ModelRunnerOptions {
  /** The built `dist` folder: holds runner.js, watchdog.js, bundler.js, bundlerThread.js, esbuild.wasm and engine/index.js. */
  readonly dist: string;
  /** Milliseconds that one run or request may take; default 30 000, Infinity for no limit. */
  readonly timeLimit?: number;
  /** Megabytes that each process may hold; default 3072. */
  readonly memoryLimit?: number;
  /** Bytes of output that one run or request passes on; default 1 000 000. The rest is dropped and the loss is stated. */
  readonly outputLimit?: number;
  /** The model code prints straight to this process's own output and reads its input, without a limit; `onOutput` hears nothing. Default false. */
  readonly inheritOutput?: boolean;
  /**
   * The file with the translations of what the processes say (`vscode.l10n.uri`); default null, for English. This process's own have to be loaded by
   * whoever runs it.
   */
  readonly stringsFile?: string | null;
  /** A folder that lasts, for what makes later starts of Python faster (40 MB); default null: nothing is kept. */
  readonly storage?: string | null;
}

export interface RunOptions extends RequestOptions {
  /** Text of files that differ from what is on disk (unsaved editors), by absolute path. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Where relative paths in the model code start; default the model file's folder. */
  readonly workingDirectory?: string;
  /** Whether somebody asked for this run; one that begins by itself may only read. Default true. */
  readonly asked?: boolean;
  /** What the user allows beyond that; default nothing. */
  readonly allowed?: readonly Permission[];
  /** The workspace's folders, which may be read; default: the projects that the model file and the working directory are in. */
  readonly folders?: readonly string[];
  /** The user asked for this run: a Python file is then `__main__`. Default false. */
  readonly isMain?: boolean;
  /**
   * Only looks at the file as it is being typed, and goes no further than a second backward pass. Its process takes the place of the one that holds the
   * models only where this says that what it came to is to be shown. Default: a run, which always does when it has models.
   */
  readonly isToBeShown?: (result: RunResult) => boolean;
  /** An expression that makes the model when the file has run, such as `createModel()`; default: the models that the file itself makes. */
  readonly build?: string;
}

export interface RunOutcome extends RunResult {
  /** Absolute paths of the workspace files that went in; a change of one makes the result stale. */
  readonly files: readonly string[];
}

/**
 * Runs model files, each in a process of its own, which stays alive with its models for requests until the file runs again,
 * is closed, or the runner is disposed of. All heavy work (bundling, model code, inspection) happens in those processes.
 */
export class ModelRunner {
  readonly #dist: string;
  readonly #limits: { readonly timeLimit: number; readonly memoryLimit: number; readonly outputLimit: number };
  readonly #inheritOutput: boolean;
  readonly #stringsFile: string | null;
  readonly #bundlers: Bundlers;
  /** The processes that hold models, by model file. */
  readonly #holding = new Map<string, ModelProcess>();
  /** The run under way, by model file. */
  readonly #running = new Map<string, Run>();
  readonly #started = new Set<ModelProcess>();
  /** Started ahead, for the next run: of a script, of a Python file. */
  readonly #spares: Record<Kind, ModelProcess | null> = { script: null, python: null };
  readonly #memory: InterpreterMemory;
  /** Bundled for the look that is expected next. */
  #ahead: Ahead | null = null;
  #idle: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor({
    dist,
    timeLimit = 30_000,
    memoryLimit = 3072,
    outputLimit = 1_000_000,
    inheritOutput = false,
    stringsFile = null,
    storage = null,
  }: ModelRunnerOptions) {
    this.#dist = dist;
    this.#limits = { timeLimit, memoryLimit, outputLimit };
    this.#inheritOutput = inheritOutput;
    this.#stringsFile = stringsFile;
    this.#memory = new InterpreterMemory(dist, storage);
    this.#bundlers = new Bundlers(dist, { stringsFile, memoryLimit });
  }

  /** Starts what the next run of a file of that kind needs, ahead of it. */
  warmUp(kind: Kind = "script"): void {
    if (this.#disposed) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#rest(), idleMilliseconds).unref();
    if (kind === "script") this.#bundlers.start();
    this.#spare(kind);
  }

  /** Bundles a file ahead of a look at these texts of it: what is typed is not evaluated before its author rests, and need not be read only then. */
  prepareLook(file: string, overrides: ReadonlyMap<string, string>): void {
    const entry = canonicalPath(file);
    if (this.#disposed || isPython(entry)) return;
    this.#dropAhead();
    const texts = canonicalTexts(overrides);
    const abort = new AbortController();
    const ahead: Ahead = { entry, texts, bundled: this.#bundle(entry, texts, abort.signal), drop: () => abort.abort() };
    this.#ahead = ahead;
    // What else it read may have changed by then.
    setTimeout(() => this.#ahead === ahead && this.#dropAhead(), aheadMilliseconds).unref();
  }

  #dropAhead(): void {
    this.#ahead?.drop();
    this.#ahead = null;
  }

  /** The process for the next run. */
  #spare(kind: Kind): ModelProcess {
    const known = this.#spares[kind];
    if (known?.alive) return known;
    const process = (this.#spares[kind] = this.#startProcess(kind));
    // Where that fails, the run says why.
    if (kind === "python") process.request("preparePython", { snapshot: this.#memory.file }, { timeLimit: Infinity }).catch(() => {});
    return process;
  }

  /**
   * Bundles `file` and runs it in a fresh process, which replaces the one before. Never rejects because of the model code: what is wrong with
   * it is the outcome's `failure`. When the new process did not get as far as a model (`models` is empty), the process before stays for requests.
   * Running a file again cancels its run under way.
   */
  async run(file: string, given: RunOptions = {}): Promise<RunOutcome> {
    const { overrides = new Map<string, string>(), workingDirectory = dirname(canonicalPath(file)), build = null, isMain = false, ...options } = given;
    const entry = canonicalPath(file);
    this.#cancel(entry);
    if (this.#disposed) return { models: [], failure: cancelled(), offers: [], files: [entry] };
    const run = new Run(options.signal);
    this.#running.set(entry, run);
    const texts = canonicalTexts(overrides);
    const isLook = given.isToBeShown !== undefined;
    const bundled = isPython(entry)
      ? this.#readPython(entry, texts, isMain)
      : await ((isLook && this.#takeAhead(entry, texts)) || this.#bundle(entry, texts, run.signal));
    const { files } = bundled;
    if (run.isCancelled) return { models: [], failure: cancelled(), offers: [], files };
    if (bundled.kind === "failure") {
      this.#running.delete(entry);
      return { models: [], failure: bundled.failure, offers: [], files };
    }
    const { bundle } = bundled;
    const access = this.#accessOf(bundle, workingDirectory, given);
    const result = await this.#runIn(run, entry, { bundle, workingDirectory, build, access, isLook }, options);
    return { ...result, files: [...new Set([...files, ...(result.files ?? [])])] };
  }

  /** Has a fresh process hold the namespace of a notebook, in the place of the one before: cells then run in it (the request `runCell`). */
  async startNotebook(file: string, given: Omit<RunOptions, "build" | "isMain" | "asked"> = {}): Promise<RunOutcome> {
    const { overrides = new Map<string, string>(), workingDirectory = dirname(canonicalPath(file)), ...options } = given;
    const entry = canonicalPath(file);
    this.#cancel(entry);
    const run = new Run(options.signal);
    this.#running.set(entry, run);
    const others = [...overrides].map(([path, text]) => [canonicalPath(path), text] as const).filter(([path]) => path.endsWith(".py"));
    const bundle: PythonProgram = { entry, isMain: true, source: { kind: "notebook", cells: [] }, overrides: others, engineUrl: this.#engineUrl };
    const result = await this.#runIn(run, entry, { bundle, workingDirectory, build: null, access: this.#accessOf(bundle, workingDirectory, given) }, options);
    return { ...result, files: [] };
  }

  /** Python code that runs for `file` hears of it as of a key, and may heed it: what it has made stays. */
  interrupt(file: string): void {
    this.#holding.get(canonicalPath(file))?.interrupt();
  }

  async #runIn(
    run: Run,
    entry: string,
    params: RunnerMethods["run"]["params"],
    { isToBeShown, ...options }: RequestOptions & Pick<RunOptions, "isToBeShown">,
  ): Promise<RunResult> {
    const { bundle } = params;
    if ("note" in bundle && bundle.note) options.onOutput?.({ stream: "stderr", text: `${bundle.note}\n` });

    const kind = "code" in bundle ? "script" : "python";
    const process = (run.process = this.#spare(kind));
    this.#spares[kind] = null;
    // An interpreter that only starts heeds nothing.
    const stop = (): void => process.kill();
    if (kind === "python") run.signal.addEventListener("abort", stop);
    let result: RunResult;
    try {
      if (kind === "python") await process.idle;
      run.signal.removeEventListener("abort", stop);
      result = await process.request("run", params, options);
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      result = { models: [], failure: error.failure, offers: [] };
    }
    // Who types is looked at again in a moment. After any other run the picture comes first.
    if (!this.#inheritOutput) setTimeout(() => this.warmUp(kind), isToBeShown ? 0 : warmUpDelay).unref();
    if (run.isCancelled) return { models: [], failure: cancelled(), offers: [] };
    this.#running.delete(entry);
    if (isToBeShown && (options.signal?.aborted || !isToBeShown(result))) {
      process.kill();
      return result;
    }
    const replaced = this.#holding.get(entry);
    if (result.failure && result.models.length === 0 && replaced?.alive) {
      process.kill();
    } else {
      replaced?.kill();
      this.#holding.set(entry, process);
      void process.ended.then(() => this.#holding.get(entry) === process && this.#holding.delete(entry));
    }
    if (kind === "python") this.#memory.make();
    return result;
  }

  #takeAhead(entry: string, texts: ReadonlyMap<string, string>): Promise<Prepared> | null {
    const ahead = this.#ahead;
    if (ahead?.entry !== entry || !equalTexts(ahead.texts, texts)) return null;
    this.#ahead = null;
    return ahead.bundled;
  }

  async #bundle(entry: string, overrides: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Prepared> {
    this.warmUp();
    const bundled = await this.#bundlers.bundle(entry, { overrides, signal, timeLimit: this.#limits.timeLimit });
    return bundled.kind === "failure" ? bundled : { kind: "ready", bundle: bundled.bundle, files: bundled.bundle.files };
  }

  /** Python reads what it imports by itself, while it runs. */
  #readPython(entry: string, overrides: ReadonlyMap<string, string>, isMain: boolean): Prepared {
    this.#spare("python");
    const program = readProgram(entry, { overrides, isMain, engineUrl: this.#engineUrl });
    return "kind" in program ? { kind: "failure", failure: program, files: [entry] } : { kind: "ready", bundle: program, files: [entry] };
  }

  get #engineUrl(): string {
    return pathToFileURL(join(this.#dist, "engine/index.js")).href;
  }

  /** Asks the process that holds the models of `file`. Rejects with RunnerError. */
  async request<M extends Exclude<RunnerMethod, "run">>(
    file: string,
    method: M,
    params: RunnerMethods[M]["params"],
    options: RequestOptions = {},
  ): Promise<RunnerMethods[M]["result"]> {
    const process = this.#holding.get(canonicalPath(file));
    if (!process?.alive)
      throw new RunnerError({
        kind: "crash",
        message: l10n.t("No process holds the models of this file."),
        hint: l10n.t("Run the file again."),
        location: null,
        stack: [],
      });
    return process.request(method, params, options);
  }

  /** True while a process holds the models of `file`. */
  isAlive(file: string): boolean {
    return this.#holding.get(canonicalPath(file))?.alive ?? false;
  }

  /** Ends the process of `file`, and a run under way. */
  close(file: string): void {
    const entry = canonicalPath(file);
    this.#cancel(entry);
    this.#holding.get(entry)?.kill();
  }

  /** Ends every process; resolves when none is left. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#idle);
    for (const entry of [...this.#running.keys()]) this.#cancel(entry);
    this.#started.forEach((process) => process.kill());
    await Promise.all([this.#bundlers.dispose(), this.#memory.dispose(), ...[...this.#started].map(({ ended }) => ended)]);
  }

  #accessOf(bundle: Bundle | PythonProgram, workingDirectory: string, { asked = true, allowed = [], folders }: RunOptions): Access {
    const { entry, engineUrl } = bundle;
    const packages = "packages" in bundle ? bundle.packages : [];
    const own = dirname(entry);
    const workspace = folders ?? [own, workingDirectory].map(projectFolder);
    return { asked, allowed, readable: [...workspace, own, ...packages, this.#dist, dirname(fileURLToPath(engineUrl))], writable: [own] };
  }

  #cancel(entry: string): void {
    this.#running.get(entry)?.cancel();
    this.#running.delete(entry);
  }

  /** Nothing has run for long: only the processes that hold models stay. */
  #rest(): void {
    this.#bundlers.rest();
    for (const kind of ["script", "python"] as const) {
      this.#spares[kind]?.kill();
      this.#spares[kind] = null;
    }
  }

  #startProcess(kind: Kind): ModelProcess {
    const process = new ModelProcess(this.#dist, { ...this.#limits, stringsFile: this.#stringsFile }, this.#inheritOutput, kind === "python");
    this.#started.add(process);
    void process.ended.then(() => this.#started.delete(process));
    return process;
  }
}

/** What a process is started for: the interpreter takes longer to start, and more memory. */
type Kind = "script" | "python";

/** A model file made ready for a process. */
type Prepared =
  | { readonly kind: "ready"; readonly bundle: RunnerMethods["run"]["params"]["bundle"]; readonly files: readonly string[] }
  | { readonly kind: "failure"; readonly failure: Failure; readonly files: readonly string[] };

interface Ahead {
  readonly entry: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly bundled: Promise<Prepared>;
  readonly drop: () => void;
}

class Run {
  /** Null while it is being bundled. */
  process: ModelProcess | null = null;
  /** A newer run has taken its place, or its file was closed. */
  isCancelled = false;
  readonly #cancel = new AbortController();
  readonly signal: AbortSignal;

  /** `signal`: the user's, who may stop it as well. */
  constructor(signal: AbortSignal | undefined) {
    this.signal = signal ? AbortSignal.any([signal, this.#cancel.signal]) : this.#cancel.signal;
  }

  cancel(): void {
    this.isCancelled = true;
    this.#cancel.abort();
    this.process?.kill();
  }
}

/** Milliseconds without a run after which what was started ahead ends; the next run starts it again. */
const idleMilliseconds = 10 * 60_000;
/** Milliseconds after a run until the process for the next one starts: the picture comes first. */
const warmUpDelay = 300;

/** Milliseconds that a bundle made ahead is waited for. */
const aheadMilliseconds = 1000;

function canonicalTexts(overrides: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...overrides].map(([path, text]) => [canonicalPath(path), text]));
}

function equalTexts(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);
}

function cancelled(): Failure {
  return stoppedFailure({ reason: "cancelled", limit: 0, doing: "unknown" }, [], null);
}
