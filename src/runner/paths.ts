import { sep } from "node:path";

/** One spelling for a path: on Windows the drive letter is in upper case for some callers and in lower case for others. */
export function canonicalPath(path: string): string {
  return /^[a-z]:/.test(path) ? path[0]!.toUpperCase() + path.slice(1) : path;
}

/** Whether a source file is the user's own rather than a dependency's. */
export function isWorkspaceSource(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !path.includes(`${sep}node_modules${sep}`);
}
