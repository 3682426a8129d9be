import type { SourceLocation } from "../protocol/index.js";
import { classNameOf } from "./engine.js";
import { isError, stackOf } from "./thrown.js";

/** A call in JavaScript as it ran. Lines and columns count from 1. */
export interface CallFrame {
  readonly function: string;
  /** CommonJS modules that Node has loaded have a path instead. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Finds the innermost call that lies in the user's own sources; null when none does. */
export type Locate = (frames: readonly CallFrame[]) => SourceLocation | null;

/** Calls that are looked at: the engine's own layers are a few calls above the code that made or called them. */
const depth = 12;
/** Calls of the model code that are kept: the innermost may be in a dependency. */
const kept = 4;

const { set } = Reflect;
const collect = (_error: Error, sites: NodeJS.CallSite[]): NodeJS.CallSite[] => sites;

/** The running calls, innermost first, without `above` and what it called. Nothing is formatted: this costs a few microseconds. */
export function callSites(above: (...args: never[]) => unknown): NodeJS.CallSite[] {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- Kept to be put back.
  const { stackTraceLimit, prepareStackTrace } = Error;
  set(Error, "stackTraceLimit", depth);
  set(Error, "prepareStackTrace", collect);
  try {
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, above);
    // A text where the code has frozen Error.
    return Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : [];
  } catch {
    return []; // The stack is full: the code's next call says so, at its line.
  } finally {
    set(Error, "stackTraceLimit", stackTraceLimit);
    set(Error, "prepareStackTrace", prepareStackTrace);
  }
}

/** The innermost calls made by the script at `url`. */
export function framesOf(url: string, sites: readonly NodeJS.CallSite[]): CallFrame[] {
  const frames: CallFrame[] = [];
  for (const site of sites) {
    if (site.getFileName() !== url) continue;
    frames.push({ function: site.getFunctionName() ?? "", url, line: site.getLineNumber() ?? 1, column: site.getColumnNumber() ?? 1 });
    if (frames.length === kept) break;
  }
  return frames;
}

const prototypeOf = (object: object): object | null => Object.getPrototypeOf(object) as object | null;

/** The calls around the construction of an object: without the constructors of its own classes, which call one another. */
export function aroundConstruction(sites: readonly NodeJS.CallSite[], object: object): readonly NodeJS.CallSite[] {
  const classes: string[] = [];
  for (let prototype = prototypeOf(object); prototype !== null; prototype = prototypeOf(prototype)) classes.unshift(classNameOf(prototype));
  let next = 0;
  let i = 0;
  for (; i < sites.length && sites[i]!.isConstructor(); i++) {
    // A class without a constructor of its own has no frame.
    const found = classes.indexOf(sites[i]!.getFunctionName() ?? "", next);
    if (found < 0) break;
    next = found + 1;
  }
  return sites.slice(i);
}

/** How to know where the model code is: its language says. */
export interface CodeCalls {
  /** The innermost calls of the model code; `above`: what is asked about lies beneath this function. */
  here(above: (...args: never[]) => unknown): readonly CallFrame[];
  /** The same around the construction of a module, without its own constructors. */
  around(above: (...args: never[]) => unknown, module: object): readonly CallFrame[];
  /** Those in the model code where an error arose; none where it does not tell. */
  thrown(error: unknown): readonly CallFrame[];
  /** Whether a layer, in its constructor or `resetParameters`, and not the model code made the call that `above` lies in. */
  isCalledByLayer(above: (...args: never[]) => unknown): boolean;
}

/** Whether a layer's constructor or `resetParameters` is among the calls from `above` up to the model code, which runs as the script at `url`. */
export function isBeneathLayer(above: (...args: never[]) => unknown, url: string): boolean {
  const sites = callSites(above);
  const code = sites.findIndex((site) => site.getFileName() === url);
  return sites.slice(0, code < 0 ? undefined : code).some((site) => site.isConstructor() || site.getFunctionName() === "resetParameters");
}

/** Of code that runs as a script of this process. */
export class ScriptCalls implements CodeCalls {
  /** `url`: what the script runs as in stack traces. */
  constructor(private readonly url: string) {}

  here(above: (...args: never[]) => unknown): readonly CallFrame[] {
    return framesOf(this.url, callSites(above));
  }

  around(above: (...args: never[]) => unknown, module: object): readonly CallFrame[] {
    return framesOf(this.url, aroundConstruction(callSites(above), module));
  }

  thrown(error: unknown): readonly CallFrame[] {
    return isError(error) ? parseStack(stackOf(error)).filter(({ url }) => url === this.url) : [];
  }

  isCalledByLayer(above: (...args: never[]) => unknown): boolean {
    return isBeneathLayer(above, this.url);
  }
}

/** The calls in the text of an Error's `stack`, innermost first. */
export function parseStack(stack: string | undefined): CallFrame[] {
  const frames: CallFrame[] = [];
  for (const line of (stack ?? "").split("\n")) {
    const match = /^\s+at (?:async )?(?:(.*?) \()?((?:file|node|data|wasm|https?):.*?|\/.*?|[A-Za-z]:\\.*?):(\d+):(\d+)\)?$/.exec(line);
    if (match) frames.push({ function: match[1]?.replace(/^async /, "") ?? "", url: match[2]!, line: Number(match[3]), column: Number(match[4]) });
  }
  return frames;
}
