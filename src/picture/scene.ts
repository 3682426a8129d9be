import type { Direction, Point } from "./geometry.js";
import { atLeastAsHigh, closedFace, sheetOffsets, titleFace, titleHeight, titleWidth, type Face, type FaceContext } from "./face.js";
import { edgeEnd } from "./layout/edgeEnds.js";
import { labelsOf, type PlacedLabel } from "./layout/edgeLabels.js";
import { operandNumbers } from "./layout/operandOrder.js";
import { borderNode, type LayoutProblem, type LayoutSolution, type ProblemNode } from "./layout/problem.js";
import type { LayoutSolver, Solved } from "./layout/solver.js";
import { stubsOf, type Stub } from "./layout/stubs.js";
import { border } from "./model/dataFlow.js";
import { hasOrderedOperands, nodeTitle, type DisplayContent, type DisplayEdge, type DisplayGraph, type DisplayNode } from "./model/displayGraph.js";
import { fill } from "./words.js";

/** A box at its place in the picture. */
export interface SceneBox {
  readonly node: DisplayNode;
  readonly face: Face;
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface SceneEdge {
  readonly edge: DisplayEdge;
  /** Ids of the boxes at its ends; an end on a border is that container's id. */
  readonly from: string;
  readonly to: string;
  /** Scale below which it is too small to matter follows from its container. */
  readonly container: SceneBox | null;
  /** Whole line; null where it is cut. */
  readonly points: readonly Point[] | null;
  /** Where the line leaves its source and reaches its target. */
  readonly ends: readonly [Point, Point];
  readonly label: PlacedLabel | null;
  /** Which operand it is, counted from 1, where its place among the others does not say so. */
  readonly operand: PlacedLabel | null;
  /** Whether it ends here: one that goes on beyond a border has its arrow there. */
  readonly hasArrow: boolean;
  /** What is drawn of a cut line. Cut lines that end at the same place share a stub, which the first of them has. */
  readonly stubs: readonly SceneStub[];
}

export interface SceneStub extends Pick<Stub, "end" | "points"> {
  /** All cut lines that end in it. */
  readonly edges: readonly DisplayEdge[];
  /** At the target what the line comes from; at the source how many it feeds. */
  readonly label: PlacedLabel | null;
}

/** All that is written beside a line and its stubs. */
export function labelsOfEdge({ label, operand, stubs }: SceneEdge): readonly PlacedLabel[] {
  const labels: PlacedLabel[] = [];
  if (label) labels.push(label);
  if (operand) labels.push(operand);
  for (const stub of stubs) if (stub.label) labels.push(stub.label);
  return labels;
}

/** The picture with every position in one coordinate system; parents before what they hold. */
export interface Scene {
  readonly direction: Direction;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly SceneBox[];
  readonly edges: readonly SceneEdge[];
  readonly byId: ReadonlyMap<string, SceneBox>;
  /** The box around each; null for the outermost. */
  readonly parents: ReadonlyMap<string, string | null>;
  /** True where some container has the plain layout. */
  readonly isPlain: boolean;
}

interface Ports {
  readonly in: string[];
  readonly out: string[];
}

interface OpenContent {
  readonly node: DisplayNode | null;
  readonly around: OpenContent | null;
  readonly content: DisplayContent;
  readonly byId: ReadonlyMap<string, DisplayNode>;
  /** Ports on its own border. */
  readonly ports: Ports;
  readonly childPorts: ReadonlyMap<string, Ports>;
  /** 0 for what holds no open box. */
  level: number;
  problem?: LayoutProblem;
  solution?: LayoutSolution;
  size?: Size;
}

/** Of an open box: its content area is centred when the title is wider. */
interface Size {
  readonly width: number;
  readonly height: number;
  readonly shift: number;
}

export interface SceneOptions extends FaceContext {
  readonly direction: Direction;
  readonly deadline: number;
  readonly isCurrent: () => boolean;
}

/** Lays out every open container, innermost first, each distinct one once. */
export async function layoutScene(graph: DisplayGraph, solver: LayoutSolver, options: SceneOptions): Promise<Scene> {
  const levels: OpenContent[][] = [];
  const opened = new Map<DisplayNode, OpenContent>();
  const canvas = gather(graph.canvas, levels, opened);
  const faces = new Map<DisplayNode, Face>();
  let isPlain = false;
  for (const level of levels) {
    for (const container of level) container.problem = problemOf(container, opened, faces, options);
    const solved: Solved[] = await solver.solve(
      level.map((container) => container.problem!),
      options.deadline,
      options.isCurrent,
    );
    level.forEach((container, index) => {
      const { solution } = solved[index]!;
      container.solution = solution;
      isPlain ||= solved[index]!.isPlain;
      const title = container.node ? titleWidth(container.node, options) : 0;
      const width = Math.max(solution.width, title);
      container.size = { width, height: solution.height + (container.node ? titleHeight : 0), shift: (width - solution.width) / 2 };
    });
  }
  return new Composer(opened, faces, options, isPlain).compose(canvas, graph.parents);
}

/** Finds every open container, puts it on the level of its height, and lists the ports that edges inside or outside use. Without recursion: they may be nested thousands deep. */
function gather(canvas: DisplayContent, levels: OpenContent[][], opened: Map<DisplayNode, OpenContent>): OpenContent {
  const found: OpenContent[] = [];
  const pending = [containerOf(canvas, null, null, { in: [], out: [] })];
  for (let next = pending.pop(); next; next = pending.pop()) {
    found.push(next);
    if (next.node) opened.set(next.node, next);
    for (const child of next.content.nodes.toReversed()) {
      if (child.content) pending.push(containerOf(child.content, child, next, next.childPorts.get(child.id)!));
    }
  }
  // What lies in another comes after it, so from the end each level is known before that of the container around.
  for (const container of found.toReversed()) {
    (levels[container.level] ??= []).push(container);
    if (container.around) container.around.level = Math.max(container.around.level, container.level + 1);
  }
  return found[0]!;
}

function containerOf(content: DisplayContent, node: DisplayNode | null, around: OpenContent | null, ports: Ports): OpenContent {
  const childPorts = new Map<string, Ports>(content.nodes.map((child) => [child.id, { in: [], out: [] }]));
  const use = (list: string[], port: string) => {
    if (!list.includes(port)) list.push(port);
  };
  const isOpen = new Set(content.nodes.filter((child) => child.content).map((child) => child.id));
  for (const edge of content.edges) {
    if (edge.from === border) use(ports.in, edge.fromPort);
    else use(childPorts.get(edge.from)?.out ?? [], edge.fromPort);
    if (edge.to === border) use(ports.out, edge.toPort);
    else use(childPorts.get(edge.to)?.in ?? [], targetPort(edge, isOpen.has(edge.to)));
  }
  return { node, around, content, byId: new Map(content.nodes.map((child) => [child.id, child])), ports, childPorts, level: 0 };
}

/** A closed box has one port for each operand, an open one for each value. */
function targetPort(edge: DisplayEdge, isOpen: boolean): string {
  return isOpen ? edge.toPort : `${edge.toPort}/${edge.operand}`;
}

function problemOf(container: OpenContent, opened: ReadonlyMap<DisplayNode, OpenContent>, faces: Map<DisplayNode, Face>, options: SceneOptions): LayoutProblem {
  const { content, ports, childPorts } = container;
  const isDown = options.direction === "down";
  const sortedPorts = (list: string[]) => list.sort((a, b) => portOrder(a) - portOrder(b));
  sortedPorts(ports.in);
  sortedPorts(ports.out);
  const hasPortsInOrder = container.node !== null && container.around?.node === null;
  if (hasPortsInOrder) sortByEnds(ports, container.node.id, container.around.content);
  const indexes = new Map(content.nodes.map((child, index) => [child.id, index]));
  const nodes = content.nodes.map((child): ProblemNode => {
    const used = childPorts.get(child.id)!;
    const isDeclared = child.kind === "module" || child.kind === "input" || child.kind === "output";
    const inner = opened.get(child);
    if (inner) {
      const { width, height, shift } = inner.size!;
      const along = (offset: number, isUsed: boolean) => (isUsed ? (isDown ? offset + shift : offset + titleHeight) : (isDown ? width : height) / 2);
      const isUsed = (side: "from" | "to", port: string) => inner.content.edges.some((edge) => edge[side] === border && edge[`${side}Port`] === port);
      return {
        width,
        height,
        isDeclared,
        inPorts: used.in.map((name, port) => along(inner.solution!.inPorts[port]!, isUsed("from", name))),
        outPorts: used.out.map((name, port) => along(inner.solution!.outPorts[port]!, isUsed("to", name))),
      };
    }
    sortedPorts(used.in);
    sortedPorts(used.out);
    const isOrdered = used.in.length > 1 && hasOrderedOperands(child);
    // Between lines that enter from the side there is room for the number of each.
    const face = isDown || !isOrdered ? faceOf(child, options) : atLeastAsHigh(faceOf(child, options), used.in.length * operandRoom);
    faces.set(child, face);
    return {
      width: face.width,
      height: face.height,
      isDeclared,
      inPorts: used.in.map(() => null),
      outPorts: used.out.map(() => null),
      ...(isOrdered && { operands: used.in.map(portOperand) }),
    };
  });
  const edges = content.edges.map((edge) => {
    const target = content.nodes[indexes.get(edge.to) ?? -1];
    return {
      from: edge.from === border ? borderNode : indexes.get(edge.from)!,
      fromPort: (edge.from === border ? ports.in : childPorts.get(edge.from)!.out).indexOf(edge.fromPort),
      to: edge.to === border ? borderNode : indexes.get(edge.to)!,
      toPort: edge.to === border ? ports.out.indexOf(edge.toPort) : childPorts.get(edge.to)!.in.indexOf(targetPort(edge, !!target?.content)),
      ...(edge.isBack && { isBack: true }),
    };
  });
  const order = [...afterFailure(content), ...whereRemoved(content)].map(([before, after]) => ({
    from: before,
    fromPort: withPort(nodes, before, "outPorts", isDown),
    to: after,
    toPort: withPort(nodes, after, "inPorts", isDown),
    isOrder: true,
  }));
  const longestLabel = isDown ? 0 : Math.max(0, ...labelTexts(content).map((text) => options.measure(text, "small")));
  const layerGap = isDown ? 30 : Math.ceil(Math.min(110, Math.max(36, longestLabel + 20)) / 8) * 8;
  return { direction: options.direction, layerGap, nodes, edges: [...edges, ...order], inPorts: ports.in.length, outPorts: ports.out.length, hasPortsInOrder };
}

/** Puts the ports of a box in the order in which the nodes around it stand that its lines come from and lead to: a model's inputs and outputs. */
function sortByEnds(ports: Ports, box: string, { nodes, edges }: DisplayContent): void {
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const sort = (list: string[], own: "from" | "to", other: "from" | "to") => {
    const placeOf = (port: string) =>
      Math.min(...edges.flatMap((edge) => (edge[own] === box && edge[`${own}Port`] === port ? [places.get(edge[other]) ?? 0] : [])));
    list.sort((a, b) => placeOf(a) - placeOf(b));
  };
  sort(ports.in, "to", "from");
  sort(ports.out, "from", "to");
}

/** What failed without taking a value stands after what ran last, and what a pass did not reach after that, in order of declaration: pairs of places in the content. */
function afterFailure({ nodes, edges }: DisplayContent): [number, number][] {
  const failed = nodes.findIndex(({ status }) => status === "failed" || status === "failedInside");
  if (failed < 0) return [];
  const entered = new Set(edges.map(({ to }) => to));
  const pairs: [number, number][] = [];
  const last = nodes.findLastIndex(({ kind, status }) => status === "ran" && (kind === "module" || kind === "operation"));
  if (last >= 0 && last !== failed && !entered.has(nodes[failed]!.id)) pairs.push([last, failed]);
  let before = failed;
  nodes.forEach(({ id, status }, index) => {
    if (status !== "notReached") return;
    if (!entered.has(id)) pairs.push([before, index]);
    before = index;
  });
  return pairs;
}

/** What was removed stands below what it stood after: pairs of places in the content. */
function whereRemoved({ nodes }: DisplayContent): [number, number][] {
  return nodes.flatMap(({ kind }, index): [number, number][] => (kind === "removed" && index > 0 ? [[index - 1, index]] : []));
}

/** Adds a port for an edge that is not drawn. */
function withPort(nodes: ProblemNode[], index: number, side: "inPorts" | "outPorts", isDown: boolean): number {
  const node = nodes[index]!;
  const isFixed = [...node.inPorts, ...node.outPorts].some((offset) => offset !== null);
  nodes[index] = { ...node, [side]: [...node[side], isFixed ? (isDown ? node.width : node.height) / 2 : null] };
  return node[side].length;
}

const keptFaces = new WeakMap<DisplayNode, { readonly by: FaceContext["measure"]; readonly words: FaceContext["words"]; readonly face: Face }>();

/** Closed boxes outlive their picture, and so do their faces. */
function faceOf(node: DisplayNode, context: FaceContext): Face {
  const kept = keptFaces.get(node);
  if (kept && kept.by === context.measure && kept.words === context.words) return kept.face;
  const face = closedFace(node, context);
  keptFaces.set(node, { by: context.measure, words: context.words, face });
  return face;
}

/** What is written beside each edge: nothing where a box at its end says the same shape and nothing else. */
function labelTexts(content: DisplayContent): string[] {
  const saysItsShape = new Set(content.nodes.filter(({ kind }) => kind !== "module" && kind !== "operation").map(({ id }) => id));
  return content.edges.map((edge) => ((saysItsShape.has(edge.from) && edge.via.length === 0) || saysItsShape.has(edge.to) ? "" : edge.label));
}

/** What is written beside each stub. */
function stubTexts(container: OpenContent, stubs: readonly Stub[], { words }: SceneOptions): string[] {
  return stubs.map(({ end, edges }) => {
    if (end === "source") return fill(words.stubTargets, edges.length);
    const sources = new Map(edges.map((index) => [`${container.content.edges[index]!.from} ${container.content.edges[index]!.fromPort}`, index]));
    return sources.size > 1 ? fill(words.stubSources, sources.size) : sourceName(container, container.content.edges[edges[0]!]!, words);
  });
}

/** What an edge comes from, also from beyond the borders around. */
function sourceName({ node, around, byId }: OpenContent, edge: DisplayEdge, words: SceneOptions["words"]): string {
  if (edge.from !== border) return nodeTitle(byId.get(edge.from)!, words);
  const before = around?.content.edges.find(({ to, toPort }) => to === node!.id && toPort === edge.fromPort);
  return before ? sourceName(around!, before, words) : "";
}

/** Edges whose shape stands on no box that they leave: nothing is written on it, or what arrives was reshaped on the way. */
function labelsNeeded({ content, byId }: OpenContent): Set<number> {
  return new Set(
    content.edges.flatMap(({ from, label }, index) => {
      const source = byId.get(from);
      return source && source.kind !== "operation" && !source.content && source.outputShape === label ? [] : [index];
    }),
  );
}

function portOrder(port: string): number {
  return Number(/\d+/.exec(port)?.[0] ?? 0) * 100 + Number(/\/(\d+)/.exec(port)?.[1] ?? 0);
}

/** Which operand enters a port of a closed box. */
function portOperand(port: string): number {
  return Number(port.slice(port.lastIndexOf("/") + 1));
}

/** Of the line of an operand and the number beside it. */
const operandRoom = 11;

/** Between a line through a title bar and what is written there. */
const titleClearance = 5;

/** A container on its way into the picture. */
interface Composed {
  readonly container: OpenContent;
  /** Of its content. */
  readonly x: number;
  readonly y: number;
  readonly around: SceneBox | null;
  readonly depth: number;
  /** Which of its nodes is next. */
  next: number;
}

/** Adds up the positions from the outside in. */
class Composer {
  readonly #boxes: SceneBox[] = [];
  readonly #edges: SceneEdge[] = [];

