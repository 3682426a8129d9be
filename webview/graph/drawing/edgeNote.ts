import { nodeTitle } from "../model/displayGraph.js";
import type { Scene, SceneEdge } from "../scene.js";
import type { GraphStrings } from "../strings.js";
import type { MeasureText } from "../text.js";
import type { Theme } from "../theme.js";
import type { Surface } from "./surface.js";

/** What an edge says when pointed at: its ends, its shape, the bookkeeping folded into it. */
export function edgeNote(scene: Scene, { from, to, edge }: SceneEdge, strings: GraphStrings): string[] {
  const name = (id: string) => {
    const node = scene.byId.get(id)?.node;
    return node ? nodeTitle(node, strings) : "";
  };
  const lines = [`${name(from)} \u2192 ${name(to)}`];
  if (edge.label) lines.push(edge.label);
  if (edge.via.length > 0) lines.push(edge.via.join(", "));
  if (edge.kind === "declared") lines.push(strings.legendSigns.declared);
  return lines;
}

/** A small panel beside the pointer, inside the view. */
export function paintEdgeNote(surface: Surface, lines: readonly string[], at: { x: number; y: number }, room: { width: number; height: number }, theme: Theme, measure: MeasureText): void {
  const width = Math.max(...lines.map((line, index) => measure(line, index === 0 ? "title" : "detail"))) + 16;
  const height = lines.length * 16 + 8;
  const x = Math.max(4, Math.min(room.width - width - 4, at.x + 12));
  const y = at.y + 16 + height > room.height ? at.y - height - 8 : at.y + 16;
  surface.opacity(1);
  surface.rectangle(x, y, width, height, 4, { fill: theme.background, stroke: theme.border });
  lines.forEach((line, index) => surface.text(x + 8, y + 16 + index * 16, line, index === 0 ? "title" : "detail", index === 0 ? theme.foreground : theme.muted, "start"));
}
