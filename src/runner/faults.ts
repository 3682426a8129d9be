import fs from "node:fs";
import { inspect } from "node:util";
import * as l10n from "@vscode/l10n";
import { type CallFrame, parseStack } from "../inspect/callFrames.js";
import { isError, stackOf } from "../inspect/thrown.js";
import type { Doing, Failure, SourceLocation } from "../protocol/index.js";
import { isRefusal } from "./refusal.js";
import type { BundleSourceMap, Sources } from "./sourceMap.js";
import { threadPlace } from "./threads.js";

/** Of before it is guarded from the user's code. */
const { existsSync, readFileSync } = fs;

/** Why model code was stopped from outside. */
export type StopReason = "timeout" | "cancelled" | "memory";

/** What the model code threw, as the user should read it. */
export function thrownFailure(error: unknown, sources: Sources | null): Failure {
  if (!isError(error)) {
    return {
      kind: "thrown",
      message: l10n.t(
        "Thrown: {0}",
        safely(() => inspect(error, { depth: 1, maxStringLength: 1000, maxArrayLength: 20 }), l10n.t("a value that cannot be shown")),
      ),
      hint: l10n.t("Only an Error knows its line: throw new Error(...) instead of another value."),
      location: null,
      stack: [],
    };
  }
  const frames = parseStack(stackOf(error));
  if (safely(() => isRefusal(error), false))
    return { kind: "refused", message: shortened(safely(() => error.message, "")), hint: null, ...thrownPlace(error, frames, sources) };
  const [innermost] = frames;
  return {
    kind: "thrown",
    message: shortened(
      errorMessage(
        error,
        safely(() => (sources && innermost ? sources.inError(error, innermost) : undefined), undefined),
      ),
    ),
    hint: safely(() => /Maximum call stack size exceeded/.test(error.message), false)
      ? l10n.t("A function calls itself without an end, or data is nested too deep.")
      : null,
    ...thrownPlace(error, frames, sources),
  };
}

/** Where an error was thrown; an error of a thread that nothing else is known of, where the thread was started. */
function thrownPlace(error: Error, frames: readonly CallFrame[], sources: Sources | null): Pick<Failure, "location" | "stack"> {
  const found = place(frames, sources);
  if (!sources) return found;
  // What Node loaded by itself is within what the bundle called.
  const inner = frames.findIndex((frame) => sources.locate(frame) !== null);
  const loaded = sources.locateLoaded(inner < 0 ? frames : frames.slice(0, inner));
  if (loaded) return { ...found, location: loaded };
  return found.location ? found : place(threadPlace(error) ?? [], sources);
}

/** The engine, which the bundle imports from outside, lacks something that one of `files` asks for; null when the error is another. */
export function missingExportFailure(error: unknown, files: readonly string[]): Failure | null {
  const name = isError(error) && error instanceof SyntaxError && /does not provide an export named '(.*?)'/.exec(error.message)?.[1];
  if (!name) return null;
  const failure: Failure = {
    kind: "import",
    message: l10n.t('"layerscope" has no export named "{0}".', name),
    hint: l10n.t("Check the spelling."),
    location: null,
    stack: [],
  };
  const importOfName = new RegExp(`import\\b[^;"']*?(?<![\\w$])(${name.replaceAll("$", "\\$")})(?![\\w$])[^;"']*?from\\s*["']layerscope(?:/[\\w/]+)?["']`, "d");
  for (const file of files) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const start = importOfName.exec(text)?.indices?.[1]?.[0];
    if (start === undefined) continue;
    const before = text.slice(0, start).split("\n");
    return { ...failure, location: { file, line: before.length, column: before.at(-1)!.length + 1 } };
  }
  return failure;
}

