import type { RoutedLink } from "../../../src/picture/drawing/linkRoutes.js";
import type { Direction } from "../../../src/picture/geometry.js";
import type { GraphItem } from "../../../src/picture/items.js";
import type { Shown } from "../../../src/picture/shown.js";
import type { PictureDescription } from "../api.js";
import type { Camera } from "./camera.js";

/** Everything that the picture shows, as plain data. */
export function describePicture(
  status: PictureDescription["status"],
  direction: Direction,
  shown: Shown | null,
  items: readonly GraphItem[],
  links: readonly RoutedLink[],
  camera: Camera,
): Omit<PictureDescription, "hover"> {
  const failing = shown?.failed;
  return {
    status,
    layout: shown?.scene.isPlain ? "plain" : "layered",
    direction,
    scale: camera.scale,
    items: items.map((item) => ({ ...item, rectangle: camera.toScreen(shown!.scene.byId.get(item.id)!) })),
    edges: shown?.scene.edges.map(({ from, to, edge, points }) => ({ from, to, label: edge.label, kind: edge.kind, stub: points === null })) ?? [],
    links: links.map(({ from, to, group }) => ({ from, to, group })),
    failure: failing ? { item: failing.node.id, ...failing.node.failure! } : null,
  };
}
