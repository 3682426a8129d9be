import { counted, observer } from "../observer.js";
import type { Facts, Operation, Sized } from "../operation.js";
import { hasShapeless, type Tensor } from "../tensor.js";
import { refuseFurther, requireShapes, takesArgumentsAsTheyStand } from "./arguments.js";

/** An operation made of others, which the observer sees as one. */
export function defineComposite<Computation extends (...args: never[]) => unknown>(
  facts: CompositeFacts<NoInfer<Parameters<Computation>>>,
  body: Computation,
): Computation {
  const operation = facts as unknown as Operation;
  const takesAll = takesArgumentsAsTheyStand(body, operation.arguments);
  const run = body as unknown as (...args: readonly unknown[]) => unknown;
  const observed = (...args: readonly unknown[]): unknown => {
    if (takesAll && args.length > operation.arguments.length) refuseFurther(operation, args);
    const watcher = observer();
    if (hasShapeless) requireShapes(operation.name, args);
    if (watcher === null) return run(...args);
    try {
      const { result, multiplyAdds } = counted(() => run(...args));
      const handedOn = watcher.operation?.(operation, args, result, operation.multiplyAdds!(args, result as Sized, multiplyAdds));
      return handedOn === undefined ? result : handedOn;
    } catch (error) {
      watcher.operationFailed?.(operation, args, error);
      throw error;
    }
  };
  return observed as unknown as Computation;
}

/** What is said of an operation made of others. */
interface CompositeFacts<Args extends readonly unknown[]> extends Facts<Args> {
  readonly name: string;
  /** How many products of two numbers it adds up, where the operations that it is made of add up `parts`; mostly `ofParts`. */
  multiplyAdds(args: Args, result: Sized, parts: number): number;
}

/** A new tensor that an operation made of others gives, its graph node called as PyTorch calls the operation's own. */
export function named(gradientName: string, result: Tensor): Tensor {
  const node = result.gradFn;
  if (node !== null) node.title = gradientName;
  return result;
}
