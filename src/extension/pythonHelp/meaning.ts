import type { Description, Found } from "./description.js";
import type { Binding, Chain, PythonText } from "./places.js";

/** What an expression is: something of the package itself, or an object of one of its classes. */
export type Meaning = { readonly kind: "itself"; readonly found: Found } | { readonly kind: "instance"; readonly of: Found };

/** What the last run knows: whether the name that is bound at an offset, or the chain, was a tensor in it. */
export type IsTensor = (at: { readonly name: string; readonly offset: number }) => boolean;

/** So many steps from name to name are followed. */
const farthest = 12;

/** What names and expressions of a text mean, as far as they are the package's. What is not known is null. */
export class Meanings {
  constructor(
    private readonly text: PythonText,
    private readonly description: Description,
    private readonly isTensor: IsTensor = () => false,
  ) {}

  of({ root, steps, start }: Chain, depth = 0): Meaning | null {
    if (depth > farthest) return null;
    // A name in an import is written in full.
    if (root.includes(".") || (steps.length === 0 && this.#isImported(start))) {
      const found = this.description.at(root);
      return found && { kind: "itself", found };
    }
    // The longest beginning that the text gives a value: `self.fc` before `self`.
    const names = [root];
    for (const step of steps) {
      if (step.kind !== "member") break;
      names.push(step.name);
    }
    for (let length = names.length; length > 0; length--) {
      const begin = this.#ofName(names.slice(0, length).join("."), start, depth);
      if (begin === undefined) continue;
      let meaning = begin;
      for (const step of steps.slice(length - 1)) {
        if (meaning === null) return null;
        meaning = step.kind === "member" ? this.#member(meaning, step.name) : step.kind === "call" ? this.#called(meaning) : this.#indexed(meaning);
      }
      return meaning;
    }
    return null;
  }

  #isImported(offset: number): boolean {
    return this.text.bindings.some(({ start, value }) => start === offset && value.kind === "import");
  }

  /** Undefined where the text says nothing of the name. */
  #ofName(name: string, offset: number, depth: number): Meaning | null | undefined {
    const binding = this.text.bindingOf(name, offset);
    if (!binding) {
      if (this.isTensor({ name, offset })) return this.#instance("Tensor");
      for (const module of this.text.wholeModules) {
        const found = this.description.at(`${module}.${name}`);
        if (found && !name.includes(".")) return { kind: "itself", found };
      }
      return undefined;
    }
    return this.#bound(binding, depth) ?? (this.isTensor({ name, offset }) ? this.#instance("Tensor") : null);
  }

  #bound({ value, start }: Binding, depth: number): Meaning | null {
    switch (value.kind) {
      case "import": {
        const found = this.description.at(value.path);
        return found && { kind: "itself", found };
      }
      case "chain":
        // `x = x.relu()`: the name before it.
        return this.of(value.chain.start > start ? { ...value.chain, start } : value.chain, depth + 1);
      case "annotation": {
        const type = this.of(value.chain, depth + 1);
        return type?.kind === "itself" && type.found.kind === "entry" && type.found.entry.kind === "class" ? { kind: "instance", of: type.found } : null;
      }
      case "other":
        return null;
    }
  }

  #member(meaning: Meaning, name: string): Meaning | null {
    if (meaning.kind === "itself") {
      const found = this.description.memberOf(meaning.found, name);
      return found && { kind: "itself", found };
    }
    const found = this.description.memberOf(meaning.of, name);
    if (found?.kind !== "entry") return null;
    if (found.entry.kind !== "value") return { kind: "itself", found };
    return this.#instance(found.entry.type) ?? { kind: "itself", found };
  }

  /** What a call gives. */
  #called(meaning: Meaning): Meaning | null {
    if (meaning.kind === "instance") {
      const forward = this.description.memberOf(meaning.of, "forward");
      return forward?.kind === "entry" && forward.entry.kind === "function" ? this.#instance(forward.entry.returns) : null;
    }
    const { found } = meaning;
    if (found.kind !== "entry") return null;
    if (found.entry.kind === "class") return { kind: "instance", of: found };
    return found.entry.kind === "function" ? this.#instance(found.entry.returns) : null;
  }

  /** A part of a tensor is one. */
  #indexed(meaning: Meaning): Meaning | null {
    return meaning.kind === "instance" && this.description.ancestry(meaning.of.path).some(({ path }) => path === "torch.Tensor")
      ? this.#instance("Tensor")
      : null;
  }

  #instance(type: string): Meaning | null {
    const of = this.description.classOf(type);
    return of && { kind: "instance", of };
  }
}
