import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { type CallFrame, parseStack } from "../inspect/callFrames.js";

type Call = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Tells of calls in which a thread may wait where nothing can interrupt it: of another program, on shared memory. Who stops the thread then knows where
 * it is. `tell` hears the place before such a call, and null after it.
 */
export function watchBlockingCalls(tell: (frames: readonly CallFrame[] | null) => void): void {
  const watch = (object: object, name: string): void => {
    const call = Reflect.get(object, name) as Call;
    const watched: Call = function (...args) {
      tell(parseStack(new Error().stack));
      try {
        return Reflect.apply(call, this, args);
      } finally {
        tell(null);
      }
    };
    Object.defineProperty(watched, "name", { value: name });
    Object.defineProperty(object, name, { value: watched, writable: true, configurable: true, enumerable: true });
  };
  for (const name of ["execFileSync", "execSync", "spawnSync"]) watch(childProcess, name);
  watch(Atomics, "wait");
  syncBuiltinESMExports();
}
