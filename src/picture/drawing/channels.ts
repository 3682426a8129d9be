import Queue from "flatqueue";
import type { Point, Rectangle } from "../geometry.js";
import { clearance, type Obstacles } from "./obstacles.js";

/** A straight piece of a line. */
export type Wire = readonly [Point, Point];

/** What a way leads through. */
export interface Ground {
  readonly obstacles: Obstacles;
  /** Boxes at its ends: what is known of these as obstacles does not count. */
  readonly own: ReadonlySet<string>;
  readonly within: Rectangle;
  /** It may cross these, and rather runs beside them than along them: lines of the picture, and other links. */
  readonly wires: readonly Wire[];
  readonly laid: readonly Wire[];
}

/** How many places may still be looked at. */
export interface Effort {
  left: number;
}

/** Of which for one way. */
const mostForOne = 100_000;

/** What a corner costs, in lengths. */
const corner = 30;
/** How many times longer a piece along another line counts. */
const along = 3;
/** How much a way towards the other end is preferred: one that is found soon is not always the cheapest. */
const haste = 1.5;
/** Nearer than this, two lines are one. */
const apart = 3;
/** Between a box and what runs past it. */
const beside = 4;

interface Exit {
  readonly border: Point;
  /** Where the way begins: a little away from the box. */
  readonly outside: Point;
  readonly isLevel: boolean;
  readonly cost: number;
}

/** A way of upright and level pieces from one box to another past all obstacles: short, with few corners, and off other lines. Null where there is none, or none was found in time. */
export function findChannel(from: Rectangle, to: Rectangle, ground: Ground, effort: Effort): Point[] | null {
  const least = effort.left - mostForOne;
  if (effort.left <= 0) return null;
  const starts = exitsOf(from);
  const goals = exitsOf(to);
  const grid = new Grid([from, to], ground, [...starts, ...goals], effort);
  const ends = new Map<number, Exit>();
  for (const exit of goals) if (grid.isOpen(exit)) ends.set(grid.place(exit.outside), exit);
  const costs = new Map<number, number>();
  const before = new Map<number, number>();
  const queue = new Queue<number>();
  const away = ({ x, y }: Point) => Math.max(to.x - x, 0, x - to.x - to.width) + Math.max(to.y - y, 0, y - to.y - to.height);
  // Twice the place, and one more where the way comes level to it; -1 - place where it ends there.
  const reach = (state: number, cost: number, at: Point, previous: number | null) => {
    if (cost >= (costs.get(state) ?? Infinity)) return;
    costs.set(state, cost);
    if (previous !== null) before.set(state, previous);
    queue.push(state, cost + haste * away(at));
  };
  const begun = new Map<number, Exit>();
  for (const exit of starts) {
    if (!grid.isOpen(exit)) continue;
    const state = 2 * grid.place(exit.outside) + (exit.isLevel ? 1 : 0);
    begun.set(state, exit);
    reach(state, exit.cost, exit.outside, null);
  }
  const done = new Set<number>();
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    if (done.has(state)) continue;
    done.add(state);
    if (state < 0) return wayTo(state, before, begun, grid, ends.get(-1 - state)!);
    if (effort.left-- <= Math.max(0, least)) return null;
    const place = state >> 1;
    const isLevel = state % 2 === 1;
    const cost = costs.get(state)!;
    const end = ends.get(place);
    if (end) reach(-1 - place, cost + end.cost + (end.isLevel === isLevel ? 0 : corner), end.outside, state);
    for (const step of grid.steps(place)) {
      reach(2 * step.place + (step.isLevel ? 1 : 0), cost + step.cost + (step.isLevel === isLevel ? 0 : corner), step.at, state);
    }
  }
  return null;
}

/** Back from where it ended; only its corners. */
function wayTo(end: number, before: ReadonlyMap<number, number>, begun: ReadonlyMap<number, Exit>, grid: Grid, last: Exit): Point[] {
  const points: Point[] = [last.border];
  let state = before.get(end);
  let first: Exit | undefined;
  for (; state !== undefined; state = before.get(state)) {
    points.push(grid.point(state >> 1));
    first = begun.get(state);
  }
  points.push(first!.border);
  points.reverse();
  return points.filter((point, at) => {
    const [a, b] = [points[at - 1], points[at + 1]];
    return !a || !b || !((a.x === point.x && point.x === b.x) || (a.y === point.y && point.y === b.y));
  });
}

/** Where a way may leave a box: at its right rather than at its left, above or below. */
function exitsOf({ x, y, width, height }: Rectangle): Exit[] {
  const [right, bottom] = [x + width, y + height];
  const inset = Math.min(12, width / 4);
  const levels = [0.5, 0.25, 0.75].map((share) => y + share * Math.min(height, 112));
  const sides = levels.flatMap((level, at): Exit[] => [
    { border: { x: right, y: level }, outside: { x: right + beside, y: level }, isLevel: true, cost: 2 * at },
    { border: { x, y: level }, outside: { x: x - beside, y: level }, isLevel: true, cost: 30 + 2 * at },
  ]);
  const corners = [right - inset, x + inset].flatMap((place, at): Exit[] => [
    { border: { x: place, y: bottom }, outside: { x: place, y: bottom + beside }, isLevel: false, cost: 10 + 20 * at },
    { border: { x: place, y }, outside: { x: place, y: y - beside }, isLevel: false, cost: 10 + 20 * at },
  ]);
  return [...sides, ...corners];
}

type Interval = readonly [number, number];

/** What is in the way on a line, and what it would run along. */
interface Track {
  readonly blocked: readonly Interval[];
  readonly taken: readonly Interval[];
}

