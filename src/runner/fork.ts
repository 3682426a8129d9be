import { type ChildProcess, execFile, fork, type ForkOptions, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { win32 } from "node:path";

/** Forks a script of ours with the program that runs this one, which in an editor is Electron in the guise of Node. */
export function forkScript(script: string, argument: unknown, options: ForkOptions): ChildProcess {
  return fork(script, [JSON.stringify(argument)], { ...options, env: environment() });
}

/** The same without Node's channel between the two. */
export function spawnScript(
  script: string,
  argument: unknown,
  { execArgv, env, ...options }: SpawnOptions & { readonly execArgv: readonly string[] },
): ChildProcess {
  return spawn(process.execPath, [...execArgv, script, JSON.stringify(argument)], { ...options, windowsHide: true, env: { ...environment(), ...env } });
}

/**
 * Has the C library ask Linux for memory in large pages, as `env` of a process: what it first writes to then costs a fraction of the time, which is much of what
 * passes over large tensors take. What the user asks of the library comes after, and goes before.
 */
export function inLargePages({ GLIBC_TUNABLES: own }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { GLIBC_TUNABLES: own ? `glibc.malloc.hugetlb=1:${own}` : "glibc.malloc.hugetlb=1" };
}

function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env; // A debugger's auto-attach and the like are not meant for our processes.
  return { ...rest, ELECTRON_RUN_AS_NODE: "1" };
}

const windows = process.platform === "win32";

/** What a process forked with this takes along when it ends: the programs that it started. Windows has no groups of processes, and opens a window. */
export const ownGroup: SpawnOptions = { detached: !windows };

/** Kills a process that was forked with `ownGroup`, and the programs that it started, which are left also when it ended of itself. */
export function killWithPrograms(pid: number): void {
  const kill = (id: number): void => {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // Nothing is left.
    }
  };
  if (!windows) return kill(-pid);
  const { program, args } = treeKiller(pid, process.env);
  spawn(program, args, { stdio: "ignore", windowsHide: true }).once("error", () => kill(pid));
}

/** Kills the programs that a process has started, and what these have; false where they cannot be told from it. */
export async function endPrograms(pid: number): Promise<boolean> {
  if (windows) return false;
  const listed = await new Promise<string | null>((resolve) => execFile("ps", ["-A", "-o", "pid=,ppid="], (error, text) => resolve(error ? null : text)));
  if (listed === null) return false;
  const children = new Map<number, number[]>();
  for (const line of listed.trim().split("\n")) {
    const [child, parent] = line.trim().split(/\s+/).map(Number) as [number, number];
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const waiting = [...(children.get(pid) ?? [])];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    waiting.push(...(children.get(id) ?? []));
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  return true;
}

/**
 * What ends a process on Windows with all that it has started, as long as that process is there to be asked for it. By its whole path: Windows would look for the
 * name in the current folder first, which is the user's.
 */
export function treeKiller(pid: number, { SystemRoot = "C:\\Windows" }: NodeJS.ProcessEnv): { readonly program: string; readonly args: readonly string[] } {
  return { program: win32.join(SystemRoot, "System32", "taskkill.exe"), args: ["/PID", String(pid), "/T", "/F"] };
}

/** Settles when the process is gone; also when it could not be started. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return Promise.race([once(child, "exit"), once(child, "error").catch(() => {})]).then(() => {});
}
