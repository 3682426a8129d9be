import type { Rectangle, Point } from "../geometry.js";
import { border } from "../model/dataFlow.js";
import type { Scene, SceneEdge } from "../scene.js";

/** Between a box and the line that turns off below it. */
const turn = 6;
/** Of a line from the boxes that it passes. */
const clearance = 4;
/** From the edge of the container: in the padding, where no box stands. */
const gutter = 5;

/** Cut lines drawn through for once: along the margin of their container, past the boxes. */
export class CutLines {
  readonly #known = new Map<SceneEdge, SceneEdge>();
  #boxesIn: Map<string | null, Rectangle[]> | undefined;

  constructor(readonly scene: Scene) {}

  whole(edge: SceneEdge): SceneEdge {
    if (edge.points) return edge;
    let whole = this.#known.get(edge);
    if (!whole) this.#known.set(edge, (whole = { ...edge, points: this.#route(edge), stubs: [] }));
    return whole;
  }

  #route({ container, ends, edge }: SceneEdge): Point[] {
    const isDown = this.scene.direction === "down";
    // As if data flowed down; turned back at the end.
    const turnPoint = ({ x, y }: Point): Point => (isDown ? { x, y } : { x: y, y: x });
    const boxes = this.#around(container?.node.id ?? null);
    const outer = container ?? { x: 0, y: 0, width: this.scene.width, height: this.scene.height };
    const margin = (isDown ? outer.x + outer.width : outer.y + outer.height) - gutter;
    const [from, to] = ends.map(turnPoint) as [Point, Point];
    const leaves = edge.from === border ? from.y + turn : clear(boxes, from.x, margin, from.y + turn, 1);
    const enters = edge.to === border ? to.y - turn : clear(boxes, to.x, margin, to.y - turn, -1);
    const points = [from, { x: from.x, y: leaves }, { x: margin, y: leaves }, { x: margin, y: enters }, { x: to.x, y: enters }, to];
    return points.map(turnPoint);
  }

  /** The boxes of one container, as if data flowed down. */
  #around(container: string | null): readonly Rectangle[] {
    if (!this.#boxesIn) {
      this.#boxesIn = new Map();
      const isDown = this.scene.direction === "down";
      for (const { node, x, y, width, height } of this.scene.boxes) {
        const parent = this.scene.parents.get(node.id) ?? null;
        const box = isDown ? { x, y, width, height } : { x: y, y: x, width: height, height: width };
        const boxes = this.#boxesIn.get(parent);
        if (boxes) boxes.push(box);
        else this.#boxesIn.set(parent, [box]);
      }
    }
    return this.#boxesIn.get(container) ?? [];
  }
}

/** The nearest height, downwards or upwards from `y`, at which a line from `left` to `right` meets no box. */
function clear(boxes: readonly Rectangle[], left: number, right: number, y: number, way: 1 | -1): number {
  const beside = boxes.filter((box) => box.x < right && box.x + box.width > left);
  let at = y;
  for (let met = inTheWay(beside, at); met; met = inTheWay(beside, at)) at = way > 0 ? met.y + met.height + clearance : met.y - clearance;
  return at;
}

function inTheWay(boxes: readonly Rectangle[], y: number): Rectangle | undefined {
  return boxes.find((box) => y > box.y - clearance && y < box.y + box.height + clearance);
}
