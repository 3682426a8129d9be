import type { Point } from "../geometry.js";
import type { FontName } from "../text.js";

export interface Paint {
  readonly fill?: string;
  readonly stroke?: string;
  /** Default 1. */
  readonly lineWidth?: number;
  readonly dash?: readonly number[];
}

/** What a drawing says of itself as a whole; `description` may be "". */
export interface About {
  readonly title: string;
  readonly description: string;
}

/** What the picture is drawn on: a canvas or an SVG document. Coordinates are the picture's own. */
export interface Surface {
  /** Everything drawn until the next call has this opacity. */
  opacity(value: number): void;
  rectangle(x: number, y: number, width: number, height: number, radius: number, paint: Paint): void;
  /** A line with rounded corners. */
  line(points: readonly Point[], radius: number, paint: Paint): void;
  curve(from: Point, control1: Point, control2: Point, to: Point, paint: Paint): void;
  polygon(points: readonly Point[], paint: Paint): void;
  text(x: number, y: number, text: string, font: FontName, color: string, anchor: "start" | "middle" | "end"): void;
  /** Names what follows, until `endGroup`; for those who read the SVG. `path`: of the module that it is, or is in. */
  beginGroup(title: string, path?: string): void;
  endGroup(): void;
}

/** At most half of the shorter piece that meets in the corner. */
export function cornerRadius(before: Point, corner: Point, after: Point, radius: number): number {
  const first = Math.hypot(corner.x - before.x, corner.y - before.y);
  const second = Math.hypot(after.x - corner.x, after.y - corner.y);
  return Math.min(radius, first / 2, second / 2);
}
