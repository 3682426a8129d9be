import type { Tensor } from "./engine.js";
import type { Recording } from "./recording.js";

/** Which parameters backward passes came past: those that a forward pass took before, and that were given nothing. */
export class Gradients {
  /** Trainable parameters that a pass took, and no gradient came to yet. */
  readonly #waiting = new Set<WeakRef<Tensor>>();
  readonly #known = new WeakSet<Tensor>();
  readonly #passedBy = new WeakSet<Tensor>();

  /** Whether there is anything that a gradient has not come to. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** A forward pass of the code's own has ended. */
  passed({ states }: Recording): void {
    for (const tensor of states) {
      if (!tensor.isLeaf || !tensor.requiresGrad || this.#known.has(tensor)) continue;
      this.#known.add(tensor);
      this.#waiting.add(new WeakRef(tensor));
    }
  }

  /** A backward pass has ended. What has got its gradient is looked at no more, so that the steps of a training cost nothing. */
  sentBack(): void {
    for (const reference of this.#waiting) {
      const tensor = reference.deref();
      if (!tensor || tensor.grad !== null) this.#waiting.delete(reference);
      if (!tensor) continue;
      if (tensor.grad !== null) this.#passedBy.delete(tensor);
      else if (tensor.requiresGrad) this.#passedBy.add(tensor);
    }
  }

  /** Whether a backward pass could have given `tensor` a gradient, and none did. */
  passedBy(tensor: Tensor): boolean {
    return this.#passedBy.has(tensor);
  }
}
