import Queue from "flatqueue";
import type { Point, Rectangle } from "../geometry.js";
import { clearance, type Obstacles } from "./obstacles.js";
import { Reached } from "./reached.js";

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
  const reached = new Reached();
  const queue = new Queue<number>();
  const [right, bottom] = [to.x + to.width, to.y + to.height];
  // Twice the place, and one more where the way comes level to it; so many more where it ends there.
  const ended = 2 * grid.size;
  const reach = (state: number, cost: number, x: number, y: number, before: number | null) => {
    if (reached.reach(state, cost, before)) queue.push(state, cost + haste * (Math.max(to.x - x, 0, x - right) + Math.max(to.y - y, 0, y - bottom)));
  };
  const begun = new Map<number, Exit>();
  for (const exit of starts) {
    if (!grid.isOpen(exit)) continue;
    const state = 2 * grid.place(exit.outside) + (exit.isLevel ? 1 : 0);
    begun.set(state, exit);
    reach(state, exit.cost, exit.outside.x, exit.outside.y, null);
  }
  const { xs, ys } = grid;
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    if (!reached.finish(state)) continue;
    if (state >= ended) return wayTo(state, reached, begun, grid, ends.get((state - ended) / 2)!);
    if (effort.left-- <= Math.max(0, least)) return null;
    const isLevel = state % 2 === 1;
    const place = (state - (isLevel ? 1 : 0)) / 2;
    const cost = reached.cost(state);
    const end = ends.get(place);
    if (end) reach(ended + 2 * place, cost + end.cost + (end.isLevel === isLevel ? 0 : corner), end.outside.x, end.outside.y, state);
    const [i, j] = [Math.floor(place / ys.length), place % ys.length];
    const levelCost = cost + (isLevel ? 0 : corner);
    const level = grid.level(j);
    if (i + 1 < xs.length && level[i] !== blocked) {
      reach(2 * (place + ys.length) + 1, levelCost + (xs[i + 1]! - xs[i]!) * (level[i] === taken ? along : 1), xs[i + 1]!, ys[j]!, state);
    }
    if (i > 0 && level[i - 1] !== blocked) {
      reach(2 * (place - ys.length) + 1, levelCost + (xs[i]! - xs[i - 1]!) * (level[i - 1] === taken ? along : 1), xs[i - 1]!, ys[j]!, state);
    }
    const uprightCost = cost + (isLevel ? corner : 0);
    const upright = grid.upright(i);
    if (j + 1 < ys.length && upright[j] !== blocked) {
      reach(2 * (place + 1), uprightCost + (ys[j + 1]! - ys[j]!) * (upright[j] === taken ? along : 1), xs[i]!, ys[j + 1]!, state);
    }
    if (j > 0 && upright[j - 1] !== blocked) {
      reach(2 * (place - 1), uprightCost + (ys[j]! - ys[j - 1]!) * (upright[j - 1] === taken ? along : 1), xs[i]!, ys[j - 1]!, state);
    }
  }
  return null;
}

