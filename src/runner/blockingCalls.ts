import childProcess from "node:child_process";
import { type CallFrame, parseStack } from "../inspect/callFrames.js";
import { replace } from "./replace.js";

/**
 * Tells of calls in which a thread may wait where nothing can interrupt it: of another program, on shared memory. Who stops the thread then knows where
 * it is. `tell` hears the place before such a call, and null after it.
 */
export function watchBlockingCalls(tell: (frames: readonly CallFrame[] | null) => void): void {
  const watch = (holder: object, name: string): void =>
    replace(holder, name, (call, args) => {
      tell(parseStack(new Error().stack));
      try {
        return call(args);
      } finally {
        tell(null);
      }
    });
  for (const name of ["execFileSync", "execSync", "spawnSync"]) watch(childProcess, name);
  watch(Atomics, "wait");
}
