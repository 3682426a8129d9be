import { ringRadius } from "../layout/stubs.js";
import type { Scene } from "../scene.js";
import type { PictureWords } from "../words.js";
import type { MeasureText } from "../text.js";
import type { LayerKind } from "../theme.js";
import { paintComparisonTag } from "./comparison.js";
import { paintPin } from "./pins.js";
import { paintKindBar } from "./kindBar.js";
import type { Look } from "./paint.js";
import type { Surface } from "./surface.js";

const signs = ["repeated", "shared", "calls", "constant", "parameter", "stub", "declared", "notRun", "failed", "finding", "compared", "pinned"] as const;
type Sign = (typeof signs)[number];
type Entry = { readonly kind: "layer"; readonly layer: LayerKind; readonly text: string } | { readonly kind: Sign; readonly text: string };

const rowHeight = 17;
const padding = 9;
const sample = 22;
const columnGap = 14;
const mostRows = 6;

/** What is in this picture and needs explaining, no more. */
function entries(scene: Scene, { compared, pinned }: Look, words: PictureWords): Entry[] {
  const kinds = new Set<LayerKind>();
  const seen = new Set<Sign>();
  for (const { node, face } of scene.boxes) {
    // An open box of the user's own class has nothing in a kind's color.
    if (node.kind === "module" && (!node.content || node.layerKind !== "container")) kinds.add(node.layerKind);
    for (const { kind } of face.badges) if (kind === "repeated" || kind === "shared" || kind === "calls") seen.add(kind);
    if (node.kind === "constant" || node.kind === "parameter") seen.add(node.kind);
    if (node.status === "notReached" || node.status === "notCalled") seen.add("notRun");
    if (node.failure !== null) seen.add("failed");
    if (node.marks.length > 0) seen.add("finding");
  }
  for (const { edge, points } of scene.edges) {
    if (edge.kind === "declared") seen.add("declared");
    if (points === null) seen.add("stub");
  }
  if (compared.size > 0) seen.add("compared");
  if (pinned.size > 0) seen.add("pinned");
  const order = Object.keys(words.kinds) as LayerKind[];
  return [
    ...order.filter((kind) => kinds.has(kind)).map((layer) => ({ kind: "layer", layer, text: words.kinds[layer] }) as const),
    ...signs.filter((sign) => seen.has(sign)).map((kind) => ({ kind, text: words.legendSigns[kind] })),
  ];
}

interface LegendSize {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly columnWidth: number;
}

/** In as many columns as it needs to be low in the picture, where there is room for them. */
export function legendSize(scene: Scene, look: Look, words: PictureWords, measure: MeasureText, room: number): LegendSize {
  const list = entries(scene, look, words);
  const columnWidth = Math.ceil(sample + Math.max(0, ...list.map(({ text }) => measure(text, "detail"))));
  const widthOf = (columns: number) => columns * columnWidth + (columns - 1) * columnGap + 2 * padding;
  let columns = 1;
  while (list.length / columns > mostRows && widthOf(columns + 1) <= room) columns++;
  return { width: widthOf(columns), height: 2 * padding - 4 + rowHeight * Math.ceil(list.length / columns), columns, columnWidth };
}

/** With its lower left corner at a point. */
export function paintLegend(
  surface: Surface,
  x: number,
  bottom: number,
  scene: Scene,
  look: Look,
  words: PictureWords,
  measure: MeasureText,
  room: number,
): void {
  const { theme } = look;
  const { width, height, columns, columnWidth } = legendSize(scene, look, words, measure, room);
  const y = bottom - height;
  const list = entries(scene, look, words);
  const rows = Math.ceil(list.length / columns);
  surface.opacity(1);
  surface.beginGroup(words.legend);
  surface.rectangle(x, y, width, height, 6, { fill: theme.background, stroke: theme.border });
  list.forEach((entry, index) => {
    const top = y + padding - 2 + (index % rows) * rowHeight;
    const middle = top + rowHeight / 2;
    const left = x + padding + Math.floor(index / rows) * (columnWidth + columnGap);
    switch (entry.kind) {
      case "layer":
        paintKindBar(surface, left + 1, middle - 6.5, 13, entry.layer, theme);
        break;
      case "repeated":
        for (const offset of [4, 2, 0]) surface.rectangle(left + offset, middle - 5 + offset, 10, 7, 2, { fill: theme.surface, stroke: theme.border });
        break;
      case "shared":
        surface.line(
          [
            { x: left, y: middle },
            { x: left + 15, y: middle },
          ],
          0,
          { stroke: theme.shared, lineWidth: 1.5, dash: [4, 3] },
        );
        break;
      case "declared":
        surface.line(
          [
            { x: left, y: middle },
            { x: left + 15, y: middle },
          ],
          0,
          { stroke: theme.edge, lineWidth: 1.25, dash: [2, 4] },
        );
        break;
      case "calls":
        surface.rectangle(left, middle - 5, 15, 10, 5, { stroke: theme.muted });
        surface.text(left + 7.5, middle + 3, "2×", "small", theme.muted, "middle");
        break;
      case "constant":
        surface.rectangle(left, middle - 4.5, 15, 9, 4.5, { stroke: theme.border, dash: [4, 3] });
        break;
      case "parameter":
        surface.rectangle(left, middle - 4.5, 15, 9, 4.5, { fill: theme.background, stroke: theme.border });
        break;
      case "stub":
        surface.line(
          [
            { x: left + 2 * ringRadius, y: middle },
            { x: left + 15, y: middle },
          ],
          0,
          { stroke: theme.edge, lineWidth: 1.25 },
        );
        surface.rectangle(left, middle - ringRadius, 2 * ringRadius, 2 * ringRadius, ringRadius, { stroke: theme.edge });
        break;
      case "notRun":
        surface.opacity(0.5);
        surface.rectangle(left, middle - 4.5, 15, 9, 2, { stroke: theme.border, dash: [4, 3] });
        surface.opacity(1);
        break;
      case "finding":
        surface.rectangle(left, middle - 4.5, 15, 9, 4.5, { stroke: theme.error });
        break;
      case "compared":
        paintComparisonTag(surface, left, middle, 1, theme);
        break;
      case "pinned":
        paintPin(surface, left, middle, theme);
        break;
      case "failed":
        surface.rectangle(left, middle - 4.5, 13, 9, 2, { stroke: theme.error, lineWidth: 1.5 });
        break;
    }
    surface.text(left + sample, middle + 4, entry.text, "detail", theme.foreground, "start");
  });
  surface.endGroup();
}