/** Back from where it ended; only its corners. */
function wayTo(end: number, reached: Reached, begun: ReadonlyMap<number, Exit>, grid: Grid, last: Exit): Point[] {
  const points: Point[] = [last.border];
  let first: Exit | undefined;
  for (let state = reached.before(end); state !== null; state = reached.before(state)) {
    points.push(grid.point(Math.floor(state / 2)));
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

/** Pieces of a line from place to place: free, or a way would run along something there, or something is in the way. */
type Track = Uint8Array;
const [taken, blocked] = [1, 2];

interface Bounds {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Lines along the sides of everything that is in the way, upright and level: a way that there is can run on these. */
class Grid {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly #columns: ReadonlyMap<number, number>;
  readonly #rows: ReadonlyMap<number, number>;
  /** What is in the way, but for the boxes at the ends. */
  readonly #near: readonly Bounds[];
  /** Bounds in the way, one after another: left, top, right and bottom. */
  readonly #blocks: Float64Array;
  readonly #uprights: (Track | undefined)[] = [];
  readonly #levels: (Track | undefined)[] = [];
  /** The same of what it would run along. */
  readonly #wires: Float64Array;

  constructor(
    ends: readonly Rectangle[],
    { obstacles, own, within, wires, laid }: Ground,
    exits: readonly Exit[],
    readonly effort: Effort,
  ) {
    const [right, bottom] = [within.x + within.width, within.y + within.height];
    const grown = ({ x, y, width, height }: Rectangle, by: number): Bounds => ({ x0: x - by, y0: y - by, x1: x + width + by, y1: y + height + by });
    const near = obstacles.within(within.x, within.y, right, bottom, own);
    this.#near = near.map((each) => grown(each, clearance));
    const blocks = [...this.#near, ...ends.map((end) => grown(end, beside))];
    const beneath = [...wires, ...laid]
      .map(([a, b]) => ({ x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) }))
      .filter(({ x0, y0, x1, y1 }) => x1 >= within.x && x0 <= right && y1 >= within.y && y0 <= bottom);
    const flat = (bounds: readonly Bounds[]) => Float64Array.from(bounds.flatMap(({ x0, y0, x1, y1 }) => [x0, y0, x1, y1]));
    this.#blocks = flat(blocks);
    this.#wires = flat(beneath);
    const [xs, ys] = [new Set<number>(), new Set<number>()];
    for (const { x0, y0, x1, y1 } of blocks) {
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
    this.xs = [...new Set(inside(xs, within.x, right))];
    this.ys = [...new Set(inside(ys, within.y, bottom))];
    this.#columns = new Map(this.xs.map((x, i) => [x, i]));
    this.#rows = new Map(this.ys.map((y, j) => [y, j]));
  }

  get size(): number {
    return this.xs.length * this.ys.length;
  }

  /** Of a point at which lines cross. */
  place({ x, y }: Point): number {
    return this.#columns.get(x)! * this.ys.length + this.#rows.get(y)!;
  }

  point(place: number): Point {
    return { x: this.xs[Math.floor(place / this.ys.length)]!, y: this.ys[place % this.ys.length]! };
  }

  /** Whether there is nothing between the box and where a way would begin. */
  isOpen({ outside, isLevel, border }: Exit): boolean {
    if (!this.#columns.has(outside.x) || !this.#rows.has(outside.y)) return false;
    const [a, b] = isLevel ? [border.x, outside.x].sort((p, q) => p - q) : [border.y, outside.y].sort((p, q) => p - q);
    return !this.#near.some(({ x0, y0, x1, y1 }) =>
      isLevel ? y0 < outside.y && outside.y < y1 && x0 < b! && a! < x1 : x0 < outside.x && outside.x < x1 && y0 < b! && a! < y1,
    );
  }

  upright(i: number): Track {
    return (this.#uprights[i] ??= this.#track(this.xs[i]!, this.ys, 0));
  }

  level(j: number): Track {
    return (this.#levels[j] ??= this.#track(this.ys[j]!, this.xs, 1));
  }

  /** `across`: which of the bounds lie across the line; the others lie along it. */
  #track(at: number, places: readonly number[], across: 0 | 1): Track {
    const track = new Uint8Array(places.length);
    const [wires, blocks] = [this.#wires, this.#blocks];
    this.effort.left -= (blocks.length + wires.length) >> 7;
    for (let low = across; low < wires.length; low += 4) {
      if (wires[low]! - apart >= at || at >= wires[low + 2]! + apart) continue;
      const [from, to] = [wires[low + 1 - 2 * across]!, wires[low + 3 - 2 * across]!];
      if (to - from > wires[low + 2]! - wires[low]!) mark(track, places, from, to, taken);
    }
    for (let low = across; low < blocks.length; low += 4) {
      if (blocks[low]! < at && at < blocks[low + 2]!) mark(track, places, blocks[low + 1 - 2 * across]!, blocks[low + 3 - 2 * across]!, blocked);
    }
    return track;
  }
}

/** Marks all pieces of a line that have something of what is between two points in them. */
function mark(track: Track, places: readonly number[], from: number, to: number, as: number): void {
  track.fill(as, Math.max(0, firstAfter(places, from) - 1), firstAfter(places, to, true));
}

/** The first of some places, which are in order, that lies after one (`isIncluded`: or at it); their number where none does. */
function firstAfter(places: readonly number[], at: number, isIncluded = false): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! < at || (!isIncluded && places[middle] === at)) low = middle + 1;
    else high = middle;
  }
  return low;
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
