import type { Overlay } from "../api.js";
import type { Theme } from "../theme.js";

/** Where a value lies between the least and the greatest, 0 to 1. */
export function overlayPosition({ values, scale }: Overlay): (value: number) => number {
  const finite = [...values.values()].filter(Number.isFinite);
  const map = (value: number) => (scale === "log" ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value);
  const usable = scale === "log" ? finite.filter((value) => value > 0) : finite;
  const [low, high] = [Math.min(...usable.map(map)), Math.max(...usable.map(map))];
  return (value) => (scale === "log" && value <= 0 ? 0 : high > low ? Math.max(0, Math.min(1, (map(value) - low) / (high - low))) : 1);
}

/** One hue in rising strength, so that it reads the same for every eye and over every theme. */
export function overlayColor(position: number, theme: Theme): string {
  return `color-mix(in srgb, ${theme.kinds.dense} ${Math.round(8 + 62 * position)}%, transparent)`;
}

export function overlayColors(overlay: Overlay, theme: Theme): (path: string) => string | undefined {
  const position = overlayPosition(overlay);
  return (path) => {
    const value = overlay.values.get(path);
    return value === undefined || !Number.isFinite(value) ? undefined : overlayColor(position(value), theme);
  };
}
