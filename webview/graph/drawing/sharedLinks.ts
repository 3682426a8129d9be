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

/** Dashed arcs beside the flow. */
export function paintSharedLinks(surface: Surface, scene: Scene, links: readonly DescribedLink[], { theme, scale }: Look): void {
  surface.opacity(1);
  const paint = { stroke: theme.shared, lineWidth: Math.max(1.5, 1.2 / scale), dash: [5 / Math.min(1, scale), 4 / Math.min(1, scale)] };
  for (const { from, to } of links) {
    const [a, b] = [scene.byId.get(from)!, scene.byId.get(to)!];
    const isDown = scene.direction === "down";
    const start = isDown ? { x: a.x + a.width, y: a.y + a.height / 2 } : { x: a.x + a.width / 2, y: a.y + a.height };
    const end = isDown ? { x: b.x + b.width, y: b.y + b.height / 2 } : { x: b.x + b.width / 2, y: b.y + b.height };
    const distance = isDown ? Math.abs(end.y - start.y) : Math.abs(end.x - start.x);
    const bulge = Math.min(70, 16 + distance * 0.15);
    const far = isDown ? Math.max(start.x, end.x) + bulge : Math.max(start.y, end.y) + bulge;
    const control1 = isDown ? { x: far, y: start.y } : { x: start.x, y: far };
    const control2 = isDown ? { x: far, y: end.y } : { x: end.x, y: far };
    surface.curve(start, control1, control2, end, paint);
    for (const { x, y } of [start, end]) surface.rectangle(x - 3, y - 3, 6, 6, 3, { fill: theme.shared });
  }
}
