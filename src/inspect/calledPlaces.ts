import type { Engine, Module } from "./engine.js";

/** The places of a model's modules in its tree, and which of them a call means. */
export class CalledPlaces {
  readonly #engine: Engine;
  readonly #places = new Map<Module, string[]>();

  constructor(engine: Engine, root: Module) {
    this.#engine = engine;
    this.#add(root, "", new Set());
  }

  get modules(): Iterable<Module> {
    return this.#places.keys();
  }

  has(module: Module): boolean {
    return this.#places.has(module);
  }

  /**
   * Null for a module outside of the tree. `within`: the place of its caller. `order`: how often that has called it before. `child`: the name that the caller, a sequence,
   * has it under; null where it did not say.
   */
  of(module: Module, { within, order, child }: { readonly within: string; readonly order: number; readonly child: string | null }): string | null {
    const places = this.#places.get(module);
    if (!places) return null;
    const prefix = within === "" ? "" : `${within}.`;
    if (child !== null) {
      const named = prefix + child;
      if (places.includes(named)) return named;
    }
    if (places.length === 1) return places[0]!;
    // Called by itself several times: the first call means the first place beneath the caller, and so on.
    const beneath = places.filter((place) => place.startsWith(prefix));
    const candidates = beneath.length > 0 ? beneath : places;
    return candidates[order % candidates.length]!;
  }

  #add(module: Module, path: string, above: Set<Module>): void {
    if (above.has(module)) return;
    const places = this.#places.get(module);
    if (places) places.push(path);
    else this.#places.set(module, [path]);
    above.add(module);
    for (const [name, child] of this.#engine.nn.childrenByName(module)) {
      if (child) this.#add(child, path === "" ? name : `${path}.${name}`, above);
    }
    above.delete(module);
  }
}
