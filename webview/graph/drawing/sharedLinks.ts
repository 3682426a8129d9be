import type { DescribedLink, Rectangle } from "../api.js";
import type { Point } from "../layout/problem.js";
import { callNode, firstCall } from "../model/dataFlow.js";
import type { PictureModel } from "../model/pictureModel.js";
import type { Scene, SceneBox } from "../scene.js";
import type { Look } from "./paint.js";
import type { Surface } from "./surface.js";

/** The visible box that shows a module: its own, that of the folded row it is in, or the closed box around it. */
export function visibleBox(model: PictureModel, scene: Scene, path: string): SceneBox | null {
  for (const { path: each } of model.index.ancestry(path).toReversed()) {
    const own = scene.byId.get(each);
    if (own) return own;
    const row = model.rowOf(each);
    const shown = row?.members.find((member) => scene.byId.has(member.path));
    if (shown && scene.byId.get(shown.path)!.node.row.kind !== "single") return scene.byId.get(shown.path)!;
  }
  return null;
}

/** Links from place to place of every group (or of those that `only` is in), between visible boxes, in order of declaration; and from call to call. */
export function sharedLinks(model: PictureModel, scene: Scene, only: string | null): DescribedLink[] {
  const links = new Map<string, DescribedLink>();
  const groups = new Set(only === null ? [...model.sharing.values()].flat() : groupsAround(model, only));
  for (const { name, places } of groups) {
    let before: string | null = null;
    for (const place of places) {
      const box = visibleBox(model, scene, place)?.node.id ?? null;
      if (box === null || box === before) continue;
      if (before !== null) links.set(`${name} ${before}\n${box}`, { from: before, to: box, group: name });
      before = box;
    }
  }
  for (const { node } of scene.boxes) {
    const { turn, path, id } = node;
    if (!turn?.sharesWeights || turn.ordinal === null || turn.ordinal === 1 || (only !== null && only !== path)) continue;
    const first = firstCall(id);
    links.set(id, { from: callNode(first, turn.ordinal - 1), to: id, group: first });
  }
  return [...links.values()];
}

/** Groups that a module is in itself, or through what is beneath it, or as part of a shared module. */
function groupsAround(model: PictureModel, path: string) {
  const groups = new Set(model.index.ancestry(path).flatMap((module) => model.sharing.get(module.path) ?? []));
  for (const [place, own] of model.sharing) if (path === "" ? false : place.startsWith(`${path}.`)) for (const group of own) groups.add(group);
  return groups;
}

export interface RoutedLink extends DescribedLink {
  readonly points: readonly Point[];
}

/** From box to box through the margin of the container around both, past the boxes beside them where that is possible. */
export function routeLinks(scene: Scene, links: readonly DescribedLink[]): RoutedLink[] {
  const isDown = scene.direction === "down";
  const lanes = new Map<string, number>();
  const leaves = links.length > 0 ? scene.boxes.filter((box) => box.node.content === null) : [];
  // As if data flowed down; turned back at the end.
  const turned = ({ x, y, width, height }: Rectangle): Rectangle => (isDown ? { x, y, width, height } : { x: y, y: x, width: height, height: width });
  return links.map((link) => {
    const around = commonContainer(scene, link.from, link.to);
    const lane = lanes.get(link.group) ?? lanes.set(link.group, lanes.size).get(link.group)!;
    const outer = around && turned(around);
    const margin = outer ? outer.x + outer.width - 6 + 4 * lane : (isDown ? scene.width : scene.height) + 4 * lane;
    const ends = [link.from, link.to].map((id) => {
      const box = turned(scene.byId.get(id)!);
      const right = box.x + box.width;
      const isClear = (y: number, from: number) =>
        !leaves.some((leaf) => {
          const other = turned(leaf);
          return leaf.node.id !== id && y > other.y - 2 && y < other.y + other.height + 2 && other.x < margin && other.x + other.width > from;
        });
      const middle = box.y + box.height / 2;
      const below = box.y + box.height + 8;
      const above = box.y - 8;
      if (isClear(middle, right) || (!isClear(below, right - 12) && !isClear(above, right - 12))) return [{ x: right, y: middle }, { x: margin, y: middle }];
      const y = isClear(below, right - 12) ? below : above;
      return [{ x: right - 12, y: y === below ? box.y + box.height : box.y }, { x: right - 12, y }, { x: margin, y }];
    });
    const points = [...ends[0]!, ...ends[1]!.toReversed()];
    return { ...link, points: isDown ? points : points.map(({ x, y }) => ({ x: y, y: x })) };
  });
}

/** Dashed, with a dot at each end. */
export function paintSharedLinks(surface: Surface, links: readonly RoutedLink[], { theme, scale }: Look): void {
  surface.opacity(1);
  const unit = 1 / Math.min(1, scale);
  const paint = { stroke: theme.shared, lineWidth: 1.5 * unit, dash: [5 * unit, 4 * unit] };
  const dot = 3 * unit;
  for (const { points } of links) {
    surface.line(points, 10, paint);
    for (const { x, y } of [points[0]!, points.at(-1)!]) surface.rectangle(x - dot, y - dot, 2 * dot, 2 * dot, dot, { fill: theme.shared });
  }
}

function commonContainer(scene: Scene, a: string, b: string): SceneBox | null {
  const around = new Set<string>();
  for (let id = scene.parents.get(a); id !== null && id !== undefined; id = scene.parents.get(id)) around.add(id);
  for (let id = scene.parents.get(b); id !== null && id !== undefined; id = scene.parents.get(id)) if (around.has(id)) return scene.byId.get(id)!;
  return null;
}
