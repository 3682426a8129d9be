import type { Engine } from "../inspect/index.js";
import { stopHere } from "./modelCode.js";
import { replace } from "./replace.js";

/** Backward passes that show what training is like; what follows repeats it. */
const shownPasses = 1;

/** Stops code where it begins a second backward pass, in a way that it cannot catch: a training loop is not run by looking. `tell` hears of it. */
export function endTraining({ Tensor }: Engine, tell: () => void): void {
  let passes = 0;
  replace(Tensor.prototype, "backward", (call, args) => {
    if (passes++ < shownPasses) return call(args);
    setImmediate(tell);
    return stopHere();
  });
}
