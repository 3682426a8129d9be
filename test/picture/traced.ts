import type * as torch from "../../src/engine/index.js";
import type { Direction } from "../../src/picture/geometry.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { hasOrderedOperands } from "../../src/picture/model/displayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene, type Scene, type SceneEdge } from "../../src/picture/scene.js";
import { estimateText } from "../../src/picture/text.js";
import { englishWords } from "../../src/picture/words.js";
import { inspectHere } from "../inspect/inspector.js";

const solver = new LayoutSolver(elkInProcess());

/** A model as the picture has it, after a pass over random inputs of these shapes. */
export function traced(module: torch.nn.Module, ...shapes: readonly (readonly number[])[]): PictureModel {
  // One looks on at a time: the last that was made.
  const inspection = inspectHere();
  inspection.setModels([{ name: "model", module, location: null }], { infer: false });
  inspection.forward({
    model: "model",
    seed: 0,
    input: { kind: "stated", inputs: shapes.map((shape) => ({ shape: [...shape], dtype: "float32", fill: "randn" })) },
  });
  return new PictureModel(inspection.snapshots()[0]!);
}

export function sceneOf(
  model: PictureModel,
  arrangement: Partial<Arrangement> = { depth: "all" },
  direction: Direction = "down",
  showBookkeeping = false,
): Promise<Scene> {
  const options = { direction, measure: estimateText, words: englishWords, deadline: performance.now() + 30_000, isCurrent: () => true };
  return layoutScene(buildDisplayGraph(model, { ...initialArrangement, ...arrangement }, showBookkeeping), solver, options);
}

/** Numbers of a scene that are none, with where they stand. */
export function notFinite(scene: Scene): string[] {
  const found: string[] = [];
  const look = (value: unknown, where: string): void => {
    if (typeof value === "number" && !Number.isFinite(value)) found.push(`${where} is ${value}`);
  };
  for (const { node, x, y, width, height } of scene.boxes) for (const value of [x, y, width, height]) look(value, node.id);
  for (const { from, to, points, ends, stubs } of scene.edges)
    for (const { x, y } of [...(points ?? []), ...ends, ...stubs.flatMap((stub) => stub.points)]) for (const value of [x, y]) look(value, `${from} > ${to}`);
  for (const value of [scene.width, scene.height]) look(value, "scene");
  return found;
}

/** Closed boxes whose operands have an order that can be read neither from where they enter nor from numbers beside them. */
export function unreadableOperands(scene: Scene): string[] {
  const along = ({ x, y }: { readonly x: number; readonly y: number }) => (scene.direction === "down" ? x : y);
  return scene.boxes.flatMap(({ node }) => {
    if (node.content || !hasOrderedOperands(node)) return [];
    const entering = scene.edges.filter((edge) => edge.to === node.id && edge.points && edge.edge.kind === "measured" && edge.edge.operand >= 0);
    const isNumbered = ({ edge, ends: [, end], operand }: SceneEdge) =>
      operand !== null || entering.some((other) => other.operand && other.edge.operand === edge.operand && along(other.ends[1]) === along(end));
    const isRead = entering.every((a) =>
      entering.every((b) => {
        if (a.edge.operand >= b.edge.operand || (isNumbered(a) && isNumbered(b))) return true;
        return along(a.ends[1]) < along(b.ends[1]);
      }),
    );
    return isRead ? [] : [`${node.id} (${node.name})`];
  });
}
