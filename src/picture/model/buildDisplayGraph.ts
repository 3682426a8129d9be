import type { Arrangement } from "./arrangement.js";
import { joinPorts, type OpenContainer } from "./commonPorts.js";
import { callNode, canvasPath, nameWithin, nodeWithin, type ContainerFlow, type DataFlow, type FlowNode } from "./dataFlow.js";
import { declaredEdges, measuredEdges, withWaysBack } from "./displayEdges.js";
import { notInitialized, type DisplayContent, type DisplayEdge, type DisplayGraph, type DisplayNode, type Turn } from "./displayGraph.js";
import { shortArguments } from "./labels.js";
import { partName, splitParts, withInserted } from "./splitParts.js";
import { partIn } from "./parts.js";
import type { ModuleFacts, PictureModel } from "./pictureModel.js";
import { foldOf, single, type Row } from "./rows.js";
import type { Member, StandingRow } from "./standing.js";
import { removedFrom, withRemoved } from "./removed.js";
import { failureShown } from "./failureShown.js";
import { nothingOfItsOwn, otherNode, repeatedOperation } from "./otherNodes.js";
import { edgesOfAllTurns } from "./turnPorts.js";

/** The boxes and edges that show a model as arranged; operations that only move data among them where that is asked for. */
export function buildDisplayGraph(model: PictureModel, arrangement: Arrangement, showBookkeeping = false): DisplayGraph {
  return new Builder(model, arrangement, showBookkeeping).build();
}

/** Where something is drawn. */
interface Around {
  /** Of the container. */
  readonly path: string;
  /** Id of the container's box; null for the outermost. */
  readonly parent: string | null;
  readonly depth: number;
  /** Whether the pass failed in this call of the container. */
  readonly hasFailed: boolean;
}

interface Container extends Around {
  /** Node of the call that is drawn. */
  readonly id: string;
  /** Nodes of all calls that its box stands for, those in other turns of what is around it too; `id` first. */
  readonly calls: readonly string[];
  readonly key: string;
}

interface ModulePlace extends Omit<Around, "path"> {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** The module whose call the box shows, with all of its calls here. */
  readonly member: Member;
  readonly row: Row;
  /** Nodes of the calls that the box stands for: its own, those of later turns, and in a folded row those of the others. */
  readonly calls: readonly string[];
  /** Those in other turns of what is around it too. */
  readonly allCalls: readonly string[];
  /** What each of its module's calls here is drawn at. */
  readonly drawnAt: readonly string[];
}

/** What is drawn in a container, and where it stands in the order of things. */
interface Drawn {
  readonly node: DisplayNode;
  /** When the first of what it stands for ran first. */
  readonly first: number;
}

type SaidOfModule = ModuleFacts & Pick<DisplayNode, "turn" | "outputShape" | "expandable">;

/** What asks for the content of containers on its way to a result. */
type Opening<Result> = Generator<Container, Result, DisplayContent>;

class Builder {
  readonly #nodes = new Map<string, DisplayNode>();
  readonly #parents = new Map<string, string | null>();
  readonly #containers = new Map<string, OpenContainer>();
  readonly #flow: DataFlow | null;
  #failureIsShown = false;

  constructor(
    readonly model: PictureModel,
    readonly arrangement: Arrangement,
    readonly showBookkeeping: boolean,
  ) {
    this.#flow = model.flow(showBookkeeping);
  }

  build(): DisplayGraph {
    const canvas = withoutRecursion((container: Container) => this.#content(container), {
      id: canvasPath,
      calls: [canvasPath],
      path: canvasPath,
      key: "",
      parent: null,
      depth: 0,
      hasFailed: true,
    });
    if (this.model.snapshot.trace) joinPorts(this.#containers, this.model.snapshot.trace);
    return { canvas, nodes: this.#nodes, parents: this.#parents };
  }

  #isOpen(key: string, depth: number): boolean {
    const stated = this.arrangement.expanded.get(key);
    if (stated !== undefined) return stated;
    if (this.arrangement.depth === "auto") return this.model.openAtFirst.has(key);
    return this.arrangement.depth === "all" || depth < this.arrangement.depth;
  }

