import type { SharedLink } from "./linkRoutes.js";
import type { Rectangle } from "../geometry.js";
import type { Scene, SceneBox } from "../scene.js";
import { fill, type PictureWords } from "../words.js";
import { fit, type MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import { overlap } from "./rectangles.js";
import type { Surface } from "./surface.js";

/** What leads to a box when it is clicked. In screen pixels. */
export interface Lead extends Rectangle {
  readonly target: string;
}

/** A sign at the border of the view for a linked box that lies outside. */
export interface Chip extends Lead {
  readonly text: string;
}

const height = 20;
/** From the edge of the view that it is docked at. */
const docked = 1;
const margin = 6;
/** From what is written. */
const aside = 3;
type Side = "above" | "below" | "left" | "right";

const arrows: Readonly<Record<Side, string>> = { above: "\u2191", below: "\u2193", left: "\u2190", right: "\u2192" };

/**
 * For each side of the view one chip, which names the linked box there, or counts them where they are many and leads to the nearest. It keeps off `free`, the
 * selected box, and off what is `written` there, in screen pixels: it goes aside along its edge, or is no more than an arrow.
 */
export function chipsOf(
  scene: Scene,
  links: readonly SharedLink[],
  camera: { toScreen(box: Rectangle): Rectangle; readonly width: number; readonly height: number },
  words: PictureWords,
  measure: MeasureText,
  free: SceneBox | null = null,
  written: readonly Rectangle[] = [],
): Chip[] {
  const sides = new Map<Side, { id: string; x: number; y: number; away: number; others: number }>();
  for (const id of new Set(links.flatMap((link) => [link.from, link.to]))) {
    const on = camera.toScreen(scene.byId.get(id)!);
    const beyond: Record<Side, number> = { above: -(on.y + on.height), below: on.y - camera.height, left: -(on.x + on.width), right: on.x - camera.width };
    const side = (Object.keys(beyond) as Side[]).reduce((most, next) => (beyond[next] > beyond[most] ? next : most));
    const away = beyond[side];
    if (away < 0) continue;
    const nearest = sides.get(side);
    const here = { id, x: on.x + on.width / 2, y: on.y + on.height / 2, away, others: (nearest?.others ?? -1) + 1 };
    sides.set(side, nearest && nearest.away <= away ? { ...nearest, others: here.others } : here);
  }
  const kept = free && camera.toScreen(free);
  const chips: Chip[] = [];
  for (const [side, { id, x, y, others }] of sides) {
    const whole = `${arrows[side]} ${others > 0 ? fill(words.moreLinks, others + 1) : fit(id, 140, "detail", measure)}`;
    const candidates = [whole, arrows[side]].flatMap((text): Chip[] => {
      const width = Math.ceil(measure(text, "detail")) + 16;
      const chip = { target: id, text, width, height };
      if (side === "left" || side === "right") {
        const start = side === "left" ? docked : camera.width - width - docked;
        const strip = written.filter((area) => area.x < start + width && start < area.x + area.width);
        const places = placesAlong(y, height, camera.height, strip, ({ y: from, height: size }) => [from, from + size]);
        return places.map((at) => ({ ...chip, x: start, y: at }));
      }
      const start = side === "above" ? docked : camera.height - height - docked;
      const strip = written.filter((area) => area.y < start + height && start < area.y + area.height);
      const places = placesAlong(x, width, camera.width, strip, ({ x: from, width: size }) => [from, from + size]);
      return places.map((at) => ({ ...chip, x: at, y: start }));
    });
    const offSelection = candidates.filter((chip) => !kept || !overlap(chip, kept));
    const isFree = (chip: Chip) => ![...written, ...chips].some((other) => overlap(chip, other));
    chips.push(offSelection.find(isFree) ?? offSelection[0] ?? candidates[0]!);
  }
  return chips;
}

/** Where a chip may begin along its edge, the nearest to `middle` first: there, beside each thing that is in its way, or at an end of the edge. */
function placesAlong(
  middle: number,
  size: number,
  room: number,
  inTheWay: readonly Rectangle[],
  span: (area: Rectangle) => readonly [number, number],
): number[] {
  const clamp = (start: number) => Math.max(margin, Math.min(room - size - margin, start));
  const wanted = clamp(middle - size / 2);
  const besides = inTheWay.map(span).flatMap(([from, to]) => [from - size - aside, to + aside]);
  const within = besides.filter((start) => start === clamp(start)).sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
  return [wanted, ...within, clamp(0), clamp(room)];
}

export function paintChips(surface: Surface, chips: readonly Chip[], theme: Theme): void {
  surface.opacity(1);
  for (const { x, y, width, text } of chips) {
    surface.rectangle(x, y, width, height, height / 2, { fill: theme.background, stroke: theme.shared, lineWidth: 1.5, dash: [4, 3] });
    surface.text(x + 8, y + 14, text, "detail", theme.shared, "start");
  }
}
