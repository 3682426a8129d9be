import type { Point, Rectangle } from "../geometry.js";
import { titleHeight } from "../face.js";
import type { Scene, SceneBox } from "../scene.js";
import type { MeasureText } from "../text.js";
import { findChannel, type Wire } from "./channels.js";
import { Obstacles, type Obstacle } from "./obstacles.js";
import { writtenBeside, writtenOn } from "./written.js";

/** A link between two visible places of the same weights. */
export interface SharedLink {
  readonly from: string;
  readonly to: string;
  readonly group: string;
}

export interface RoutedLink extends SharedLink {
  readonly points: readonly Point[];
  /** The container whose margin it runs along; null for the whole picture. */
  readonly around: string | null;
  /** Where it runs together with others where their lanes cannot be told apart, and how many of its points belong to its first end; null where it has a way of its own. */
  readonly rail: { readonly at: number; readonly split: number } | null;
}

/** Between two lanes, in the picture's units. */
export const laneWidth = 4;

/** How far above or below its box a link may leave it, the nearest first. */
const distances = [8, 14, 4, 20, 26, 32, 40, 48, 60, 80];
/** How far from its lane a link may run along a margin, the nearest first. */
const shifts = Array.from({ length: 60 }, (_, step) => (step % 2 === 0 ? -1 : 1) * Math.ceil(step / 2) * laneWidth);
/** Beside the picture, where there is nothing. */
const outside = 36;

/** What is in the way of links, in a picture as if it flowed down. */
interface Surroundings {
  readonly measure: MeasureText;
  /** Closed boxes and titles whole, and what is written beside lines. */
  readonly boxes: Obstacles;
  /** Nothing but what is written. */
  readonly texts: Obstacles;
  readonly lines: readonly Wire[];
  /** By the links that were asked for. */
  readonly routes: Map<string, readonly RoutedLink[]>;
}

const known = new WeakMap<Scene, Surroundings>();

/**
 * From box to box through the margin of the container around both, past what is written there and past the boxes between. Where there is no such way, the
 * shortest that is free; where none is, the shortest that crosses no text; and where every way crosses text, that along the margin which crosses least.
 */
export function routeLinks(scene: Scene, links: readonly SharedLink[], measure: MeasureText): readonly RoutedLink[] {
  if (links.length === 0) return [];
  let surroundings = known.get(scene);
  if (surroundings?.measure !== measure) known.set(scene, (surroundings = surroundingsOf(scene, measure)));
  const key = links.map(({ group, from, to }) => `${group}\n${from}\n${to}`).join("\n");
  let routes = surroundings.routes.get(key);
  if (!routes) surroundings.routes.set(key, (routes = routesIn(scene, links, surroundings)));
  return routes;
}

function routesIn(scene: Scene, links: readonly SharedLink[], { boxes, texts, lines }: Surroundings): RoutedLink[] {
  const isDown = scene.direction === "down";
  const turned = turnedAs(isDown);
  const whole = turned({ x: 0, y: 0, width: scene.width, height: scene.height });
  const wide = { x: -outside, y: -outside, width: whole.width + 2 * outside, height: whole.height + 2 * outside };
  const lanes = new Map<string, number>();
  const laid = new Map<string, Wire[]>();
  const effort = { left: mostEffort };
  const routed = links.map((link) => {
    const around = commonContainer(scene, link.from, link.to);
    const lane = lanes.get(link.group) ?? lanes.set(link.group, lanes.size).get(link.group)!;
    const outer = around && turned(around);
    const ends = [link.from, link.to].map((id) => ({ id, ...turned(scene.byId.get(id)!) }));
    const own = new Set([link.from, link.to]);
    const byMargin = alongMargin(ends, outer ? outer.x + outer.width - 6 + laneWidth * lane : whole.width + laneWidth * lane, boxes, around?.node.id ?? null);
    let { points, split }: { points: readonly Point[]; split: number | null } = byMargin;
    if (byMargin.crossed > 0) {
      const others = [...laid].flatMap(([group, wires]) => (group === link.group ? [] : wires));
      const find = (obstacles: Obstacles, within: Rectangle) => findChannel(ends[0]!, ends[1]!, { obstacles, own, within, wires: lines, laid: others }, effort);
      const found = find(boxes, outer ?? wide) ?? find(texts, outer ?? wide) ?? (outer && find(texts, wide));
      if (found) [points, split] = [found, null];
    }
    const wires = laid.get(link.group) ?? laid.set(link.group, []).get(link.group)!;
    points.forEach((b, at) => at > 0 && wires.push([points[at - 1]!, b]));
    return { link, around: around?.node.id ?? null, points, split };
  });
  const railOf = railsOf(routed, texts);
  return routed.map(({ link, around, points, split }) => ({
    ...link,
    around,
    rail: railOf(around, points, split),
    points: isDown ? points : points.map(({ x, y }) => ({ x: y, y: x })),
  }));
}

/** Places looked at, of all links of a picture, before they are drawn as they first were. */
const mostEffort = 400_000;

