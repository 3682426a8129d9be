import type { Histogram, ModelSnapshot, ModuleSnapshot, StepId, TensorId, ValueId } from "../../../src/protocol/index.js";
import { indexOf, type ModelIndex, type NonFinite } from "../../modelIndex.js";
import type { ItemKind, ItemSource } from "../api.js";
import type { LayerKind } from "../theme.js";
import { openAtFirst, type Arrangement, type Inside } from "./arrangement.js";
import { border, canvasPath, traceDataFlow, type ContainerFlow, type DataFlow, type FlowNode } from "./dataFlow.js";
import { layerKind } from "./kinds.js";
import { commonShapeText, operationLabel, shapeText, shortArguments } from "./labels.js";
import { findLoops, type Loop, type LoopStep } from "./loops.js";
import { likenessIn, rowsOf, type Row } from "./rows.js";
import { sharingGroups, type SharingGroup } from "./sharing.js";

/**
 * "ran": called in the traced pass (or runs with its children). "failed": what threw, or the innermost box around it. "failedInside": a box
 * around what threw. "notReached": the pass failed before. "notCalled": the pass ended without it. "untraced": there is no pass.
 */
export type RunStatus = "ran" | "failed" | "failedInside" | "notReached" | "notCalled" | "untraced";

export interface DisplayFailure {
  readonly message: string;
  /** Shapes of the operands of what failed. */
  readonly shapes: readonly string[];
}

/** A box or small node, with its content where it is open. */
export interface DisplayNode {
  readonly id: string;
  readonly kind: ItemKind;
  /** Null for modules. */
  readonly source: ItemSource | null;
  /** The module's path; for other kinds that of the module around. */
  readonly path: string;
  /** Under which the arrangement keeps what the user did to it. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  /** Shortened constructor arguments, or an operation's arguments. */
  readonly detail: string;
  readonly layerKind: LayerKind;
  readonly expandable: boolean;
  readonly row: Row;
  readonly sharing: readonly SharingGroup[];
  readonly calls: number | null;
  readonly status: RunStatus;
  readonly failure: DisplayFailure | null;
  /** "" while unknown. */
  readonly outputShape: string;
  /** Unique parameter elements beneath. */
  readonly parameters: number;
  /** Whether none of them is trained. */
  readonly isFrozen: boolean;
  /** Of a folded row: of any of its members. */
  readonly nonFinite: NonFinite | null;
  /** Distribution of its first parameter; "constant" where all elements are equal. */
  readonly glyph: Histogram | "constant" | null;
  /** Null while closed. */
  readonly content: DisplayContent | null;
}

export interface DisplayContent {
  /** In order of declaration, what is no module where it first ran. */
  readonly nodes: readonly DisplayNode[];
  readonly edges: readonly DisplayEdge[];
}

export interface DisplayEdge {
  /** A node's id, or `border` for the container itself. */
  readonly from: string;
  readonly fromPort: string;
  readonly to: string;
  readonly toPort: string;
  readonly operand: number;
  readonly kind: "measured" | "declared";
  /** Shape that arrives; "" while unknown. */
  readonly label: string;
  readonly value: ValueId | null;
  /** Names of the bookkeeping operations folded in. */
  readonly via: readonly string[];
  /** Calls in which it was seen. */
  readonly count: number;
  /** Operands that run together in this one line, because there are too many to tell apart; 1 normally. */
  readonly bundled: number;
}

export interface DisplayGraph {
  /** Model inputs, the root module, model outputs. */
  readonly canvas: DisplayContent;
  readonly nodes: ReadonlyMap<string, DisplayNode>;
  readonly parents: ReadonlyMap<string, string | null>;
}

const single: Row = { kind: "single", members: [] };

