import type { FileDiff, ModelDiff, ModuleChange } from "./modelDiff.js";
import type { ModelSnapshot } from "../protocol/index.js";

/** A comparison as data, which `diff --json` prints: models that are in one file alone by their names. */
export function diffData({ models, added, removed }: FileDiff) {
  return { models: models.map(modelData), added: added.map(({ name }) => name), removed: removed.map(({ name }) => name) };
}

function modelData({ before, after, changes }: ModelDiff) {
  const totals = Object.keys(after.totals) as (keyof ModelSnapshot["totals"])[];
  return {
    before: before.name,
    after: after.name,
    changes: changes.map(changeData),
    totals: Object.fromEntries(totals.map((name) => [name, [before.totals[name], after.totals[name]]])),
  };
}

function changeData(change: ModuleChange) {
  if (change.kind === "changed") return { kind: change.kind, path: change.after.path, was: change.before.path, type: change.after.type, facts: change.facts };
  const { path, type, arguments: given } = change.kind === "added" ? change.after : change.before;
  return { kind: change.kind, path, type, arguments: given };
}
