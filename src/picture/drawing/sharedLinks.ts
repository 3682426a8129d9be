import type { Rectangle, Point } from "../geometry.js";
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

/** How far above or below its box a link may leave it. */
const distances = [8, 14];
/** Of a label above its baseline, and in all. */
const labelRise = 9;
const labelHeight = 12;

/** From box to box through the margin of the container around both, past the boxes beside them and the labels between where that is possible. */
export function routeLinks(scene: Scene, links: readonly SharedLink[]): RoutedLink[] {
  const isDown = scene.direction === "down";
  const lanes = new Map<string, number>();
  // As if data flowed down; turned back at the end.
  const turned = ({ x, y, width, height }: Rectangle): Rectangle => (isDown ? { x, y, width, height } : { x: y, y: x, width: height, height: width });
  const leaves = (links.length > 0 ? scene.boxes : []).filter(({ node }) => node.content === null).map((box) => ({ id: box.node.id, ...turned(box) }));
  const labels = (links.length > 0 ? scene.edges : []).flatMap((edge) =>
    labelsOfEdge(edge).map(({ x, y, width }) => turned({ x, y: y - labelRise, width, height: labelHeight })),
  );
  return links.map((link) => {
    const around = commonContainer(scene, link.from, link.to);
    const lane = lanes.get(link.group) ?? lanes.set(link.group, lanes.size).get(link.group)!;
    const outer = around && turned(around);
    const margin = outer ? outer.x + outer.width - 6 + laneWidth * lane : (isDown ? scene.width : scene.height) + laneWidth * lane;
    const ends = [link.from, link.to].map((id) => {
      const box = turned(scene.byId.get(id)!);
      const right = box.x + box.width;
      const isClearOf = (obstacles: readonly (Rectangle & { readonly id?: string })[], { y, from }: { readonly y: number; readonly from: number }) =>
        !obstacles.some((other) => other.id !== id && y > other.y - 2 && y < other.y + other.height + 2 && other.x < margin && other.x + other.width > from);
      const beside = { y: box.y + box.height / 2, from: right };
      const ways = [beside, ...distances.flatMap((distance) => [box.y + box.height + distance, box.y - distance].map((y) => ({ y, from: right - 12 })))];
      const { y, from } = ways.find((way) => isClearOf(leaves, way) && isClearOf(labels, way)) ?? ways.find((way) => isClearOf(leaves, way)) ?? beside;
      if (from === right)
        return [
          { x: right, y },
          { x: margin, y },
        ];
      return [
        { x: from, y: y > box.y ? box.y + box.height : box.y },
        { x: from, y },
        { x: margin, y },
      ];
    });
    const points = [...ends[0]!, ...ends[1]!.toReversed()];
    return { ...link, around: around?.node.id ?? null, split: ends[0]!.length, points: isDown ? points : points.map(({ x, y }) => ({ x: y, y: x })) };
  });
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
