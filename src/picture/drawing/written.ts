import type { Rectangle } from "../geometry.js";
import { badgeHeight } from "../face.js";
import { labelsOfEdge, type SceneBox, type SceneEdge } from "../scene.js";
import { fonts, type MeasureText } from "../text.js";

/** Of a label above its baseline, and in all. */
const labelRise = 9;
const labelHeight = 12;
/** Above the baseline of a text and below, as shares of its size. */
const [ascent, descent] = [0.78, 0.22];

/** Where each text and badge of a box stands. */
export function writtenOn({ face, x, y }: SceneBox, measure: MeasureText): Rectangle[] {
  const texts = face.texts.map((each) => {
    const width = measure(each.text, each.font);
    const { size } = fonts[each.font];
    const left = each.x - (each.anchor === "start" ? 0 : each.anchor === "end" ? width : width / 2);
    return { x: x + left, y: y + each.y - ascent * size, width, height: (ascent + descent) * size };
  });
  const badges = face.badges.map((badge) => ({ x: x + badge.x, y: y + badge.y, width: badge.width, height: badgeHeight }));
  return [...texts, ...badges];
}

/** Where what is written beside a line stands. */
export function writtenBeside(edge: SceneEdge): Rectangle[] {
  return labelsOfEdge(edge).map(({ x, y, width }) => ({ x, y: y - labelRise, width, height: labelHeight }));
}