/** Everything about one snapshot that the picture derives once. */
export class PictureModel {
  readonly index: ModelIndex;
  readonly sharing: ReadonlyMap<string, readonly SharingGroup[]>;
  readonly #flows = new Map<boolean, DataFlow | null>();
  readonly #facts = new Map<string, ModuleFacts>();
  readonly #rows = new Map<string, readonly Row[]>();
  /** By module path; of containers whose rows were asked for. */
  readonly #rowOf = new Map<string, Row>();
  readonly #rowFacts = new Map<Row, ModuleFacts>();
  readonly #loops = new Map<string, readonly Loop[]>();
  #stepsWithin: Map<StepId, StepId[]> | undefined;
  readonly #ran = new Set<string>();
  /** Parts of earlier display graphs that do not depend on the arrangement; see Builder. */
  readonly kept = { closed: new Map<string, DisplayNode>(), others: new Map<FlowNode, DisplayNode>(), edges: new Map<ContainerFlow, { readonly shown: string; readonly edges: DisplayEdge[] }>() };
  readonly #likeness: (module: ModuleSnapshot) => string;
  /** Module paths from the root to what failed; empty when nothing did. */
  readonly failedAt: ReadonlySet<string>;
  #openAtFirst: ReadonlySet<string> | undefined;

  constructor(readonly snapshot: ModelSnapshot) {
    this.index = indexOf(snapshot);
    this.sharing = sharingGroups(this.index);
    const flow = this.flow(false);
    for (const path of flow?.runs.keys() ?? []) for (const module of this.index.ancestry(path)) this.#ran.add(module.path);
    this.failedAt = new Set(this.failedPath === null ? [] : this.index.ancestry(this.failedPath).map((module) => module.path));
    this.#likeness = likenessIn(this.index, flow, this.failedAt);
  }

  /** The module that failed, or in which an operation failed. */
  get failedPath(): string | null {
    const { trace } = this.snapshot;
    if (!trace?.failure) return null;
    const step = trace.steps[trace.failure.step];
    return step?.kind === "module" ? step.path : this.index.enclosing(trace.failure.step);
  }

  flow(showBookkeeping: boolean): DataFlow | null {
    const { trace } = this.snapshot;
    if (!trace) return null;
    let flow = this.#flows.get(showBookkeeping);
    if (flow === undefined) this.#flows.set(showBookkeeping, (flow = traceDataFlow(this.index, trace, showBookkeeping)));
    return flow;
  }

  rows(module: ModuleSnapshot): readonly Row[] {
    let rows = this.#rows.get(module.path);
    if (!rows) {
      this.#rows.set(module.path, (rows = rowsOf(module.children, this.#likeness)));
      for (const row of rows) for (const member of row.members) this.#rowOf.set(member.path, row);
    }
    return rows;
  }

  /** The row of equal siblings that a module stands in. */
  rowOf(path: string): Row | null {
    const parent = this.index.parent(path);
    if (!parent) return null;
    this.rows(parent);
    return this.#rowOf.get(path) ?? null;
  }

  /** Loops over rows of equal modules that a container runs, as its first call shows them. */
  loops(path: string): readonly Loop[] {
    let loops = this.#loops.get(path);
    if (!loops) this.#loops.set(path, (loops = findLoops(this.#stepsOf(path))));
    return loops;
  }

