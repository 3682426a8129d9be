/**
 * CPython, compiled to WebAssembly (Pyodide), with the package `torch` over an engine. Nothing is fetched: the interpreter is a folder of files, beside us or
 * in the npm package `pyodide`.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as system } from "node:os";
import { dirname, join, sep } from "node:path";
import { Bridge, type Names, type PythonFrame, type PythonSide } from "./bridge.js";
import { startPyodide, writeModules } from "./memorySnapshot.js";
import type { Engine } from "./values.js";

export type { PythonFrame };

/** A code cell of a notebook. */
export interface Cell {
  /** The cell's place as tracebacks and locations name it. */
  readonly file: string;
  readonly text: string;
}

/** What went wrong in Python. */
export interface PythonFailure {
  readonly kind: "thrown" | "lacking" | "syntax" | "import" | "exit" | "interrupted";
  /** The class and the text. */
  readonly message: string;
  /** As Python prints it, with the user's own lines alone. */
  readonly traceback: string;
  /** Innermost first. */
  readonly frames: readonly PythonFrame[];
  readonly exitCode: number;
  /** The engine's error behind it, which knows where in a model it arose; null for others. */
  readonly modulePath: string | null;
}

/** A value of a variable, as far as models are looked for in it. */
export type Found = { readonly module: number } | { readonly items: readonly (readonly [name: string, value: Found])[]; readonly isList: boolean };

export interface Variable {
  readonly name: string;
  readonly value: Found;
  readonly file: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
  readonly column: number;
}

/** A class or function of the file's that may make a model. */
export interface PythonOffer {
  readonly expression: string;
  readonly complete: boolean;
  readonly isClass: boolean;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface InterpreterOptions {
  readonly engine: Engine;
  /** The folder with the package's sources and names.json. */
  readonly home: string;
  /** Where pyodide's own files are; default: beside `home`, else the npm package. */
  readonly pyodide?: string;
  /** A file of `makeSnapshot`'s that it may start from; default null, for a plain start. */
  readonly snapshot?: string | null;
  readonly write: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
  /** Kilobytes of JavaScript's own stack, on which Python's calls are too (`--stack-size` of Node); default: what it has by itself. */
  readonly stack?: number;
}

/** Kilobytes: V8's own default. */
const usualStack = 984;

/**
 * Python raises RecursionError where the stack that it knows of comes to its end: that in its memory. JavaScript's own, on which its calls are as well and which takes
 * the interpreter with it, is used up sooner. Of most calls a tenth at least is in its memory; what it keeps back comes on top.
 */
const stackPart = 0.09;
const stackMargin = 24;

/** What is used of pyodide, an optional package. */
interface Pyodide {
  readonly runPython: (code: string) => unknown;
  registerJsModule(name: string, module: object): void;
  setStdout(options: { readonly write: (bytes: Uint8Array) => number; readonly isatty: boolean }): void;
  setStderr(options: { readonly write: (bytes: Uint8Array) => number; readonly isatty: boolean }): void;
  setInterruptBuffer(buffer: { 0: number }): void;
  /** Private parts: the version is pinned. */
  readonly _api: { fatal_error(error: unknown): never };
  readonly _module: {
    _dump_traceback(): void;
    _PyThreadState_Get(): number;
    _emscripten_stack_get_base(): number;
    _PyUnstable_ThreadState_SetStackProtection(thread: number, start: number, size: number): number;
  };
  readonly FS: {
    readonly filesystems: { readonly NODEFS: { convertNodeCode: (error: { readonly code?: string }) => number } };
    mkdirTree(path: string): void;
    mount(type: unknown, options: { readonly root: string }, path: string): void;
    writeFile(path: string, data: Uint8Array): void;
    chdir(path: string): void;
    write(stream: unknown, buffer: Uint8Array, offset: number, length: number): number;
  };
}

/** What the interpreter calls EACCES: Python raises PermissionError. */
const accessDenied = 2;

/** The module in Python that runs files and cells. */
interface Driver {
  runFile(path: string, text: string | undefined, name: string): string;
  begin(path: string): void;
  runCell(file: string, text: string, number: number): string;
  runLiveCell(file: string, text: string, number: number): string;
  variables(): string;
  offers(): string;
  evaluate(expression: string): string;
  collect(): void;
  override(path: string, text: string): void;
  files(): string;
}

/** `error`: the engine's error behind it, by number. */
type DriverFailure = Omit<PythonFailure, "modulePath"> & { readonly error: number };

/** What a cell came to. */
export interface CellOutcome {
  readonly failure: PythonFailure | null;
  /** The value of its last expression as IPython shows it; null where it shows none. */
  readonly text: string | null;
  /** The models in that value; null where there are none. */
  readonly value: Found | null;
  /** The models that it displayed, in order. */
  readonly displayed: readonly Found[];
}

/**
 * Pyodide reads an element and then writes 0 to it, over and over while code runs. What another thread writes in between would be lost: it is put to 0 only
 * where it still holds what was read.
 */
function atomically(buffer: Uint8Array): { 0: number } {
  let read = 0;
  return {
    get 0() {
      return (read = Atomics.load(buffer, 0));
    },
    set 0(value) {
      Atomics.compareExchange(buffer, 0, read, value);
    },
  };
}

/** The message to read where pyodide is not installed. */
export class NoInterpreter extends Error {
  override readonly name = "NoInterpreter";
}

export class Interpreter {
  readonly bridge: Bridge;
  readonly #py: Pyodide;
  readonly #engine: Engine;
  readonly #driver: Driver;
  #end: InterpreterEnd | null = null;

