import type { Overlay } from "../api.js";
import type { MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import type { Surface } from "./surface.js";

/** Where a value lies between the least and the greatest, 0 to 1. */
export function overlayPosition({ values, scale }: Overlay): (value: number) => number {
  const finite = [...values.values()].filter(Number.isFinite);
  const map = (value: number) => (scale === "log" ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value);
  const usable = scale === "log" ? finite.filter((value) => value > 0) : finite;
  const [low, high] = [Math.min(...usable.map(map)), Math.max(...usable.map(map))];
  return (value) => (scale === "log" && value <= 0 ? 0 : high > low ? Math.max(0, Math.min(1, (map(value) - low) / (high - low))) : 1);
}

/** One hue in rising strength, so that it reads the same for every eye; never so strong that the text on it falls under a contrast of 4.5. */
export function overlayColor(position: number, theme: Theme): string {
  const strongest = theme.appearance === "light" || theme.appearance === "highContrastLight" ? 70 : 45;
  return `color-mix(in srgb, ${theme.kinds.dense} ${Math.round(8 + (strongest - 8) * position)}%, transparent)`;
}

/** How a box shows its value: a colour, over a share of its width. */
export interface OverlayMark {
  readonly color: string;
  readonly share: number;
}

/** The mark of each module; undefined where it has no value. */
export function overlayMarks(overlay: Overlay, theme: Theme): (path: string) => OverlayMark | undefined {
  const position = overlayPosition(overlay);
  const greatest = greatestSize(overlay);
  const mark = (value: number): OverlayMark =>
    overlay.mark === "color" ? { color: overlayColor(position(value), theme), share: 1 } : { color: overlayColor(1, theme), share: greatest === 0 ? 0 : Math.abs(value) / greatest };
  return (path) => {
    const value = overlay.values.get(path);
    return value === undefined || !Number.isFinite(value) ? undefined : mark(value);
  };
}

/** A size has no sign: what is filled is the magnitude. */
function greatestSize({ values }: Overlay): number {
  return [...values.values()].filter(Number.isFinite).reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
}

export const overlayScaleHeight = 50;

/** The overlay's title with its scale: colours from the least value to the greatest, or a wedge from zero to the greatest. */
export function paintOverlayScale(surface: Surface, x: number, y: number, overlay: Overlay, theme: Theme, measure: MeasureText): void {
  const finite = [...overlay.values.values()].filter(Number.isFinite);
  if (finite.length === 0) return;
  const ends = overlay.mark === "color" ? [Math.min(...finite), Math.max(...finite)] : [0, greatestSize(overlay)];
  const [low, high] = ends.map(overlay.format) as [string, string];
  const width = Math.max(120, measure(overlay.title, "title"), measure(low, "small") + measure(high, "small") + 16);
  surface.opacity(1);
  surface.rectangle(x, y, width + 18, overlayScaleHeight, 6, { fill: theme.background, stroke: theme.border });
  surface.text(x + 9, y + 17, overlay.title, "title", theme.foreground, "start");
  const steps = 24;
  for (let step = 0; step < steps; step++) {
    const position = step / (steps - 1);
    const [height, fill] = overlay.mark === "color" ? [8, overlayColor(position, theme)] : [8 * position, overlayColor(1, theme)];
    surface.rectangle(x + 9 + (step * width) / steps, y + 31 - height, width / steps, height, 0, { fill });
  }
  surface.text(x + 9, y + 43, low, "small", theme.muted, "start");
  surface.text(x + 9 + width, y + 43, high, "small", theme.muted, "end");
}
