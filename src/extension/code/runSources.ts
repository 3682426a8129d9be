import * as vscode from "vscode";
import type { SourceLocation } from "../../protocol/index.js";
import { documentKey } from "../sources/documents.js";
import { type LineMap, mapLines } from "./lineMap.js";

/**
 * The text that a run saw, held against what the editors show now. A location of the run is carried to where its line stands now, and a
 * line that was edited since is known to be: nothing is claimed about it.
 */
export class RunSources {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #maps = new Map<string, LineMap & { readonly version: number }>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  has(file: string): boolean {
    return this.#texts.has(file);
  }

  get files(): Iterable<string> {
    return this.#texts.keys();
  }

  /** True when an open editor shows another text than the one that ran. */
  isStale(): boolean {
    return vscode.workspace.textDocuments.some((document) => {
      if (document.uri.scheme !== "file") return false;
      const then = this.#texts.get(documentKey(document.uri));
      return then !== undefined && !sameText(then, document.getText());
    });
  }

  /** The run's line (from 0) that line `line` of the document was; null when it was edited since. */
  lineThen(document: vscode.TextDocument, line: number): number | null {
    return this.#map(document)?.toThen[line] ?? null;
  }

  /** Where a location of the run is now: from 0, as editors count. `exact` is false when its line was edited; the nearest place is given then. */
  now(document: vscode.TextDocument, location: SourceLocation): { readonly position: vscode.Position; readonly exact: boolean } {
    const map = this.#map(document);
    const then = location.line - 1;
    const now = map ? (map.toNow[then] ?? null) : then;
    if (now !== null) return { position: new vscode.Position(now, location.column - 1), exact: true };
    const before = map!.toNow.slice(0, then).findLast((line) => line !== null) ?? -1;
    return { position: new vscode.Position(Math.min(before + 1, document.lineCount - 1), 0), exact: false };
  }

  #map(document: vscode.TextDocument): LineMap | null {
    const file = documentKey(document.uri);
    const then = this.#texts.get(file);
    if (then === undefined) return null;
    const known = this.#maps.get(file);
    if (known?.version === document.version) return known;
    const map = { version: document.version, ...mapLines(lines(then), lines(document.getText())) };
    this.#maps.set(file, map);
    return map;
  }
}

function lines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** Line endings are the editor's business: a file with both kinds opens with one. */
function sameText(a: string, b: string): boolean {
  return a === b || (a.includes("\r") !== b.includes("\r") && lines(a).join("\n") === lines(b).join("\n"));
}
