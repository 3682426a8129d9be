import type { Overlay } from "../../describe/overlays.js";
import type { MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import type { Surface } from "./surface.js";

/** Where a value lies between the least and the greatest, 0 to 1; where there are negative ones between zero and the largest, -1 to 1. */
function overlayPosition(overlay: Overlay): (value: number) => number {
  const { values, scale } = overlay;
  const finite = [...values.values()].filter(Number.isFinite);
  if (scale === "linear" && hasNegative(overlay)) {
    const greatest = greatestSize(overlay);
    return (value) => value / greatest;
  }
  const map = (value: number) => (scale === "log" ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value);
  const usable = scale === "log" ? finite.filter((value) => value > 0) : finite;
  const [low, high] = [Math.min(...usable.map(map)), Math.max(...usable.map(map))];
  return (value) => (scale === "log" && value <= 0 ? 0 : high > low ? Math.max(0, Math.min(1, (map(value) - low) / (high - low))) : 1);
}

const weakest = 14;

/**
 * One hue in rising strength, so that it reads the same for every eye, and another for what is negative; never so strong that the text on it falls under
 * a contrast of 4.5.
 */
function overlayColor(position: number, theme: Theme): string {
  const strongest = theme.appearance === "light" || theme.appearance === "highContrastLight" ? 70 : 45;
  const hue = position < 0 ? theme.kinds.convolution : theme.kinds.dense;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hue.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${Math.round(weakest + (strongest - weakest) * Math.abs(position)) / 100})`;
}

function hasNegative({ values }: Overlay): boolean {
  return [...values.values()].some((value) => value < 0);
}

/** How a box shows its value: a colour, over a share of its width, and the value in figures. */
export interface OverlayMark {
  readonly color: string;
  readonly share: number;
  readonly text: string;
}

/** The mark of each module; undefined where it has no value. */
export function overlayMarks(overlay: Overlay, theme: Theme): (path: string) => OverlayMark | undefined {
  const position = overlayPosition(overlay);
  const greatest = greatestSize(overlay);
  const mark = (value: number): OverlayMark => ({
    ...(overlay.mark === "color"
      ? { color: overlayColor(position(value), theme), share: 1 }
      : { color: overlayColor(1, theme), share: greatest === 0 ? 0 : Math.abs(value) / greatest }),
    text: overlay.format(value),
  });
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
  const isSigned = overlay.mark === "color" && overlay.scale === "linear" && hasNegative(overlay);
  const greatest = greatestSize(overlay);
  const ends = isSigned ? [-greatest, greatest] : overlay.mark === "color" ? [Math.min(...finite), Math.max(...finite)] : [0, greatest];
  const [low, high] = ends.map(overlay.format) as [string, string];
  const width = Math.max(120, measure(overlay.title, "title"), measure(low, "small") + measure(high, "small") + 16);
  surface.opacity(1);
  surface.rectangle(x, y, width + 18, overlayScaleHeight, 6, { fill: theme.background, stroke: theme.border });
  surface.text(x + 9, y + 17, overlay.title, "title", theme.foreground, "start");
  const steps = 24;
  for (let step = 0; step < steps; step++) {
    const position = isSigned ? (2 * step) / (steps - 1) - 1 : step / (steps - 1);
    const [height, fill] = overlay.mark === "color" ? [8, overlayColor(position, theme)] : [8 * position, overlayColor(1, theme)];
    surface.rectangle(x + 9 + (step * width) / steps, y + 31 - height, width / steps, height, 0, { fill });
  }
  if (low !== high) surface.text(x + 9, y + 43, low, "small", theme.muted, "start");
  if (isSigned) surface.text(x + 9 + width / 2, y + 43, "0", "small", theme.muted, "middle");
  surface.text(x + 9 + width, y + 43, high, "small", theme.muted, "end");
}
