/** What must hold of the picture of any model. Each function gives what it found wrong, in words; nothing where all is right. */
import { formatSummary, summarize } from "../../src/describe/summary.js";
import { routeLinks } from "../../src/picture/drawing/linkRoutes.js";
import { rails, sharedLinks, visibleBox } from "../../src/picture/drawing/sharedLinks.js";
import { badgeHeight } from "../../src/picture/face.js";
import type { Direction } from "../../src/picture/geometry.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { canvasPath, type DataFlow } from "../../src/picture/model/dataFlow.js";
import type { DisplayNode } from "../../src/picture/model/displayGraph.js";
import type { Fold, PictureModel } from "../../src/picture/model/pictureModel.js";
import type { Row } from "../../src/picture/model/rows.js";
import { labelsOfEdge, layoutScene, type Scene, type SceneBox } from "../../src/picture/scene.js";
import { SceneFlow } from "../../src/picture/sceneFlow.js";
import { estimateText, fonts } from "../../src/picture/text.js";
import { englishWords } from "../../src/picture/words.js";
import { keepsElements, type ForwardTrace, type ModelSnapshot, type OperationStep, type StepId, type ValueId } from "../../src/protocol/index.js";
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
  const options = { direction, measure: estimateText, words: englishWords, deadline: performance.now() + 600_000, isCurrent: () => true };
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

/** What runs, one by one. */
export function everythingViews(model: PictureModel): readonly View[] {
  const arrangement = everything(model);
  return [
    { name: "everything", arrangement, direction: "down", showBookkeeping: false },
    { name: "everything, right", arrangement, direction: "right", showBookkeeping: false },
    { name: "everything with bookkeeping", arrangement, direction: "down", showBookkeeping: true },
  ];
}

export function allViews(model: PictureModel): readonly View[] {
  return [
    ...firstViews,
    { name: "one level", arrangement: { ...initialArrangement, depth: 1 }, direction: "down", showBookkeeping: false },
    { name: "all open, rows folded", arrangement: { ...initialArrangement, depth: "all" }, direction: "down", showBookkeeping: false },
    ...everythingViews(model),
  ];
}