interface Bounds {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Lines along the sides of everything that is in the way, upright and level: a way that there is can run on these. */
class Grid {
  readonly #xs: readonly number[];
  readonly #ys: readonly number[];
  readonly #blocks: readonly Bounds[];
  readonly #uprights: (Track | undefined)[] = [];
  readonly #levels: (Track | undefined)[] = [];
  readonly #wires: readonly Bounds[];

  constructor(
    ends: readonly Rectangle[],
    { obstacles, own, within, wires, laid }: Ground,
    exits: readonly Exit[],
    readonly effort: Effort,
  ) {
    const [right, bottom] = [within.x + within.width, within.y + within.height];
    const grown = ({ x, y, width, height }: Rectangle, by: number): Bounds => ({ x0: x - by, y0: y - by, x1: x + width + by, y1: y + height + by });
    const near = obstacles.within(within.x, within.y, right, bottom, own);
    this.#blocks = [...near.map((each) => grown(each, clearance)), ...ends.map((end) => grown(end, beside))];
    this.#wires = [...wires, ...laid]
      .map(([a, b]) => ({ x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) }))
      .filter(({ x0, y0, x1, y1 }) => x1 >= within.x && x0 <= right && y1 >= within.y && y0 <= bottom);
    const [xs, ys] = [new Set<number>(), new Set<number>()];
    for (const { x0, y0, x1, y1 } of this.#blocks) {
      for (const x of [x0, x1]) xs.add(x);
      for (const y of [y0, y1]) ys.add(y);
    }
    // Room beside what other links have taken.
    for (const [a, b] of laid) {
      for (const away of [-beside, beside]) {
        if (a.x === b.x) xs.add(a.x + away);
        else ys.add(a.y + away);
      }
    }
    for (const { outside } of exits) {
      xs.add(outside.x);
      ys.add(outside.y);
    }
    const inside = (values: Set<number>, from: number, to: number) => {
      const edges = [from + beside, to - beside];
      return [...values, ...edges].filter((value) => value >= edges[0]! && value <= edges[1]!).sort((a, b) => a - b);
    };
    this.#xs = [...new Set(inside(xs, within.x, right))];
    this.#ys = [...new Set(inside(ys, within.y, bottom))];
  }

  place({ x, y }: Point): number {
    return this.#xs.indexOf(x) * this.#ys.length + this.#ys.indexOf(y);
  }

  point(place: number): Point {
    return { x: this.#xs[Math.floor(place / this.#ys.length)]!, y: this.#ys[place % this.#ys.length]! };
  }

  /** Whether there is nothing between the box and where a way would begin. */
  isOpen({ outside, isLevel, border }: Exit): boolean {
    const [i, j] = [this.#xs.indexOf(outside.x), this.#ys.indexOf(outside.y)];
    if (i < 0 || j < 0) return false;
    const [a, b] = isLevel ? [border.x, outside.x].sort((p, q) => p - q) : [border.y, outside.y].sort((p, q) => p - q);
    return !this.#blocks
      .slice(0, -2)
      .some(({ x0, y0, x1, y1 }) =>
        isLevel ? y0 < outside.y && outside.y < y1 && x0 < b! && a! < x1 : x0 < outside.x && outside.x < x1 && y0 < b! && a! < y1,
      );
  }

  /** To the places beside one, as far as nothing is between. */
  *steps(place: number): Generator<{ readonly place: number; readonly isLevel: boolean; readonly cost: number; readonly at: Point }> {
    const [i, j] = [Math.floor(place / this.#ys.length), place % this.#ys.length];
    for (const [di, dj] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      const at = { x: this.#xs[i + di], y: this.#ys[j + dj] };
      if (at.x === undefined || at.y === undefined) continue;
      const isLevel = dj === 0;
      const [from, to] = isLevel ? [this.#xs[i]!, at.x] : [this.#ys[j]!, at.y];
      const [low, high] = from < to ? [from, to] : [to, from];
      const track = isLevel ? this.#level(j) : this.#upright(i);
      if (touches(track.blocked, low, high)) continue;
      const cost = (high - low) * (touches(track.taken, low, high) ? along : 1);
      yield { place: (i + di) * this.#ys.length + j + dj, isLevel, cost, at: at as Point };
    }
  }

  #upright(i: number): Track {
    return (this.#uprights[i] ??= this.#track(this.#xs[i]!, ({ x0, y0, x1, y1 }) => [x0, x1, y0, y1]));
  }

  #level(j: number): Track {
    return (this.#levels[j] ??= this.#track(this.#ys[j]!, ({ x0, y0, x1, y1 }) => [y0, y1, x0, x1]));
  }

  /** `turned`: bounds across the line, then along it. */
  #track(at: number, turned: (bounds: Bounds) => readonly [number, number, number, number]): Track {
    const [blocked, taken]: [Interval[], Interval[]] = [[], []];
    this.effort.left -= (this.#blocks.length + this.#wires.length) >> 5;
    for (const block of this.#blocks) {
      const [low, high, from, to] = turned(block);
      if (low < at && at < high) blocked.push([from, to]);
    }
    for (const wire of this.#wires) {
      const [low, high, from, to] = turned(wire);
      if (low - apart < at && at < high + apart && to - from > high - low) taken.push([from, to]);
    }
    return { blocked: joined(blocked), taken: joined(taken) };
  }
}

/** Whether one of some intervals, in order and apart, has part of another in it. */
function touches(intervals: readonly Interval[], from: number, to: number): boolean {
  let [low, high] = [0, intervals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (intervals[middle]![1] <= from) low = middle + 1;
    else high = middle;
  }
  const next = intervals[low];
  return next !== undefined && next[0] < to;
}

/** Intervals in order, with those that meet put together. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const found: [number, number][] = [];
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}
