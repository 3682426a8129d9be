import { resolve, sep } from "node:path";

/** One absolute spelling for a path: on Windows the drive letter is in upper case for some callers and in lower case for others. */
export function canonicalPath(path: string): string {
  const absolute = resolve(path);
  return /^[a-z]:/.test(absolute) ? absolute[0]!.toUpperCase() + absolute.slice(1) : absolute;
}

/** Whether a source file is the user's own rather than a dependency's. */
export function isWorkspaceSource(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !path.includes(`${sep}node_modules${sep}`);
}
