import type { Direction, Rectangle } from "../geometry.js";
import { titleHeight } from "../face.js";
import { contentPadding } from "../layout/problem.js";
import type { SceneBox } from "../scene.js";
import { fit, type FontName, type MeasureText } from "../text.js";
import { legibleScale, type Look } from "./paint.js";
import { overlap } from "./rectangles.js";
import type { Surface } from "./surface.js";

/** A name at a constant size on the screen. */
export interface FarName {
  readonly of: string;
  readonly text: string;
  readonly font: FontName;
  /** Of its start, on the baseline. */
  readonly x: number;
  readonly y: number;
  /** What it takes up. */
  readonly area: Rectangle;
  /** Whether it lies over what is drawn beneath, and so has a background. */
  readonly hasPlate: boolean;
  readonly isClosed: boolean;
  /** Of an open box: held at the upper edge of the view, because its own lies above. */
  readonly isStuck: boolean;
}

/** Boxes and small nodes that are at least as high on the screen are named. A line of text overshoots a pill a little, which has air around it. */
const leastBox = 11;
const leastNode = 8;
/** The same for what an open box has above its first child. */
const leastTitle = 8;
const plateHeight = 15;
/** Of an open box that is named by a plate. */
const leastPlated = { width: 44, height: 18 };
/** Room for the bar at the left of a box. */
const barWidth = 6;
/** A box that is named beside it is no mere dot. */
const leastBeside = 8;
const besideHeight = 12;
/** Of a small node's name cut shorter nothing is left that could be told from another. */
const fewestLetters = 6;

/**
 * Far out, the names of boxes and nodes: in the middle of what is closed, above the first child of what is open, and none of them over another. Where data
 * flows to the right, boxes are too narrow for most names, and there is room above and below them.
 */
export function farNames(
  boxes: readonly SceneBox[],
  camera: { toScreen(box: Rectangle): Rectangle; readonly scale: number },
  measure: MeasureText,
  direction: Direction,
): FarName[] {
  if (camera.scale >= legibleScale) return [];
  const isRight = direction === "right";
  const inside = boxes.map((box) => farName(box, camera.toScreen(box), camera.scale, measure));
  const named = inside.flatMap((name, index) => (name && !(isRight && name.isClosed && name.text !== fullName(boxes[index]!)) ? name : []));
  const placed = named.filter((name) => name.isStuck);
  const isFree = ({ area }: FarName, others: readonly FarName[]) => !others.some((other) => overlap(area, other.area));
  // Names of closed boxes lie in their boxes, which keep apart.
  const stuck = placed.length;
  placed.push(...named.filter((name) => name.isClosed && isFree(name, placed.slice(0, stuck))));
  for (const name of named) if (!name.isClosed && !name.isStuck && isFree(name, placed)) placed.push(name);
  if (!isRight) return placed;
  const isNamed = new Set(placed.map(({ of }) => of));
  const closed = boxes.filter(({ node }) => node.content === null).map((box) => camera.toScreen(box));
  for (const box of boxes) {
    if (box.node.content !== null || box.face.shape === "circle" || isNamed.has(box.node.id)) continue;
    const name = namesBeside(box, camera.toScreen(box), measure).find((each) => isFree(each, placed) && !closed.some((other) => overlap(each.area, other)));
    if (name) placed.push(name);
  }
  return placed;
}

/** Above and below what is closed. */
function namesBeside(box: SceneBox, on: Rectangle, measure: MeasureText): FarName[] {
  if (on.width < leastBeside) return [];
  const text = fullName(box);
  const width = measure(text, "small") + 4;
  const x = on.x + (on.width - width) / 2;
  return [on.y - besideHeight - 1, on.y + on.height + 1].map((y) => ({
    of: box.node.id,
    text,
    font: "small",
    x: x + 2,
    y: y + 9,
    area: { x, y, width, height: besideHeight },
    hasPlate: true,
    isClosed: true,
    isStuck: false,
  }));
}

function fullName({ node, face }: SceneBox): string {
  return face.texts.find(({ font }) => font === "title" || font === "plain" || font === "symbol")?.text ?? node.name;
}

export function paintFarNames(surface: Surface, names: readonly FarName[], { theme }: Look): void {
  for (const { text, font, x, y, area, hasPlate } of names) {
    surface.opacity(0.85);
    if (hasPlate) surface.rectangle(area.x, area.y, area.width, area.height, 3, { fill: theme.background });
    surface.opacity(1);
    surface.text(x, y, text, font, theme.foreground, "start");
  }
}

function farName(box: SceneBox, on: Rectangle, scale: number, measure: MeasureText): FarName | null {
  const { node, face } = box;
  const full = fullName(box);
  if (face.shape === "container") {
    const above = (titleHeight + contentPadding) * scale;
    const isStuck = on.y < 0;
    const hasPlate = isStuck || above < leastTitle;
    if (hasPlate && (on.width < leastPlated.width || on.height < leastPlated.height)) return null;
    const text = fit(full, on.width - 12, "detail", measure);
    const width = measure(text, "detail") + 8;
    const y = hasPlate ? Math.max(on.y + 3, Math.min(3, on.y + on.height - plateHeight - 3)) : on.y + Math.max(0, Math.min(4, (above - 10) / 2));
    return text
      ? {
          of: node.id,
          text,
          font: "detail",
          x: on.x + 7,
          y: y + (hasPlate ? 11 : 9),
          area: { x: on.x + 3, y, width, height: hasPlate ? plateHeight : 10 },
          hasPlate,
          isClosed: false,
          isStuck,
        }
      : null;
  }
  const isBox = face.shape === "box";
  if (on.height < (isBox ? leastBox : leastNode)) return null;
  const font = isBox ? "detail" : "small";
  const start = isBox && node.kind === "module" ? barWidth + barWidth * scale : 2;
  const room = on.width - start - 2;
  const text = face.shape === "circle" ? full : fit(full, room, font, measure);
  if (!text || (!isBox && text !== full && text.length < fewestLetters)) return null;
  const width = measure(text, font);
  const x = on.x + start + (room - width) / 2;
  const middle = on.y + on.height / 2;
  return { of: node.id, text, font, x, y: middle + 3.5, area: { x, y: middle - 4.5, width, height: 9 }, hasPlate: false, isClosed: true, isStuck: false };
}
