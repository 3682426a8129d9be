import type { CallFrame } from "./callFrames.js";

/** What a function's own text calls its parameters: a name, the name of the list that takes the rest, or nothing (a pattern). */
export interface ParameterNames {
  readonly names: readonly (string | null)[];
  readonly rest: string | null;
}

/** The names that the source has, for code that runs under others. */
export interface OriginalNames {
  /** Of a variable that a function's text calls `name` at a place of it; null for a function of other code, such as the engine's. */
  inFunction(functionText: string, at: number, name: string): string | null;
  /** In what JavaScript says of the code at a place. */
  inError(error: Error, frame: CallFrame): string;
}

/** For code that runs as it was written. */
export const sameNames: OriginalNames = { inFunction: (_text, _at, name) => name, inError: ({ message }) => message };

const none: ParameterNames = { names: [], rest: null };
const known = new WeakMap<object, ParameterNames>();

/** The names of a function's parameters; none for one whose text the engine does not give. */
export function parameterNames(target: (...args: never[]) => unknown, original: OriginalNames): ParameterNames {
  let names = known.get(target);
  if (names === undefined) known.set(target, (names = read(Function.prototype.toString.call(target), original)));
  return names;
}

function read(text: string, original: OriginalNames): ParameterNames {
  const single = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/du.exec(text);
  if (single) return { names: [original.inFunction(text, single.indices![1]![0], single[1]!) ?? single[1]!], rest: null };
  const open = text.indexOf("(");
  if (open === -1 || text.includes("[native code]")) return none;
  const names: (string | null)[] = [];
  let isForeign = false;
  for (const { item, at } of listFrom(text, open + 1)) {
    const match = /^\s*(\.\.\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:=|$)/du.exec(item);
    const name = match && original.inFunction(text, at + match.indices![2]![0], match[2]!);
    isForeign ||= match !== null && name === null;
    if (match?.[1]) return { names: isForeign ? withoutNumbers(names) : names, rest: name ?? match[2]! };
    names.push(match && (name ?? match[2]!));
  }
  return { names: isForeign ? withoutNumbers(names) : names, rest: null };
}

/** A bundler numbers the names that it changes. Numbers that tell parameters apart, as in x1 and x2, are the source's own. */
function withoutNumbers(names: readonly (string | null)[]): (string | null)[] {
  const bare = names.map((name) => name?.replace(/(?<=\D)\d+$/, "") ?? null);
  return names.map((name, at) => (bare.filter((other) => other === bare[at]).length === 1 ? bare[at]! : name));
}

/**
 * The items of a list up to its closing bracket, parted by its own commas: not those within brackets or strings. The text is as a bundler prints it, without
 * comments. A parser of the language would double what a process that runs a model loads before it starts.
 */
function listFrom(text: string, start: number): { readonly item: string; readonly at: number }[] {
  const items: { item: string; at: number }[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (`"'\``.includes(character)) {
      while (++at < text.length && text[at] !== character) if (text[at] === "\\") at++;
    } else if ("([{".includes(character)) depth++;
    else if (depth > 0 && ")]}".includes(character)) depth--;
    else if (character === ")" || (character === "," && depth === 0)) {
      const item = text.slice(from, at);
      if (item.trim() !== "") items.push({ item, at: from });
      if (character === ")") break;
      from = at + 1;
    }
  }
  return items;
}
