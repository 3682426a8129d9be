import { diffArrays } from "diff";

/** For every line of one text the line of another that it became, and back; null for lines that are not in the other. From 0. */
export interface LineMap {
  readonly toNow: readonly (number | null)[];
  readonly toThen: readonly (number | null)[];
}

export function mapLines(then: readonly string[], now: readonly string[]): LineMap {
  const toNow = new Array<number | null>(then.length).fill(null);
  const toThen = new Array<number | null>(now.length).fill(null);
  // Past this many edits the texts have little in common, and finding it would hold up the editor.
  const changes = diffArrays([...then], [...now], { maxEditLength: 2000 }) ?? [];
  let thenLine = 0;
  let nowLine = 0;
  for (const { added, removed, count } of changes) {
    if (added) nowLine += count;
    else if (removed) thenLine += count;
    else {
      for (let i = 0; i < count; i++) {
        toNow[thenLine] = nowLine;
        toThen[nowLine++] = thenLine++;
      }
    }
  }
  return { toNow, toThen };
}
