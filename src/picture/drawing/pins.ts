import type { Rectangle } from "../geometry.js";
import type { Scene, SceneBox } from "../scene.js";
import type { Theme } from "../theme.js";
import type { Look } from "./paint.js";
import type { Surface } from "./surface.js";

const tag = 16;

export function pinnedBoxes({ byId }: Scene, { pinned }: Pick<Look, "pinned">): readonly SceneBox[] {
  return [...pinned].flatMap((id) => byId.get(id) ?? []);
}

/** A pin on the upper right corner of each box. `place`: where a box is on the surface. */
export function paintPins(surface: Surface, boxes: readonly SceneBox[], theme: Theme, place: (box: SceneBox) => Rectangle): void {
  surface.opacity(1);
  for (const box of boxes) {
    const { x, y, width } = place(box);
    paintPin(surface, x + width - tag + 5, y - 3, theme);
  }
}

/** With the middle of its left side at a point. */
export function paintPin(surface: Surface, x: number, y: number, theme: Theme): void {
  const middle = x + tag / 2;
  const bar = (left: number, right: number, at: number) =>
    surface.line(
      [
        { x: left, y: at },
        { x: right, y: at },
      ],
      0,
      { stroke: theme.foreground, lineWidth: 1.5 },
    );
  surface.rectangle(x, y - tag / 2, tag, tag, tag / 2, { fill: theme.background, stroke: theme.selection, lineWidth: 1.5 });
  surface.rectangle(middle - 2, y - 4.5, 4, 5, 0, { fill: theme.foreground });
  bar(middle - 3, middle + 3, y - 4.5);
  bar(middle - 4, middle + 4, y + 0.5);
  surface.line(
    [
      { x: middle, y: y + 0.5 },
      { x: middle, y: y + 5 },
    ],
    0,
    { stroke: theme.foreground, lineWidth: 1.25 },
  );
}
