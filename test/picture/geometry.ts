import { sheetOffsets } from "../../src/picture/face.js";
import { labelsOfEdge, type Scene, type SceneBox } from "../../src/picture/scene.js";

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function overlap(a: Area, b: Area, slack = 0.01): boolean {
  return a.x + slack < b.x + b.width && b.x + slack < a.x + a.width && a.y + slack < b.y + b.height && b.y + slack < a.y + a.height;
}

function holds(outer: Area, inner: Area): boolean {
  return (
    inner.x >= outer.x - 0.01 &&
    inner.y >= outer.y - 0.01 &&
    inner.x + inner.width <= outer.x + outer.width + 0.01 &&
    inner.y + inner.height <= outer.y + outer.height + 0.01
  );
}

/** What is seen of the sheets behind a folded row, right of its box and below. */
function sheetsOf({ node, x, y, width, height }: SceneBox): Area[] {
  if (node.row.kind !== "repeated") return [];
  const [reach] = sheetOffsets;
  return [
    { x: x + width, y: y + reach, width: reach, height },
    { x: x + reach, y: y + height, width, height: reach },
  ];
}

/** Boxes that overlap or leave what holds them, lines through boxes, and labels over one another or over boxes, in words. */
export function collisions(scene: Scene): string[] {
  const found: string[] = [];
  const siblings = new Map<string | null, SceneBox[]>();
  for (const box of scene.boxes) {
    const parent = scene.parents.get(box.node.id) ?? null;
    siblings.set(parent, [...(siblings.get(parent) ?? []), box]);
    if (parent !== null && !holds(scene.byId.get(parent)!, box)) found.push(`${box.node.id} leaves ${parent}`);
  }
  for (const group of siblings.values()) {
    group.forEach((box, i) => group.slice(i + 1).forEach((other) => overlap(box, other) && found.push(`${box.node.id} over ${other.node.id}`)));
  }
  const labels: (Area & { readonly text: string })[] = [];
  for (const edge of scene.edges) {
    const around = siblings.get(edge.container?.node.id ?? null) ?? [];
    for (let i = 1; edge.points && i < edge.points.length; i++) {
      const [a, b] = [edge.points[i - 1]!, edge.points[i]!];
      const line = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
      // A line of no width overlaps nothing: give it some, and take it from the ends, which touch their boxes.
      const thick = {
        x: line.x + (line.width ? 1 : -0.5),
        y: line.y + (line.height ? 1 : -0.5),
        width: line.width ? line.width - 2 : 1,
        height: line.height ? line.height - 2 : 1,
      };
      for (const box of around) if (overlap(thick, box)) found.push(`${edge.from} > ${edge.to} through ${box.node.id}`);
    }
    for (const label of labelsOfEdge(edge)) {
      labels.push({ x: label.x, y: label.y - 9, width: label.width, height: 10, text: label.text });
    }
  }
  labels.forEach((label, i) => {
    labels.slice(i + 1).forEach((other) => overlap(label, other) && found.push(`label ${label.text} over label ${other.text}`));
    for (const box of scene.boxes) {
      if (!box.node.content && overlap(label, box)) found.push(`label ${label.text} over ${box.node.id}`);
      if (sheetsOf(box).some((sheet) => overlap(label, sheet))) found.push(`label ${label.text} over the sheets of ${box.node.id}`);
    }
  });
  return found;
}
