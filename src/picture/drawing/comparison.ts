import type { Rectangle } from "../geometry.js";
import type { Scene, SceneBox } from "../scene.js";
import type { Theme } from "../theme.js";
import type { Look } from "./paint.js";
import type { Surface } from "./surface.js";

interface ComparedBox {
  readonly box: SceneBox;
  readonly ordinals: readonly number[];
}

const tag = 16;

export function comparedBoxes({ byId }: Scene, { compared }: Pick<Look, "compared">): ComparedBox[] {
  return [...compared].flatMap(([id, ordinals]) => {
    const box = byId.get(id);
    return box ? { box, ordinals } : [];
  });
}

/** An outline, and on its upper left corner which of the compared modules the box is or holds. `place`: where a box is on the surface. */
export function paintComparison(surface: Surface, compared: readonly ComparedBox[], theme: Theme, place: (box: SceneBox) => Rectangle): void {
  surface.opacity(1);
  for (const { box } of compared) {
    const { x, y, width, height } = place(box);
    surface.rectangle(x - 2, y - 2, width + 4, height + 4, 8, { stroke: theme.selection, lineWidth: 2 });
  }
  for (const { box, ordinals } of compared) {
    const { x, y } = place(box);
    ordinals.forEach((ordinal, index) => paintComparisonTag(surface, x - 5 + index * (tag + 1), y - 3, ordinal, theme));
  }
}

/** With the middle of its left side at a point. */
export function paintComparisonTag(surface: Surface, x: number, y: number, ordinal: number, theme: Theme): void {
  surface.rectangle(x, y - tag / 2, tag, tag, tag / 2, { fill: theme.background, stroke: theme.selection, lineWidth: 1.5 });
  surface.text(x + tag / 2, y + 4.5, String(ordinal), "title", theme.foreground, "middle");
}
