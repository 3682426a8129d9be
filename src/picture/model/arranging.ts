import type { Arrangement } from "./arrangement.js";
import { nodeWithin } from "./dataFlow.js";
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

/** Under which key the arrangement keeps a module: its first call's node, with folded rows spoken for by their first member. */
export function arrangementKey(model: PictureModel, { unfolded }: Arrangement, path: string): string {
  let key = "";
  let around = "";
  for (const { path: each, node } of model.places.way(path).slice(1)) {
    const row = model.rowOf(each);
    const first = row && !unfolded.has(foldOf(row)) ? row.members[0]!.path : each;
    key = nodeWithin(key, model.places.partIn(around, first)) + (/@\d+$/.exec(node)?.[0] ?? "");
    around = each;
  }
  return key;
}

export function withExpanded(arrangement: Arrangement, keys: Iterable<string>, expanded: boolean): Arrangement {
  const changed = new Map(arrangement.expanded);
  for (const key of keys) changed.set(key, expanded);
  return { ...arrangement, expanded: changed };
}

/** Opens everything around a module and, where it is folded into a row, makes it the one shown. */
export function revealing(model: PictureModel, arrangement: Arrangement, path: string): Arrangement {
  const way = model.places.way(path);
  const shown = new Map(arrangement.shown);
  for (const { path: each } of way) {
    const row = model.rowOf(each);
    if (row && !arrangement.unfolded.has(foldOf(row))) for (const [first, member] of shownTogether(row, model.index.module(each)!)) shown.set(first, member);
  }
  const around = way.slice(0, -1).map((each) => arrangementKey(model, arrangement, each.path));
  return withExpanded({ ...arrangement, shown }, around, true);
}

/** The row of equal siblings in which a module, or the nearest around it, is drawn as one unless unfolded; null where there is none. */
export function equalSiblings(model: PictureModel, { unfolded }: Arrangement, path: string): EqualSiblings | null {
  for (const { path: each } of model.index.ancestry(path).toReversed()) {
    const row = model.rowOf(each);
    if (!row || row.kind === "single") continue;
    const members = row.members.map((member) => member.path);
    return { members, position: members.indexOf(each), kind: row.kind, unfolded: unfolded.has(foldOf(row)) };
  }
  return null;
}

/** The calls of a module that are drawn as one unless unfolded; null where each is drawn, or the module stands in a row. */
export function repeatedCalls(model: PictureModel, { unfolded }: Arrangement, path: string): RepeatedCalls | null {
  const row = model.rowOf(path);
  const over = row && row.kind !== "single" ? null : model.foldedOver(path);
  const count = model.turns(path);
  return over !== null && count > 1 ? { count, unfolded: unfolded.has(over) } : null;
}

/** Shows what a module is folded into one by one, or as one; null where it is folded into nothing. */
export function withUnfolded(model: PictureModel, arrangement: Arrangement, path: string, isUnfolded: boolean): Arrangement | null {
  const over = model.foldedOver(path);
  if (over === null) return null;
  const unfolded = new Set(arrangement.unfolded);
  if (isUnfolded) unfolded.add(over);
  else unfolded.delete(over);
  return { ...arrangement, unfolded };
}
