import { diffModels, formatDiff, type ModelDiff, type ModuleChange } from "../describe/modelDiff.js";
import type { ModelSnapshot } from "../protocol/index.js";

/** What became of the models of one file in another. */
export interface FileDiff {
  readonly text: string;
  readonly data: {
    readonly models: readonly ReturnType<typeof dataOf>[];
    /** By name. */
    readonly added: readonly string[];
    readonly removed: readonly string[];
  };
}

/** Models are paired by their names; where each file has one model alone, these. */
export function diffFiles(before: readonly ModelSnapshot[], after: readonly ModelSnapshot[]): FileDiff {
  const isOne = before.length === 1 && after.length === 1;
  const otherOf = (model: ModelSnapshot): ModelSnapshot | undefined => (isOne ? before[0] : before.find(({ name }) => name === model.name));
  const diffs = after.flatMap((model) => {
    const other = otherOf(model);
    return other ? [diffModels(other, model)] : [];
  });
  const added = after.filter((model) => !otherOf(model)).map(({ name }) => name);
  const removed = before.filter((model) => !diffs.some((diff) => diff.before === model)).map(({ name }) => name);
  const text = [...diffs.map(formatDiff), ...added.map((name) => `+ ${name}`), ...removed.map((name) => `- ${name}`)].join("\n\n");
  return { text, data: { models: diffs.map(dataOf), added, removed } };
}

function dataOf({ before, after, changes }: ModelDiff) {
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
