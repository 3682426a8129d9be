import type { Rectangle } from "../api.js";
import { titleHeight } from "../face.js";
import type { Scene, SceneBox } from "../scene.js";
import { fit, type MeasureText } from "../text.js";
import { legibleScale, type Look } from "./paint.js";
import { overlap, sharedArea } from "./rectangles.js";
import type { Surface } from "./surface.js";

/** What stands at the edge of the view for open boxes whose own title is scrolled out of it. In screen pixels. */
export interface StickyTitle extends Rectangle {
  readonly name: string;
  readonly type: string;
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
const nameHeight = 10;

interface View {
  toScreen(box: Rectangle): Rectangle;
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/**
 * One for each innermost open box whose title left the view at the top, with the names of those around it; one for each title that is cut off at the left.
 * A title keeps off the names and types of boxes that stand there: it goes to the right, or leaves out the type, or the names of those around, whatever covers least.
 */
export function stickyTitles({ byId, parents }: Pick<Scene, "byId" | "parents">, boxesInView: readonly SceneBox[], camera: View, top: number, measure: MeasureText): StickyTitle[] {
  if (camera.scale < legibleScale) return [];
  const isAbove = (box: SceneBox) => camera.toScreen(box).y + nameTop * camera.scale < 0;
  const around = (box: SceneBox) => byId.get(parents.get(box.node.id) ?? "\0");
  const open = boxesInView.filter(({ face }) => face.shape === "container");
  const above = open.filter(isAbove);
  const holdsAnother = new Set(above.map(around));
  const titles: StickyTitle[] = [];
  const words = boxesInView.flatMap((box) => wordsOf(box, camera, measure));
  const put = (box: SceneBox, path: readonly string[], y: number) => {
    const on = camera.toScreen(box);
    const x = Math.max(margin, on.x + margin);
    const room = Math.min(camera.width - margin, on.x + on.width - margin) - x - 2 * padding;
    if (room < leastWidth || on.y + on.height < y + height + margin) return;
    const candidates = endsOf(path, room, measure).flatMap((name) => {
      const typeRoom = room - measure(name, "title") - gap;
      const whole = typeRoom < leastWidth / 2 ? "" : fit(box.node.type, typeRoom, "detail", measure);
      return [whole, ""].flatMap((type) => {
        const width = Math.ceil(measure(name, "title") + (type ? gap + measure(type, "detail") : 0)) + 2 * padding;
        return [x, x + room + 2 * padding - width].map((start) => ({ x: start, y, width, height, name, type }));
      });
    });
    const covered = (title: StickyTitle) => words.reduce((sum, { of, area, weight }) => sum + (of === box ? 0 : weight * sharedArea(area, title)), 0);
    const title = candidates.reduce((best, each) => (covered(each) < covered(best) ? each : best));
    if (!titles.some((other) => overlap(other, title))) titles.push(title);
  };
  for (const box of above) {
    if (holdsAnother.has(box)) continue;
    const path: string[] = [];
    for (let each: SceneBox | undefined = box; each && isAbove(each); each = around(each)) path.unshift(titleOf(each));
    put(box, path, top);
  }
  for (const box of open) {
    const on = camera.toScreen(box);
    if (isAbove(box) || on.x + nameStart * camera.scale >= 0) continue;
    put(box, [titleOf(box)], on.y + (titleHeight * camera.scale - height) / 2);
  }
  return titles;
}

export function paintStickyTitles(surface: Surface, titles: readonly StickyTitle[], { theme }: Look, measure: MeasureText): void {
  surface.opacity(1);
  for (const { x, y, width, name, type } of titles) {
    surface.rectangle(x, y, width, height, 4, { fill: theme.background, stroke: theme.border });
    surface.text(x + padding, y + 14, name, "title", theme.foreground, "start");
    if (type) surface.text(x + padding + measure(name, "title") + gap, y + 14, type, "detail", theme.muted, "start");
  }
}

function titleOf({ face, node }: SceneBox): string {
  return face.texts.find(({ font }) => font === "title")?.text || node.name;
}

/** Where a box's own name and type stand; nothing where they are cut off at the upper edge. No type is worth a name. */
function wordsOf(box: SceneBox, camera: View, measure: MeasureText): { readonly of: SceneBox; readonly area: Rectangle; readonly weight: number }[] {
  const { texts } = box.face;
  const name = texts.find(({ font }) => font === "title" || font === "plain");
  const on = camera.toScreen(box);
  if (!name || on.y + nameTop * camera.scale < 0) return [];
  const words = texts.filter(({ y, anchor }) => y === name.y && anchor === name.anchor);
  return words.map((word) => {
    const { text, font, x, y, anchor } = word;
    const width = measure(text, font);
    const start = anchor === "middle" ? x - width / 2 : x;
    const area = { x: on.x + start * camera.scale, y: on.y + (y - nameHeight) * camera.scale, width: width * camera.scale, height: nameHeight * camera.scale };
    return { of: box, area, weight: word === name ? 1000 : 1 };
  });
}

const separator = " \u203a ";

/** Of nested names the inner ones say more: as many of them as fit, and fewer. */
function endsOf(names: readonly string[], width: number, measure: MeasureText): readonly string[] {
  const texts = names.map((_, from) => [...(from > 0 ? ["\u2026"] : []), ...names.slice(from)].join(separator));
  const fitting = texts.filter((text) => measure(text, "title") <= width);
  return fitting.length > 0 ? fitting : [fit(texts.at(-1)!, width, "title", measure)];
}
