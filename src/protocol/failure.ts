import type { SourceLocation } from "./snapshot.js";

/** Why model code did not run to its end, in a form every view can show. */
export interface Failure {
  readonly kind:
    | "syntax"
    | "import"
    | "thrown"
    | "timeout"
    | "memory"
    | "exit"
    | "crash"
    | "cancelled";
  /** What happened, as the user should read it. */
  readonly message: string;
  /** What to do about it; null when the message says it all. */
  readonly hint: string | null;
  readonly location: SourceLocation | null;
  /** Frames in the user's code, innermost first. */
  readonly stack: readonly StackFrame[];
  /** What the code gave to process.exit(); only with kind "exit". */
  readonly exitCode?: number;
}

export interface StackFrame {
  /** "" for an anonymous function and for the top level of a module. */
  readonly function: string;
  readonly location: SourceLocation;
}
