import type { Rectangle, Point } from "../geometry.js";
import Flatbush from "flatbush";
import { titleHeight } from "../face.js";
import type { PictureModel } from "../model/pictureModel.js";
import { labelsOfEdge, type Scene, type SceneBox } from "../scene.js";
import type { Look } from "./paint.js";
import type { Surface } from "./surface.js";

/** A link between two visible places of the same weights. */
export interface SharedLink {
  readonly from: string;
  readonly to: string;
  readonly group: string;
}

/** The visible box that shows a module: its own, that of the folded row it is in, or the closed box around it. */
export function visibleBox(model: PictureModel, scene: Scene, path: string): SceneBox | null {
  const way = model.places.way(path);
  for (const { path: each, node } of way.toReversed()) {
    const own = scene.byId.get(node);
    if (own) return own;
    for (const member of model.rowOf(each)?.members ?? []) {
      const shown = scene.byId.get(model.places.way(member.path).at(-1)!.node);
      if (shown && shown.node.row.kind !== "single") return shown;
    }
  }
  return null;
}

/** Links from place to place of every group (or of those that `only` is in), between visible boxes, in order of declaration; and from call to call. */
export function sharedLinks(model: PictureModel, scene: Scene, only: string | null): SharedLink[] {
  const links = new Map<string, SharedLink>();
  const groups = new Set(only === null ? [...model.sharing.values()].flat() : groupsAround(model, only));
  for (const { name, places } of groups) {
    let before: string | null = null;
    for (const place of places) {
      const box = visibleBox(model, scene, place)?.node.id ?? null;
      if (box === null || box === before) continue;
      // A box around another stands for places that are not shown; there is nowhere to lead to.
      if (before !== null && isAround(scene, box, before)) continue;
      if (before !== null && !isAround(scene, before, box)) links.set(`${name} ${before}\n${box}`, { from: before, to: box, group: name });
      before = box;
    }
  }
  // By container and module: the first of its calls there, and the last so far.
  const calls = new Map<string, { readonly first: string; last: string }>();
  const called = scene.boxes.filter(({ node: { turn, path } }) => turn?.sharesWeights && (only === null || only === path));
  for (const { node } of called.toSorted((a, b) => a.node.turn!.ordinal - b.node.turn!.ordinal)) {
    const { path, id } = node;
    const key = `${scene.parents.get(id)}\n${path}`;
    const before = calls.get(key);
    if (!before) calls.set(key, { first: id, last: id });
    else {
      links.set(id, { from: before.last, to: id, group: before.first });
      before.last = id;
    }
  }
  return [...links.values()];
}

/** Groups that a module is in itself, or through what is beneath it, or as part of a shared module. */
function groupsAround(model: PictureModel, path: string) {
  const groups = new Set(model.index.ancestry(path).flatMap((module) => model.sharing.get(module.path) ?? []));
  for (const [place, own] of model.sharing) if (path === "" ? false : place.startsWith(`${path}.`)) for (const group of own) groups.add(group);
  return groups;
}

function isAround(scene: Scene, outer: string, id: string): boolean {
  for (let each = scene.parents.get(id); each !== null && each !== undefined; each = scene.parents.get(each)) if (each === outer) return true;
  return false;
}

export interface RoutedLink extends SharedLink {
  readonly points: readonly Point[];
  /** The container whose margin it runs along; null for the whole picture. */
  readonly around: string | null;
  /** How many of the points belong to its first end. */
  readonly split: number;
}

/** Between two lanes, in the picture's units. */
const laneWidth = 4;
/** Pixels between two lanes of which one can still tell one from the other. */
const leastLane = 3;

/** How far above or below its box a link may leave it, the nearest first. */
const distances = [8, 14, 4, 20, 26, 32, 40, 48, 60, 80];
/** Of a label above its baseline, and in all. */
const labelRise = 9;
const labelHeight = 12;
/** Between a link and text beside it. */
const textClearance = 2;
/** How far from its lane a link may run along a margin, the nearest first. */
const shifts = Array.from({ length: 60 }, (_, step) => (step % 2 === 0 ? -1 : 1) * Math.ceil(step / 2) * laneWidth);

/** What a link should not cross. */
interface Obstacle extends Rectangle {
  /** The box that it belongs to; null of what is written beside lines. */
  readonly id: string | null;
}

/**
 * From box to box through the margin of the container around both: past what is written there, and past the boxes between where that is possible. Where no
 * way is clear of text, that which crosses least of it.
 */
