import { observer, withoutObserver } from "../observer.js";
import type { Tensor } from "../tensor.js";

/** An operation made of others, which the observer sees as one. */
export function defineComposite<Operation extends (...args: never[]) => unknown>(name: string, body: Operation): Operation {
  const run = body as unknown as (...args: readonly unknown[]) => unknown;
  const observed = (...args: readonly unknown[]): unknown => {
    const watcher = observer();
    if (watcher === null) return run(...args);
    try {
      const result = withoutObserver(() => run(...args));
      const handedOn = watcher.operation?.(name, args, result);
      return handedOn === undefined ? result : handedOn;
    } catch (error) {
      watcher.operationFailed?.(name, args, error);
      throw error;
    }
  };
  return observed as unknown as Operation;
}

/** A new tensor that an operation made of others gives, its graph node called as PyTorch calls the operation's own. */
export function named(gradientName: string, result: Tensor): Tensor {
  const node = result.gradFn;
  if (node !== null) node.title = gradientName;
  return result;
}
