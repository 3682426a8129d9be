import { isProse, type Token, tokensOf } from "./tokens.js";

/** Columns and offsets count UTF-16 units from 0, as editors do. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** An expression of names, calls and indices joined by dots, as far as it can be followed: `net.fc(x).relu`. */
export interface Chain {
  /** Where it begins. */
  readonly start: number;
  readonly root: string;
  readonly steps: readonly ChainStep[];
}

export type ChainStep =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "call" | "index" /** What stands in the brackets. */; readonly inner: Span };

/** What a cursor stands in, while something is typed. */
export type Typing =
  /** Behind a dot: `torch.rel|`. */
  | { readonly kind: "member"; readonly owner: Chain; readonly word: Span }
  /** A module in an import: `import torch.n|`, `from torch.n|`. `path`: what stands before the last dot. */
  | { readonly kind: "importedModule"; readonly path: string; readonly word: Span }
  /** A name in `from torch.nn import |`. */
  | { readonly kind: "importedName"; readonly module: string; readonly word: Span }
  /** The beginning of an argument: `nn.Linear(4, bi|`. */
  | { readonly kind: "argument"; readonly call: Call; readonly word: Span };

/** A call around a cursor. */
export interface Call {
  readonly callee: Chain;
  /** Which argument the cursor is at, from 0. */
  readonly index: number;
  /** The name that this argument is given by; null for one by position. */
  readonly keyword: string | null;
  /** Names that arguments are given by already. */
  readonly given: readonly string[];
}

/** A name that the text gives a value. */
export interface Binding {
  readonly name: string;
  readonly start: number;
  /** Module or object by its full name, for an import; what is assigned, where it is a chain alone; a type, for an annotation. */
  readonly value:
    | { readonly kind: "import"; readonly path: string }
    | { readonly kind: "chain"; readonly chain: Chain }
    | { readonly kind: "annotation"; readonly chain: Chain }
    | { readonly kind: "other" };
}

const brackets: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** A text in Python, read once for what is asked about it. */
export class PythonText {
  readonly tokens: readonly Token[];
  readonly bindings: readonly Binding[];
  /** Modules of which all names were imported: `from torch.nn import *`. */
  readonly wholeModules: readonly string[];
  readonly #prose: readonly Token[];
  /** Tokens without comments. */
  readonly #code: readonly Token[];