  *#content(container: Container): Opening<DisplayContent> {
    const { id, path, parent, hasFailed } = container;
    const flow = this.#flow?.containers.get(id);
    const standing = this.model.places.in(id, path);
    const drawnAt = this.#drawnAt(standing, flow);
    const standsFor = groupedBy(drawnAt);
    const { nodes, ranAt } = yield* this.#inOrder(container, standing, flow, drawnAt, standsFor);
    if (hasFailed && !this.#failureIsShown && this.model.snapshot.trace?.failure) nodes.push(this.#thrown(id, path, parent));
    const { edges: measured, nodes: withParts } = this.#withParts(container, nodes, flow ? this.#edges(flow, container, drawnAt, standsFor, ranAt) : []);
    const declared = this.#declaredOrder(container, drawnAt);
    const removed = path !== canvasPath && this.model.places.isFirst(id, path) ? removedFrom(this.model.snapshot, path) : [];
    for (const { node } of removed) {
      this.#nodes.set(node.id, node);
      this.#parents.set(node.id, parent);
    }
    const content = {
      around: id === canvasPath ? null : (this.#parents.get(id) ?? canvasPath),
      folds: [...drawnAt].some(([node, shown]) => node !== shown),
      nodes: removed.length > 0 ? withRemoved(withParts, removed) : withParts,
      edges: declared.length > 0 ? [...measured, ...declared] : measured,
    };
    this.#containers.set(id, content);
    return content;
  }

  /** By node of a container: the node that is drawn in its place, itself where it is. */
  #drawnAt(standing: readonly StandingRow[], flow: ContainerFlow | undefined): ReadonlyMap<string, string> {
    const drawnAt = new Map<string, string>();
    const folds = this.model.folds(this.showBookkeeping);
    const members = standing.flatMap((row) => row.members);
    const ran = [...members.flatMap(({ nodes }) => nodes.map((node) => ({ node, first: this.#flow?.calls.get(node) ?? Infinity, isCall: true })))];
    for (const node of flow?.nodes ?? []) ran.push({ node: node.id, first: firstUse(node), isCall: false });
    // Of what a loop repeats, the first here stands for all.
    const firsts = new Map<string, string>();
    for (const { node, isCall } of ran.toSorted((a, b) => a.first - b.first)) {
      const fold = folds.get(node);
      const isFolded = fold && (fold.over === null ? isCall || !this.showBookkeeping : !this.arrangement.unfolded.has(fold.over));
      if (!isFolded) drawnAt.set(node, node);
      else {
        if (!firsts.has(fold.first)) firsts.set(fold.first, node);
        drawnAt.set(node, firsts.get(fold.first)!);
      }
    }
    for (const row of standing) {
      if (!this.#isFolded(row)) continue;
      const shown = this.#shownMember(row).nodes;
      const corresponding = new Map(row.members.flatMap(({ nodes }) => nodes.map((node, call) => [node, shown[call] ?? shown[0]!] as const)));
      for (const { nodes } of row.members) for (const node of nodes) drawnAt.set(node, corresponding.get(drawnAt.get(node)!) ?? drawnAt.get(node)!);
    }
    return drawnAt;
  }

  #isFolded({ row }: StandingRow): boolean {
    return row.kind !== "single" && !this.arrangement.unfolded.has(foldOf(row));
  }

  #shownMember({ row, members }: StandingRow): Member {
    const wanted = this.arrangement.shown.get(row.members[0]!.path);
    return members.find(({ module }) => module.path === wanted) ?? members[0]!;
  }

  /** Adds small nodes for the parts of tensors that flow here. */
  #withParts({ id, path, parent }: Container, nodes: readonly DisplayNode[], edges: readonly DisplayEdge[]): Pick<DisplayContent, "nodes" | "edges"> {
    const { trace } = this.model.snapshot;
    if (!trace) return { nodes, edges };
    const split = splitParts(id === canvasPath ? "" : id, edges, trace);
    const inserted = [...split.parts].map(([node, { shown, target }]) => {
      const made: DisplayNode = {
        ...nothingOfItsOwn,
        id: node,
        kind: "operation",
        source: { kind: "operation", step: shown.step },
        path: path === canvasPath ? "" : path,
        key: node,
        name: partName(shown, trace, this.model.snapshot.language),
        calls: 1,
        status: "ran",
        outputShape: shown.outputShape,
        part: partIn(this.model.snapshot.language, shown),
      };
      this.#nodes.set(node, made);
      this.#parents.set(node, parent);
      return { node: made, before: target };
    });
    return { nodes: inserted.length > 0 ? withInserted(nodes, inserted) : nodes, edges: split.edges };
  }

  /** The boxes of the calls of a row's members, or of one for all; a list for each member, in order. */
  *#row(
    standing: StandingRow,
    container: Container,
    drawnAt: ReadonlyMap<string, string>,
    standsFor: ReadonlyMap<string, readonly string[]>,
  ): Opening<Drawn[][]> {
    const { parent, depth, hasFailed, path } = container;
    const isFolded = this.#isFolded(standing);
    const rows: Drawn[][] = [];
    for (const member of isFolded ? [this.#shownMember(standing)] : standing.members) {
      const { module, nodes } = member;
      const keyPart = this.model.places.partIn(path, (isFolded ? standing.row.members[0]! : module).path);
      const name = nameWithin(path, module.path) || module.name;
      const drawn: Drawn[] = [];
      for (const [call, id] of nodes.entries()) {
        if (drawnAt.get(id) !== id) continue;
        // The one that is drawn first, which need not be the first of its row.
        const calls = [id, ...(standsFor.get(id) ?? []).filter((alike) => alike !== id)];
        const node = yield* this.#module({
          id,
          key: path === canvasPath ? id : nodeWithin(container.key, callNode(keyPart, call + 1)),
          name,
          member,
          row: isFolded ? standing.row : { ...single, members: [module] },
          calls,
          allCalls: inAllTurns(container, calls),
          drawnAt: nodes.map((each) => drawnAt.get(each)!),
          parent,
          depth,
          hasFailed,
        });
        drawn.push({ node, first: Math.min(...calls.map((each) => this.#firstRun(each))) });
      }
      rows.push(drawn);
    }
    return rows;
  }

  /** The lines of a Sequential whose order no pass has measured. */
  #declaredOrder(container: Container, drawnAt: ReadonlyMap<string, string>): readonly DisplayEdge[] {
    const { id, path } = container;
    const module = this.model.index.module(path);
    if (!module?.isSequence) return [];
    const nodes = module.children.map((child) => nodeWithin(id, this.model.places.partIn(path, child.path)));
    const ran = nodes.filter((node, place) => this.#flow?.calls.has(node) || this.model.index.runStatus(module.children[place]!.path) === "ran");
    return declaredEdges(
      nodes.filter((node) => drawnAt.has(node)),
      new Set(ran),
      drawnAt,
    );
  }

  /** When a module was called, or the first of what it holds without being called. */
  #firstRun(node: string): number {
    let at: string | undefined = node;
    while (at !== undefined && this.#flow?.calls.get(at) === undefined) {
      const [held]: readonly (readonly string[])[] = [...(this.#flow?.containers.get(at)?.modules.values() ?? [])];
      at = held?.[0];
    }
    return at === undefined ? Infinity : this.#flow!.calls.get(at)!;
  }

  /**
   * Modules that the container declares in order of declaration; what is no module, a later call, or the call of what is declared elsewhere, stands before the
   * first of these that ran after it.
   */
  *#inOrder(
    container: Container,
    standing: readonly StandingRow[],
    flow: ContainerFlow | undefined,
    drawnAt: ReadonlyMap<string, string>,
    standsFor: ReadonlyMap<string, readonly string[]>,
  ): Opening<{ readonly nodes: DisplayNode[]; readonly ranAt: ReadonlyMap<string, number> }> {
    const declared: Drawn[] = [];
    const waiting: Drawn[] = [];
    for (const row of standing) {
      for (const [first, ...later] of yield* this.#row(row, container, drawnAt, standsFor)) {
        if (first) (row.isDeclared ? declared : waiting).push(first);
        waiting.push(...later);
      }
    }
    const flowNodes = new Map(flow?.nodes.map((node) => [node.id, node]));
    for (const node of flow?.nodes ?? []) {
      if (drawnAt.get(node.id) !== node.id) continue;
      const repeated = standsFor.get(node.id)!.flatMap((each) => flowNodes.get(each) ?? []);
      waiting.push({ node: this.#other(node, container, repeated), first: firstUse(node) });
    }
    waiting.sort((a, b) => a.first - b.first);
    const nodes: DisplayNode[] = [];
    let next = 0;
    for (const { node, first } of declared) {
      if (Number.isFinite(first)) while (next < waiting.length && waiting[next]!.first < first) nodes.push(waiting[next++]!.node);
      nodes.push(node);
    }
    for (const { node } of waiting.slice(next)) nodes.push(node);
    return { nodes, ranAt: new Map([...declared, ...waiting].map(({ node: { id }, first }) => [id, first])) };
  }

  *#module(place: ModulePlace): Opening<DisplayNode> {
    const { id, key, member, row, parent, depth, hasFailed, calls, drawnAt } = place;
    const { module } = member;
    this.#parents.set(id, parent);
    const isOpen = this.model.isExpandable(id, module) && this.#isOpen(key, depth);
    // A closed box is the same however the rest is arranged.
    const variant = [key, row.kind, hasFailed, ...calls, ...drawnAt].join("\n");
    const known = isOpen ? undefined : this.model.kept.closed.get(id);
    const node = known?.variant === variant ? known.node : yield* this.#makeModule(place, isOpen);
    if (!isOpen) this.model.kept.closed.set(id, { variant, node });
    this.#failureIsShown ||= node.failure !== null;
    this.#nodes.set(id, node);
    return node;
  }

  *#makeModule(place: ModulePlace, isOpen: boolean): Opening<DisplayNode> {
    const { id, name, key, row, depth, allCalls } = place;
    const { path } = place.member.module;
    const said = this.#saidOf(place);
    const hasFailed = said.status === "failed" || said.status === "failedInside";
    const content = isOpen ? yield { id, calls: allCalls, path, key, parent: id, depth: depth + 1, hasFailed } : null;
    // What failed says so; where that is not drawn, the box around it.
    const failure = hasFailed && !this.#failureIsShown ? failureShown(this.model) : null;
    return { ...said, sign: "", target: "", id, kind: "module", source: null, path, key, name, row, failure, content };
  }

  /** What a module's box says, for one call of several or for all of them. */
  #saidOf(place: ModulePlace): SaidOfModule {
    const { id, member, row, calls, hasFailed } = place;
    const { module } = member;
    const facts = this.model.facts(module, row);
    const expandable = this.model.isExpandable(id, module);
    const isOnTheWay = hasFailed && calls.some((call) => this.#flow?.failed.includes(call));
    return {
      ...facts,
      expandable,
      status: (facts.status === "failed" || facts.status === "failedInside") && !isOnTheWay ? "ran" : facts.status,
      outputShape: this.model.outputShapeAt(calls),
      ...(!expandable && module.children.length > 0 && { detail: shortArguments(module, this.model.snapshot.language) }),
      turn: this.#turn(place, facts.parameters > 0),
      // What a module holds is said where it is called first.
      ...(!this.model.places.isFirst(id, module.path) && { sharing: [], initialization: notInitialized, parameters: 0, isFrozen: false, glyph: null }),
    };
  }

  /** Which of several calls of its module a box stands for: of those in its container, or of all where the module is called within its own call. */
  #turn({ id, member: { module, nodes }, row, drawnAt, calls }: ModulePlace, sharesWeights: boolean): Turn | null {
    const modules = new Set(calls.map((call) => this.#flow?.standing.get(call)?.path)).size;
    if (modules > 1 && row.kind === "single") return { of: calls.length, stands: calls.length, ordinal: 1, boxes: null, sharesWeights: false, modules };
    const all = this.#flow?.nodes.get(module.path) ?? [];
    if (this.model.callsItself(module.path))
      return { of: all.length, stands: calls.length, ordinal: all.indexOf(id) + 1, boxes: null, sharesWeights, modules: 1 };
    return nodes.length > 1 ? { ...turnOf(id, drawnAt), of: nodes.length, sharesWeights, modules: 1 } : null;
  }

  /** What threw in a box that is open, where neither an operation nor a module in it did: the code of its own. */
  #thrown(container: string, path: string, parent: string | null): DisplayNode {
    const id = `${container}#throw`;
    const node: DisplayNode = {
      ...nothingOfItsOwn,
      id,
      kind: "operation",
      source: null,
      path: path === canvasPath ? "" : path,
      key: id,
      name: "throw",
      calls: 1,
      status: "failed",
      failure: { ...failureShown(this.model), shapes: [], sources: [] },
    };
    this.#failureIsShown = true;
    this.#nodes.set(id, node);
    this.#parents.set(id, parent);
    return node;
  }

  /** `repeated`: the operations that it stands for, itself included, where a loop repeats it. */
  #other(flowNode: FlowNode, { path, parent }: Around, repeated: readonly FlowNode[]): DisplayNode {
    const { others } = this.model.kept;
    let node = others.get(flowNode);
    if (!node) others.set(flowNode, (node = otherNode(this.model, flowNode, path === canvasPath ? "" : path)));
    if (repeated.length > 1) node = repeatedOperation(this.model, node, repeated);
    this.#failureIsShown ||= node.failure !== null;
    this.#nodes.set(node.id, node);
    this.#parents.set(node.id, parent);
    return node;
  }

  /** The same while the same boxes are shown. */
  #edges(
    flow: ContainerFlow,
    container: Container,
    drawnAt: ReadonlyMap<string, string>,
    standsFor: ReadonlyMap<string, readonly string[]>,
    ranAt: ReadonlyMap<string, number>,
  ): readonly DisplayEdge[] {
    const { edges } = this.model.kept;
    const shown = [...container.calls, "", ...drawnAt.values()].join("\n");
    let kept = edges.get(flow);
    if (kept?.shown !== shown) {
      const all = this.#flow!;
      const pathOf = (node: string) => all.standing.get(node)?.path ?? null;
      const flowing = edgesOfAllTurns(all, container.calls, (node) => inAllTurns(container, standsFor.get(drawnAt.get(node) ?? node) ?? [node]));
      edges.set(
        flow,
        (kept = { shown, edges: withWaysBack(measuredEdges(flowing, this.model.snapshot.trace!, drawnAt, pathOf, this.model.snapshot.language), ranAt) }),
      );
    }
    return kept.edges;
  }
}

/** Nodes in a container, and those in the same places of the other calls that its box stands for. */
function inAllTurns({ id, calls }: Container, nodes: readonly string[]): readonly string[] {
  return calls.length === 1 ? nodes : calls.flatMap((call) => nodes.map((node) => call + node.slice(id.length)));
}

/** By what they are drawn at: the nodes. */
function groupedBy(drawnAt: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [node, drawn] of drawnAt) {
    const group = groups.get(drawn);
    if (group) group.push(node);
    else groups.set(drawn, [node]);
  }
  return groups;
}

/** Runs what asks for more of its own kind, one by one: containers may be nested thousands deep. */
function withoutRecursion<Question, Answer>(begin: (question: Question) => Generator<Question, Answer, Answer>, first: Question): Answer {
  const open = [begin(first)];
  for (let answer: readonly Answer[] = []; ; ) {
    const step = answer.length > 0 ? open.at(-1)!.next(answer[0]!) : open.at(-1)!.next(...([] as unknown as [Answer]));
    if (step.done !== true) {
      open.push(begin(step.value));
      answer = [];
      continue;
    }
    open.pop();
    if (open.length === 0) return step.value;
    answer = [step.value];
  }
}

/** Which of the calls of a module in one container a box stands for. */
function turnOf(id: string, drawnAt: readonly string[]): Pick<Turn, "stands" | "ordinal" | "boxes"> {
  const boxes = [...new Set(drawnAt)];
  const counts = boxes.map((box) => drawnAt.filter((each) => each === box).length);
  return {
    stands: counts[boxes.indexOf(id)]!,
    ordinal: drawnAt.indexOf(id) + 1,
    boxes: counts.every((count) => count === counts[0]) ? boxes.length : null,
  };
}

function firstUse(node: FlowNode): number {
  switch (node.kind) {
    case "operation":
      return node.step;
    case "constant":
      return node.firstUse - 0.5;
    case "parameter":
      return -0.5;
    case "input":
      return -1;
    case "output":
      return Infinity;
  }
}