  private constructor(py: Pyodide, engine: Engine, bridge: Bridge, driver: Driver) {
    this.#py = py;
    this.#engine = engine;
    this.bridge = bridge;
    this.#driver = driver;
    py._api.fatal_error = (error) => {
      this.#end ??= new InterpreterEnd(error, this.lastFrames());
      throw this.#end;
    };
  }

  static async start({ engine, home, pyodide, snapshot = null, write, stack = usualStack }: InterpreterOptions): Promise<Interpreter> {
    const folder = pyodide ?? findPyodide(home);
    allowUnderPermissions();
    const py = await startPyodide<Pyodide>(folder, snapshot);
    py.setStdout({ write: (bytes) => (write("stdout", bytes), bytes.length), isatty: false });
    py.setStderr({ write: (bytes) => (write("stderr", bytes), bytes.length), isatty: false });
    limitStack(py._module, stack);
    let side: PythonSide | null = null;
    const names = JSON.parse(readFileSync(join(home, "names.json"), "utf8")) as Names;
    const bridge = new Bridge(engine, names, () => side!);
    const exports = {
      ...bridge.exports,
      errorNumbers: JSON.stringify(system.errno),
      connect: (
        invoke: PythonSide["invoke"],
        forward: PythonSide["forward"],
        frames: PythonSide["frames"],
        warn: PythonSide["warn"],
        interrupt: PythonSide["interrupt"],
      ) => {
        side = { invoke, forward, frames, warn, interrupt };
      },
    };
    py.registerJsModule("_engine", exports);
    const { NODEFS } = py.FS.filesystems;
    const errorNumber = NODEFS.convertNodeCode.bind(NODEFS);
    NODEFS.convertNodeCode = (error) => (error.code === "ERR_ACCESS_DENIED" ? accessDenied : errorNumber(error));
    writeModules(py, home);
    engine.listenToWarnings((text) => bridge.warn(text));
    const driver = py.runPython("import sys\nsys.path.insert(0, '/lib/layerscope')\nimport _layerscope\n_layerscope.driver()") as Driver;
    return new Interpreter(py, engine, bridge, driver);
  }

  /** Shows Python these folders under their own names, and has it work in one. */
  enter(folders: readonly string[], workingDirectory: string): void {
    const { FS } = this.#py;
    for (const folder of outermost(folders)) {
      if (!existsSync(folder)) continue;
      FS.mkdirTree(folder);
      FS.mount(FS.filesystems.NODEFS, { root: folder }, folder);
    }
    FS.chdir(workingDirectory);
  }

