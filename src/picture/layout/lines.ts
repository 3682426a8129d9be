import type { Point } from "../geometry.js";

/** Lines end to end as one, without points that it goes straight through. */
export function joined(pieces: readonly (readonly Point[])[]): Point[] {
  const points: Point[] = [];
  for (const point of pieces.flat()) {
    const [before, last] = points.slice(-2) as [Point, Point?];
    if (last && (isOn(before.x, last.x, point.x) || isOn(before.y, last.y, point.y))) points.pop();
    points.push(point);
  }
  return points;
}

function isOn(...coordinates: readonly number[]): boolean {
  return Math.max(...coordinates) - Math.min(...coordinates) < 0.01;
}
