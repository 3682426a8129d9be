/** What must hold of the picture of any model. Each function gives what it found wrong, in words; nothing where all is right. */
import { formatSummary, summarize } from "../../src/describe/summary.js";
import { visibleBox } from "../../src/picture/drawing/sharedLinks.js";
import { badgeHeight } from "../../src/picture/face.js";
import type { Direction } from "../../src/picture/geometry.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import type { PictureModel } from "../../src/picture/model/pictureModel.js";
import { labelsOfEdge, layoutScene, type Scene, type SceneBox } from "../../src/picture/scene.js";
import { SceneFlow } from "../../src/picture/sceneFlow.js";
import { estimateText, fonts } from "../../src/picture/text.js";
import { englishWords } from "../../src/picture/words.js";
import { keepsElements, type ModelSnapshot, type OperationStep, type StepId, type ValueId } from "../../src/protocol/index.js";
import { type Area, collisions, overlap } from "./geometry.js";
import { notFinite, unreadableOperands } from "./traced.js";

const solver = new LayoutSolver(elkInProcess());

/** One way of looking at a model. */
export interface View {
  readonly name: string;
  readonly arrangement: Arrangement;
  readonly direction: Direction;
  readonly showBookkeeping: boolean;
}

export function drawn(model: PictureModel, { arrangement, direction, showBookkeeping }: View, by = solver): Promise<Scene> {
  const options = { direction, measure: estimateText, words: englishWords, deadline: performance.now() + 60_000, isCurrent: () => true };
  return layoutScene(buildDisplayGraph(model, arrangement, showBookkeeping), by, options);
}

/** Everything open and unfolded. */
export function everything(model: PictureModel): Arrangement {
  const rows = model.index.modules.flatMap((module) => model.rows(module));
  const unfolded = new Set([...rows.flatMap(({ members }) => members.slice(0, 1).map(({ path }) => path)), ...model.index.modules.map(({ path }) => path)]);
  return { ...initialArrangement, depth: "all", unfolded };
}

export const firstViews: readonly View[] = (["down", "right"] as const).map((direction) => ({
  name: `first view, ${direction}`,
  arrangement: initialArrangement,
  direction,
  showBookkeeping: false,
}));

export function allViews(model: PictureModel): readonly View[] {
  const all = everything(model);
  return [
    ...firstViews,
    { name: "one level", arrangement: { ...initialArrangement, depth: 1 }, direction: "down", showBookkeeping: false },
    { name: "all open, rows folded", arrangement: { ...initialArrangement, depth: "all" }, direction: "down", showBookkeeping: false },
    { name: "everything", arrangement: all, direction: "down", showBookkeeping: false },
    { name: "everything, right", arrangement: all, direction: "right", showBookkeeping: false },
    { name: "everything with bookkeeping", arrangement: all, direction: "down", showBookkeeping: true },
  ];
}

/** All that is wrong in some views of a model, each with the name of the view. */
export async function faultsOf(model: PictureModel, views: readonly View[] = allViews(model)): Promise<string[]> {
  const found = wrongSums(model.snapshot);
  for (const view of views) {
    const scene = await drawn(model, view);
    const isWhole = view.name.startsWith("everything");
    const wrong = [
      ...notFinite(scene),
      ...missing(model, scene, view),
      ...(isWhole ? wrongEnds(model, scene, view) : []),
      ...wronglyTold(model, scene),
      ...unreadableOperands(scene),
      ...collisions(scene),
      ...hiddenTexts(scene),
    ];
    found.push(...wrong.map((text) => `${view.name}: ${text}`));
  }
  return found;
}

/** A scene as text, to be compared. */
export function written(scene: Scene): string {
  const boxes = scene.boxes.map(({ node: { id }, x, y, width, height }) => `${id} ${x} ${y} ${width} ${height}`);
  const edges = scene.edges.map(({ from, to, points }) => `${from} > ${to} ${JSON.stringify(points)}`);
  return [...boxes, ...edges].join("\n");
}

/** Draws a model anew, without what was kept of its containers. */
export async function drawnAnew(model: PictureModel, view: View): Promise<Scene> {
  return drawn(model, view, new LayoutSolver(elkInProcess()));
}

