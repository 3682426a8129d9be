import Flatbush from "flatbush";
import type { Point } from "./geometry.js";
import { labelsOfEdge, type Scene, type SceneBox, type SceneEdge, type SceneStub } from "./scene.js";

/** How far a box's drawing reaches beyond its rectangle: marks of matches, the cards behind a folded row. */
const overhang = 8;

/** Finds what lies in a part of the picture without looking at the rest. */
export class SceneIndex {
  readonly #boxes: Flatbush | null;
  readonly #edges: Flatbush | null;

  constructor(readonly scene: Scene) {
    this.#boxes = build(scene.boxes, ({ x, y, width, height }) => [x, y, x + width + overhang, y + height + overhang]);
    this.#edges = build(scene.edges, edgeBounds);
  }

  /** Parents before what they hold. */
  boxesIn(x0: number, y0: number, x1: number, y1: number): SceneBox[] {
    const found = this.#boxes?.search(x0 - overhang, y0 - overhang, x1, y1) ?? [];
    return found.sort((a, b) => a - b).map((index) => this.scene.boxes[index]!);
  }

  edgesIn(x0: number, y0: number, x1: number, y1: number): SceneEdge[] {
    return (this.#edges?.search(x0, y0, x1, y1) ?? []).map((index) => this.scene.edges[index]!);
  }

  /** The innermost box at a point. */
  boxAt(x: number, y: number): SceneBox | null {
    const found = this.#boxes?.search(x, y, x, y, (index) => {
      const box = this.scene.boxes[index]!;
      return x <= box.x + box.width && y <= box.y + box.height;
    });
    return found?.length ? this.scene.boxes[Math.max(...found)]! : null;
  }

  /** The edge whose line passes within `distance` of a point, or all whose stub does; empty where there is none. */
  edgesAt(x: number, y: number, distance: number): readonly SceneEdge[] {
    let best: { readonly edge: SceneEdge; readonly stub: SceneStub | null } | null = null;
    let least = distance;
    for (const edge of this.edgesIn(x - distance, y - distance, x + distance, y + distance)) {
      for (const [a, b, stub] of pieces(edge)) {
        const along = Math.max(0, Math.min(1, ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / ((b.x - a.x) ** 2 + (b.y - a.y) ** 2 || 1)));
        const away = Math.hypot(x - a.x - along * (b.x - a.x), y - a.y - along * (b.y - a.y));
        if (away < least) [best, least] = [{ edge, stub }, away];
      }
    }
    if (!best) return [];
    const { edge, stub } = best;
    return stub ? this.scene.edges.filter((each) => each.container === edge.container && stub.edges.includes(each.edge)) : [edge];
  }
}

/** The straight pieces that are drawn, with the stub that each is of. */
function* pieces({ points, stubs }: SceneEdge): Generator<readonly [Point, Point, SceneStub | null]> {
  const lines = points ? [{ points, stub: null }] : stubs.map((stub) => ({ points: stub.points, stub }));
  for (const { points: line, stub } of lines) {
    for (let i = 1; i < line.length; i++) yield [line[i - 1]!, line[i]!, stub];
  }
}

function build<Item>(items: readonly Item[], bounds: (item: Item) => readonly [number, number, number, number]): Flatbush | null {
  if (items.length === 0) return null;
  const index = new Flatbush(items.length);
  for (const item of items) index.add(...bounds(item));
  index.finish();
  return index;
}

function edgeBounds(edge: SceneEdge): [number, number, number, number] {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  // A cut line is drawn at its ends only, but its bounds span both: the few there are cost less than an entry for each end.
  for (const { x, y } of edge.points ?? edge.ends) {
    if (x < x0) x0 = x;
    if (y < y0) y0 = y;
    if (x > x1) x1 = x;
    if (y > y1) y1 = y;
  }
  for (const each of labelsOfEdge(edge)) {
    x0 = Math.min(x0, each.x);
    y0 = Math.min(y0, each.y - 11);
    x1 = Math.max(x1, each.x + each.width);
  }
  return [x0 - 12, y0 - 12, x1 + 12, y1 + 12];
}
