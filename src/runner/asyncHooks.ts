import asyncHooks from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import { replace } from "./replace.js";

/**
 * An error in a hook of `node:async_hooks` ends a process of Node's, since there is nobody to catch it: `tell` hears of the first, and nothing of the hooks runs any more, which
 * would go on with the code's own timers and promises.
 */
export function catchInHooks(tell: (error: unknown) => void): void {
  let failed = false;
  const caught =
    (callback: unknown) =>
    (...args: unknown[]): void => {
      if (failed) return;
      try {
        Reflect.apply(callback as () => void, undefined, args);
      } catch (error) {
        failed = true;
        tell(error);
      }
    };
  replace(asyncHooks, "createHook", (call, [callbacks, ...more]) => {
    if (typeof callbacks !== "object" || callbacks === null) return call([callbacks, ...more]); // Node says what is wrong with it.
    const { init, before, after, destroy, promiseResolve } = callbacks as Readonly<Record<string, unknown>>;
    const given = Object.entries({ init, before, after, destroy, promiseResolve }).filter(([, callback]) => callback !== undefined);
    return call([Object.fromEntries(given.map(([name, callback]) => [name, typeof callback === "function" ? caught(callback) : callback])), ...more]);
  });
  syncBuiltinESMExports();
}
