import type { ModuleSnapshot, TensorId } from "../../protocol/index.js";
import type { ModelIndex } from "../../describe/modelIndex.js";

/** Places that hold the same weights: one module in several places, or one parameter in several modules. */
export interface SharingGroup {
  /** "A", "B", ..., "Z", "AA", ... in order of declaration. */
  readonly name: string;
  /** Module paths, in order of declaration. */
  readonly places: readonly string[];
}

/**
 * The sharing groups by the path of each place. Where a whole module is shared, its own places are named and not those beneath it, which
 * follow from it. A place can be in several groups (a module with two tied parameters); parameters tied between the same places make one group.
 */
export function sharingGroups(index: ModelIndex): ReadonlyMap<string, readonly SharingGroup[]> {
  const found = new Map<string, string[]>();
  const add = (places: string[]) => {
    if (places.length < 2) return;
    const key = places.join("\n");
    if (!found.has(key)) found.set(key, places);
  };
  const byIdentity = new Map<number, ModuleSnapshot[]>();
  const users = new Map<TensorId, Map<number, string[]>>();
  for (const module of index.modules) {
    const same = byIdentity.get(module.identity);
    if (same) same.push(module);
    else byIdentity.set(module.identity, [module]);
    for (const { tensor } of module.parameters) {
      let modules = users.get(tensor);
      if (!modules) users.set(tensor, (modules = new Map<number, string[]>()));
      const paths = modules.get(module.identity);
      if (paths) paths.push(module.path);
      else modules.set(module.identity, [module.path]);
    }
  }
  for (const places of byIdentity.values()) {
    if (places.length === 1) continue;
    const parents = new Set(places.map((place) => index.parent(place.path)?.identity));
    const onlyAsPartOfParent = parents.size === 1 && byIdentity.get([...parents][0]!)?.length === places.length;
    if (!onlyAsPartOfParent) add(places.map((place) => place.path));
  }
  for (const modules of users.values()) if (modules.size > 1) add([...modules.values()].flat());

  const order = new Map(index.modules.map((module, position) => [module.path, position]));
  const groups = [...found.values()].sort((a, b) => order.get(a[0]!)! - order.get(b[0]!)!);
  const byPlace = new Map<string, SharingGroup[]>();
  groups.forEach((places, position) => {
    const group: SharingGroup = { name: letters(position), places };
    for (const place of places) {
      const known = byPlace.get(place);
      if (known) known.push(group);
      else byPlace.set(place, [group]);
    }
  });
  return byPlace;
}

function letters(position: number): string {
  const last = String.fromCharCode(65 + (position % 26));
  return position < 26 ? last : letters(Math.floor(position / 26) - 1) + last;
}
