/** What the user opened, folded and chose to see. Keys are module paths; inside a folded row, paths as in its first member. */
export interface Arrangement {
  /** What boxes do that the user has not touched: the small model opens whole, the large one to its first levels; or a depth; or all. */
  readonly depth: number | "auto" | "all";
  readonly expanded: ReadonlyMap<string, boolean>;
  readonly unfolded: ReadonlySet<string>;
  /** Member shown for a folded row, by path of the first. */
  readonly shown: ReadonlyMap<string, string>;
}

export const initialArrangement: Arrangement = { depth: "auto", expanded: new Map(), unfolded: new Set(), shown: new Map() };

/** An arrangement as JSON keeps it. */
export interface KeptArrangement {
  readonly depth: Arrangement["depth"];
  readonly expanded: Readonly<Record<string, boolean>>;
  readonly unfolded: readonly string[];
  readonly shown: Readonly<Record<string, string>>;
}

export function keptArrangement({ depth, expanded, unfolded, shown }: Arrangement): KeptArrangement {
  return { depth, expanded: Object.fromEntries(expanded), unfolded: [...unfolded], shown: Object.fromEntries(shown) };
}

/** What was kept, of whatever version: parts that are none of an arrangement are left at their default. */
export function readArrangement(kept: unknown): Arrangement {
  const { depth, expanded, unfolded, shown } = (typeof kept === "object" && kept !== null ? kept : {}) as Readonly<Record<string, unknown>>;
  const entries = <Value>(of: unknown, isValue: (value: unknown) => value is Value) =>
    Object.entries(typeof of === "object" && of !== null ? of : {}).filter((entry): entry is [string, Value] => isValue(entry[1]));
  const isText = (value: unknown) => typeof value === "string";
  return {
    depth: depth === "all" || (typeof depth === "number" && depth >= 0) ? depth : initialArrangement.depth,
    expanded: new Map(entries(expanded, (value) => typeof value === "boolean")),
    unfolded: new Set(Array.isArray(unfolded) ? unfolded.filter(isText) : []),
    shown: new Map(entries(shown, isText)),
  };
}
