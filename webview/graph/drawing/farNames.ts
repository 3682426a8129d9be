import type { Rectangle } from "../api.js";
import type { SceneBox } from "../scene.js";
import { fit, type MeasureText } from "../text.js";
import { legibleScale, type Look } from "./paint.js";
import type { Surface } from "./surface.js";

/** Room for the bar at the left of a leaf. */
const barWidth = 6;

/** Far out, the names of modules at a constant size on the screen, where they fit and do not cover one another. */
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
    if (box.node.kind !== "module") continue;
    const on = camera.toScreen(box);
    if (on.width < 44 || on.height < 18) continue;
    const indent = box.face.shape === "container" ? 0 : barWidth;
    const text = fit(box.face.texts.find(({ font }) => font === "title")?.text ?? box.node.name, on.width - 14 - indent, "detail", measure);
    if (!text) continue;
    const plate = { x: on.x + 3 + indent, y: Math.max(on.y + 3, Math.min(3, on.y + on.height - 18)), width: measure(text, "detail") + 8, height: 15 };
    if (taken.some((other) => plate.x < other.x + other.width && other.x < plate.x + plate.width && plate.y < other.y + other.height && other.y < plate.y + plate.height)) continue;
    taken.push(plate);
    surface.opacity(0.85);
    surface.rectangle(plate.x, plate.y, plate.width, plate.height, 3, { fill: theme.background });
    surface.opacity(1);
    surface.text(plate.x + 4, plate.y + 11, text, "detail", theme.foreground, "start");
  }
}
