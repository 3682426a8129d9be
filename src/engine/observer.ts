import type { Tensor } from "./tensor.js";

/**
 * What the engine tells whoever looks on (Layerscope's inspector). One observer at a time; none costs one comparison per operation.
 * Calls come in program order. What modules tell, nn/moduleCall.ts adds.
 */
export interface Observer {
  /**
   * An operation of the public surface ran, one that makes a tensor from nothing included; what it is made of is not reported. `output` holds tensors as
   * the caller gets them. Of an operation that may give out its own argument (dropout that is off), the caller gets what this returns, as of `moduleLeft`.
   */
  operation?(name: string, args: readonly unknown[], output: unknown): unknown;
  operationFailed?(name: string, args: readonly unknown[], error: unknown): void;
  /** A deep copy took the values of `original`. */
  copied?(original: Tensor, copy: Tensor): void;
  /** A function of nn.init filled `tensor`; every argument is given by name, defaults included. */
  initialized?(tensor: Tensor, functionName: string, args: Readonly<Record<string, number | string | boolean>>): void;
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