/** As if data flowed down, and back. */
function turnedAs(isDown: boolean) {
  return ({ x, y, width, height }: Rectangle): Rectangle => (isDown ? { x, y, width, height } : { x: y, y: x, width: height, height: width });
}

function surroundingsOf(scene: Scene, measure: MeasureText): Surroundings {
  const isDown = scene.direction === "down";
  const turned = turnedAs(isDown);
  const boxes = scene.boxes.map(({ node, x, y, width, height }): Obstacle => {
    // Of an open box only its title is in the way.
    const drawn = node.content === null ? { x, y, width, height } : { x, y, width, height: titleHeight };
    return { id: node.id, ...turned(drawn) };
  });
  const labels = scene.edges.flatMap((edge) => writtenBeside(edge).map((area): Obstacle => ({ id: null, ...turned(area) })));
  const written = scene.boxes.flatMap((box) => writtenOn(box, measure).map((area): Obstacle => ({ id: null, ...turned(area) })));
  const lines = scene.edges.flatMap(({ points }) => (points ?? []).slice(1).map((b, at): Wire => [turnedPoint(points![at]!, isDown), turnedPoint(b, isDown)]));
  return { measure, boxes: new Obstacles([...boxes, ...labels]), texts: new Obstacles([...written, ...labels]), lines, routes: new Map() };
}

function turnedPoint({ x, y }: Point, isDown: boolean): Point {
  return isDown ? { x, y } : { x: y, y: x };
}

interface End extends Rectangle {
  readonly id: string;
}

/** From each end to a line at the right of both: the way that crosses least. */
function alongMargin(ends: readonly End[], start: number, obstacles: Obstacles, around: string | null) {
  const own = new Set([...ends.map(({ id }) => id), ...(around === null ? [] : [around])]);
  const [top, bottom] = [Math.min(...ends.map(({ y }) => y)), Math.max(...ends.map(({ y, height }) => y + height))];
  const leastMargin = Math.max(...ends.map(({ x, width }) => x + width)) + 2;
  const margins = shifts.map((shift) => start + shift).filter((margin) => margin >= leastMargin || margin === start);
  const upright = (x: number) => [
    { x, y: top },
    { x, y: bottom },
  ];
  const margin = least(margins, (x) => obstacles.crossed(upright(x), own));
  const ways = ends.map((box) => least(waysFrom(box, margin.item), (way) => obstacles.crossed(way, new Set([box.id]))));
  const [there, back] = [ways[0]!.item, ways[1]!.item];
  // A way around a corner may come to the margin beyond both boxes.
  const along = obstacles.crossed([there.at(-1)!, back.at(-1)!], own);
  return { points: [...there, ...back.toReversed()], split: there.length, crossed: along + ways[0]!.cost + ways[1]!.cost };
}

/** From a box to a margin at its right: from its side, or around a corner of it. */
function* waysFrom({ x, y, width, height }: Rectangle, margin: number): Generator<Point[]> {
  const right = x + width;
  const besides = [0.5, 0.3, 0.7, 0.15, 0.85].map((share) => y + share * Math.min(height, 4 * titleHeight));
  yield [
    { x: right, y: y + height / 2 },
    { x: margin, y: y + height / 2 },
  ];
  for (const distance of distances) {
    for (const at of [y + height + distance, y - distance]) {
      const from = { x: Math.max(x + width / 2, right - 12), y: at > y ? y + height : y };
      yield [from, { x: from.x, y: at }, { x: margin, y: at }];
    }
    if (distance === 14)
      for (const beside of besides)
        yield [
          { x: right, y: beside },
          { x: margin, y: beside },
        ];
  }
}

/** The first that costs nothing, else the first of those that cost least. */
function least<Item>(items: Iterable<Item>, cost: (item: Item) => number): { readonly item: Item; readonly cost: number } {
  let found: { readonly item: Item; readonly cost: number } | undefined;
  for (const item of items) {
    const own = cost(item);
    if (!found || own < found.cost) found = { item, cost: own };
    if (own === 0) break;
  }
  return found!;
}

/** Of the links along one margin, the leftmost's place is that of all, but for those that would cross text there. */
function railsOf(links: readonly { readonly around: string | null; readonly points: readonly Point[]; readonly split: number | null }[], texts: Obstacles) {
  const places = new Map<string | null, number>();
  for (const { around, points, split } of links) if (split !== null) places.set(around, Math.min(places.get(around) ?? Infinity, points[split]!.x));
  return (around: string | null, points: readonly Point[], split: number | null): RoutedLink["rail"] => {
    if (split === null) return null;
    const at = places.get(around)!;
    const moved = points.map((point, place) => (place === split - 1 || place === split ? { ...point, x: at } : point));
    const nothing = new Set<string>();
    return texts.crossed(moved, nothing) > 0 ? null : { at, split };
  };
}

function commonContainer(scene: Scene, a: string, b: string): SceneBox | null {
  const around = new Set<string>();
  for (let id = scene.parents.get(a); id !== null && id !== undefined; id = scene.parents.get(id)) around.add(id);
  for (let id = scene.parents.get(b); id !== null && id !== undefined; id = scene.parents.get(id)) if (around.has(id)) return scene.byId.get(id)!;
  return null;
}
