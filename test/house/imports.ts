import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** What a file imports: values, types, again exported, and when it runs. What it merges declarations into counts too. */
export interface Import {
  /** The file with the import, from the project's root, with slashes. */
  readonly file: string;
  readonly line: number;
  /** As it is written. */
  readonly specifier: string;
  /** The file that is meant, from the project's root; null for packages and for what is no source. */
  readonly target: string | null;
}

const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !name.endsWith(".d.ts");

/** The sources in a folder, from the project's root. */
export function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => path.posix.join(entry.parentPath.replaceAll(path.sep, "/"), entry.name));
}

/** Every import of these files. */
export function importsOf(files: readonly string[]): Import[] {
  const known = new Set(files);
  return files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName: specifier, pos }): Import => {
      const line = text.slice(0, pos).split("\n").length;
      return { file, line, specifier, target: specifier.startsWith(".") ? resolved(path.posix.join(path.posix.dirname(file), specifier), known) : null };
    });
  });
}

function resolved(target: string, known: ReadonlySet<string>): string | null {
  const stem = target.replace(/\.js$/, "");
  return [target, `${stem}.ts`, `${stem}.tsx`, `${target}/index.ts`].find((candidate) => known.has(candidate)) ?? null;
}

/** The cycles among files: the files that lead back to themselves, each group once, as a path from one of them to itself. */
export function cyclesAmong(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { file, target } of imports) if (target !== null) next.set(file, [...(next.get(file) ?? []), target]);
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file]);
      return;
    }
    path.push(file);
    for (const target of next.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of next.keys()) visit(file);
  return cycles;
}