export function routeLinks(scene: Scene, links: readonly SharedLink[]): RoutedLink[] {
  if (links.length === 0) return [];
  const isDown = scene.direction === "down";
  const lanes = new Map<string, number>();
  // As if data flowed down; turned back at the end.
  const turned = ({ x, y, width, height }: Rectangle): Rectangle => (isDown ? { x, y, width, height } : { x: y, y: x, width: height, height: width });
  const boxes = scene.boxes.map(({ node, x, y, width, height }): Obstacle => {
    // Of an open box only its title is in the way.
    const drawn = node.content === null ? { x, y, width, height } : { x, y, width, height: titleHeight };
    return { id: node.id, ...turned(drawn) };
  });
  const labels = scene.edges.flatMap((edge) =>
    labelsOfEdge(edge).map(({ x, y, width }): Obstacle => ({ id: null, ...turned({ x, y: y - labelRise, width, height: labelHeight }) })),
  );
  const obstacles = new Obstacles([...boxes, ...labels]);
  return links.map((link) => {
    const around = commonContainer(scene, link.from, link.to);
    const lane = lanes.get(link.group) ?? lanes.set(link.group, lanes.size).get(link.group)!;
    const outer = around && turned(around);
    const own = new Set([link.from, link.to, around?.node.id ?? ""]);
    const ends = [link.from, link.to].map((id) => ({ id, ...turned(scene.byId.get(id)!) }));
    const [top, bottom] = [Math.min(...ends.map(({ y }) => y)), Math.max(...ends.map(({ y, height }) => y + height))];
    const start = outer ? outer.x + outer.width - 6 + laneWidth * lane : (isDown ? scene.width : scene.height) + laneWidth * lane;
    const leastMargin = Math.max(...ends.map(({ x, width }) => x + width)) + 2;
    const margins = shifts.map((shift) => start + shift).filter((margin) => margin >= leastMargin || margin === start);
    const margin = least(margins, (x) =>
      obstacles.crossed(
        [
          { x, y: top },
          { x, y: bottom },
        ],
        own,
      ),
    );
    const ways = ends.map((box) => least(waysFrom(box, margin), (way) => obstacles.crossed(way, new Set([box.id]))));
    const points = [...ways[0]!, ...ways[1]!.toReversed()];
    return { ...link, around: around?.node.id ?? null, split: ways[0]!.length, points: isDown ? points : points.map(({ x, y }) => ({ x: y, y: x })) };
  });
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
function least<Item>(items: Iterable<Item>, cost: (item: Item) => number): Item {
  let found: { readonly item: Item; readonly cost: number } | undefined;
  for (const item of items) {
    const own = cost(item);
    if (!found || own < found.cost) found = { item, cost: own };
    if (own === 0) break;
  }
  return found!.item;
}

class Obstacles {
  readonly #index: Flatbush;

  constructor(readonly all: readonly Obstacle[]) {
    this.#index = new Flatbush(all.length);
    for (const { x, y, width, height } of all) this.#index.add(x, y, x + width, y + height);
    this.#index.finish();
  }

  /** How many of them a line of upright and level pieces crosses, but for those of some boxes. */
  crossed(points: readonly Point[], own: ReadonlySet<string>): number {
    const found = new Set<number>();
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1]!, points[i]!];
      const near = this.#index.search(
        Math.min(a.x, b.x) - textClearance,
        Math.min(a.y, b.y) - textClearance,
        Math.max(a.x, b.x) + textClearance,
        Math.max(a.y, b.y) + textClearance,
        (index) => !own.has(this.all[index]!.id ?? "\0"),
      );
      for (const index of near) found.add(index);
    }
    return found.size;
  }
}

/** Dashed, with a dot at each end. Where the lanes of many links would run into one another, one rail stands for all. */
export function paintSharedLinks(surface: Surface, links: readonly RoutedLink[], direction: Scene["direction"], { theme, scale }: Look): void {
  surface.opacity(1);
  const unit = 1 / Math.min(1, scale);
  const paint = { stroke: theme.shared, lineWidth: 1.5 * unit, dash: [5 * unit, 4 * unit] };
  const dot = 3 * unit;
  for (const line of laneWidth * scale < leastLane ? rails(links, direction) : links.map(({ points }) => points)) surface.line(line, 10, paint);
  for (const { points } of links) {
    for (const { x, y } of [points[0]!, points.at(-1)!]) surface.rectangle(x - dot, y - dot, 2 * dot, 2 * dot, dot, { fill: theme.shared });
  }
}

/** One line along each margin, and one from there to each end. */
export function rails(links: readonly RoutedLink[], direction: Scene["direction"]): Point[][] {
  const [along, across] = direction === "down" ? (["y", "x"] as const) : (["x", "y"] as const);
  const byMargin = new Map<string | null, { margin: number; ends: Map<string, readonly Point[]> }>();
  for (const { around, points, split } of links) {
    const rail = byMargin.get(around) ?? { margin: Infinity, ends: new Map() };
    byMargin.set(around, rail);
    rail.margin = Math.min(rail.margin, points[split]![across]);
    for (const end of [points.slice(0, split), points.slice(split).toReversed()]) rail.ends.set(`${end[0]!.x} ${end[0]!.y}`, end);
  }
  return [...byMargin.values()].flatMap(({ margin, ends }) => {
    const onMargin = (end: readonly Point[]): Point => ({ ...end.at(-1)!, [across]: margin });
    const places = [...ends.values()].map(onMargin).sort((a, b) => a[along] - b[along]);
    return [[places[0]!, places.at(-1)!], ...[...ends.values()].map((end) => [...end.slice(0, -1), onMargin(end)])];
  });
}

function commonContainer(scene: Scene, a: string, b: string): SceneBox | null {
  const around = new Set<string>();
  for (let id = scene.parents.get(a); id !== null && id !== undefined; id = scene.parents.get(id)) around.add(id);
  for (let id = scene.parents.get(b); id !== null && id !== undefined; id = scene.parents.get(id)) if (around.has(id)) return scene.byId.get(id)!;
  return null;
}
