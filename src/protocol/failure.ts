import type { SourceLocation } from "./snapshot.js";

export type FailureKind =
  /** esbuild cannot read the file. */
  | "syntax"
  /** A file, a package or an export that the code asks for does not exist. */
  | "import"
  /** The code threw. */
  | "thrown"
  /** It threw because it tried what it is not allowed to do (Access). */
  | "refused"
  /** It used something that what runs it does not have: elsewhere it may be right. */
  | "lacking"
  /** It was stopped at the time limit. */
  | "timeout"
  /** It was stopped, or ended, at the memory limit. */
  | "memory"
  /** It called process.exit(). */
  | "exit"
  /** A look leaves out the values of large tensors, and it read one of them. */
  | "leftOut"
  /** Nothing is left to do, yet it waits for a promise, which ends a program too. */
  | "unsettled"
  /** The process ended in another way. */
  | "crash"
  /** It ran, and something in it could not be made or looked at; all else is shown. */
  | "partial"
  /** Its models could not be described or handed on. */
  | "internal"
  /** The user stopped it, or a newer run took its place. */
  | "cancelled";

/** Why model code did not run to its end, in a form every view can show. */
export type Failure = (FailureText & Exit) | (FailureText & Stopped) | PlainFailure;

/** One that its kind and its text say all of. */
export interface PlainFailure extends FailureText {
  readonly kind: Exclude<FailureKind, (Exit | Stopped)["kind"]>;
}

/** It was stopped from outside. */
export interface Stopped {
  readonly kind: "timeout" | "memory" | "cancelled";
  readonly doing: Doing;
}

/** What was being done with a model file when it was stopped. */
export type Doing =
  /** Its code, and what it imports, was read and bundled. */
  | "bundling"
  /** Its code ran. */
  | "running"
  /** Its code was in a call that nothing can interrupt, such as the wait for another program. */
  | "blocked"
  /** A thread that its code started ran, or waited. */
  | "thread"
  /** Nothing ran: it waited for a timer, a server, a promise. */
  | "waiting"
  /** Its models were looked at. */
  | "inspecting"
  /** Not known. */
  | "unknown";

export interface Exit {
  readonly kind: "exit";
  /** What the code gave to process.exit(). */
  readonly exitCode: number;
}

export interface FailureText {
  /** What happened, as the user should read it. */
  readonly message: string;
  /** What to do about it; null when the message says it all. */
  readonly hint: string | null;
  readonly location: SourceLocation | null;
  /** Frames in the user's code, innermost first. */
  readonly stack: readonly StackFrame[];
  /** What the language itself prints of it, where that is more than a message and a stack: Python's traceback. */
  readonly traceback?: string;
}

/** A call in the user's code. */
export interface StackFrame {
  /** "" for an anonymous function and for the top level of a module. */
  readonly function: string;
  readonly location: SourceLocation;
}
