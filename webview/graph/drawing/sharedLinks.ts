import type { DescribedLink } from "../api.js";
import type { PictureModel } from "../model/displayGraph.js";
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

/** Links from place to place of every group (or of those that `only` is in), between visible boxes, in order of declaration. */
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
  return [...links.values()];
}

/** Groups that a module is in itself, or through what is beneath it, or as part of a shared module. */
function groupsAround(model: PictureModel, path: string) {
  const groups = new Set(model.index.ancestry(path).flatMap((module) => model.sharing.get(module.path) ?? []));
  for (const [place, own] of model.sharing) if (path === "" ? false : place.startsWith(`${path}.`)) for (const group of own) groups.add(group);
  return groups;
}

/** Dashed lines through the margin of the container around both ends. */
export function paintSharedLinks(surface: Surface, scene: Scene, links: readonly DescribedLink[], { theme, scale }: Look): void {
  surface.opacity(1);
  const unit = 1 / Math.min(1, scale);
  const paint = { stroke: theme.shared, lineWidth: 1.5 * unit, dash: [5 * unit, 4 * unit] };
  const lanes = new Map<string, number>();
  for (const { from, to, group } of links) {
    const [a, b] = [scene.byId.get(from)!, scene.byId.get(to)!];
    const around = commonContainer(scene, from, to);
    const lane = lanes.get(group) ?? lanes.set(group, lanes.size).get(group)!;
    const inset = 6 - 4 * lane;
    const isDown = scene.direction === "down";
    const start = isDown ? { x: a.x + a.width, y: a.y + a.height / 2 } : { x: a.x + a.width / 2, y: a.y + a.height };
    const end = isDown ? { x: b.x + b.width, y: b.y + b.height / 2 } : { x: b.x + b.width / 2, y: b.y + b.height };
    const edge = around ? (isDown ? around.x + around.width : around.y + around.height) - inset : (isDown ? scene.width : scene.height) + 4 * lane;
    const turn = isDown ? [{ x: edge, y: start.y }, { x: edge, y: end.y }] : [{ x: start.x, y: edge }, { x: end.x, y: edge }];
    surface.line([start, ...turn, end], 14, paint);
    const dot = 3 * unit;
    for (const { x, y } of [start, end]) surface.rectangle(x - dot, y - dot, 2 * dot, 2 * dot, dot, { fill: theme.shared });
  }
}

function commonContainer(scene: Scene, a: string, b: string): SceneBox | null {
  const around = new Set<string>();
  for (let id = scene.parents.get(a); id !== null && id !== undefined; id = scene.parents.get(id)) around.add(id);
  for (let id = scene.parents.get(b); id !== null && id !== undefined; id = scene.parents.get(id)) if (around.has(id)) return scene.byId.get(id)!;
  return null;
}
