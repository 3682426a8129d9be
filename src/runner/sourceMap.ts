import { dirname, resolve } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { CallFrame } from "../inspect/callFrames.js";
import type { Bundle, SourceLocation, StackFrame } from "../protocol/index.js";
import { addedLines } from "./bundleFormat.js";
import { isWorkspaceSource } from "./paths.js";

/** Finds places of the user's sources from places in the bundle that was made of them. */
export class BundleSourceMap {
  /** What the bundle ran as. */
  readonly url: string;
  readonly #json: string;
  readonly #folder: string;
  #map: TraceMap | undefined;

  constructor(bundle: Pick<Bundle, "sourceMap" | "entry">, url: string) {
    this.url = url;
    this.#json = bundle.sourceMap;
    this.#folder = dirname(bundle.entry);
  }

  /** The place in the user's own code; null for dependencies, the engine and Node. */
  locate(frame: CallFrame): SourceLocation | null {
    if (frame.url !== this.url) return null;
    this.#map ??= new TraceMap(this.#json);
    const { source, line, column } = originalPositionFor(this.#map, { line: frame.line, column: frame.column - 1 });
    if (source === null) return null;
    const file = resolve(this.#folder, source);
    if (!isWorkspaceSource(file) || line <= addedLines) return null;
    return { file, line: line - addedLines, column: column + 1 };
  }

  /** The frames in the user's own code, innermost first. */
  userFrames(frames: readonly CallFrame[]): StackFrame[] {
    return frames.flatMap((frame) => {
      const location = this.locate(frame);
      return location ? [{ function: frame.function, location }] : [];
    });
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