  #stepsOf(path: string): LoopStep[] {
    const { trace } = this.snapshot;
    const flow = this.flow(false);
    const call = flow?.runs.get(path)?.first;
    if (!trace || !flow || call === undefined) return [];
    if (!this.#stepsWithin) {
      this.#stepsWithin = new Map();
      for (const [id, { parent }] of trace.steps.entries()) {
        if (parent === null) continue;
        const within = this.#stepsWithin.get(parent);
        if (within) within.push(id);
        else this.#stepsWithin.set(parent, [id]);
      }
    }
    return (this.#stepsWithin.get(call) ?? []).map((id) => {
      const step = trace.steps[id]!;
      if (step.kind === "operation") return { sign: step.name, operation: flow.nodeOf(id), row: null };
      const row = this.rowOf(step.path);
      const isRow = row !== null && row.kind !== "single";
      return { sign: `[${isRow ? row.members[0]!.path : step.path}]`, operation: null, row: isRow ? row : null };
    });
  }

  get openAtFirst(): ReadonlySet<string> {
    return (this.#openAtFirst ??= openAtFirst(this.snapshot.root, (module) => this.#inside(module), this.failedAt));
  }

  #inside(module: ModuleSnapshot): Inside {
    const others = this.flow(false)?.containers.get(module.path)?.nodes.length ?? 0;
    return { rows: this.rows(module), others, ran: !this.#ran.has(module.path) || module.children.some((child) => this.#ran.has(child.path)) };
  }

  /** In the name of a whole row where the module is its first and `row` is given. */
  facts(module: ModuleSnapshot, row: Row = single): ModuleFacts {
    let facts = this.#facts.get(module.path);
    if (!facts) this.#facts.set(module.path, (facts = this.#factsOf(module)));
    return row.kind === "repeated" && row.members[0] === module ? this.#factsOfRow(row, facts) : facts;
  }

  #factsOfRow(row: Row, first: ModuleFacts): ModuleFacts {
    let facts = this.#rowFacts.get(row);
    if (!facts) {
      const { trace } = this.snapshot;
      const calls = row.members.flatMap(({ path }) => this.flow(false)?.runs.get(path)?.calls.slice(0, 1) ?? []);
      const shapes = calls.map((step) => trace!.values[trace!.steps[step]!.outputs[0]?.value ?? -1]?.shape);
      const isSame = shapes.every((shape) => shapeText(shape) === shapeText(shapes[0]));
      const found = row.members.map(({ path }) => this.index.nonFinite(path));
      const nonFinite = found.includes("values") ? "values" : found.includes("outputs") ? "outputs" : null;
      facts = isSame && nonFinite === first.nonFinite ? first : { ...first, nonFinite, outputShape: isSame ? first.outputShape : commonShapeText(shapes) };
      this.#rowFacts.set(row, facts);
    }
    return facts;
  }

  #factsOf(module: ModuleSnapshot): ModuleFacts {
    const { path } = module;
    const { trace, tensors } = this.snapshot;
    const flow = this.flow(false);
    const operations = flow?.containers.get(path)?.nodes.filter((node) => node.kind === "operation").length ?? 0;
    const first = module.parameters[0];
    const statistics = first ? tensors[first.tensor]?.statistics : null;
    const status: RunStatus =
      path === this.failedPath ? "failed"
      : this.failedAt.has(path) ? "failedInside"
      : !trace ? "untraced"
      : this.#ran.has(path) ? "ran"
      : trace.failure ? "notReached"
      : "notCalled";
    const family = layerKind(module.type);
    return {
      type: module.type,
      detail: shortArguments(module.type, module.arguments),
      layerKind: module.children.length > 0 && family !== "attention" && family !== "recurrent" ? "container" : family,
      expandable: module.children.length > 0 || operations > 1,
      sharing: this.sharing.get(path) ?? [],
      calls: trace ? (flow?.runs.get(path)?.calls.length ?? 0) : null,
      status,
      outputShape: this.#outputShape(module),
      ...this.#parameters(module),
      nonFinite: this.index.nonFinite(path),
      glyph: statistics?.histogram ?? (statistics?.finite ? "constant" : null),
    };
  }

  #parameters(module: ModuleSnapshot): Pick<ModuleFacts, "parameters" | "isFrozen"> {
    if (module.children.length > 0) {
      const { parameters, trainable } = this.index.totals(module.path);
      return { parameters, isFrozen: parameters > 0 && trainable === 0 };
    }
    const tensors = [...new Set(module.parameters.map((use) => this.index.tensor(use)))];
    return { parameters: tensors.reduce((sum, { count }) => sum + count, 0), isFrozen: tensors.length > 0 && tensors.every(({ requiresGrad }) => !requiresGrad) };
  }

  /** Of the first call; "…" says that later ones gave other shapes. Calls that are drawn one by one say each their own. */
  #outputShape(module: ModuleSnapshot): string {
    const shapes = new Set((this.flow(false)?.runs.get(module.path)?.calls ?? []).map((step) => this.outputShapeOf(step)));
    const [first = "", ...others] = [...shapes].filter(Boolean);
    const drawnOneByOne = module.children.length === 0 && module.parameters.length === 0;
    return others.length > 0 && !drawnOneByOne ? `${first}, …` : first;
  }

  outputShapeOf(step: StepId): string {
    const { trace } = this.snapshot;
    return (trace?.steps[step]?.outputs ?? []).map(({ value }) => shapeText(trace!.values[value]?.shape)).join(", ");
  }
}

