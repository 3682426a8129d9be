import Flatbush from "flatbush";
import type { Point, Rectangle } from "../geometry.js";

/** What a link should not cross. */
export interface Obstacle extends Rectangle {
  /** The box that it belongs to; null of what is written. */
  readonly id: string | null;
}

/** Between a link and what is beside it. */
export const clearance = 2;

/** Finds what is in the way of lines of upright and level pieces. */
export class Obstacles {
  readonly #index: Flatbush;

  constructor(readonly all: readonly Obstacle[]) {
    this.#index = new Flatbush(Math.max(1, all.length));
    for (const { x, y, width, height } of all) this.#index.add(x, y, x + width, y + height);
    if (all.length === 0) this.#index.add(Infinity, Infinity);
    this.#index.finish();
  }

  /** Those in a rectangle, but for those of some boxes. */
  within(x0: number, y0: number, x1: number, y1: number, own: ReadonlySet<string>): Obstacle[] {
    return this.#index.search(x0, y0, x1, y1, (index) => index < this.all.length && !own.has(this.all[index]!.id ?? "\0")).map((index) => this.all[index]!);
  }

  /** How many of them a line crosses, but for those of some boxes. */
  crossed(points: readonly Point[], own: ReadonlySet<string>): number {
    const found = new Set<Obstacle>();
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1]!, points[i]!];
      const near = this.within(
        Math.min(a.x, b.x) - clearance,
        Math.min(a.y, b.y) - clearance,
        Math.max(a.x, b.x) + clearance,
        Math.max(a.y, b.y) + clearance,
        own,
      );
      for (const each of near) found.add(each);
    }
    return found.size;
  }
}
