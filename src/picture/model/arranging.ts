import { initialArrangement, type Arrangement, type KeptArrangement } from "./arrangement.js";
import type { PictureModel } from "./pictureModel.js";
import { foldOf, shownTogether } from "./rows.js";

/** Siblings equal in structure, which the picture draws as one box (or one by one, where the user unfolded them, with those that repeat together with them). */
export interface EqualSiblings {
  /** Paths, in order. */
  readonly members: readonly string[];
  /** Which of them the asked path is, or lies in. */
  readonly position: number;
  /** "repeated": each has weights of its own. "shared": one module in several places. */
  readonly kind: "repeated" | "shared";
  readonly unfolded: boolean;
}

/** Calls of one module by a loop, which the picture draws as one box (or one by one, where the user unfolded them). */
export interface RepeatedCalls {
  readonly count: number;
  readonly unfolded: boolean;
}

/** Under which key the arrangement keeps a module: its path, with folded rows spoken for by their first member. */
export function arrangementKey(model: PictureModel, { unfolded }: Arrangement, path: string): string {
  return model.index
    .ancestry(path)
    .slice(1)
    .map((module) => {
      const row = model.rowOf(module.path);
      return row && !unfolded.has(foldOf(row)) ? row.members[0]!.name : module.name;
    })
    .join(".");
}

export function withExpanded(arrangement: Arrangement, keys: Iterable<string>, expanded: boolean): Arrangement {
  const changed = new Map(arrangement.expanded);
  for (const key of keys) changed.set(key, expanded);
  return { ...arrangement, expanded: changed };
}

/** Opens everything around a module and, where it is folded into a row, makes it the one shown. */
export function revealing(model: PictureModel, arrangement: Arrangement, path: string): Arrangement {
  const line = model.index.ancestry(path);
  const shown = new Map(arrangement.shown);
  for (const module of line) {
    const row = model.rowOf(module.path);
    if (row && !arrangement.unfolded.has(foldOf(row))) for (const [first, member] of shownTogether(row, module)) shown.set(first, member);
  }
  const around = line.slice(0, -1).map((module) => arrangementKey(model, arrangement, module.path));
  return withExpanded({ ...arrangement, shown }, around, true);
}

export function arrangementOf(state: KeptArrangement): Arrangement {
  return {
    depth: state.depth ?? initialArrangement.depth,
    expanded: new Map(Object.entries(state.expanded)),
    unfolded: new Set(state.unfolded),
    shown: new Map(Object.entries(state.shown)),
    showBookkeeping: state.showBookkeeping,
  };
}

export function stateOf({ depth, expanded, unfolded, shown, showBookkeeping }: Arrangement): KeptArrangement {
  return { depth, expanded: Object.fromEntries(expanded), unfolded: [...unfolded], shown: Object.fromEntries(shown), showBookkeeping };
}
