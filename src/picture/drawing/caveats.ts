import { removedText } from "../../describe/facts.js";
import { removedNode } from "../model/removed.js";
import type { PictureModel } from "../model/pictureModel.js";
import type { Scene } from "../scene.js";
import type { PictureWords } from "../words.js";
import { wrap, type MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import type { Surface } from "./surface.js";

/** What a reader must know before trusting the picture: that nothing was measured, that the layout is a makeshift, or what is there no more to have a box. */
export function caveats({ snapshot }: PictureModel, scene: Scene, words: PictureWords): string[] {
  const lines: string[] = [];
  if (!snapshot.trace) lines.push(scene.edges.some(({ edge }) => edge.kind === "declared") ? words.declaredOrder : words.noTrace);
  if (scene.isPlain) lines.push(words.plainLayout);
  const removed = removedText(
    snapshot,
    snapshot.comparison?.removed.filter((each) => !scene.byId.has(removedNode(each))),
  );
  if (removed !== null) lines.push(removed);
  return lines;
}

/** Quietly at the upper border of the view. */
export function paintCaveats(surface: Surface, lines: readonly string[], width: number, theme: Theme, measure: MeasureText): void {
  const broken = lines.flatMap((line) => wrap(line, width - 32, "detail", 3, measure));
  if (broken.length === 0) return;
  const wide = Math.max(...broken.map((line) => measure(line, "detail"))) + 18;
  const x = (width - wide) / 2;
  surface.opacity(1);
  surface.rectangle(x, 6, wide, 15 * broken.length + 6, 10, { fill: theme.background, stroke: theme.border });
  broken.forEach((line, index) => surface.text(width / 2, 20 + index * 15, line, "detail", theme.muted, "middle"));
}
