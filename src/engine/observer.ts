import type { Distribution, Operation, Sized } from "./operation.js";
import type { Tensor } from "./tensor.js";

/**
 * What the engine tells whoever looks on (Layerscope's inspector). One observer at a time; none costs one comparison per operation.
 * Calls come in program order. What modules tell, nn/moduleCall.ts adds.
 */
export interface Observer {
  /**
   * An operation of the public surface ran, one that makes a tensor from nothing included; what it is made of is not reported. `output` holds tensors as
   * the caller gets them. Of an operation that may give out its own argument (dropout that is off), the caller gets what this returns, as of `moduleLeft`.
   * `multiplyAdds` counts what ran, in what it is made of too.
   */
  operation?(operation: Operation, args: readonly unknown[], output: unknown, multiplyAdds: number): unknown;
  operationFailed?(operation: Operation, args: readonly unknown[], error: unknown): void;
  /** A backward pass fails because it needs what `tensor` held at version `expected`, before it was written to. */
  overwritten?(tensor: Tensor, expected: number): void;
  /** A backward pass begins from `root`, that the code asked for; what is given back is called when it has come to its end. */
  backward?(root: Tensor): (() => void) | undefined;
  /** An optimizer begins a step, by the name of its class; what is given back is called when the step was taken. */
  optimizerStep?(optimizer: { readonly paramGroups: readonly { readonly params: readonly Tensor[] }[] }, name: string): (() => void) | null;
  /** A deep copy took the values of `original`. */
  copied?(original: Tensor, copy: Tensor): void;
  /** A function of nn.init filled `tensor`; every argument is given by name, defaults included. `follows`: what the elements follow, null where that has no simple density. */
  initialized?(tensor: Tensor, operation: Operation, args: Readonly<Record<string, number | string | boolean>>, follows: Distribution | null): void;
}

let current: Observer | null = null;

/** Installs an observer (null for none) and returns the one before it. */
export function observe(observer: Observer | null): Observer | null {
  const previous = current;
  current = observer;
  return previous;
}

/** The observer in force. */
export function observer(): Observer | null {
  return current;
}

/** Tells the observer, if there is one, of an operation that ran. */
export function report(operation: Operation, args: readonly unknown[], output: unknown): unknown {
  return current?.operation?.(operation, args, output, operation.multiplyAdds?.(args, output as Sized, 0) ?? 0);
}

/** Runs what an operation is made of, whose parts are not reported; gives their multiply-adds with the result. */
export function counted<Result>(body: () => Result): { readonly result: Result; readonly multiplyAdds: number } {
  let multiplyAdds = 0;
  const previous = observe({
    operation(_operation, _args, _output, count) {
      multiplyAdds += count;
    },
  });
  try {
    const result = body();
    return { result, multiplyAdds };
  } finally {
    observe(previous);
  }
}

/** Runs `body` unobserved: what an operation is made of, and the engine's own work, is not the user's. */
export function withoutObserver<Result>(body: () => Result): Result {
  if (current === null) return body();
  const previous = observe(null);
  try {
    return body();
  } finally {
    observe(previous);
  }
}
