import type { PictureModel } from "../model/displayGraph.js";
import type { Scene } from "../scene.js";
import type { GraphStrings } from "../strings.js";
import { fit, type MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import type { Surface } from "./surface.js";

/** What a reader must know before trusting the picture: that nothing was measured, or that the layout is a makeshift. */
export function caveats({ snapshot }: PictureModel, scene: Scene, strings: GraphStrings): string[] {
  const lines: string[] = [];
  if (!snapshot.trace) lines.push(scene.edges.some(({ edge }) => edge.kind === "declared") ? strings.declaredOrder : strings.noTrace);
  if (scene.isPlain) lines.push(strings.plainLayout);
  return lines;
}

/** Quietly at the upper border of the view. */
export function paintCaveats(surface: Surface, lines: readonly string[], width: number, theme: Theme, measure: MeasureText): void {
  surface.opacity(1);
  lines.forEach((line, index) => {
    const text = fit(line, width - 32, "detail", measure);
    const wide = measure(text, "detail") + 16;
    const [x, y] = [(width - wide) / 2, 6 + index * 24];
    surface.rectangle(x, y, wide, 20, 10, { fill: theme.background, stroke: theme.border });
    surface.text(x + 8, y + 14, text, "detail", theme.muted, "start");
  });
}
