/** Finding model definitions in a line of code. Columns count from 0. */
import type { Language } from "../../protocol/index.js";

export interface Construction {
  /** Where `new` stands; in Python, where the class name begins. */
  readonly start: number;
  /** The end of the class name. */
  readonly end: number;
  /** The class as written, e.g. "nn.Linear". */
  readonly callee: string;
}

/** A class that is called: in Python by a name with a capital letter. */
const constructions: Readonly<Record<Language, RegExp>> = {
  typescript: /(?<![\w$.])new\s+([A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*)/g,
  python: /(?<![\p{ID_Continue}.]|\b(?:class|def)\s)((?:[\p{ID_Start}_]\p{ID_Continue}*\s*\.\s*)*_*\p{Lu}\p{ID_Continue}*)(?=\s*\()/gu,
};

/** The expressions that begin in a line and make an object of a class: `new Class`, in Python `Class(`. */
export function constructionsIn(line: string, language: Language = "typescript"): readonly Construction[] {
  return [...line.matchAll(constructions[language])].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    callee: match[1]!.replace(/\s/g, ""),
  }));
}

/** The class whose declaration begins in a line, of TypeScript or Python; null where none does. */
export function classDeclaredIn(line: string): string | null {
  return /(?<![\w$.])class\s+(?<name>[\p{ID_Start}_$][\p{ID_Continue}$]*)/u.exec(line)?.groups?.name ?? null;
}

/** Whether a line gives the name at `column` its value: `const h = ...`, `h: Tensor = ...`, `[h, c] = ...`, `self.h = ...`. */
export function isAssigned(line: string, column: number): boolean {
  const found = /^\s*(?:(?:export|const|let|var)\s+)*(?<names>[[{(]?[\p{ID_Continue}$\s,:.]*[\]})]?)\s*=(?![=>])/du.exec(line);
  const [start, end] = found?.indices?.groups?.names ?? [0, 0];
  return start <= column && column < end;
}

/**
 * What a name at `column` of a line is there for: "construction" when the line assigns a new object to it (`net = new ...`, `readonly fc: T = new ...`, `net = Net()`),
 * "class" when the line declares the class of that name, "other" when it is merely used.
 */
export function roleOfName(
  line: string,
  column: number,
  name: string,
  language: Language = "typescript",
): { readonly kind: "construction"; readonly construction: Construction } | { readonly kind: "class" | "other" } {
  const before = line.slice(0, column);
  const after = line.slice(column + name.length);
  if (/\bclass\s+$/.test(before)) return { kind: "class" };
  const assignment = /^\s*[!?]?\s*(?::[^=]*)?=\s*(?=[^=\s])/.exec(after);
  const construction = assignment && constructionsIn(line, language).find(({ start }) => start === column + name.length + assignment[0].length);
  return construction ? { kind: "construction", construction } : { kind: "other" };
}