/** Code looked for a file beside itself by a name that it made up as it ran, and was told of the folder that its bundle runs in; null when the error is another. */
export function madeUpImportFailure(error: unknown, bundleFolder: string, sources: Sources): Failure | null {
  const isLost = isError(error) && (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" && error.message.includes(bundleFolder);
  if (!isLost) return null;
  const { location, stack } = thrownFailure(error, sources);
  return {
    kind: "import",
    message: l10n.t("An import whose name is made up as the code runs finds no file beside it."),
    hint: l10n.t("Say where the file is: {0}", "import(new URL(name, import.meta.url).href)"),
    location,
    stack,
  };
}

/** How model code was stopped from outside, and what it was doing then. */
export interface Stop {
  readonly reason: StopReason;
  /** Milliseconds for "timeout", megabytes for "memory"; nothing to "cancelled". */
  readonly limit: number;
  readonly doing: Doing;
}

/** The model code was stopped; `frames` is where it was. */
export function stoppedFailure(stop: Stop, frames: readonly CallFrame[], sources: Sources | null): Failure {
  const found = place(frames, sources);
  return { kind: stop.reason, doing: stop.doing, ...stoppedText(stop, found.location !== null), ...found };
}

function stoppedText({ reason, limit, doing }: Stop, located: boolean): { message: string; hint: string | null } {
  switch (reason) {
    case "timeout":
      return timeoutText(doing, limit / 1000, located);
    case "memory":
      return {
        message:
          doing === "bundling"
            ? l10n.t("Stopped at the memory limit of {0} MB while the code was bundled.", limit)
            : doing === "inspecting"
              ? l10n.t("Stopped at the memory limit of {0} MB while the models were looked at.", limit)
              : l10n.t("Stopped at the memory limit of {0} MB.", limit),
        hint:
          doing === "bundling"
            ? l10n.t("Read large data with node:fs instead of importing it, or raise the memory limit.")
            : l10n.t("Build large models on the meta device, or raise the memory limit."),
      };
    case "cancelled":
      return { message: l10n.t("Stopped."), hint: null };
  }
}

function timeoutText(doing: Doing, seconds: number, located: boolean): { message: string; hint: string } {
  switch (doing) {
    case "bundling":
      return { message: l10n.t("Stopped after {0} s: the code was still being bundled.", seconds), hint: l10n.t("Import less, or raise the time limit.") };
    case "running":
      return {
        message: located ? l10n.t("Stopped after {0} s: still running here.", seconds) : l10n.t("Stopped after {0} s: the code was still running.", seconds),
        hint: l10n.t("Is this loop endless? Otherwise raise the time limit."),
      };
    case "blocked":
      return {
        message: l10n.t("Stopped after {0} s: still in a call that cannot be interrupted.", seconds),
        hint: l10n.t("Does it wait for another program, or calculate with very large integers? Otherwise raise the time limit."),
      };
    case "thread":
      return {
        message: located
          ? l10n.t("Stopped after {0} s: the thread that is started here has not ended.", seconds)
          : l10n.t("Stopped after {0} s: a thread has not ended.", seconds),
        hint: l10n.t("End it, or raise the time limit."),
      };
    case "waiting":
      return {
        message: l10n.t("Stopped after {0} s: something still waits, such as a timer, a server or a promise.", seconds),
        hint: l10n.t("End it, or raise the time limit."),
      };
    case "inspecting":
      return {
        message: l10n.t("Stopped after {0} s: the models were still being looked at.", seconds),
        hint: l10n.t("Make fewer or smaller models, or raise the time limit."),
      };
    case "unknown":
      return { message: l10n.t("Stopped after {0} s.", seconds), hint: l10n.t("Raise the time limit if it needs longer.") };
  }
}

/** Why a bundler made no bundle, through no error that it could name. */
export type BundlerEnd =
  | { readonly kind: "cancelled" }
  | { readonly kind: "timeout"; readonly milliseconds: number }
  | { readonly kind: "memory"; readonly megabytes: number }
  | { readonly kind: "overflow" }
  | { readonly kind: "failed"; readonly message: string }
  /** `how`: the signal or exit code. */
  | { readonly kind: "died"; readonly how: string; readonly complaints: string };

/** `reading`: the file that was taken up last, if any was. */
export function bundlerFailure(end: BundlerEnd, reading: string | null): Failure {
  const nowhere = { location: null, stack: [] };
  const last = reading === null ? null : l10n.t("The file that was read last is {0}.", reading);
  const withLast = (hint: string | null): string | null => [hint, last].filter((text) => text !== null).join(" ") || null;
  const stopped = (reason: StopReason, limit: number): Failure => {
    const failure = stoppedFailure({ reason, limit, doing: "bundling" }, [], null);
    return reason === "cancelled" ? failure : { ...failure, hint: withLast(failure.hint) };
  };
  switch (end.kind) {
    case "cancelled":
      return stopped("cancelled", 0);
    case "timeout":
      return stopped("timeout", end.milliseconds);
    case "memory":
      return stopped("memory", end.megabytes);
    case "overflow":
      return { ...nestedFailure(null, null), hint: withLast(null) };
    case "failed":
      return { kind: "crash", message: l10n.t("The bundler failed: {0}", shortened(end.message)), hint: withLast(l10n.t("Run the file again.")), ...nowhere };
    case "died":
      return {
        kind: "crash",
        message: [l10n.t("The bundler ended unexpectedly ({0}).", end.how), end.complaints.trim()].filter(Boolean).join(" "),
        hint: withLast(l10n.t("Run the file again.")),
        ...nowhere,
      };
  }
}

/** `at`: the place in the bundle; null where it is not known. */
export function nestedFailure(at: { readonly line: number; readonly column: number } | null, sources: BundleSourceMap | null): Failure {
  return {
    kind: "syntax",
    message: l10n.t("The code is nested too deep to be read: brackets in brackets, or one else-if after another."),
    hint: null,
    location: (sources && at && sources.locate({ ...at, function: "", url: sources.url })) ?? null,
    stack: [],
  };
}

/** Something of ours failed, or the code has changed what it stands on; `what` says what. */
export function internalFailure(what: string): Failure {
  return {
    kind: "internal",
    message: l10n.t("The models could not be described: {0}.", what),
    hint: l10n.t("Does the code change what JavaScript itself is made of? Otherwise this is a fault of Layerscope."),
    location: null,
    stack: [],
  };
}

/** A value of the user's that cannot be made or looked at, by the name that the user knows it by. */
export interface Trouble {
  readonly name: string;
  /** A class that cannot be made; else it is there and cannot be looked at. */
  readonly isUnmade?: boolean;
  readonly location: SourceLocation | null;
  readonly error: unknown;
}

/** A value of the user's could not be made or looked at; all others are shown, where there are any. */
export function troubleFailure({ name, isUnmade, location, error }: Trouble, sources: Sources, others: boolean): Failure {
  const thrown = thrownFailure(error, sources);
  return {
    ...thrown,
    kind: "partial",
    message: isUnmade ? l10n.t("{0} could not be made: {1}", name, thrown.message) : l10n.t("{0} could not be looked at: {1}", name, thrown.message),
    hint: others ? l10n.t("All else is shown.") : null,
    location: thrown.location ?? location,
  };
}

/** What came from the process was not from its runner. */
export function foreignFailure(): Failure {
  return {
    kind: "crash",
    message: l10n.t("The model code wrote into the channel of its process, which was ended for it."),
    hint: l10n.t("Does it write to a file descriptor that it has not opened?"),
    location: null,
    stack: [],
  };
}

/** `call`: what the code called. */
export function exitFailure(call: string, exitCode: number, stack: string | undefined, sources: Sources): Failure {
  return {
    kind: "exit",
    exitCode,
    message: l10n.t("{0} ended the run here.", call),
    hint: l10n.t("What follows did not run."),
    ...place(parseStack(stack), sources),
  };
}

/** The code reads a value that a look does not compute. */
export function leftOutFailure(stack: string | undefined, sources: Sources): Failure {
  const found = place(parseStack(stack), sources);
  return {
    kind: "leftOut",
    message: found.location
      ? l10n.t(
          "Line {0} reads values of a tensor that is too large to be computed while it is typed: what follows is seen when the file runs.",
          found.location.line,
        )
      : l10n.t("Values of a tensor are read that is too large to be computed while it is typed: what follows is seen when the file runs."),
    hint: null,
    ...found,
  };
}

/** Whoever read the output is gone: nothing more of what the code prints can be of use, so it ends as a command in a pipe ends. */
export function brokenPipeFailure(): Failure {
  return { kind: "exit", exitCode: 141, message: l10n.t("Nobody reads the output any more."), hint: null, location: null, stack: [] };
}

/** Nothing is left to do, yet the module's top-level await has not settled. */
export function unsettledFailure(): Failure {
  return {
    kind: "unsettled",
    message: l10n.t("The file waits for a promise that never settles."),
    hint: l10n.t("Look at its top-level await."),
    location: null,
    stack: [],
  };
}

/** A recursion without end would fill the view. */
const shownFrames = 20;

/** Where in the user's own code that was. */
export function place(frames: readonly CallFrame[], sources: Sources | null): Pick<Failure, "location" | "stack"> {
  const stack = sources?.userFrames(frames).slice(0, shownFrames) ?? [];
  return { location: stack[0]?.location ?? null, stack };
}

/** Every view shows it; what is longer is data rather than words. */
const longestMessage = 10_000;

function shortened(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
}

function errorMessage(error: Error, message?: string, depth = 0): string {
  const name = safely(() => String(error.name), "Error");
  const text = safely(() => message ?? String(error.message), "");
  // The engine's errors know in which module of a model they arose.
  const modulePath = safely(() => (error as { modulePath?: unknown }).modulePath, null);
  const title = typeof modulePath === "string" ? l10n.t("{0} in {1}", name, modulePath) : name;
  const own = title === "Error" && text ? text : text ? `${title}: ${text}` : title;
  const cause = safely(() => error.cause, undefined);
  if (cause === undefined || depth === 3) return own;
  const causeText = isError(cause) ? errorMessage(cause, undefined, depth + 1) : safely(() => inspect(cause, { depth: 0 }), "?");
  return `${own}\n${l10n.t("Caused by: {0}", causeText)}`;
}

/** Thrown values are the user's: reading them may throw again. */
function safely<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