/** All that is wrong in some views of a model, each with the name of the view. */
export async function faultsOf(model: PictureModel, views: readonly View[] = allViews(model)): Promise<string[]> {
  const found = wrongSums(model.snapshot);
  for (const view of views) {
    const scene = await drawn(model, view);
    const wrong = [
      ...notFinite(scene),
      ...(scene.isPlain ? ["the plain layout"] : []),
      ...missing(model, scene, view),
      ...wrongEnds(model, scene, view),
      ...wronglyTold(model, scene),
      ...unreadableOperands(scene),
      ...collisions(scene),
      ...hiddenTexts(scene),
      ...linksOverTexts(model, scene),
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

/** Operations, closed modules and outputs to which lines lead from elsewhere than what they took in the pass. */
export function wrongEnds(model: PictureModel, scene: Scene, { showBookkeeping }: Pick<View, "showBookkeeping">): string[] {
  const { trace } = model.snapshot;
  if (!trace) return [];
  const ends = new Ends(model, scene, showBookkeeping);
  /** By box: what all that it stands for took. */
  const taken = new Map<string, Set<string>>();
  const besides = new Map<string, Set<string>>();
  const take = (box: string | null, value: ValueId, by: StepId | null): void => {
    if (box === null) return;
    const sources = taken.get(box) ?? new Set();
    taken.set(box, sources);
    besides.set(box, new Set([...(besides.get(box) ?? []), ...ends.besides(value, by)]));
    const source = ends.sourceOf(value, by);
    if (source === null || source === box) return;
    // Of what others in its place take of their own, nothing is drawn.
    if (isOfItsOwn(source) && by !== null && !ends.isShown(by) && scene.byId.get(box)!.node.kind === "operation") return;
    sources.add(source);
  };
  trace.steps.forEach((step, id) => {
    const box = ends.boxOf(id);
    for (const { value } of step.inputs) take(box, value, id);
  });
  const outputs = scene.boxes.filter(({ node }) => node.kind === "output");
  trace.outputs.forEach(({ value }, place) => take(outputs[place]?.node.id ?? null, value, null));
  return [...taken].flatMap(([box, sources]) => {
    const isModule = scene.byId.get(box)!.node.kind === "module";
    // What a closed module takes of its own is in it.
    const expected = [...sources].filter((source) => !isModule || !isOfItsOwn(source));
    const found = [...ends.upstream(box, sources)].filter((source) => source !== box && (!isModule || !isOfItsOwn(source) || !sources.has(source)));
    const isSame = expected.every((source) => found.includes(source)) && found.every((source) => expected.includes(source) || besides.get(box)!.has(source));
    return isSame ? [] : [`${box} takes [${expected.sort().join(", ")}], and lines lead to it from [${found.sort().join(", ")}]`];
  });
}

const isOfItsOwn = (source: string) => source.startsWith("parameter ") || source.startsWith("constant ");

/** Where lines begin, and where they should by the pass: each as the id of a box, or as "parameter 3", "input 0", "constant 7", by tensor and value. */
class Ends {
  readonly #trace: ForwardTrace;
  readonly #flow: DataFlow;
  readonly #folds: ReadonlyMap<string, Fold>;
  readonly #sceneFlow: SceneFlow;
  readonly #foldedRows: ReadonlyMap<string, Row>;
  readonly #shown = new Map<string, string | null>();

  constructor(
    readonly model: PictureModel,
    readonly scene: Scene,
    readonly showBookkeeping: boolean,
  ) {
    this.#trace = model.snapshot.trace!;
    this.#flow = model.flow(showBookkeeping)!;
    this.#folds = model.folds(showBookkeeping);
    this.#sceneFlow = new SceneFlow(scene);
    const rows = scene.boxes.flatMap(({ node: { row } }) => (row.kind === "single" ? [] : [row]));
    this.#foldedRows = new Map(rows.flatMap((row) => row.members.map(({ path }) => [path, row] as const)));
  }

  /** The operation or closed module that stands for a step; null where that is open, or part of a line. */
  boxOf(step: StepId): string | null {
    const node = this.#flow.nodeOf(step);
    const { parent } = this.#trace.steps[step]!;
    const isNode = this.#trace.steps[step]!.kind === "module" || parent === null || node !== this.#flow.nodeOf(parent);
    const box = this.#shownAt(node, parent === null ? null : this.#flow.nodeOf(parent));
    if (box === null || this.#isOpen(box)) return null;
    return isNode || this.scene.byId.get(box)!.node.kind === "module" ? box : null;
  }

  /** Whether a step itself is drawn, and not another in its place. */
  isShown(step: StepId): boolean {
    return this.scene.byId.has(this.#flow.nodeOf(step));
  }

  #isOpen(box: string): boolean {
    return this.scene.byId.get(box)!.node.content !== null;
  }

  /** The box that shows a node, or the closed one around. `around`: the node of the call that it stands in. */
  #shownAt(node: string, around: string | null): string | null {
    let shown = this.#shown.get(node);
    if (shown === undefined) this.#shown.set(node, (shown = this.#find(node, around)));
    return shown;
  }

  #find(node: string, around: string | null): string | null {
    if (this.scene.byId.has(node)) return node;
    const container = this.#flow.standing.get(node)?.around ?? around;
    if (container === null) return null;
    let local = node;
    let place = container;
    if (container !== canvasPath) {
      const box = this.#shownAt(container, null);
      if (box === null || !this.#isOpen(box)) return box;
      place = box;
      local = box + node.slice(container.length);
      if (this.scene.byId.has(local)) return local;
    }
    const first = this.#folds.get(local)?.first;
    if (first !== undefined && first !== local) return this.#shownAt(first, around);
    const path = this.#flow.standing.get(local)?.path;
    const row = path === undefined ? null : this.model.rowOf(path);
    if (!row || row.kind === "single") return null;
    const calls = this.#callsIn(place, path!);
    const call = calls.indexOf(local);
    for (const member of row.members) {
      const others = this.#callsIn(place, member.path);
      const box = others[call] ?? others[0];
      if (box !== undefined && this.scene.byId.has(box)) return box;
      const folded = box === undefined ? undefined : this.#folds.get(box)?.first;
      if (folded !== undefined && this.scene.byId.has(folded)) return folded;
    }
    return null;
  }

  #callsIn(container: string, path: string): readonly string[] {
    return this.#flow.containers.get(container)?.modules.get(path) ?? [];
  }

  /** Where else a line to a value may begin: an open box that stands for several calls hands on what each of them was given by one line. */
  besides(value: ValueId, taker: StepId | null, seen = new Set<StepId>()): readonly string[] {
    const through: [call: StepId, place: number][] = [];
    this.sourceOf(value, taker, (call, at) => through.push([call, this.#trace.steps[call]!.outputs.findIndex((output) => output.value === at)]));
    return through.flatMap(([call, place]) =>
      this.#callsAt(this.#boxAt(call)).flatMap((other) => {
        const output = this.#trace.steps[other]!.outputs[place];
        if (output === undefined || other === call || seen.has(other)) return [];
        seen.add(other);
        return [this.sourceOf(output.value, null), ...this.besides(output.value, null, seen)].filter((source) => source !== null);
      }),
    );
  }

  /** The box that shows a call. */
  #boxAt(call: StepId): string | null {
    const { parent } = this.#trace.steps[call]!;
    return this.#shownAt(this.#flow.nodeOf(call), parent === null ? null : this.#flow.nodeOf(parent));
  }

  #callsAt(box: string | null): readonly StepId[] {
    return this.#trace.steps.flatMap(({ kind }, step) => (kind === "module" && box !== null && this.#boxAt(step) === box ? [step] : []));
  }

  /** `taker`: the step that takes it; `through` hears of the open modules that handed it on. Null where the line would lead from one member of a folded row to another. */
  sourceOf(value: ValueId, taker: StepId | null, through?: (call: StepId, value: ValueId) => void): string | null {
    for (let at = value, by = taker; ; ) {
      const { source } = this.#trace.values[at]!;
      if (source.kind === "tensor") return `parameter ${source.tensor}`;
      if (source.kind !== "step") return `${source.kind} ${at}`;
      if (by !== null && this.#isWithinRow(source.step, by)) return null;
      by = source.step;
      const box = this.boxOf(source.step);
      if (box !== null) return box;
      const step = this.#trace.steps[source.step]!;
      const before = step.kind === "module" ? source.handsOn : passedOn(step, this.#trace);
      if (before === undefined) return `nothing that shows step ${source.step}`;
      if (step.kind === "module") through?.(source.step, at);
      at = before;
    }
  }

  /** Whether two steps are, or lie in, two members of a row of which one box stands for all. */
  #isWithinRow(one: StepId, other: StepId): boolean {
    const [a, b] = [one, other].map((step) => this.model.index.ancestry(this.model.index.moduleOf(step)!.path));
    const apart = a!.findIndex(({ path }, depth) => path !== b![depth]?.path);
    const [first, second] = [a![apart]?.path, b![apart]?.path];
    const row = first === undefined || second === undefined ? undefined : this.#foldedRows.get(first);
    const around = new Set(a!.slice(0, apart).map(({ path }) => path));
    if (this.#callOf(one, around) !== this.#callOf(other, around)) return false;
    return row?.members.some(({ path }) => path === second) === true;
  }

  /** The innermost call around a step of one of some modules. */
  #callOf(step: StepId, paths: ReadonlySet<string>): StepId | null {
    for (let at = this.#trace.steps[step]!.parent; at !== null; at = this.#trace.steps[at]!.parent) {
      const call = this.#trace.steps[at]!;
      if (call.kind === "module" && paths.has(call.path)) return at;
    }
    return null;
  }

  /** What lines to a box come from. `expected` tells which parameters those of a module are that is not called. */
  upstream(box: string, expected: ReadonlySet<string>): Set<string> {
    const found = new Set<string>();
    for (const id of this.#sceneFlow.next(box, "upstream")) {
      const { node } = this.scene.byId.get(id)!;
      if (node.part) for (const source of this.upstream(id, expected)) found.add(source);
      else for (const source of this.#namesOf(node, expected)) found.add(source);
    }
    return found;
  }

  #namesOf({ id, source, kind, status, path }: DisplayNode, expected: ReadonlySet<string>): readonly string[] {
    if (source?.kind === "parameter") return [`parameter ${source.tensor}`];
    if (source?.kind === "input" || source?.kind === "constant") return [`${source.kind} ${source.value}`];
    if (status !== "used" && (this.#flow.calls.has(id) || kind !== "module")) return [id];
    const own = this.model.index.within(path).flatMap(({ parameters, buffers }) => [...parameters, ...buffers].map(({ tensor }) => `parameter ${tensor}`));
    const taken = own.filter((each) => expected.has(each));
    return [...(expected.has(id) || taken.length === 0 ? [id] : []), ...taken];
  }
}

/** What an operation that only moves elements moves. */
function passedOn({ inputs }: OperationStep, { values }: ForwardTrace): ValueId | undefined {
  return (inputs.find(({ value }) => values[value]!.source.kind !== "tensor") ?? inputs[0])?.value;
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

/** Links of shared weights through what is written on boxes or beside lines, as they are drawn near and from afar. */
function linksOverTexts(model: PictureModel, scene: Scene): string[] {
  const links = routeLinks(scene, sharedLinks(model, scene, null), estimateText);
  if (links.length === 0) return [];
  const texts = [
    ...scene.boxes.flatMap((box) => textAreas(box).map((area) => ({ ...area, of: box.node.id }))),
    ...scene.edges.flatMap((edge) =>
      labelsOfEdge(edge).map(({ x, y, width, text }) => ({ x, y: y - 9, width, height: 10, text, of: `${edge.from} > ${edge.to}` })),
    ),
  ];
  const lines = [
    ...links.map(({ from, to, points }) => ({ name: `link ${from} - ${to}`, points })),
    ...rails(links, scene.direction).map((points) => ({ name: "rail", points })),
  ];
  return lines.flatMap(({ name, points }) =>
    points.slice(1).flatMap((b, at) => {
      const a = points[at]!;
      const line = { x: Math.min(a.x, b.x) - 0.5, y: Math.min(a.y, b.y) - 0.5, width: Math.abs(a.x - b.x) + 1, height: Math.abs(a.y - b.y) + 1 };
      return texts.flatMap((area) => (overlap(line, area, 0.3) ? [`${name} over "${area.text}" of ${area.of}`] : []));
    }),
  );
}
