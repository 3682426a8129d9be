import type { ModuleSnapshot } from "../../protocol/index.js";
import type { Row } from "./rows.js";

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

/** Boxes that a first view may show without asking more of the reader than a glance. */
const glance = 18;

/** What a container would show, beside what a glance has room for. */
export interface Inside {
  readonly rows: readonly Row[];
  /** Small nodes: operations and other things that are no module. */
  readonly others: number;
  /** False where the pass called none of its children: there is nothing in it to follow. */
  readonly ran: boolean;
}

/** Small nodes that take as much of a glance as one box. */
const othersPerBox = 3;

/**
 * The containers that are open by default: level by level from the root, all of a level or none, while what is shown stays within a glance; and those
 * around what failed.
 */
export function openAtFirst(root: ModuleSnapshot, insideOf: (module: ModuleSnapshot) => Inside, failedAt: ReadonlySet<string>): ReadonlySet<string> {
  const open = new Set<string>(failedAt);
  let shown = 1;
  for (let level = [root]; level.length > 0; ) {
    const containers = level
      .map((module) => ({ module, inside: insideOf(module) }))
      .filter(({ module, inside: { rows, ran } }) => rows.length > 0 && (ran || module === root));
    shown += containers.reduce((sum, { inside: { rows, others } }) => sum + rows.length + Math.floor(others / othersPerBox), 0);
    if (shown > glance && level[0] !== root) break;
    for (const { module } of containers) open.add(module.path);
    level = containers.flatMap(({ inside: { rows } }) => rows.map((row) => row.members[0]!));
  }
  return open;
}
