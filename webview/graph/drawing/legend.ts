import type { Scene } from "../scene.js";
import type { GraphStrings } from "../strings.js";
import type { MeasureText } from "../text.js";
import type { LayerKind } from "../theme.js";
import type { Look } from "./paint.js";
import type { Surface } from "./surface.js";

type Entry = { readonly kind: "layer"; readonly layer: LayerKind; readonly text: string } | { readonly kind: "repeated" | "shared" | "declared" | "failed" | "nonFinite"; readonly text: string };

const rowHeight = 17;
const padding = 9;
const sample = 22;

/** What is in this picture and needs explaining, no more. */
function entries(scene: Scene, strings: GraphStrings): Entry[] {
  const kinds = new Set<LayerKind>();
  let [repeated, shared, failed, nonFinite] = [false, false, false, false];
  for (const { node } of scene.boxes) {
    if (node.kind === "module" && !node.content) kinds.add(node.layerKind);
    repeated ||= node.row.kind === "repeated";
    shared ||= node.sharing.length > 0;
    failed ||= node.failure !== null;
    nonFinite ||= node.nonFinite !== null;
  }
  const order = Object.keys(strings.kinds) as LayerKind[];
  const list: Entry[] = order.filter((kind) => kinds.has(kind)).map((layer) => ({ kind: "layer", layer, text: strings.kinds[layer] }));
  if (repeated) list.push({ kind: "repeated", text: strings.legendRepeated });
  if (shared) list.push({ kind: "shared", text: strings.legendShared });
  if (scene.edges.some(({ edge }) => edge.kind === "declared")) list.push({ kind: "declared", text: strings.legendDeclared });
  if (failed) list.push({ kind: "failed", text: strings.legendFailed });
  if (nonFinite) list.push({ kind: "nonFinite", text: strings.legendNonFinite });
  return list;
}

export function legendSize(scene: Scene, strings: GraphStrings, measure: MeasureText): { width: number; height: number } {
  const list = entries(scene, strings);
  const widest = Math.max(0, ...list.map(({ text }) => measure(text, "detail")));
  return { width: Math.ceil(2 * padding + sample + widest), height: 2 * padding - 4 + rowHeight * list.length };
}

export function paintLegend(surface: Surface, x: number, y: number, scene: Scene, { theme }: Look, strings: GraphStrings, measure: MeasureText): void {
  const { width, height } = legendSize(scene, strings, measure);
  surface.opacity(1);
  surface.beginGroup(strings.legend);
  surface.rectangle(x, y, width, height, 6, { fill: theme.background, stroke: theme.border });
  entries(scene, strings).forEach((entry, index) => {
    const top = y + padding - 2 + index * rowHeight;
    const middle = top + rowHeight / 2;
    const left = x + padding;
    switch (entry.kind) {
      case "layer":
        surface.rectangle(left, middle - 5.5, 3, 11, 1.5, { fill: theme.kinds[entry.layer] });
        break;
      case "repeated":
        for (const offset of [4, 2, 0]) surface.rectangle(left + offset, middle - 5 + offset, 10, 7, 2, { fill: theme.surface, stroke: theme.border });
        break;
      case "shared":
        surface.line([{ x: left, y: middle }, { x: left + 15, y: middle }], 0, { stroke: theme.shared, lineWidth: 1.5, dash: [4, 3] });
        break;
      case "declared":
        surface.line([{ x: left, y: middle }, { x: left + 15, y: middle }], 0, { stroke: theme.edge, lineWidth: 1.25, dash: [2, 4] });
        break;
      case "nonFinite":
        surface.rectangle(left, middle - 4.5, 15, 9, 4.5, { stroke: theme.error });
        break;
      case "failed":
        surface.rectangle(left, middle - 4.5, 13, 9, 2, { stroke: theme.error, lineWidth: 1.5 });
        break;
    }
    surface.text(left + sample, middle + 4, entry.text, "detail", theme.foreground, "start");
  });
  surface.endGroup();
}
