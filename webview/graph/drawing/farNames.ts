import type { Rectangle } from "../api.js";
import type { SceneBox } from "../scene.js";
import { fit, type MeasureText } from "../text.js";
import { legibleScale, type Look } from "./paint.js";
import type { Surface } from "./surface.js";

/** Room for the bar at the left of a leaf. */
const barWidth = 6;
const plateHeight = 15;

/** Far out, the names of boxes and nodes at a constant size on the screen, where they fit and do not cover one another. */
export function paintFarNames(
  surface: Surface,
  boxes: readonly SceneBox[],
  camera: { toScreen(box: Rectangle): Rectangle },
  { theme, scale }: Look,
  measure: MeasureText,
): void {
  if (scale >= legibleScale) return;
  surface.opacity(1);
  const taken: Rectangle[] = [];
  for (const box of boxes) {
    const name = farName(box, camera.toScreen(box), measure);
    if (!name || taken.some((other) => overlap(name.plate, other))) continue;
    const { text, plate } = name;
    taken.push(plate);
    surface.opacity(0.85);
    surface.rectangle(plate.x, plate.y, plate.width, plate.height, 3, { fill: theme.background });
    surface.opacity(1);
    surface.text(plate.x + plate.width / 2, plate.y + 11, text, "detail", theme.foreground, "middle");
  }
}

/** In the corner of a module's box, as far as that is seen; in the middle of a small node, which may be flatter than a line of text. */
function farName({ node, face }: SceneBox, on: Rectangle, measure: MeasureText): { text: string; plate: Rectangle } | null {
  const full = face.texts.find(({ font }) => font === "title" || font === "plain" || font === "symbol")?.text ?? node.name;
  const isModule = node.kind === "module";
  if (isModule ? on.width < 44 || on.height < 18 : on.height < 7) return null;
  const indent = isModule && face.shape === "box" ? barWidth : 0;
  const text = fit(full, on.width - (isModule ? 12 + indent : 0), "detail", measure);
  // Of a short name nothing is left that could be told from another.
  if (!isModule && text !== full && text.length < 6) return null;
  const width = measure(text, "detail") + (face.shape === "circle" ? 0 : 8);
  if (!isModule) return { text, plate: { x: on.x + (on.width - width) / 2, y: on.y + (on.height - plateHeight) / 2, width, height: plateHeight } };
  return { text, plate: { x: on.x + 3 + indent, y: Math.max(on.y + 3, Math.min(3, on.y + on.height - 18)), width, height: plateHeight } };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