/** Rows of the table whose parameters or multiply-adds do not add up to the totals, at any depth. */
export function wrongSums(model: ModelSnapshot): string[] {
  const summary = summarize(model);
  const { parameters, multiplyAdds } = summary.totals;
  const deepest = Math.max(...summary.rows.map(({ depth }) => depth));
  return Array.from({ length: deepest + 1 }, (_, depth) => depth).flatMap((depth) => {
    const lines = formatSummary(summary, depth).split("\n");
    const dividers = lines.flatMap((line, at) => (/^=+$/.test(line) ? [at] : []));
    const rows = lines.slice(dividers[1]! + 1, dividers[2]).map((line) => line.split(/\s{2,}(?=[[(\d-])/));
    const sum = (column: number) =>
      rows.reduce((total, cells) => {
        const text = (cells.at(column) ?? "").replace(/[(),]/g, "");
        return total + (/^\d+$/.test(text) ? Number(text) : 0);
      }, 0);
    return [
      ...(sum(-2) === parameters ? [] : [`at depth ${depth} the parameters of the rows are ${sum(-2)}, not ${parameters}`]),
      ...(sum(-1) === (multiplyAdds ?? 0) ? [] : [`at depth ${depth} the multiply-adds of the rows are ${sum(-1)}, not ${multiplyAdds}`]),
    ];
  });
}

/** Steps of the pass that are neither drawn nor in a box that stands for them. */
export function missing(model: PictureModel, scene: Scene, { showBookkeeping }: Pick<View, "showBookkeeping">): string[] {
  const { trace } = model.snapshot;
  if (!trace) return [];
  const flow = model.flow(showBookkeeping)!;
  const folds = model.folds(showBookkeeping);
  const { byId } = scene;
  const isShown = (step: StepId): boolean => byId.has(flow.nodeOf(step));
  /** Whether every call around a step is drawn by itself: else what stands for the call stands for it. */
  const areCallsShown = (step: StepId): boolean => {
    const parent = trace.steps[step]!.parent;
    return parent === null || (isShown(parent) && areCallsShown(parent));
  };
  /** Whether a call around a step is drawn as a closed box. */
  const isClosedIn = (step: StepId): boolean => {
    const parent = trace.steps[step]!.parent;
    return parent !== null && ((isShown(parent) && byId.get(flow.nodeOf(parent))!.node.content === null) || isClosedIn(parent));
  };
  return trace.steps.flatMap((step, id) => {
    if (isShown(id) || isClosedIn(id)) return [];
    const path = step.kind === "module" ? step.path : model.index.enclosing(id);
    const box = visibleBox(model, scene, path);
    if (!box) return [`step ${id} in ${path} is nowhere`];
    if (box.node.path !== path) return box.node.content === null || box.node.row.kind !== "single" ? [] : [`${path} is not in ${box.node.path}`];
    if (!areCallsShown(id)) return [];
    const node = flow.nodeOf(id);
    if (isShown(id)) return [];
    if (step.kind === "module") return box.node.turn?.ordinal === null || folds.has(node) ? [] : [`${node} is not drawn`];
    if (box.node.content === null || byId.get(flow.nodeOf(step.parent!))?.node.content === null) return [];
    const isFolded = folds.has(node) || (!showBookkeeping && keepsElements(step));
    return isFolded ? [] : [`${node} is not drawn`];
  });
}

/** Operations, closed boxes and outputs whose lines lead elsewhere than the pass did. */
export function wrongEnds(model: PictureModel, scene: Scene, view: Pick<View, "showBookkeeping">): string[] {
  const { trace } = model.snapshot;
  if (!trace) return [];
  const flow = model.flow(view.showBookkeeping)!;
  const { byId } = scene;
  const sceneFlow = new SceneFlow(scene);

  const drawnAt = (step: StepId): string => {
    let node = flow.nodeOf(step);
    for (let each = trace.steps[step]!.parent; each !== null; each = trace.steps[each]!.parent)
      if (byId.get(flow.nodeOf(each))?.node.content === null) node = flow.nodeOf(each);
    return node;
  };
  const sourceOf = (value: ValueId): string => {
    const { source } = trace.values[value]!;
    if (source.kind === "tensor") return "parameter";
    if (source.kind !== "step") return source.kind;
    const step = trace.steps[source.step]!;
    const node = drawnAt(source.step);
    if (step.kind === "operation" && keepsElements(step) && !byId.has(flow.nodeOf(source.step)) && node === flow.nodeOf(source.step))
      return sourceOf(folded(step).value);
    if (step.kind === "operation" && keepsElements(step) && !view.showBookkeeping && isFoldedAway(source.step)) return sourceOf(folded(step).value);
    return node;
  };
  const folded = (step: OperationStep) => step.inputs.find(({ value }) => trace.values[value]!.source.kind !== "tensor") ?? step.inputs[0]!;
  /** Whether what keeps elements is drawn as part of a line: `nodeOf` gives the call around. */
  const isFoldedAway = (step: StepId): boolean => {
    const parent = trace.steps[step]!.parent;
    return parent !== null && flow.nodeOf(step) === flow.nodeOf(parent) && byId.get(flow.nodeOf(parent))?.node.content !== null;
  };
  const nameOf = (id: string): string => {
    const { kind } = byId.get(id)!.node;
    return kind === "module" || kind === "operation" ? id : kind;
  };
  const upstream = (id: string): string[] => sceneFlow.next(id, "upstream").flatMap((each) => (byId.get(each)!.node.part ? upstream(each) : [nameOf(each)]));
  const sorted = (names: Iterable<string>): string => [...new Set(names)].sort().join(", ");

  const wrong: string[] = [];
  const expectEnds = (id: string, expected: string): void => {
    const found = sorted(upstream(id));
    if (found !== expected) wrong.push(`${id} takes [${expected}], and lines lead to it from [${found}]`);
  };
  trace.steps.forEach((step, id) => {
    const node = flow.nodeOf(id);
    if (step.kind === "operation" && byId.has(node) && byId.get(node)!.node.kind === "operation") {
      expectEnds(node, sorted(step.inputs.map(({ value }) => sourceOf(value))));
    }
  });
  const outputs = scene.boxes.filter(({ node }) => node.kind === "output");
  trace.outputs.forEach(({ value }, place) => {
    if (outputs[place]) expectEnds(outputs[place].node.id, sorted([sourceOf(value)]));
  });
  return wrong;
}

/** Boxes that say something else than the pass of what failed, was not reached or not called. */
export function wronglyTold(model: PictureModel, scene: Scene): string[] {
  const { trace } = model.snapshot;
  const failures = scene.boxes.filter(({ node }) => node.failure !== null).length;
  const wrong = failures === (trace?.failure ? 1 : 0) ? [] : [`${failures} boxes say that they failed`];
  for (const { node } of scene.boxes) {
    if (node.kind !== "module" || node.row.kind !== "single") continue;
    const ran = model.index.runStatus(node.path) === "ran";
    if (ran && (node.status === "notCalled" || node.status === "notReached")) wrong.push(`${node.id} ran and says ${node.status}`);
    if (!ran && node.status === "ran") wrong.push(`${node.id} did not run and says so nowhere`);
    if (node.status === "notReached" && !trace?.failure) wrong.push(`${node.id} says that it was not reached in a pass that did not fail`);
  }
  return wrong;
}

/** Above and below the baseline of a text, as shares of its size: of most letters. */
const [ascent, descent] = [0.72, 0.12];

/** Where each text of a box stands. */
export function textAreas({ face, x, y }: SceneBox): (Area & { readonly text: string })[] {
  const texts = face.texts.map(({ x: textX, y: baseline, text, font, anchor }) => {
    const width = estimateText(text, font);
    const left = textX - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
    const { size } = fonts[font];
    return { x: x + left, y: y + baseline - ascent * size, width, height: (ascent + descent) * size, text };
  });
  const badges = face.badges.map((badge) => ({ x: x + badge.x, y: y + badge.y, width: badge.width, height: badgeHeight, text: badge.text }));
  return [...texts, ...badges];
}

/** Texts that leave their box or lie over one another, and lines and labels over the texts of boxes that are open. */
export function hiddenTexts(scene: Scene): string[] {
  const found: string[] = [];
  const titles: (Area & { readonly text: string; readonly id: string })[] = [];
  for (const box of scene.boxes) {
    const areas = textAreas(box);
    areas.forEach((area, at) => {
      if (area.x < box.x - 0.5 || area.x + area.width > box.x + box.width + 0.5) found.push(`"${area.text}" leaves ${box.node.id}`);
      for (const other of areas.slice(at + 1)) if (overlap(area, other, 0.3)) found.push(`"${area.text}" over "${other.text}" in ${box.node.id}`);
    });
    const { glyph } = box.face;
    if (glyph) {
      const place = { x: box.x + glyph.x, y: box.y + glyph.y, width: glyph.width, height: glyph.height };
      for (const area of areas) if (overlap(area, place, 0.3)) found.push(`"${area.text}" over the distribution in ${box.node.id}`);
    }
    if (box.node.content) titles.push(...areas.map((area) => ({ ...area, id: box.node.id })));
  }
  for (const edge of scene.edges) {
    for (let at = 1; edge.points && at < edge.points.length; at++) {
      const [a, b] = [edge.points[at - 1]!, edge.points[at]!];
      const line = { x: Math.min(a.x, b.x) - 0.5, y: Math.min(a.y, b.y) - 0.5, width: Math.abs(a.x - b.x) + 1, height: Math.abs(a.y - b.y) + 1 };
      for (const title of titles) if (overlap(line, title, 0.3)) found.push(`${edge.from} > ${edge.to} over "${title.text}" of ${title.id}`);
    }
    for (const label of labelsOfEdge(edge)) {
      const area = { x: label.x, y: label.y - 9, width: label.width, height: 10 };
      for (const title of titles) if (overlap(area, title, 0.3)) found.push(`label ${label.text} over "${title.text}" of ${title.id}`);
    }
  }
  return found;
}
