import childProcess from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";

/**
 * What the extension does to the machine, whichever way it came to do it: every process that starts and every file that is changed with a function of the
 * extension's on the stack. The functions of Node are the same objects for it and for this suite, since both live in one process.
 */
export class Acts {
  readonly #done: string[] = [];

  constructor(own: string) {
    // What VS Code's other extensions do is theirs.
    const note = (what: string, args: readonly unknown[]): void => {
      if (!new Error().stack?.includes(own)) return;
      const [first] = args as readonly [{ readonly args?: readonly string[] } | string | undefined];
      this.#done.push(`${what}(${typeof first === "object" ? (first.args ?? []).join(" ") : first})`.slice(0, 500));
    };
    const watch = (holder: object, name: string): void => {
      const original: unknown = Reflect.get(holder, name);
      if (typeof original !== "function") return;
      Reflect.set(holder, name, function (this: unknown, ...args: unknown[]): unknown {
        note(name, args);
        return Reflect.apply(original as (...given: unknown[]) => unknown, this, args);
      });
    };
    watch(childProcess.ChildProcess.prototype, "spawn");
    for (const name of ["spawnSync", "execSync", "execFileSync"]) watch(childProcess, name);
    const changing =
      /^(appendFile|chmod|chown|copyFile|cp|createWriteStream|link|mkdir|mkdtemp|rename|rm|rmdir|symlink|truncate|unlink|utimes|writeFile)(Sync)?$/;
    for (const holder of [fs, fs.promises]) for (const name of Object.keys(holder)) if (changing.test(name)) watch(holder, name);
    watch(vscode.window, "createTerminal");
    watch(vscode.tasks, "executeTask");
  }

  /** What was done since this was asked the last time. */
  take(): readonly string[] {
    return this.#done.splice(0);
  }
}

/** Every file of a folder by its path, with what is in it. */
export function contentOf(folder: string): Readonly<Record<string, string>> {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), createHash("sha256").update(fs.readFileSync(file)).digest("hex")]),
  );
}
