import childProcess from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { type CallFrame, parseStack } from "../inspect/callFrames.js";
import { replace } from "./replace.js";

/** Of before it is guarded from the user's code. */
const { fstatSync, statSync } = fs;

/**
 * Tells of calls in which a thread may wait where nothing can interrupt it: of another program, on shared memory, on who writes into a pipe, on long
 * calculations that are not JavaScript's. Who stops the thread then knows where it is. `tell` hears the place before such a call, and null after it;
 * `mayNotReturn`: the process has to be ended where the call does not end by itself.
 */
export function watchBlockingCalls(tell: (frames: readonly CallFrame[] | null, mayNotReturn: boolean) => void): void {
  const watch = (holder: object, name: string, mayNotReturn: boolean, concerns: (args: readonly unknown[]) => boolean = () => true): void =>
    replace(holder, name, (call, args) => {
      if (!concerns(args)) return call(args);
      tell(parseStack(new Error().stack), mayNotReturn);
      try {
        return call(args);
      } finally {
        tell(null, false);
      }
    });
  for (const name of ["execFileSync", "execSync", "spawnSync"]) watch(childProcess, name, process.platform === "win32");
  watch(Atomics, "wait", false);
  for (const name of ["readFileSync", "openSync", "readSync"]) watch(fs, name, true, ([file]) => isPipe(file));
  for (const name of ["pbkdf2Sync", "scryptSync", "generateKeyPairSync", "generatePrimeSync"]) watch(crypto, name, true);
}

function isPipe(file: unknown): boolean {
  try {
    const about = typeof file === "number" ? fstatSync(file) : statSync(file as fs.PathLike, { throwIfNoEntry: false });
    return about?.isFIFO() ?? false;
  } catch {
    return false; // The call says what is wrong with it.
  }
}
