import type { Point } from "../geometry.js";
import type { PictureModel } from "../model/pictureModel.js";
import type { Scene, SceneBox } from "../scene.js";
import { joined } from "./channels.js";
import { laneWidth, type RoutedLink, type SharedLink } from "./linkRoutes.js";
import type { Look } from "./paint.js";
import type { Surface } from "./surface.js";

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

/** Pixels between two lanes of which one can still tell one from the other. */
const leastLane = 3;

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

interface Rail {
  readonly at: number;
  /** By where each begins. */
  readonly ends: Map<string, readonly Point[]>;
  /** From where to where each link is on it. */
  readonly pieces: [number, number][];
}

/** What lies on a rail as one line along it, and one from there to each end; the others as they are. */
export function rails(links: readonly RoutedLink[], direction: Scene["direction"]): (readonly Point[])[] {
  const [along, across] = direction === "down" ? (["y", "x"] as const) : (["x", "y"] as const);
  const lines: (readonly Point[])[] = [];
  const byRail = new Map<string, Rail>();
  for (const { around, points, rail } of links) {
    if (!rail) {
      lines.push(points);
      continue;
    }
    const key = `${around} ${rail.at}`;
    const known: Rail = byRail.get(key) ?? { at: rail.at, ends: new Map(), pieces: [] };
    byRail.set(key, known);
    const ends = [points.slice(0, rail.split), points.slice(rail.split).toReversed()].map((end) => [
      ...end.slice(0, -1),
      { ...end.at(-1)!, [across]: rail.at },
    ]);
    for (const end of ends) known.ends.set(`${end[0]!.x} ${end[0]!.y}`, end);
    const [from, to] = ends.map((end) => end.at(-1)![along]).sort((a, b) => a - b);
    known.pieces.push([from!, to!]);
  }
  for (const { at, ends, pieces } of byRail.values()) {
    const place = (value: number) => ({ [along]: value, [across]: at }) as unknown as Point;
    for (const [from, to] of joined(pieces)) lines.push([place(from), place(to)]);
    lines.push(...ends.values());
  }
  return lines;
}
