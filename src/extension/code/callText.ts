import type { Language } from "../../protocol/index.js";

/** A call as it is written, in TypeScript or Python. Offsets in the text, from 0; an end is the first one after. */
export interface CallText {
  /** Where it begins: at `new`, where there is one. */
  readonly start: number;
  readonly end: number;
  /** What is called, as written: "nn.Linear". */
  readonly callee: string;
  readonly arguments: readonly ArgumentText[];
}

export interface ArgumentText {
  /** Of one given by name: as a keyword in Python, as a property of an object in TypeScript. */
  readonly name: string | null;
  /** Of the value. */
  readonly start: number;
  readonly end: number;
}

/** The call whose `new` or whose callee begins at an offset, or goes on there; null where none does, or it cannot be read. */
export function callAt(text: string, offset: number, language: Language): CallText | null {
  // Through some source maps the place of a constructor's call is the class after `new`.
  const start = /(?<![\w$.])new\s+(?:[\w$]+\s*\.\s*)*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0].length ?? 0;
  const head = /(?:new\s+)?(?<callee>[\p{ID_Continue}$]+(?:\s*\.\s*[\p{ID_Continue}$]+)*)(?:\s*<[^()<>]*>)?\s*\(/uy;
  head.lastIndex = offset - start;
  const found = head.exec(text);
  if (!found) return null;
  const list = listFrom(text, head.lastIndex, ")", language);
  return list && { start: found.index, end: list.end, callee: found.groups!.callee!.replace(/\s/g, ""), arguments: list.items };
}

/** An argument by its name, or where none has it by its place among those without one. */
export function argumentOf(call: CallText, name: string, position: number): ArgumentText | null {
  return call.arguments.find((argument) => argument.name === name) ?? call.arguments.filter((argument) => argument.name === null)[position] ?? null;
}

/** Where a list that is written out ends, and what is called on it: "[0, 1].map(make)"; null where that cannot be told, or more follows in the statement. */
export function endOfList(text: string, bracket: number, language: Language): number | null {
  const closed = listFrom(text, bracket + 1, "]", language);
  if (!closed) return null;
  let { end } = closed;
  for (const method = /\s*\.\s*[\p{ID_Continue}$]+\s*\(/uy; ; ) {
    method.lastIndex = end;
    if (!method.test(text)) break;
    const called = listFrom(text, method.lastIndex, ")", language);
    if (!called) return null;
    ({ end } = called);
  }
  return /^[ \t]*(?:;|\r?\n|\}|$)/.test(text.slice(end)) ? end : null;
}

const brackets: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** What stands between commas up to a closing bracket; the properties of objects among them each on their own. */
function listFrom(text: string, from: number, close: string, language: Language): { readonly items: readonly ArgumentText[]; readonly end: number } | null {
  const items: ArgumentText[] = [];
  const open: string[] = [];
  let start = from;
  const add = (end: number): void => void items.push(...argumentsIn(text, start, end, language));
  for (let at = from; at < text.length; at++) {
    const skipped = skip(text, at, language);
    if (skipped === null) return null;
    if (skipped > at) {
      at = skipped - 1;
      continue;
    }
    const character = text[at]!;
    if (character in brackets) open.push(brackets[character]!);
    else if (open.length === 0 && character === close) {
      add(at);
      return { items, end: at + 1 };
    } else if (character === open.at(-1)) open.pop();
    else if (Object.values(brackets).includes(character)) return null;
    else if (character === "," && open.length === 0) {
      add(at);
      start = at + 1;
    }
  }
  return null;
}

/** The end of the text in quotes or of the comment that begins at an offset; the offset itself where none does; null where it cannot be told. */
function skip(text: string, at: number, language: Language): number | null {
  const rest = (pattern: RegExp): number | null => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : null;
  };
  if (text[at] === '"' || text[at] === "'") return rest(/(["'])(?:\\.|(?!\1)[^\\\n])*\1/y);
  if (language === "python") return text[at] === "#" ? rest(/#.*/y) : at;
  if (text[at] === "`") return rest(/`(?:\\.|\$(?!\{)|[^\\`$])*`/sy);
  return rest(/\/\/[^\n]*|\/\*[\s\S]*?\*\//y) ?? at;
}

function argumentsIn(text: string, from: number, to: number, language: Language): readonly ArgumentText[] {
  const start = from + /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|#[^\n]*\n)*/.exec(text.slice(from, to))![0].length;
  const written = text.slice(start, to).trimEnd();
  const end = start + written.length;
  if (written === "") return [];
  if (language === "typescript" && written.startsWith("{")) return propertiesIn(text, start) ?? [];
  const name = language === "python" ? /^(\w+)\s*=(?!=)\s*/.exec(written) : null;
  return [{ name: name?.[1] ?? null, start: start + (name?.[0].length ?? 0), end }];
}

/** Properties with a value of their own. */
function propertiesIn(text: string, brace: number): readonly ArgumentText[] | null {
  const list = listFrom(text, brace + 1, "}", "typescript");
  return (
    list &&
    list.items.flatMap(({ start, end }) => {
      const name = /^([\w$]+)\s*:\s*/.exec(text.slice(start, end));
      return name ? [{ name: name[1]!, start: start + name[0].length, end }] : [];
    })
  );
}
