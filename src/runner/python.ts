/** Python files and notebooks in the runner's process: what main.ts loads when the first of them runs. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as l10n from "@vscode/l10n";
import { type CallFrame, type CodeCalls, isBeneathLayer, type NamedModel } from "../inspect/index.js";
import type { Binding, Failure, Offer, PythonCell, PythonProgram, SourceLocation, StackFrame } from "../protocol/index.js";
import {
  type Found,
  Interpreter,
  type InterpreterEnd,
  type InterpreterOptions,
  NoInterpreter,
  type PythonFailure,
  type PythonFrame,
  type Variable,
} from "../python/interpreter.js";
import type { EvaluatedCode } from "./modelCode.js";
import type { Sources } from "./sourceMap.js";

/** What a place in Python is called in stack traces. */
const scheme = "python:";

/** Calls of the model code that are kept, as for scripts. */
const kept = 4;

function asCallFrame({ function: name, file, line, column }: PythonFrame): CallFrame {
  return { function: name, url: scheme + file, line, column };
}

/** Python's places are the user's own. */
const sources: Sources = {
  locate({ url, line, column }: CallFrame): SourceLocation | null {
    return url.startsWith(scheme) ? { file: url.slice(scheme.length), line, column } : null;
  },
  userFrames(frames): StackFrame[] {
    return frames.flatMap((frame) => {
      const location = sources.locate(frame);
      return location ? [{ function: frame.function, location }] : [];
    });
  },
  locateLoaded: () => null,
  locateFirst(frames) {
    for (const frame of frames) {
      const location = sources.locate(frame);
      if (location) return location;
    }
    return null;
  },
  inFunction: (_text, _at, name) => name,
  inError: ({ message }) => message,
};

/** Asks Python where it is. */
class PythonCalls implements CodeCalls {
  constructor(private readonly frames: (most: number) => readonly PythonFrame[]) {}

  here(): readonly CallFrame[] {
    return this.frames(kept).map(asCallFrame);
  }

  around(): readonly CallFrame[] {
    return this.here();
  }

  thrown(): readonly CallFrame[] {
    return [];
  }

  isCalledByLayer(above: (...args: never[]) => unknown): boolean {
    // Python calls the engine through this file.
    return isBeneathLayer(above, import.meta.url);
  }
}

/** Starts the interpreter that the code of a program then runs in. `snapshot`: a file of its memory, where there is one. `stack`: kilobytes of JavaScript's own; null for Node's default. */
export function startInterpreter(engine: InterpreterOptions["engine"], snapshot: string | null, stack: number | null): Promise<Interpreter> {
  const home = join(dirname(fileURLToPath(import.meta.url)), "python");
  const write: InterpreterOptions["write"] = (stream, bytes) => void process[stream].write(bytes);
  return Interpreter.start({ engine, home, snapshot, write, ...(stack !== null && { stack }) });
}

export interface PythonCodeOptions {
  readonly interpreter: Interpreter;
  readonly program: PythonProgram;
  readonly workingDirectory: string;
  /** 2 in it interrupts what runs. */
  readonly interruptBuffer: Uint8Array;
  /** Says whether the watchdog is stopping what runs. */
  readonly isStopping: () => boolean;
  /** Hears when Python code begins and ends to run. */
  readonly tell: (running: boolean) => void;
  /** Hears that the interpreter has ended in the midst of the code, which then does not return. */
  readonly onEnd: (failure: Failure) => void;
}

export class PythonCode implements EvaluatedCode {
  readonly sources = sources;
  readonly exports = null;
  readonly calls: CodeCalls;
  /** Where it was when it heard that it is interrupted. */
  #interruptedAt: readonly CallFrame[] = [];
  readonly #interpreter: Interpreter;
  readonly #program: PythonProgram;
  readonly #tell: (running: boolean) => void;
  readonly #isStopping: () => boolean;
  readonly #interruptBuffer: Uint8Array;
  readonly #onEnd: (failure: Failure) => void;
  #isRunning = false;

  constructor({ interpreter, program, workingDirectory, tell, isStopping, interruptBuffer, onEnd }: PythonCodeOptions) {
    interpreter.enter([dirname(program.entry), workingDirectory], workingDirectory);
    interpreter.setInterruptBuffer(interruptBuffer);
    for (const [path, text] of program.overrides) interpreter.override(path, text);
    this.#interruptBuffer = interruptBuffer;
    this.#isStopping = isStopping;
    this.#interpreter = interpreter;
    this.#program = program;
    this.#tell = tell;
    this.#onEnd = onEnd;
    this.calls = new PythonCalls((most) => interpreter.bridge.frames(most));
  }

  /** Where it was when it was stopped. */
  get interruptedAt(): readonly CallFrame[] {
    return this.#isRunning ? this.#interpreter.lastFrames().map(asCallFrame) : this.#interruptedAt;
  }