type ModuleFacts = Pick<
  DisplayNode,
  "type" | "detail" | "layerKind" | "expandable" | "sharing" | "calls" | "status" | "outputShape" | "parameters" | "isFrozen" | "nonFinite" | "glyph"
>;

/** The boxes and edges that show a model as arranged. */
export function buildDisplayGraph(model: PictureModel, arrangement: Arrangement): DisplayGraph {
  return new Builder(model, arrangement).build();
}

class Builder {
  readonly #nodes = new Map<string, DisplayNode>();
  readonly #parents = new Map<string, string | null>();
  readonly #flow: DataFlow | null;

  constructor(
    readonly model: PictureModel,
    readonly arrangement: Arrangement,
  ) {
    this.#flow = model.flow(arrangement.showBookkeeping);
  }

  build(): DisplayGraph {
    const { root } = this.model.snapshot;
    const canvas = this.#content(canvasPath, "", [{ kind: "single", members: [root] }], null, 0);
    return { canvas, nodes: this.#nodes, parents: this.#parents };
  }

  #isOpen(module: ModuleSnapshot, key: string, depth: number): boolean {
    const stated = this.arrangement.expanded.get(key);
    if (stated !== undefined) return stated;
    if (module.children.length === 0) return this.arrangement.depth === "all";
    if (this.arrangement.depth === "auto") return this.model.openAtFirst.has(key);
    return this.arrangement.depth === "all" || depth < this.arrangement.depth;
  }

