import { sourceText } from "../../describe/shapeSource.js";
import type { PictureModel } from "../model/pictureModel.js";
import { wrap, type MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import type { Surface } from "./surface.js";

/** What stands below a picture on paper: where its shapes come from; null where it has none. */
export function captionOf({ snapshot: { trace } }: PictureModel): string | null {
  return trace && sourceText(trace);
}

const lineHeight = 13;
const mostLines = 3;

/** Texts as they stand below a picture, in lines of at most `width`. */
export function captionLines(texts: readonly string[], width: number, measure: MeasureText): string[] {
  return texts.flatMap((text) => wrap(text, width, "small", mostLines, measure));
}

export function captionHeight(lines: readonly string[]): number {
  return lineHeight * lines.length;
}

/** Quietly, the last line's baseline a little above `bottom`. */
export function paintCaption(surface: Surface, lines: readonly string[], x: number, bottom: number, theme: Theme, measure: MeasureText): void {
  if (lines.length === 0) return;
  const top = bottom - captionHeight(lines);
  const width = Math.max(...lines.map((line) => measure(line, "small")));
  surface.opacity(1);
  surface.rectangle(x - 3, top, width + 6, bottom - top, 0, { fill: theme.background });
  lines.forEach((line, index) => surface.text(x, top + lineHeight * (index + 1) - 4, line, "small", theme.muted, "start"));
}