  constructor(
    readonly opened: ReadonlyMap<DisplayNode, OpenContent>,
    readonly faces: ReadonlyMap<DisplayNode, Face>,
    readonly options: SceneOptions,
    readonly isPlain: boolean,
  ) {}

  compose(canvas: OpenContent, parents: Scene["parents"]): Scene {
    this.#content(canvas);
    return {
      direction: this.options.direction,
      width: canvas.size!.width,
      height: canvas.size!.height,
      boxes: this.#boxes,
      edges: this.#edges,
      byId: new Map(this.#boxes.map((box) => [box.node.id, box])),
      parents,
      isPlain: this.isPlain,
    };
  }

  /** Boxes, each before what it holds; then the lines of its container. */
  #content(canvas: OpenContent): void {
    const open: Composed[] = [{ container: canvas, x: 0, y: 0, around: null, depth: -1, next: 0 }];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const { container, depth } = top;
      const index = top.next++;
      const node = container.content.nodes[index];
      if (!node) {
        open.pop();
        this.#lines(top);
        continue;
      }
      const place = container.solution!.nodes[index]!;
      const inner = this.opened.get(node);
      const face = inner ? titleFace(node, inner.size!.width, this.options) : this.faces.get(node)!;
      const box: SceneBox = {
        node,
        face,
        depth: depth + 1,
        x: top.x + place.x,
        y: top.y + place.y,
        width: inner?.size!.width ?? face.width,
        height: inner?.size!.height ?? face.height,
      };
      this.#boxes.push(box);
      if (inner) open.push({ container: inner, x: box.x + inner.size!.shift, y: box.y + titleHeight, around: box, depth: depth + 1, next: 0 });
    }
  }