  #content(path: string, key: string, rows: readonly Row[], parent: string | null, depth: number): DisplayContent {
    const flow = this.#flow?.containers.get(path);
    const standsFor = new Map<string, string>();
    const modules: { readonly node: DisplayNode; readonly first: StepId }[] = [];
    for (const row of rows) {
      const first = row.members[0]!;
      const isFolded = row.kind !== "single" && !this.arrangement.unfolded.has(first.path);
      const shown = isFolded ? [this.#shownMember(row)] : row.members;
      for (const member of shown) {
        const memberKey = path === canvasPath ? member.path : join(key, isFolded ? first.name : member.name);
        const node = this.#module(member, memberKey, isFolded ? row : { ...single, members: [member] }, parent, depth);
        const represented = isFolded ? row.members : [member];
        for (const { path: other } of represented) standsFor.set(other, node.id);
        modules.push({ node, first: Math.min(...represented.map((other) => this.#firstRun(other))) });
      }
    }
    for (const loop of this.model.loops(path)) {
      if (this.arrangement.showBookkeeping || this.arrangement.unfolded.has(loop.row.members[0]!.path)) continue;
      for (const [operation, first] of loop.operations) standsFor.set(operation, first);
    }
    const nodes = this.#inOrder(modules, flow?.nodes ?? [], path, parent, standsFor);
    const edges = flow ? this.#edges(flow, standsFor) : [];
    const container = this.model.index.module(path);
    const declared = container?.type === "Sequential" ? this.#declaredEdges(container, standsFor) : [];
    return { nodes, edges: declared.length > 0 ? [...edges, ...declared] : edges };
  }

  #shownMember(row: Row): ModuleSnapshot {
    const wanted = this.arrangement.shown.get(row.members[0]!.path);
    return row.members.find((member) => member.path === wanted) ?? row.members[0]!;
  }

  /** When the module, or the first beneath it, was called first. */
  #firstRun(module: ModuleSnapshot): number {
    const own = this.#flow?.runs.get(module.path)?.first;
    return own ?? Math.min(Infinity, ...module.children.slice(0, 1).map((child) => this.#firstRun(child)));
  }

  /** Modules in order of declaration; what is no module stands before the first module that ran after it. */
  #inOrder(modules: readonly { node: DisplayNode; first: number }[], others: readonly FlowNode[], path: string, parent: string | null, standsFor: ReadonlyMap<string, string>): DisplayNode[] {
    const nodes: DisplayNode[] = [];
    const repeated = new Map<string, FlowNode[]>();
    for (const other of others) {
      const first = standsFor.get(other.id);
      const alike = first === undefined ? undefined : repeated.get(first);
      if (alike) alike.push(other);
      else if (first !== undefined) repeated.set(first, [other]);
    }
    const waiting = others
      .filter(({ id }) => (standsFor.get(id) ?? id) === id)
      .map((other) => ({ other, first: firstUse(other) }))
      .sort((a, b) => a.first - b.first);
    let next = 0;
    const put = (until: number) => {
      for (; next < waiting.length && waiting[next]!.first < until; next++) nodes.push(this.#other(waiting[next]!.other, path, parent, repeated.get(waiting[next]!.other.id)));
    };
    for (const { node, first } of modules) {
      if (Number.isFinite(first)) put(first);
      nodes.push(node);
    }
    put(Infinity);
    for (; next < waiting.length; next++) nodes.push(this.#other(waiting[next]!.other, path, parent, repeated.get(waiting[next]!.other.id)));
    return nodes;
  }

  #module(module: ModuleSnapshot, key: string, row: Row, parent: string | null, depth: number): DisplayNode {
    const facts = this.model.facts(module, row);
    this.#parents.set(module.path, parent);
    const open = facts.expandable && this.#isOpen(module, key, depth);
    if (!open) return this.#closed(module, facts, key, row);
    const content = this.#content(module.path, key, this.model.rows(module), module.path, depth + 1);
    const failure = facts.status === "failed" && !content.nodes.some((node) => node.failure) ? this.#failure() : null;
    const node: DisplayNode = { ...facts, id: module.path, kind: "module", source: null, path: module.path, key, name: module.name, row, failure, content };
    this.#nodes.set(node.id, node);
    return node;
  }

  /** A closed box is the same however the rest is arranged. */
  #closed(module: ModuleSnapshot, facts: ModuleFacts, key: string, row: Row): DisplayNode {
    const { closed } = this.model.kept;
    const known = closed.get(module.path);
    let node = known;
    if (!node || node.key !== key || node.row.kind !== row.kind) {
      const failure = facts.status === "failed" ? this.#failure() : null;
      node = { ...facts, id: module.path, kind: "module", source: null, path: module.path, key, name: module.name, row, failure, content: null };
      closed.set(module.path, node);
    }
    this.#nodes.set(node.id, node);
    return node;
  }

  #failure(): DisplayFailure {
    const trace = this.model.snapshot.trace!;
    const step = trace.steps[trace.failure!.step];
    const shapes = (step?.inputs ?? []).map(({ value }) => shapeText(trace.values[value]?.shape)).filter(Boolean);
    if (step?.kind === "module") {
      const weight = this.model.index.module(step.path)?.parameters[0];
      if (weight) shapes.push(shapeText(this.model.snapshot.tensors[weight.tensor]?.shape));
    }
    return { message: trace.failure!.message, shapes };
  }

  /** `repeated`: the operations that it stands for, itself included, where a loop repeats it. */
  #other(flowNode: FlowNode, path: string, parent: string | null, repeated: readonly FlowNode[] = []): DisplayNode {
    const { others } = this.model.kept;
    let node = others.get(flowNode);
    if (!node) others.set(flowNode, (node = this.#makeOther(flowNode, path)));
    if (repeated.length > 1) node = this.#repeatedOperation(node, repeated);
    this.#nodes.set(node.id, node);
    this.#parents.set(node.id, parent);
    return node;
  }

  #repeatedOperation(node: DisplayNode, repeated: readonly FlowNode[]): DisplayNode {
    const { steps, values } = this.model.snapshot.trace!;
    const operations = repeated.flatMap((each) => (each.kind === "operation" ? [each] : []));
    const isSame = operations.every(({ operation }) => operation.arguments === node.detail);
    const outputShape = commonShapeText(operations.map(({ step }) => values[steps[step]!.outputs[0]?.value ?? -1]?.shape));
    return { ...node, detail: [isSame ? node.detail : "", `× ${operations.length}`].filter(Boolean).join("  "), outputShape, calls: operations.reduce((sum, { calls }) => sum + calls, 0) };
  }

  #makeOther(flowNode: FlowNode, path: string): DisplayNode {
    const { trace } = this.model.snapshot;
    if (flowNode.kind === "call") {
      const module = this.model.index.module(flowNode.path)!;
      return {
        ...this.model.facts(module), id: flowNode.id, kind: "module", source: null, path: module.path, key: flowNode.id, name: module.name, row: single, failure: null, content: null,
        expandable: false, outputShape: this.model.outputShapeOf(flowNode.step),
      };
    }
    const base = {
      id: flowNode.id, kind: flowNode.kind, source: sourceOf(flowNode), path: path === canvasPath ? "" : path, key: flowNode.id, type: "", detail: "", expandable: false, row: single,
      sharing: [], calls: null, status: "ran", failure: null, parameters: 0, isFrozen: false, nonFinite: null, glyph: null, content: null, layerKind: "operation", outputShape: "",
    } as const satisfies Omit<DisplayNode, "name">;
    if (flowNode.kind === "operation") {
      const { operation, step } = flowNode;
      const failed = trace!.failure?.step === step;
      const outputShape = this.model.outputShapeOf(step);
      return {
        ...base, name: operation.name, detail: operation.arguments, outputShape, calls: flowNode.calls,
        status: failed ? "failed" : "ran", failure: failed ? this.#failure() : null,
      };
    }
    if (flowNode.kind === "parameter") return this.#parameter(base, flowNode.tensor);
    const value = trace!.values[flowNode.value];
    const dtype = value && value.dtype !== "float32" ? value.dtype : "";
    return { ...base, name: flowNode.kind === "constant" ? "" : flowNode.label, detail: dtype, outputShape: shapeText(value?.shape) };
  }

  #parameter(base: Omit<DisplayNode, "name">, id: TensorId): DisplayNode {
    const tensor = this.model.snapshot.tensors[id]!;
    const place = this.model.index.places(id).find((use) => use.path === base.path);
    const sharing = tensor.names.length > 1 ? (this.model.index.places(id).map((use) => this.model.sharing.get(use.path)).find(Boolean) ?? []) : [];
    return {
      ...base, name: place?.name ?? within(base.path, tensor.names[0] ?? ""), outputShape: shapeText(tensor.shape), sharing,
      parameters: tensor.kind === "parameter" ? tensor.count : 0, glyph: tensor.statistics?.histogram ?? (tensor.statistics?.finite ? "constant" : null),
    };
  }

