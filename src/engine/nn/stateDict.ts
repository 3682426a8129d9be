import type { Tensor } from "../tensor.js";

/** Names and tensors in order, as `Module.stateDict` gives them. Prints as Python's `OrderedDict([...])`. */
export class StateDict extends Map<string, Tensor> {
  /** The version of each module's state, by the module's path. Empty for dicts that were not made by `stateDict`. */
  versions: Map<string, number> = new Map();

  override toString(): string {
    if (this.size === 0) return "OrderedDict()";
    return `OrderedDict([${[...this].map(([name, tensor]) => `('${name}', ${tensor})`).join(", ")}])`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What `loadStateDict` did not find on one side or the other. */
export interface IncompatibleKeys {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}