  /** Runs the file, or the cells in order up to the first that raises. Does not return where the code was interrupted: whoever did that goes on. */
  async evaluate(): Promise<Failure | null> {
    const { entry, source, isMain } = this.#program;
    const failure = await this.#toItsEnd(() => {
      if (source.kind === "file") return this.#interpreter.runFile(entry, source.text, isMain ? "__main__" : moduleName(entry));
      this.#interpreter.begin(entry);
      for (const [i, cell] of source.cells.entries()) {
        const failed = this.#interpreter.runCell(cell, i + 1);
        if (failed) return failed;
      }
      return null;
    });
    return this.#ended(failure);
  }

  /** Runs a cell in the namespace of those before. What it gives is a module where the cell's value is one; `displayed`: modules that it displayed. */
  async runCell(
    cell: PythonCell,
    number: number,
  ): Promise<{ readonly failure: Failure | null; readonly text: string | null; readonly value: unknown; readonly displayed: readonly unknown[] }> {
    const { failure, text, value, displayed } = await this.#toItsEnd(() => this.#interpreter.runLiveCell(cell, number));
    return { failure: await this.#ended(failure), text, value: value && this.#value(value), displayed: displayed.map((each) => this.#value(each)) };
  }

  /** Does not return where the watchdog stopped the code: it goes on. */
  async #ended(failure: PythonFailure | null): Promise<Failure | null> {
    if (failure?.kind === "interrupted" && this.#isStopping()) {
      this.#interruptedAt = failure.frames.map(asCallFrame);
      await new Promise(() => {});
    }
    if (failure?.kind === "exit" && failure.exitCode === 0) return null;
    return failure && asFailure(failure);
  }

  /** Does not return where the interpreter ends meanwhile. */
  async #toItsEnd<Result>(body: () => Result): Promise<Result> {
    const before = this.#interpreter.end;
    if (before) throw new Error(l10n.t("The Python interpreter has ended: run the file again."));
    try {
      return this.#running(body);
    } catch (error) {
      const { end } = this.#interpreter;
      if (!end) throw error;
      this.#onEnd(endFailure(end));
      return new Promise(() => {});
    }
  }

  #running<Result>(body: () => Result): Result {
    // Whoever interrupted what ran before came too late.
    this.#interruptBuffer[0] = 0;
    this.#tell(true);
    this.#isRunning = true;
    try {
      const result = body();
      this.#isRunning = false;
      return result;
    } finally {
      this.#tell(false);
    }
  }

  /** What is asked of the models while their code may run: that can be interrupted too. */
  async during<Result>(body: () => Result | Promise<Result>): Promise<Result> {
    this.#interruptBuffer[0] = 0;
    this.#tell(true);
    try {
      return await body();
    } finally {
      this.#tell(false);
      // What it came to by being interrupted is no answer: whoever did that goes on.
      if (this.#isStopping()) await new Promise(() => {});
    }
  }

  variables(): [name: string, value: unknown][] {
    // What was stopped in its midst cannot be asked.
    if (this.#isRunning) return [];
    this.#interpreter.collect();
    return this.#variables().map(({ name, value }) => [name, this.#value(value)]);
  }

  #variables(): readonly Variable[] {
    return this.#isRunning ? [] : this.#interpreter.variables();
  }

  bindings(): readonly Binding[] {
    return this.#variables().map(({ name, file, line, column }) => ({ name, location: line === 0 ? null : { file, line, column } }));
  }

  files(): readonly string[] {
    return this.#isRunning ? [] : this.#interpreter.files();
  }

  async valueOf(expression: string): Promise<unknown> {
    return this.#value(this.#running(() => this.#interpreter.evaluate(expression)));
  }

  /** Cells that are still to run would notice what was made meanwhile: nothing is, in a notebook that is open. */
  get makers(): EvaluatedCode["makers"] {
    const { source } = this.#program;
    return source.kind === "notebook" && source.cells.length === 0 ? undefined : () => this.#makers();
  }

  #makers(): { readonly made: readonly NamedModel[]; readonly offers: readonly Offer[] } {
    const made: NamedModel[] = [];
    const offers: Offer[] = [];
    for (const { expression, complete, file, line, column } of this.#isRunning ? [] : this.#interpreter.offers()) {
      const location = { file, line, column };
      try {
        const found = complete ? this.#running(() => this.#interpreter.evaluate(expression)) : null;
        if (found && "module" in found) {
          made.push({ name: expression.replace(/\(\)$/, ""), module: this.#interpreter.bridge.module(found.module), location });
          continue;
        }
      } catch {
        // It is offered: whoever asks for it sees what it raises.
      }
      offers.push({ expression, complete, location });
    }
    return { made, offers };
  }

  #value(found: Found): unknown {
    if ("module" in found) return this.#interpreter.bridge.module(found.module);
    const items = found.items.map(([name, item]) => [name, this.#value(item)] as const);
    return found.isList ? items.map(([, item]) => item) : Object.fromEntries(items);
  }
}

function moduleName(entry: string): string {
  return entry.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
}

function endFailure({ isOverflow, message, frames }: InterpreterEnd): Failure {
  const stack = sources.userFrames(frames.map(asCallFrame)).slice(0, 20);
  return {
    kind: isOverflow ? "thrown" : "crash",
    message: isOverflow ? l10n.t("The stack of the Python interpreter is full.") : l10n.t("The Python interpreter ended unexpectedly: {0}", message),
    hint: isOverflow ? l10n.t("A function calls itself without an end, or data is nested too deep.") : l10n.t("Run the file again."),
    location: stack[0]?.location ?? null,
    stack,
  };
}

function asFailure({ kind, message, traceback, frames, exitCode, modulePath }: PythonFailure): Failure {
  const stack = sources.userFrames(frames.map(asCallFrame)).slice(0, 20);
  const place = { location: stack[0]?.location ?? null, stack };
  if (kind === "exit") {
    return { kind, exitCode, message: l10n.t("{0} ended the run here.", `exit(${exitCode})`), hint: l10n.t("What follows did not run."), ...place };
  }
  const title = /^\w+(?=: )/.exec(message)?.[0];
  const withPath = modulePath !== null && title !== undefined ? message.replace(title, l10n.t("{0} in {1}", title, modulePath)) : message;
  if (kind === "interrupted") return { kind: "cancelled", doing: "running", message, hint: null, traceback, ...place };
  return { kind, message: withPath, hint: null, traceback, ...place };
}

export { NoInterpreter };
