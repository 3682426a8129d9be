/** What a function's own text calls its parameters: a name, the name of the list that takes the rest, or nothing (a pattern). */
export interface ParameterNames {
  readonly names: readonly (string | null)[];
  readonly rest: string | null;
}

const none: ParameterNames = { names: [], rest: null };
const known = new WeakMap<object, ParameterNames>();

/** The names of a function's parameters; none for one whose text the engine does not give. */
export function parameterNames(target: (...args: never[]) => unknown): ParameterNames {
  let names = known.get(target);
  if (names === undefined) known.set(target, (names = read(Function.prototype.toString.call(target))));
  return names;
}

function read(text: string): ParameterNames {
  const single = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(text);
  if (single) return { names: [single[1]!], rest: null };
  const open = text.indexOf("(");
  if (open === -1 || text.includes("[native code]")) return none;
  const names: (string | null)[] = [];
  for (const parameter of listFrom(text, open + 1)) {
    const [, dots, name] = /^\s*(\.\.\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:=|$)/u.exec(parameter) ?? [];
    if (dots) return { names, rest: name! };
    names.push(name ?? null);
  }
  return { names, rest: null };
}

/** The items of a list up to its closing bracket, parted by its own commas: not those within brackets or strings. */
function listFrom(text: string, start: number): string[] {
  const items: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (`"'\``.includes(character)) {
      while (++at < text.length && text[at] !== character) if (text[at] === "\\") at++;
    } else if ("([{".includes(character)) depth++;
    else if (depth > 0 && ")]}".includes(character)) depth--;
    else if (character === ")" || (character === "," && depth === 0)) {
      if (text.slice(from, at).trim() !== "") items.push(text.slice(from, at));
      if (character === ")") break;
      from = at + 1;
    }
  }
  return items;
}
