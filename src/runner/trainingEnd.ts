import type { Engine } from "../inspect/index.js";
import { stopHere } from "./modelCode.js";
import { replace } from "./replace.js";

/** How many of each show what training is like: backward passes, steps of an optimizer. What follows repeats them. */
const shown = 1;

/**
 * Stops code where it begins a second backward pass, or a second step of an optimizer, in a way that it cannot catch: a training loop is not run by looking.
 * `tell` hears of it.
 */
export function endTraining({ Tensor, optim }: Engine, tell: () => void): void {
  for (const [holder, name] of [
    [Tensor.prototype, "backward"],
    [optim.Optimizer.prototype, "step"],
  ] as const) {
    let begun = 0;
    replace(holder, name, (call, args) => {
      if (begun++ < shown) return call(args);
      setImmediate(tell);
      return stopHere();
    });
  }
}
