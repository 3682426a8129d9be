import { nodeTitle } from "../model/displayGraph.js";
import type { Scene, SceneEdge } from "../scene.js";
import { fill, type PictureWords } from "../words.js";
import type { MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import type { Surface } from "./surface.js";

/** Of many ends, as many are named. */
const mostNames = 4;

/** What edges that are pointed at together say: their ends, their shapes, the bookkeeping folded into them. */
export function edgeNote(scene: Scene, edges: readonly SceneEdge[], words: PictureWords): string[] {
  const names = (ids: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const id of new Set(ids)) {
      const node = scene.byId.get(id)?.node;
      const name = node ? nodeTitle(node, words) : "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const all = [...counts].map(([name, count]) => (count > 1 ? `${count} × ${name}` : name));
    const left = all.length - mostNames;
    return [...all.slice(0, mostNames), ...(left > 0 ? [fill(words.moreLinks, left)] : [])].join(", ");
  };
  const distinct = (texts: readonly string[]) => [...new Set(texts)].filter((text) => text !== "").join(", ");
  return [
    `${names(edges.map(({ from }) => from))} \u2192 ${names(edges.map(({ to }) => to))}`,
    distinct(edges.map(({ edge }) => edge.label)),
    distinct(edges.map(({ edge }) => edge.via.join(", "))),
    edges.some(({ edge }) => edge.kind === "declared") ? words.legendSigns.declared : "",
  ].filter((line) => line !== "");
}

/** A small panel beside the pointer, inside the view. */
export function paintEdgeNote(
  surface: Surface,
  lines: readonly string[],
  at: { x: number; y: number },
  room: { width: number; height: number },
  theme: Theme,
  measure: MeasureText,
): void {
  const width = Math.max(...lines.map((line, index) => measure(line, index === 0 ? "title" : "detail"))) + 16;
  const height = lines.length * 16 + 8;
  const x = Math.max(4, Math.min(room.width - width - 4, at.x + 12));
  const y = at.y + 16 + height > room.height ? at.y - height - 8 : at.y + 16;
  surface.opacity(1);
  surface.rectangle(x, y, width, height, 4, { fill: theme.background, stroke: theme.border });
  lines.forEach((line, index) =>
    surface.text(x + 8, y + 16 + index * 16, line, index === 0 ? "title" : "detail", index === 0 ? theme.foreground : theme.muted, "start"),
  );
}
