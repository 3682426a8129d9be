import fs from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";

/** Of before any code of the user's, and before what guards them (guards.ts). */
const { existsSync, readlinkSync } = fs;
const realpath = fs.realpathSync.native;

/** Symbolic links that a path may lead through. */
const longestChain = 40;

/** What a path leads to, absolute: without symbolic links, as far as it is there. */
export function realPath(path: string): string {
  const missing: string[] = [];
  let links = 0;
  for (let known = resolve(path); ; ) {
    try {
      return join(realpath(known), ...missing);
    } catch {
      const target = links++ < longestChain ? linkTarget(known) : null;
      if (target !== null) {
        known = target;
        continue;
      }
      const parent = dirname(known);
      if (parent === known) return join(known, ...missing);
      missing.unshift(basename(known));
      known = parent;
    }
  }
}

/** Where a symbolic link leads that leads to nothing yet; null for all else. */
function linkTarget(path: string): string | null {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return null;
  }
}

/** Whether a path is a folder or lies in it; both as realPath gives them. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !/^\.\.[\\/]/.test(way) && !isAbsolute(way));
}

export function isInPackages(path: string): boolean {
  return /[\\/]node_modules([\\/]|$)/.test(path);
}

/** The package that a folder belongs to: the nearest folder from there upward with a package.json; itself where there is none. */
export function packageFolder(folder: string): string {
  return nearest(folder, "package.json") ?? folder;
}

/** The folder of the project that a folder belongs to, for who has no workspace to tell: the nearest with a repository, else its package, else itself. */
export function projectFolder(folder: string): string {
  return nearest(folder, ".git") ?? packageFolder(folder);
}

function nearest(folder: string, name: string): string | null {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, name))) return at;
  return null;
}