  #lines({ container, x, y, around }: Composed): void {
    const { content, problem, solution } = container;
    const stubs = stubsOf(problem!, solution!);
    const texts = {
      edges: labelTexts(content),
      needed: labelsNeeded(container),
      stubs: stubTexts(container, stubs, this.options),
      operands: operandNumbers(problem!, solution!)
        .slice(0, content.edges.length)
        .map((number) => (number === null ? "" : String(number))),
      overhang: content.nodes.map(({ row }) => (row.kind === "repeated" ? sheetOffsets[0] : 0)),
    };
    const labels = labelsOf(problem!, solution!, stubs, texts, this.options.measure);
    const at = <Placed extends Point>(place: Placed): Placed => ({ ...place, x: x + place.x, y: y + place.y });
    const stubsOfEdge = new Map<number, SceneStub[]>();
    stubs.forEach(({ end, edges, points }, index) => {
      const label = labels.stubs[index];
      const own = stubsOfEdge.get(edges[0]!) ?? [];
      stubsOfEdge.set(edges[0]!, [...own, { end, edges: edges.map((edge) => content.edges[edge]!), points: points.map(at), label: label ? at(label) : null }]);
    });
    content.edges.forEach((edge, index) => {
      const line = solution!.edges[index]?.map(at) ?? null;
      const points = line && edge.from === border ? [...this.#throughTitle(around, line[0]!), ...line.slice(1)] : line;
      const label = labels.edges[index];
      const operand = labels.operands[index];
      const target = this.opened.get(container.byId.get(edge.to)!);
      const goesOn = edge.to === border || !!target?.content.edges.some((inner) => inner.from === border && inner.fromPort === edge.toPort);
      this.#edges.push({
        edge,
        container: around,
        points,
        ends: points ? [points[0]!, points.at(-1)!] : [at(edgeEnd(problem!, solution!, index, "from")), at(edgeEnd(problem!, solution!, index, "to"))],
        from: edge.from === border ? (around?.node.id ?? "") : edge.from,
        to: edge.to === border ? (around?.node.id ?? "") : edge.to,
        label: label ? at(label) : null,
        operand: operand ? at(operand) : null,
        hasArrow: !goesOn,
        stubs: stubsOfEdge.get(index) ?? [],
      });
    });
  }

  /** A line that comes in from the border, begun above the title bar where it passes between what is written there. */
  #throughTitle(around: SceneBox | null, start: Point): Point[] {
    if (!around || this.options.direction === "right") return [start];
    const isClear = ({ texts, badges, toggle }: Face) => {
      const x = start.x - around.x;
      const parts = [
        ...texts.map((text) => {
          const width = this.options.measure(text.text, text.font);
          return [text.anchor === "end" ? text.x - width : text.x, text.anchor === "end" ? text.x : text.x + width] as const;
        }),
        ...badges.map((badge) => [badge.x, badge.x + badge.width] as const),
        ...(toggle ? [[toggle.x - titleClearance, toggle.x + titleClearance] as const] : []),
      ];
      return parts.every(([from, to]) => x < from - titleClearance || x > to + titleClearance);
    };
    return isClear(around.face) ? [{ x: start.x, y: around.y }] : [start];
  }
}