  /** The shared memory that another thread writes 2 into to interrupt what runs. */
  setInterruptBuffer(buffer: Uint8Array): void {
    this.#py.setInterruptBuffer(atomically(buffer));
    // Python looks at it between two of its own steps; what the engine does within one may take long.
    this.#engine.interruptBy(() => {
      if (Atomics.load(buffer, 0) === 2 && Atomics.compareExchange(buffer, 0, 2, 0) === 2) this.bridge.interrupt();
    });
  }

  /** Why it runs no more; null while it does. */
  get end(): InterpreterEnd | null {
    return this.#end;
  }

  /** Where Python is in the user's own files, innermost first, as its memory says: also where it was stopped in the midst of what it did. No function of it runs for that. */
  lastFrames(): readonly PythonFrame[] {
    const text = writtenDuring(this.#py.FS, () => this.#py._module._dump_traceback());
    return [...text.matchAll(/^ {2}File "(.*)", line (\d+) in (.*)$/gm)].flatMap(([, path, line, name]) => {
      const file = unescaped(path!);
      if (/^(?:\/lib\/(?:layerscope\/|python)|<)/.test(file)) return [];
      return [{ function: name === "<module>" ? "" : unescaped(name!), file, line: Number(line), column: 1 }];
    });
  }

  /** Runs a file. `text`: null where it is what is on disk, in the encoding that it declares. `name`: "__main__", or the module's name for a run that the user did not ask for. */
  runFile(path: string, text: string | null, name: string): PythonFailure | null {
    // What is undefined is Python's None.
    return this.#outcome(this.#driver.runFile(path, text ?? undefined, name));
  }

  begin(path: string): void {
    this.#driver.begin(path);
  }

  /** Runs the next cell of the notebook that `begin` named; prints its value. */
  runCell({ file, text }: Cell, number: number): PythonFailure | null {
    return this.#outcome(this.#driver.runCell(file, text, number));
  }

  /** The same for whoever shows the value by himself, and what is displayed: that comes among the prints, framed (_layerscope/cells.py). */
  runLiveCell({ file, text }: Cell, number: number): CellOutcome {
    const {
      failure,
      text: shown = null,
      value = null,
      displayed = [],
    } = JSON.parse(this.#driver.runLiveCell(file, text, number)) as {
      readonly failure?: DriverFailure;
      readonly text?: string;
      readonly value?: Found | null;
      readonly displayed?: readonly Found[];
    };
    return { failure: failure ? this.#failure(failure) : null, text: shown, value, displayed };
  }

  /** What the namespace holds of models, in order. */
  variables(): readonly Variable[] {
    return JSON.parse(this.#driver.variables()) as Variable[];
  }

  offers(): readonly PythonOffer[] {
    return JSON.parse(this.#driver.offers()) as PythonOffer[];
  }

  /** The models in what an expression gives; throws what it raises. */
  evaluate(expression: string): Found {
    const answer = JSON.parse(this.#driver.evaluate(expression)) as { readonly error: string } | { readonly value: Found };
    if ("error" in answer) throw new Error(answer.error);
    return answer.value;
  }

  /** Lets go of what only cycles hold. */
  collect(): void {
    this.#driver.collect();
  }

  /** The text of a file as an editor shows it, in the place of what is on disk. */
  override(path: string, text: string): void {
    this.#driver.override(path, text);
  }

  /** The files of the user's that were imported. */
  files(): readonly string[] {
    return JSON.parse(this.#driver.files()) as string[];
  }

  #outcome(text: string): PythonFailure | null {
    return text === "" ? null : this.#failure(JSON.parse(text) as DriverFailure);
  }

  #failure({ error, ...failure }: DriverFailure): PythonFailure {
    const known = this.bridge.error(error) as { readonly modulePath?: string | null } | undefined;
    return { ...failure, modulePath: known?.modulePath ?? null };
  }
}

/** The interpreter has ended in the midst of what it did, and can do nothing more. */
export class InterpreterEnd extends Error {
  override readonly name = "InterpreterEnd";
  /** How pyodide marks what it has told of. */
  readonly pyodide_fatal_error = true;
  readonly isOverflow: boolean;

  /** `frames`: where Python was. */
  constructor(
    error: unknown,
    readonly frames: readonly PythonFrame[],
  ) {
    super(error instanceof Error ? error.message : String(error));
    this.isOverflow = error instanceof RangeError;
  }
}

/** What Python writes into files during `body`, which goes nowhere else. */
function writtenDuring(files: Pyodide["FS"], body: () => void): string {
  const write = files.write.bind(files);
  const decoder = new TextDecoder();
  let written = "";
  files.write = (_stream, buffer, offset, length) => {
    written += decoder.decode(buffer.slice(offset, offset + length), { stream: true });
    return length;
  };
  try {
    body();
  } catch {
    // Its memory is beyond reading.
  } finally {
    files.write = write;
  }
  return written;
}

function limitStack(module: Pyodide["_module"], kilobytes: number): void {
  const size = Math.round(kilobytes * stackPart + stackMargin) * 1024;
  module._PyUnstable_ThreadState_SetStackProtection(module._PyThreadState_Get(), module._emscripten_stack_get_base() - size, size);
}

/** As Python writes in its ASCII what is none. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8}))/g, (_, ...codes: (string | undefined)[]) =>
    String.fromCodePoint(Number.parseInt(codes.slice(0, 3).find((code) => code !== undefined)!, 16)),
  );
}

export function findPyodide(home: string): string {
  const beside = join(home, "..", "pyodide");
  if (existsSync(join(beside, "pyodide.asm.wasm"))) return beside;
  try {
    return dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
  } catch {
    throw new NoInterpreter("Python files need the npm package pyodide, an optional dependency of layerscope: npm install pyodide@314.0.7");
  }
}

/** Under Node's permissions, `process.binding` is refused; all that the interpreter asks it for are the numbers of `fs.constants`. */
function allowUnderPermissions(): void {
  const { permission } = process as NodeJS.Process & { readonly permission?: unknown };
  if (permission === undefined) return;
  const node = process as NodeJS.Process & { binding?: (name: string) => unknown };
  const { constants } = createRequire(import.meta.url)("node:fs") as typeof import("node:fs");
  node.binding = (name) => {
    if (name === "constants") return { fs: constants, os: {} };
    throw new Error(`process.binding("${name}") is not available`);
  };
}

/** Folders that no other contains. */
function outermost(folders: readonly string[]): readonly string[] {
  const kept = [...new Set(folders)].filter(
    (folder) => !folders.some((other) => other !== folder && folder.startsWith(other.endsWith(sep) ? other : other + sep)),
  );
  return kept;
}