  constructor(readonly text: string) {
    this.#prose = tokensOf(text);
    this.#code = this.#prose.filter(({ kind }) => kind !== "comment");
    this.tokens = this.#code;
    const wholeModules: string[] = [];
    this.bindings = [...this.#bindings(wholeModules)];
    this.wholeModules = wholeModules;
  }

  /** Null in a string, in a comment, and where nothing of ours can stand. */
  typingAt(offset: number): Typing | null {
    if (isProse(this.#prose, offset)) return null;
    const at = this.#before(offset);
    const last = this.#code[at];
    const isWord = last?.kind === "name" && last.end >= offset;
    const word = { start: isWord ? last.start : offset, end: offset };
    const before = isWord ? at - 1 : at;
    const imported = this.#importAround(before, word);
    if (imported !== undefined) return imported;
    if (this.#code[before]?.text === ".") {
      const owner = this.#chainBefore(before - 1);
      return owner && { kind: "member", owner, word };
    }
    const call = this.callAt(offset);
    const opens = this.#code[before]?.text;
    return call && call.keyword === null && (opens === "(" || opens === ",") ? { kind: "argument", call, word } : null;
  }

  /** The names up to and with the one at an offset: of `nn.functional.relu` those to the word that is pointed at. */
  chainAt(offset: number): { readonly chain: Chain; readonly word: Span } | null {
    if (isProse(this.#prose, offset)) return null;
    const at = this.#code.findIndex(({ kind, start, end }) => kind === "name" && start <= offset && offset <= end);
    const word = this.#code[at];
    if (!word || keywords.has(word.text)) return null;
    const path = this.#importedAt(at);
    if (path !== null) return { chain: { start: word.start, root: path, steps: [] }, word };
    // The name of an argument is none of the text's own names.
    if (this.#code[at + 1]?.text === "=" && this.#innermostOpening(at) !== null && this.#code[at - 1]?.text !== ".") return null;
    const chain = this.#chainBefore(at);
    return chain && { chain, word };
  }

  /** Whether a name at an offset stands in an import. */
  isImport(offset: number): boolean {
    const at = this.#code.findIndex(({ start }) => start === offset);
    return at >= 0 && this.#importedAt(at) !== null;
  }

  /** The innermost call around an offset. */
  callAt(offset: number): Call | null {
    if (isProse(this.#prose, offset)) return null;
    const found = this.#opening(this.#before(offset));
    if (!found || this.#code[found.at]!.text !== "(") return null;
    const callee = this.#chainBefore(found.at - 1);
    const isDefinition = callee && ["def", "class"].includes(this.#code[this.#code.findIndex(({ start }) => start === callee.start) - 1]?.text ?? "");
    if (!callee || isDefinition) return null;
    const parts = this.#arguments(found.at, offset);
    const named = (part: readonly Token[]): string | null => (part[0]?.kind === "name" && part[1]?.text === "=" ? part[0].text : null);
    return {
      callee,
      index: parts.length - 1,
      keyword: named(parts.at(-1)!),
      given: parts.slice(0, -1).flatMap((part) => named(part) ?? []),
    };
  }

  /** The chain that is all of an expression; null where it is more, or something else. */
  chainOf({ start, end }: Span): Chain | null {
    const inside = this.#code.filter((token) => token.start >= start && token.end <= end && token.kind !== "newline");
    const last = inside.at(-1);
    if (!last) return null;
    const chain = this.#chainBefore(this.#code.indexOf(last));
    return chain && chain.start === inside[0]!.start ? chain : null;
  }

  /** The last binding of a name before an offset, or the first behind it: what a function uses may be imported below it. */
  bindingOf(name: string, offset: number): Binding | null {
    const all = this.bindings.filter((binding) => binding.name === name);
    return all.findLast(({ start }) => start < offset) ?? all[0] ?? null;
  }

  /** The index of the last token that begins before an offset. */
  #before(offset: number): number {
    let [low, high] = [0, this.#code.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#code[middle]!.start < offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The bracket that is open at a token, within its statement. */
  #opening(at: number): { readonly at: number } | null {
    let depth = 0;
    for (let i = at; i >= 0; i--) {
      const { text, kind } = this.#code[i]!;
      if (kind === "newline" && depth === 0) return null;
      if (kind !== "operator") continue;
      if (text in brackets) depth++;
      else if (text === "(" || text === "[" || text === "{") {
        if (depth === 0) return { at: i };
        depth--;
      }
    }
    return null;
  }

  #innermostOpening(at: number): Token | null {
    const found = this.#opening(at - 1);
    return found && this.#code[found.at]!.text === "(" ? this.#code[found.at]! : null;
  }

  /** The tokens of each argument of a call, up to an offset. */
  #arguments(opening: number, offset: number): readonly (readonly Token[])[] {
    const parts: Token[][] = [[]];
    let depth = 0;
    for (let i = opening + 1; i < this.#code.length && this.#code[i]!.start < offset; i++) {
      const token = this.#code[i]!;
      if (token.kind === "operator" && "([{".includes(token.text)) depth++;
      if (token.kind === "operator" && token.text in brackets) depth--;
      if (depth === 0 && token.text === ",") parts.push([]);
      else parts.at(-1)!.push(token);
    }
    return parts;
  }

  /** The chain that ends with a token. */
  #chainBefore(end: number): Chain | null {
    const steps: ChainStep[] = [];
    for (let i = end; i >= 0; ) {
      const token = this.#code[i]!;
      if (token.text === ")" || token.text === "]") {
        const opening = this.#opening(i - 1);
        if (!opening || this.#code[opening.at]!.text !== brackets[token.text]) return null;
        const before = this.#code[opening.at - 1];
        // A bracket of its own is no call.
        if (!before || !(before.kind === "name" ? !keywords.has(before.text) : before.text === ")" || before.text === "]")) return null;
        steps.unshift({ kind: token.text === ")" ? "call" : "index", inner: { start: this.#code[opening.at]!.end, end: token.start } });
        i = opening.at - 1;
        continue;
      }
      if (token.kind !== "name" || keywords.has(token.text)) return null;
      if (this.#code[i - 1]?.text !== ".") return { start: token.start, root: token.text, steps };
      steps.unshift({ kind: "member", name: token.text });
      i -= 2;
      // A statement may be broken after or before the dot.
      if (this.#code[i]?.kind === "newline") return null;
    }
    return null;
  }

  /** What a cursor behind a token of an import would name; undefined where the statement is no import, null where it names nothing. */
  #importAround(before: number, word: Span): Typing | null | undefined {
    let first = before;
    while (first >= 0 && this.#code[first]!.kind !== "newline" && this.#code[first]!.text !== ";") first--;
    const tokens = this.#code.slice(first + 1, before + 1).filter(({ kind }) => kind !== "newline");
    const head = tokens[0]?.text;
    if (head !== "import" && head !== "from") return undefined;
    const importAt = tokens.findIndex(({ text }, i) => i > 0 && text === "import");
    if (head === "from" && importAt > 0) {
      const last = tokens.at(-1)!.text;
      const isName = last === "import" || last === "(" || last === ",";
      return isName ? { kind: "importedName", module: joined(tokens.slice(1, importAt)), word } : null;
    }
    const from =
      Math.max(
        tokens.findLastIndex(({ text }) => text === ","),
        0,
      ) + 1;
    const path = tokens.slice(from);
    if (path.some(({ text }) => text === "as") || path.some(({ text }, i) => (i % 2 === 0) !== (text !== "."))) return null;
    return path.length % 2 === 0 ? { kind: "importedModule", path: joined(path.slice(0, -1)), word } : null;
  }

  /** The full name of what a name in an import means. */
  #importedAt(at: number): string | null {
    let first = at;
    while (first > 0 && this.#code[first - 1]!.kind !== "newline" && this.#code[first - 1]!.text !== ";") first--;
    const head = this.#code[first]!.text;
    if (head !== "import" && head !== "from") return null;
    const importAt = head === "from" ? this.#code.findIndex(({ text }, i) => i > first && text === "import") : -1;
    if (head === "from" && importAt > 0 && at > importAt) {
      const isAlias = this.#code[at - 1]?.text === "as";
      return `${joined(this.#code.slice(first + 1, importAt))}.${this.#code[isAlias ? at - 2 : at]!.text}`;
    }
    const isAlias = this.#code[at - 1]?.text === "as";
    const last = isAlias ? at - 2 : at;
    let from = last;
    while (this.#code[from - 1]?.text === ".") from -= 2;
    return joined(this.#code.slice(from, last + 1));
  }

  *#bindings(wholeModules: string[]): Iterable<Binding> {
    const code = this.#code;
    let first = 0;
    for (let i = 0; i <= code.length; i++) {
      if (
        i < code.length &&
        code[i]!.kind !== "newline" &&
        !(code[i]!.text === ";" || (code[i]!.text === ":" && !this.#opening(i - 1) && this.#isBlock(first)))
      )
        continue;
      yield* this.#bindingsIn(first, i, wholeModules);
      first = i + 1;
    }
  }

  /** Whether the statement that begins with a token has others behind its colon. */
  #isBlock(first: number): boolean {
    return ["def", "class", "if", "else", "elif", "for", "while", "with", "try", "except", "finally", "async", "match", "case"].includes(
      this.#code[first]?.text ?? "",
    );
  }

  *#bindingsIn(first: number, end: number, wholeModules: string[]): Iterable<Binding> {
    const tokens = this.#code.slice(first, end).filter(({ kind }) => kind !== "newline");
    const head = tokens[0];
    if (!head) return;
    if (head.text === "import") {
      for (const part of separated(tokens.slice(1))) {
        const as = part.findIndex(({ text }) => text === "as");
        const path = joined(as < 0 ? part : part.slice(0, as));
        const alias = as < 0 ? part[0] : part[as + 1];
        if (alias?.kind === "name") yield { name: alias.text, start: alias.start, value: { kind: "import", path: as < 0 ? alias.text : path } };
      }
    } else if (head.text === "from") {
      const importAt = tokens.findIndex(({ text }) => text === "import");
      if (importAt < 0) return;
      const module = joined(tokens.slice(1, importAt));
      if (tokens[importAt + 1]?.text === "*") wholeModules.push(module);
      for (const part of separated(tokens.slice(importAt + 1).filter(({ text }) => text !== "(" && text !== ")"))) {
        const [name] = part;
        const alias = part[1]?.text === "as" ? part[2] : name;
        if (name?.kind === "name" && alias) yield { name: alias.text, start: alias.start, value: { kind: "import", path: `${module}.${name.text}` } };
      }
    } else if (head.text === "def" || head.text === "async") {
      yield* this.#parameters(tokens);
    } else if (head.text === "for" || head.text === "with" || head.text === "class") {
      for (const [i, token] of tokens.entries()) {
        const isBound =
          head.text === "for" ? i < tokens.findIndex(({ text }) => text === "in") : tokens[i - 1]?.text === (head.text === "with" ? "as" : "class");
        if (i > 0 && isBound && token.kind === "name") yield { name: token.text, start: token.start, value: { kind: "other" } };
      }
    } else yield* this.#assignments(tokens);
  }

  *#parameters(tokens: readonly Token[]): Iterable<Binding> {
    let depth = 0;
    for (const [i, token] of tokens.entries()) {
      if (token.kind === "operator" && "([{".includes(token.text)) depth++;
      if (token.kind === "operator" && token.text in brackets) depth--;
      if (depth !== 1 || token.kind !== "name" || !["(", ",", "*"].includes(tokens[i - 1]?.text ?? "")) continue;
      const annotation = tokens[i + 1]?.text === ":" ? this.#chainFrom(tokens.slice(i + 2), ["=", ",", ")"]) : null;
      yield { name: token.text, start: token.start, value: annotation ? { kind: "annotation", chain: annotation } : { kind: "other" } };
    }
  }

  /** `x = ...`, `x: Tensor = ...`, `self.fc = ...` under the name "self.fc", `a, b = ...`. */
  *#assignments(tokens: readonly Token[]): Iterable<Binding> {
    const equals: number[] = [];
    let depth = 0;
    for (const [i, { kind, text }] of tokens.entries()) {
      if (kind !== "operator") continue;
      if ("([{".includes(text)) depth++;
      if (text in brackets) depth--;
      if (depth === 0 && text === "=") equals.push(i);
    }
    const colon = tokens.findIndex(({ text }) => text === ":");
    const isAnnotated =
      colon > 0 && (equals.length === 0 || colon < equals[0]!) && tokens.slice(0, colon).every(({ kind, text }) => kind === "name" || text === ".");
    const value = equals.length > 0 ? this.#chainFrom(tokens.slice(equals.at(-1)! + 1), []) : null;
    if (isAnnotated) {
      const annotation = this.#chainFrom(tokens.slice(colon + 1, equals[0]), []);
      if (annotation) yield { ...target(tokens.slice(0, colon)), value: { kind: "annotation", chain: annotation } };
      return;
    }
    let from = 0;
    for (const at of equals) {
      const parts = separated(tokens.slice(from, at).filter(({ text }) => text !== "(" && text !== ")" && text !== "[" && text !== "]"));
      for (const part of parts) {
        // `torch = None`, where an import failed, says nothing of what it is elsewhere.
        if (value?.root === "None" || part.length === 0 || !part.every(({ kind, text }) => kind === "name" || text === ".")) continue;
        yield { ...target(part), value: value && parts.length === 1 ? { kind: "chain", chain: value } : { kind: "other" } };
      }
      from = at + 1;
    }
  }

  /** The chain that all tokens up to one of `ends` are. */
  #chainFrom(tokens: readonly Token[], ends: readonly string[]): Chain | null {
    let depth = 0;
    const stop = tokens.findIndex(({ kind, text }) => {
      if (kind !== "operator") return false;
      const isEnd = depth === 0 && ends.includes(text);
      if ("([{".includes(text)) depth++;
      if (text in brackets) depth--;
      return isEnd;
    });
    const own = stop < 0 ? tokens : tokens.slice(0, stop);
    const last = own.at(-1);
    return last ? this.chainOf({ start: own[0]!.start, end: last.end }) : null;
  }
}

function target(tokens: readonly Token[]): { readonly name: string; readonly start: number } {
  return { name: joined(tokens), start: tokens[0]!.start };
}

function joined(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join("");
}

function separated(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.text === ",") parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

const keywords = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);
