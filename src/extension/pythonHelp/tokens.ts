/** A text in Python as a row of tokens, as far as names, calls and imports are told by them. It reads what is being typed too: nothing is an error. */

export interface Token {
  readonly kind: "name" | "number" | "string" | "comment" | "operator" | "newline";
  readonly text: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
}

const patterns: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /[ \t\f\u00a0\ufeff]+|\\\r?\n/uy],
  ["newline", /\r\n|\n|\r/uy],
  ["comment", /#[^\r\n]*/uy],
  // A string with one quote ends with its line, also where its end is still missing; one with three ends with the text.
  [
    "string",
    /[a-zA-Z]{0,2}(?:"""(?:\\[^]|[^\\])*?(?:"""|$(?![^]))|'''(?:\\[^]|[^\\])*?(?:'''|$(?![^]))|"(?:\\(?:\r\n|[^])|[^\\"\r\n])*"?|'(?:\\(?:\r\n|[^])|[^\\'\r\n])*'?)/uy,
  ],
  ["number", /(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJxXa-fA-FoObB\d_]*/uy],
  ["name", /[\p{ID_Start}_][\p{ID_Continue}]*/uy],
  ["operator", /\*\*=?|\/\/=?|->|:=|[=!<>+\-*/%@&|^]=|[^]/uy],
];

const opening = new Set(["(", "[", "{"]);
const closing = new Set([")", "]", "}"]);

/** The tokens of a text. The end of a line within brackets is none. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0];
      if (found === undefined || found === "") continue;
      const start = at;
      at += found.length;
      if (kind === "space") break;
      if (kind === "newline" && depth > 0) break;
      if (kind === "operator") {
        if (opening.has(found)) depth++;
        if (closing.has(found)) depth = Math.max(0, depth - 1);
      }
      tokens.push({ kind, text: found, start, end: at });
      // A statement that begins in a bracket which was not closed yet: the lines below it are read all the same.
      if (kind === "name" && depth > 0 && isStatement(found) && isAtLineStart(text, start)) {
        tokens.splice(-1, 0, { kind: "newline", text: "", start, end: start });
        depth = 0;
      }
      break;
    }
  }
  return tokens;
}

const statements = new Set(["import", "from", "def", "class", "return", "while", "with", "try", "raise"]);

function isStatement(word: string): boolean {
  return statements.has(word);
}

function isAtLineStart(text: string, at: number): boolean {
  return /(?:^|[\r\n])[ \t]*$/.test(text.slice(Math.max(0, at - 200), at));
}

/** Whether an offset lies in a comment or a string, where nothing is code. */
export function isProse(tokens: readonly Token[], offset: number): boolean {
  return tokens.some(({ kind, start, end, text }) => {
    if (kind === "comment") return start < offset && offset <= end;
    if (kind !== "string" || !(start < offset && offset <= end)) return false;
    return offset < end || !isClosed(text);
  });
}

function isClosed(text: string): boolean {
  const quotes = /^[a-zA-Z]{0,2}("""|'''|"|')/.exec(text)!;
  return text.length >= quotes[0].length + quotes[1]!.length && text.endsWith(quotes[1]!);
}
