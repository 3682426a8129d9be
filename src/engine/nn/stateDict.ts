import { inspect } from "../inspect.js";
import type { Tensor } from "../tensor.js";

/** Names and tensors in order, as `Module.stateDict` gives them. Prints as Python's `OrderedDict([...])`. */
export class StateDict extends Map<string, Tensor> {
  /** The version of each module's state, by the module's path. Empty for dicts that were not made by `stateDict`. */
  versions: Map<string, number> = new Map();

  override toString(): string {
    if (this.size === 0) return "OrderedDict()";
    return `OrderedDict([${[...this].map(([name, tensor]) => `('${name}', ${tensor})`).join(", ")}])`;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** What `loadStateDict` did not find on one side or the other. Prints as PyTorch's: `<All keys matched successfully>` where all were found. */
export class IncompatibleKeys {
  constructor(
    readonly missingKeys: readonly string[],
    readonly unexpectedKeys: readonly string[],
  ) {}

  toString(): string {
    if (this.missingKeys.length + this.unexpectedKeys.length === 0) return "<All keys matched successfully>";
    const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(", ")}]`;
    return `_IncompatibleKeys(missing_keys=${list(this.missingKeys)}, unexpected_keys=${list(this.unexpectedKeys)})`;
  }

  [inspect](): string {
    return this.toString();
  }
}
