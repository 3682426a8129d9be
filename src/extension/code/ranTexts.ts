import type { Language, SourceLocation } from "../../protocol/index.js";
import { type LineMap, mapLines } from "./lineMap.js";

/** A document as its editor shows it now. */
export interface OpenText {
  /** As documentKey names it. */
  readonly key: string;
  /** Another one for every edit. */
  readonly version: number;
  readonly text: string;
  /** Default: TypeScript, or JavaScript. */
  readonly language?: Language;
}

/** A place in a document, from 0, as editors count. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/**
 * The texts that a run saw, held against what the editors show now. A location of the run is carried to where its line stands now, and a
 * line that was edited since is known to be: nothing is claimed about it.
 */
export class RanTexts {
  readonly #maps = new Map<string, LineMap & { readonly version: number }>();

  constructor(private readonly texts: ReadonlyMap<string, string>) {}

  has(key: string): boolean {
    return this.texts.has(key);
  }

  /** True when one of the documents shows another text than the one that ran. */
  isStale(open: Iterable<OpenText>): boolean {
    for (const { key, text } of open) {
      const then = this.texts.get(key);
      if (then !== undefined && !sameText(then, text)) return true;
    }
    return false;
  }

  /** True when one of them differs in more than white space. */
  isRewritten(open: Iterable<OpenText>): boolean {
    for (const { key, text } of open) {
      const then = this.texts.get(key);
      if (then !== undefined && then !== text && withoutSpace(then) !== withoutSpace(text)) return true;
    }
    return false;
  }

  /** The run's line (from 0) that line `line` of the document was; null when it was edited since. */
  lineThen(document: OpenText, line: number): number | null {
    return this.#map(document)?.toThen[line] ?? null;
  }

  /** Where a location of the run is now. `exact` is false when its line was edited; the nearest place is given then. */
  now(document: OpenText, location: SourceLocation): { readonly position: Position; readonly exact: boolean } {
    const map = this.#map(document);
    const then = location.line - 1;
    const now = map ? (map.toNow[then] ?? null) : then;
    if (now !== null) return { position: { line: now, character: location.column - 1 }, exact: true };
    const before = map!.toNow.slice(0, then).findLast((line) => line !== null) ?? -1;
    return { position: { line: Math.min(before + 1, map!.toThen.length - 1), character: 0 }, exact: false };
  }

  #map(document: OpenText): LineMap | null {
    const then = this.texts.get(document.key);
    if (then === undefined) return null;
    const known = this.#maps.get(document.key);
    if (known?.version === document.version) return known;
    const map = { version: document.version, ...mapLines(lines(then), lines(document.text)) };
    this.#maps.set(document.key, map);
    return map;
  }
}

function lines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** A text without what lies between its words. */
export function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}

/** Line endings are the editor's business: a file with both kinds opens with one. */
function sameText(a: string, b: string): boolean {
  return a === b || (a.includes("\r") !== b.includes("\r") && lines(a).join("\n") === lines(b).join("\n"));
}