  /** Edges of the members of a folded row run together at its box; those between two members are inside it. */
  #edges(flow: ContainerFlow, standsFor: ReadonlyMap<string, string>): DisplayEdge[] {
    const { edges } = this.model.kept;
    const shown = [...standsFor.values()].join("\n");
    let kept = edges.get(flow);
    if (kept?.shown !== shown) edges.set(flow, (kept = { shown, edges: this.#makeEdges(flow, standsFor) }));
    return kept.edges;
  }

  #makeEdges(flow: ContainerFlow, standsFor: ReadonlyMap<string, string>): DisplayEdge[] {
    const { trace } = this.model.snapshot;
    const merged = new Map<string, DisplayEdge & { count: number; label: string }>();
    const shapes = new Map<DisplayEdge, (readonly number[] | undefined)[]>();
    for (const edge of flow.edges) {
      const from = standsFor.get(edge.from) ?? edge.from;
      const to = standsFor.get(edge.to) ?? edge.to;
      if (from === to && edge.from !== edge.to) continue;
      const key = `${from}\n${edge.fromPort}\n${to}\n${edge.toPort}\n${edge.operand}`;
      const known = merged.get(key);
      const shape = trace!.values[edge.value]?.shape;
      if (known) {
        known.count += edge.count;
        shapes.get(known)!.push(shape);
        continue;
      }
      const via = edge.via.map((step) => (trace!.steps[step] as { name?: string }).name ?? "");
      const made = {
        from, fromPort: edge.fromPort, to, toPort: edge.toPort, operand: edge.operand, kind: "measured" as const,
        label: shapeText(shape), value: edge.value, via, count: edge.count, bundled: 1,
      };
      merged.set(key, made);
      shapes.set(made, [shape]);
    }
    for (const edge of merged.values()) edge.label = commonShapeText(shapes.get(edge)!);
    return bundleParallel([...merged.values()], (edge) => shapes.get(edge)!);
  }

  /** What a Sequential declares about children that no pass has reached. */
  #declaredEdges(container: ModuleSnapshot, standsFor: ReadonlyMap<string, string>): DisplayEdge[] {
    const edges: DisplayEdge[] = [];
    container.children.forEach((child, position) => {
      const before = container.children[position - 1];
      if (!before || this.#flow?.runs.has(child.path)) return;
      const from = standsFor.get(before.path)!;
      const to = standsFor.get(child.path)!;
      if (from !== to) edges.push({ from, fromPort: "out:0", to, toPort: "in:0", operand: 0, kind: "declared", label: "", value: null, via: [], count: 1, bundled: 1 });
    });
    return edges;
  }
}

/** More lines than this between the same two boxes run together in one. */
const mostParallel = 8;

function bundleParallel(edges: readonly DisplayEdge[], shapesOf: (edge: DisplayEdge) => readonly (readonly number[] | undefined)[]): DisplayEdge[] {
  const groups = new Map<string, DisplayEdge[]>();
  for (const edge of edges) {
    const key = `${edge.from}\n${edge.to}`;
    const group = groups.get(key);
    if (group) group.push(edge);
    else groups.set(key, [edge]);
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length <= mostParallel) return group;
    const first = group[0]!;
    return [{ ...first, bundled: group.length, label: `(${group.length}) ${commonShapeText(group.flatMap(shapesOf))}`.trimEnd() }];
  });
}

function sourceOf(node: Exclude<FlowNode, { kind: "call" }>): ItemSource {
  switch (node.kind) {
    case "operation": return { kind: "operation", step: node.step };
    case "parameter": return { kind: "parameter", tensor: node.tensor };
    default: return { kind: node.kind, value: node.value };
  }
}

function firstUse(node: FlowNode): number {
  switch (node.kind) {
    case "operation":
    case "call": return node.step;
    case "constant": return node.firstUse - 0.5;
    case "parameter": return -0.5;
    case "input": return -1;
    case "output": return Infinity;
  }
}

/** A full name as it reads inside a module. */
function within(path: string, name: string): string {
  return path !== "" && name.startsWith(`${path}.`) ? name.slice(path.length + 1) : name;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** What a person calls a node: the module's name, the sign of an operation, "Input". */
export function nodeTitle(node: DisplayNode, words: { readonly input: string; readonly output: string; readonly constant: string }): string {
  switch (node.kind) {
    case "operation": return operationLabel(node.name);
    case "input": return node.name || words.input;
    case "output": return node.name || words.output;
    case "constant": return words.constant;
    default: return node.name;
  }
}

export { border };
