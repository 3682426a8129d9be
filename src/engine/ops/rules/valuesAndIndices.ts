import { inspect } from "../../inspect.js";
import type { Tensor } from "../../tensor.js";

/** The result of functions that pick elements along a dimension: by name or, destructured, in order (torch.return_types). */
export class ValuesAndIndices implements Iterable<Tensor> {
  constructor(
    private readonly operation: string,
    readonly values: Tensor,
    /** Positions along the dimension, int64. */
    readonly indices: Tensor,
  ) {}

  *[Symbol.iterator](): IterableIterator<Tensor> {
    yield this.values;
    yield this.indices;
  }

  toString(): string {
    return `torch.return_types.${this.operation}(\nvalues=${String(this.values)},\nindices=${String(this.indices)})`;
  }

  [inspect](): string {
    return this.toString();
  }
}
