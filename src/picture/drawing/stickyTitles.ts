import type { Rectangle } from "../geometry.js";
import { titleHeight } from "../face.js";
import type { Scene, SceneBox } from "../scene.js";
import { fit, type MeasureText } from "../text.js";
import { legibleScale, type Look } from "./paint.js";
import { overlap } from "./rectangles.js";
import type { Lead } from "./sharedChips.js";
import type { Surface } from "./surface.js";

/** The title of an open box whose own is scrolled out of the view, at its edge; a click on it leads to the box. In screen pixels. */
export interface StickyTitle extends Lead {
  readonly name: string;
  readonly type: string;
  /** "above": in the band along the upper edge. "aside": at the left edge, in the box's own title bar. */
  readonly at: "above" | "aside";
}

const height = 20;
const margin = 4;
const padding = 7;
const gap = 6;
/** A name cut shorter than this says nothing. */
const leastWidth = 48;
/** Where the name begins and how high it reaches in a title bar, in the picture's units. */
const nameStart = 15;
const nameTop = 8;

/** How much of the view's upper edge the band of titles takes up. */
export const bandHeight = height + 2 * margin;

interface View {
  toScreen(box: Rectangle): Rectangle;
  readonly scale: number;
  readonly width: number;
}

/**
 * One for each innermost open box whose title left the view at the top, with the names of those around it; one for each title that is cut off at the left.
 * Those at the top stand from `top` on.
 */
export function stickyTitles(
  { byId, parents }: Pick<Scene, "byId" | "parents">,
  boxesInView: readonly SceneBox[],
  camera: View,
  top: number,
  measure: MeasureText,
): StickyTitle[] {
  if (camera.scale < legibleScale) return [];
  const isAbove = (box: SceneBox) => camera.toScreen(box).y + nameTop * camera.scale < 0;
  const around = (box: SceneBox) => byId.get(parents.get(box.node.id) ?? "\0");
  const open = boxesInView.filter(({ face }) => face.shape === "container");
  const above = open.filter(isAbove);
  const holdsAnother = new Set(above.map(around));
  const titles: StickyTitle[] = [];
  const put = (box: SceneBox, path: readonly string[], at: StickyTitle["at"], y: number) => {
    const on = camera.toScreen(box);
    const x = Math.max(margin, on.x + margin);
    const room = Math.min(camera.width - margin, on.x + on.width - margin) - x - 2 * padding;
    if (room < leastWidth || on.y + on.height < y + height + margin) return;
    const name = endOf(path, room, measure);
    const typeRoom = room - measure(name, "title") - gap;
    const type = typeRoom < leastWidth / 2 ? "" : fit(box.node.type, typeRoom, "detail", measure);
    const width = Math.ceil(measure(name, "title") + (type ? gap + measure(type, "detail") : 0)) + 2 * padding;
    const title = { target: box.node.id, x, y, width, height, name, type, at };
    if (!titles.some((other) => overlap(other, title))) titles.push(title);
  };
  for (const box of above) {
    if (holdsAnother.has(box)) continue;
    const path: string[] = [];
    for (let each: SceneBox | undefined = box; each && isAbove(each); each = around(each)) path.unshift(titleOf(each));
    put(box, path, "above", top + margin);
  }
  for (const box of open) {
    const on = camera.toScreen(box);
    if (isAbove(box) || on.x + nameStart * camera.scale >= 0) continue;
    put(box, [titleOf(box)], "aside", on.y + (titleHeight * camera.scale - height) / 2);
  }
  return titles;
}

/**
 * Titles above stand in a band of their own, as the lines that stick to an editor's edge do: what passes beneath is hidden whole. Returns how far down the
 * band reaches.
 */
export function paintStickyTitles(surface: Surface, titles: readonly StickyTitle[], viewWidth: number, { theme }: Look, measure: MeasureText): number {
  surface.opacity(1);
  const write = ({ x, y, name, type }: StickyTitle): void => {
    surface.text(x + padding, y + 14, name, "title", theme.foreground, "start");
    if (type) surface.text(x + padding + measure(name, "title") + gap, y + 14, type, "detail", theme.muted, "start");
  };
  for (const title of titles.filter(({ at }) => at === "aside")) {
    surface.rectangle(title.x, title.y, title.width, height, 4, { fill: theme.background, stroke: theme.border });
    write(title);
  }
  const above = titles.filter(({ at }) => at === "above");
  if (above.length === 0) return 0;
  const end = above[0]!.y + height + margin;
  surface.rectangle(0, 0, viewWidth, end, 0, { fill: theme.background });
  surface.line(
    [
      { x: 0, y: end },
      { x: viewWidth, y: end },
    ],
    0,
    { stroke: theme.border, lineWidth: 1 },
  );
  above.forEach(write);
  return end;
}

function titleOf({ face, node }: SceneBox): string {
  return face.texts.find(({ font }) => font === "title")?.text || node.name;
}

const separator = " \u203a ";

/** Of nested names the inner ones say more: as many of them as fit. */
function endOf(names: readonly string[], width: number, measure: MeasureText): string {
  const texts = names.map((_, from) => [...(from > 0 ? ["\u2026"] : []), ...names.slice(from)].join(separator));
  return texts.find((text) => measure(text, "title") <= width) ?? fit(texts.at(-1)!, width, "title", measure);
}
