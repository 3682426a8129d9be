import fs from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type EncodedSourceMap, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { CallFrame } from "../inspect/callFrames.js";
import type { OriginalNames } from "../inspect/parameterNames.js";
import type { Bundle, SourceLocation, StackFrame } from "../protocol/index.js";
import { addedLines } from "./bundleFormat.js";
import { isWithin } from "./folders.js";
import { inEditor } from "./lineStarts.js";
import { isWorkspaceSource } from "./paths.js";

/** Of before any code of the user's, which may change it. */
const { parse } = JSON;
const { existsSync } = fs;

/** Where things are in the user's own sources, whatever the code ran as. */
export interface Sources extends OriginalNames {
  /** The innermost place in a file of the user's that Node loaded by itself. */
  locateLoaded(frames: readonly CallFrame[]): SourceLocation | null;
  /** The place in the user's own code; null for dependencies, the engine and Node. */
  locate(frame: CallFrame): SourceLocation | null;
  /** The frames in the user's own code, innermost first. */
  userFrames(frames: readonly CallFrame[]): StackFrame[];
  /** The innermost place in the user's own code. */
  locateFirst(frames: readonly CallFrame[]): SourceLocation | null;
}

/** Finds places of the user's sources from places in the bundle that was made of them. */
export class BundleSourceMap implements Sources {
  /** What the bundle ran as. */
  readonly url: string;
  readonly #code: string;
  readonly #json: string;
  readonly #folder: string;
  readonly #ours: readonly string[];
  readonly #lineStarts: Bundle["lineStarts"];
  #map: TraceMap | undefined;

  /** `ours`: the folder of the runner, whose own calls are nobody's concern; null where that is not known. */
  constructor(bundle: Pick<Bundle, "code" | "sourceMap" | "entry" | "engineUrl" | "lineStarts">, url: string, ours: string | null = null) {
    this.url = url;
    this.#code = bundle.code;
    this.#json = bundle.sourceMap;
    this.#folder = dirname(bundle.entry);
    this.#lineStarts = bundle.lineStarts;
    this.#ours = ours === null ? [] : [ours, dirname(fileURLToPath(bundle.engineUrl))];
  }

  /** The place in the user's own code; null for dependencies, the engine and Node. */
  locate(frame: CallFrame): SourceLocation | null {
    if (frame.url !== this.url) return null;
    const { source, line, column } = originalPositionFor(this.#traceMap(), { line: frame.line, column: frame.column - 1 });
    if (source === null) return null;
    const file = resolve(this.#folder, decodeURIComponent(source));
    if (!isWorkspaceSource(file) || line <= addedLines) return null;
    return { file, ...inEditor(this.#lineStarts[file], line - addedLines, column + 1) };
  }

  /**
   * What the source calls a variable that a function of the bundle calls `name` at a place of its text. The bundler numbers a name that hides another:
   * the parameter x is x2 where the file has an x too.
   */
  inFunction(functionText: string, at: number, name: string): string | null {
    if (!/\d$/.test(name)) return name;
    const start = this.#code.indexOf(functionText);
    if (start < 0) return null;
    const before = this.#code.slice(0, start + at).split("\n");
    return this.#originalName(before.length, before.at(-1)!.length, name);
  }

  /** What an error says, with the names that the source has: JavaScript itself says "x2.size is not a function" where the source says x. */
  inError(error: Error, { url, line }: CallFrame): string {
    const { message } = error;
    const isJavaScripts = error.constructor === TypeError || error.constructor === ReferenceError;
    const code = isJavaScripts && url === this.url ? this.#code.split("\n", line)[line - 1] : undefined;
    if (code === undefined) return message;
    return message.replace(/[\p{ID_Start}$_][\p{ID_Continue}$]*\d\b/gu, (name) => {
      const column = code.search(new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`));
      return column < 0 ? name : this.#originalName(line, column, name);
    });
  }

  #originalName(line: number, column: number, name: string): string {
    return originalPositionFor(this.#traceMap(), { line, column }).name ?? name;
  }

  #traceMap(): TraceMap {
    return (this.#map ??= new TraceMap(parse(this.#json) as EncodedSourceMap));
  }

  /** The frames in the user's own code, innermost first. */
  userFrames(frames: readonly CallFrame[]): StackFrame[] {
    return frames.flatMap((frame) => {
      const location = this.locate(frame);
      return location ? [{ function: frame.function, location }] : [];
    });
  }

  /** The innermost place in a file of the user's that Node loaded by itself, as it is: what a thread was started from, or an import that was made up as it ran. */
  locateLoaded(frames: readonly CallFrame[]): SourceLocation | null {
    if (this.#ours.length === 0) return null;
    for (const { url, line, column } of frames) {
      const file = url.startsWith("file:") ? fileURLToPath(url) : url;
      if (url === this.url || !isAbsolute(file) || !isWorkspaceSource(file) || this.#ours.some((folder) => isWithin(folder, file))) continue;
      if (existsSync(file)) return { file, line, column };
    }
    return null;
  }

  /** The innermost place in the user's own code. */
  locateFirst(frames: readonly CallFrame[]): SourceLocation | null {
    for (const frame of frames) {
      const location = this.locate(frame);
      if (location) return location;
    }
    return null;
  }
}
