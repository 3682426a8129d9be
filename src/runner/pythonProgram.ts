import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import * as l10n from "@vscode/l10n";
import type { Failure, PythonCell, PythonProgram } from "../protocol/index.js";

/** Whether a file is run by the Python interpreter that comes with us. */
export function isPython(file: string): boolean {
  return [".py", ".ipynb"].includes(extname(file));
}

export interface ProgramOptions {
  /** Texts of files that differ from what is on disk. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly isMain: boolean;
  readonly engineUrl: string;
}

/** A Python file or notebook made ready to run; or why it cannot be read. */
export function readProgram(entry: string, { overrides, isMain, engineUrl }: ProgramOptions): PythonProgram | Failure {
  let bytes: Buffer;
  try {
    bytes = Buffer.from(overrides.get(entry) ?? readFileSync(entry));
  } catch (error) {
    return unreadable("import", l10n.t("{0} cannot be read: {1}", basename(entry), (error as Error).message));
  }
  const others = [...overrides].filter(([path]) => path !== entry && path.endsWith(".py"));
  const program = { entry, isMain, overrides: others, engineUrl };
  if (extname(entry) === ".py") return { ...program, source: { kind: "file", text: overrides.get(entry) ?? utf8In(bytes) } };
  try {
    return { ...program, isMain: true, source: { kind: "notebook", cells: cellsOf(entry, bytes.toString()) } };
  } catch (error) {
    return unreadable("syntax", l10n.t("{0} is not a notebook: {1}", basename(entry), (error as Error).message));
  }
}

/** Null where it is, or is declared to be (PEP 263), in another encoding, which Python reads itself. */
function utf8In(bytes: Buffer): string | null {
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString();
  const declared = /^(?:\ufeff?[ \t\f]*(?:#.*)?\r?\n)?\ufeff?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(text)?.[1];
  return declared === undefined || /^utf[-_]?8$/i.test(declared) ? text : null;
}

function unreadable(kind: "import" | "syntax", message: string): Failure {
  return { kind, message, hint: null, location: null, stack: [] };
}

/** The code cells of a notebook (nbformat 3 and 4), by the names that their places have: the notebook's, "#" and the number of the code cell. */
function cellsOf(entry: string, text: string): readonly PythonCell[] {
  interface StoredCell {
    readonly cell_type?: string;
    readonly source?: string | readonly string[];
    readonly input?: string | readonly string[];
  }
  const notebook = JSON.parse(text) as { readonly cells?: readonly StoredCell[]; readonly worksheets?: readonly { readonly cells: readonly StoredCell[] }[] };
  const cells = notebook.cells ?? notebook.worksheets?.flatMap((sheet) => sheet.cells);
  if (!Array.isArray(cells)) throw new Error(l10n.t("it has no cells"));
  return (cells as readonly StoredCell[])
    .filter(({ cell_type: type }) => type === "code")
    .map(({ source, input }, i) => ({ file: cellFile(entry, i + 1), text: [source ?? input ?? ""].flat().join("") }));
}

/** What the places in a cell have for a file. */
export function cellFile(notebook: string, number: number): string {
  return `${notebook}#${number}`;
}
