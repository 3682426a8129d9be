import { writeStepArguments } from "../../describe/arguments.js";
import { originOf } from "../../describe/valueOrigin.js";
import { nameText, type ModuleSnapshot, type OperationStep, type StepId, type TensorId, type ValueId } from "../../protocol/index.js";
import type { Arrangement } from "./arrangement.js";
import { joinPorts, type OpenContainer } from "./commonPorts.js";
import { callNode, canvasPath, nodeWithin, type ContainerFlow, type DataFlow, type FlowNode } from "./dataFlow.js";
import { declaredEdges, measuredEdges } from "./displayEdges.js";
import type { DisplayContent, DisplayEdge, DisplayFailure, DisplayGraph, DisplayNode, ItemSource, OperandSource } from "./displayGraph.js";
import { commonShapeText, shapeText, signBetween, viewText } from "./labels.js";
import { partName, splitParts, withInserted } from "./splitParts.js";
import type { Fold, ModuleFacts, PictureModel } from "./pictureModel.js";
import { foldOf, single, type Row } from "./rows.js";

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
  readonly key: string;
  readonly rows: readonly Row[];
}

interface ModulePlace extends Omit<Around, "path"> {
  readonly id: string;
  /** Which call of several it is. */
  readonly ordinal: number;
  readonly module: ModuleSnapshot;
  readonly key: string;
  readonly row: Row;
  /** Nodes of the calls that the box stands for, its own and in a folded row those of the others. */
  readonly calls: readonly string[];
}

interface DrawnModule {
  readonly node: DisplayNode;
  /** When the first of what the box stands for ran first. */
  readonly first: number;
}

type SaidOfModule = Omit<ModuleFacts, "turns"> & Pick<DisplayNode, "turn" | "outputShape">;

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
    const { root } = this.model.snapshot;
    const canvas = this.#content({
      id: canvasPath,
      path: canvasPath,
      key: "",
      rows: [{ ...single, members: [root] }],
      parent: null,
      depth: 0,
      hasFailed: true,
    });
    if (this.model.snapshot.trace) joinPorts(this.#containers, this.model.snapshot.trace);
    return { canvas, nodes: this.#nodes, parents: this.#parents };
  }

  #isOpen(module: ModuleSnapshot, key: string, depth: number): boolean {
    const stated = this.arrangement.expanded.get(key);
    if (stated !== undefined) return stated;
    if (module.children.length === 0) return this.arrangement.depth === "all";
    if (this.arrangement.depth === "auto") return this.model.openAtFirst.has(key);
    return this.arrangement.depth === "all" || depth < this.arrangement.depth;
  }

  #content(container: Container): DisplayContent {
    const { id, path, parent, hasFailed } = container;
    const flow = this.#flow?.containers.get(id);
    const standsFor = new Map<string, string>();
    const modules = container.rows.flatMap((row) => this.#row(row, container, standsFor));
    for (const { id: node, kind } of flow?.nodes ?? []) {
      const fold = this.#foldOf(node);
      if (fold && (kind === "call" || !this.showBookkeeping)) standsFor.set(node, standsFor.get(fold.first) ?? fold.first);
    }
    const nodes = this.#inOrder(modules, flow?.nodes ?? [], container, standsFor);
    if (hasFailed && !this.#failureIsShown && this.model.snapshot.trace?.failure) nodes.push(this.#thrown(id, path, parent));
    const { edges: measured, nodes: withParts } = this.#withParts(container, nodes, flow ? this.#edges(flow, standsFor) : []);
    const declared = this.#declaredOrder(container, standsFor);
    const content = {
      around: id === canvasPath ? null : (this.#parents.get(id) ?? canvasPath),
      folds: [...standsFor].some(([node, shown]) => node !== shown),
      nodes: withParts,
      edges: declared.length > 0 ? [...measured, ...declared] : measured,
    };
    this.#containers.set(id, content);
    return content;
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
        name: partName(shown, trace),
        calls: 1,
        status: "ran",
        outputShape: shown.outputShape,
        part: shown,
      };
      this.#nodes.set(node, made);
      this.#parents.set(node, parent);
      return { node: made, before: target };
    });
    return { nodes: inserted.length > 0 ? withInserted(nodes, inserted) : nodes, edges: split.edges };
  }

  /** The boxes of a row: of each of its members, or of one for all. Writes down for which calls each box stands. */
  #row(row: Row, container: Container, standsFor: Map<string, string>): DrawnModule[] {
    const { id, parent, depth, hasFailed } = container;
    const isFolded = row.kind !== "single" && !this.arrangement.unfolded.has(foldOf(row));
    return (isFolded ? [this.#shownMember(row)] : row.members).map((module) => {
      const represented = isFolded ? row.members : [module];
      const node = this.#module({
        id: nodeIn(container, module),
        ordinal: 1,
        module,
        key: id === canvasPath ? module.path : nodeWithin(container.key, (isFolded ? row.members[0]! : module).name),
        row: isFolded ? row : { ...single, members: [module] },
        calls: represented.map((each) => nodeIn(container, each)),
        parent,
        depth,
        hasFailed,
      });
      for (const each of represented) {
        const turns = Math.max(1, this.model.turns(each.path));
        for (let turn = 1; turn <= turns; turn++) standsFor.set(callNode(nodeIn(container, each), turn), callNode(node.id, turn));
      }
      return { node, first: Math.min(...represented.map((each) => this.#firstRun(each, nodeIn(container, each)))) };
    });
  }

  /** The lines of a Sequential whose order no pass has measured. */
  #declaredOrder(container: Container, standsFor: ReadonlyMap<string, string>): readonly DisplayEdge[] {
    const module = this.model.index.module(container.path);
    if (!module?.isSequence) return [];
    const nodes = module.children.map((child) => nodeIn(container, child));
    return declaredEdges(nodes, this.#flow, standsFor);
  }

  #foldOf(node: string): Fold | null {
    const fold = this.model.folds.get(node);
    return fold && (fold.over === null || !this.arrangement.unfolded.has(fold.over)) ? fold : null;
  }

  #shownMember(row: Row): ModuleSnapshot {
    const wanted = this.arrangement.shown.get(row.members[0]!.path);
    return row.members.find((member) => member.path === wanted) ?? row.members[0]!;
  }

  /** When the module, or the first beneath it, was called first. */
  #firstRun(module: ModuleSnapshot, node: string): number {
    const own = this.#flow?.calls.get(node);
    return own ?? Math.min(Infinity, ...module.children.slice(0, 1).map((child) => this.#firstRun(child, nodeWithin(node, child.name))));
  }

  /** Modules in order of declaration; what is no module, or a later call, stands before the first module that ran after it. */
  #inOrder(modules: readonly DrawnModule[], others: readonly FlowNode[], around: Around, standsFor: ReadonlyMap<string, string>): DisplayNode[] {
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
      for (; next < waiting.length && waiting[next]!.first < until; next++)
        nodes.push(this.#other(waiting[next]!.other, around, repeated.get(waiting[next]!.other.id)));
    };
    for (const { node, first } of modules) {
      if (Number.isFinite(first)) put(first);
      nodes.push(node);
    }
    put(Infinity);
    for (; next < waiting.length; next++) nodes.push(this.#other(waiting[next]!.other, around, repeated.get(waiting[next]!.other.id)));
    return nodes;
  }

  #module(place: ModulePlace): DisplayNode {
    const { id, module, key, row, parent, depth, hasFailed } = place;
    const facts = this.model.facts(module, row);
    this.#parents.set(id, parent);
    const foldsCalls = facts.turns > 1 && place.ordinal === 1 && this.#foldOf(callNode(id, 2))?.first === id;
    const isOpen = facts.expandable && this.#isOpen(module, key, depth);
    // A closed box is the same however the rest is arranged.
    const variant = `${key}\n${row.kind} ${foldsCalls} ${hasFailed}`;
    const known = isOpen ? undefined : this.model.kept.closed.get(id);
    const node = known?.variant === variant ? known.node : this.#makeModule(place, facts, foldsCalls, isOpen);
    if (!isOpen) this.model.kept.closed.set(id, { variant, node });
    this.#failureIsShown ||= node.failure !== null;
    this.#nodes.set(id, node);
    return node;
  }

  #makeModule(place: ModulePlace, facts: ModuleFacts, foldsCalls: boolean, isOpen: boolean): DisplayNode {
    const { id, module, key, row, depth } = place;
    const said = this.#saidOf(place, facts, foldsCalls);
    const hasFailed = said.status === "failed" || said.status === "failedInside";
    const content = isOpen ? this.#content({ id, path: module.path, key, rows: this.model.rows(module), parent: id, depth: depth + 1, hasFailed }) : null;
    // What failed says so; where that is not drawn, the box around it.
    const failure = hasFailed && !this.#failureIsShown ? this.#failure() : null;
    return { ...said, sign: "", target: "", id, kind: "module", source: null, path: module.path, key, name: module.name, row, failure, content };
  }

  /** What a module's box says, for one call of several or for all of them. */
  #saidOf({ id, ordinal, module, calls, hasFailed }: ModulePlace, { turns, ...facts }: ModuleFacts, foldsCalls: boolean): SaidOfModule {
    const all = foldsCalls ? calls.flatMap((call) => Array.from({ length: turns }, (_, at) => callNode(call, at + 1))) : calls;
    const isOnTheWay = hasFailed && all.some((call) => this.#flow?.failed.includes(call));
    return {
      ...facts,
      status: (facts.status === "failed" || facts.status === "failedInside") && !isOnTheWay ? "ran" : facts.status,
      outputShape: this.model.outputShapeAt(all),
      turn: turns > 1 ? { ordinal: foldsCalls ? null : ordinal, of: turns, sharesWeights: facts.parameters > 0 } : null,
      // What a module holds is said where it is called first.
      ...(id !== module.path && { sharing: [], parameters: 0, isFrozen: false, glyph: null }),
    };
  }

  #failure(): DisplayFailure {
    const trace = this.model.snapshot.trace!;
    const { step: failed, message } = trace.failure!;
    const step = trace.steps[failed];
    const operands = (step?.inputs ?? []).flatMap(({ value }) =>
      trace.values[value] ? [{ ...trace.values[value], source: this.#operandSource(value, failed) }] : [],
    );
    const isMixed = new Set(operands.map(({ dtype }) => dtype)).size > 1;
    const shapes = operands.map(({ shape, dtype }) => (isMixed ? `${shapeText(shape)} ${dtype}` : shapeText(shape)).trim());
    const sources = operands.map(({ source }) => source);
    if (step?.kind === "module") {
      const weight = this.model.index.module(step.path)?.parameters[0];
      if (weight) {
        shapes.push(shapeText(this.model.snapshot.tensors[weight.tensor]?.shape));
        sources.push({ kind: "named", name: weight.name });
      }
    }
    return { message, shapes, sources, sign: signBetween(step?.kind === "operation" ? step : null) };
  }

  /** Named as in the innermost module that holds both what failed and that. */
  #operandSource(value: ValueId, failed: StepId): OperandSource {
    const { index } = this.model;
    const { views, source } = originOf(index, value);
    const around = index.enclosing(failed);
    const viewed = (name: string) => [name, ...views.toReversed().map((view) => (view.startsWith("[") ? view : `.${view}`))].join("");
    switch (source.kind) {
      case "input":
        return views.length > 0 ? { kind: "named", name: viewed("input") } : { kind: "input" };
      case "constant":
        return source.name === null ? { kind: "constant" } : { kind: "named", name: viewed(source.name) };
      case "tensor":
        return { kind: "named", name: viewed(apart(source.name, around)) };
      case "operation":
        return { kind: "named", name: viewed(source.name) };
      case "module":
        return { kind: "named", name: viewed(`${apart(source.path, around)} ${index.module(source.path)?.type ?? ""}`.trim()) };
    }
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
      failure: { ...this.#failure(), shapes: [], sources: [] },
    };
    this.#failureIsShown = true;
    this.#nodes.set(id, node);
    this.#parents.set(id, parent);
    return node;
  }

  /** `repeated`: the operations that it stands for, itself included, where a loop repeats it. */
  #other(flowNode: FlowNode, { path, parent, depth, hasFailed }: Around, repeated: readonly FlowNode[] = []): DisplayNode {
    if (flowNode.kind === "call") {
      const { id, ordinal } = flowNode;
      const module = this.model.index.module(flowNode.path)!;
      return this.#module({
        id,
        ordinal,
        module,
        key: id,
        row: { ...single, members: [module] },
        calls: [id, ...repeated.map((each) => each.id)],
        parent,
        depth,
        hasFailed,
      });
    }
    const { others } = this.model.kept;
    let node = others.get(flowNode);
    if (!node) others.set(flowNode, (node = this.#makeOther(flowNode, path)));
    if (repeated.length > 1) node = this.#repeatedOperation(node, repeated);
    this.#failureIsShown ||= node.failure !== null;
    this.#nodes.set(node.id, node);
    this.#parents.set(node.id, parent);
    return node;
  }

  #repeatedOperation(node: DisplayNode, repeated: readonly FlowNode[]): DisplayNode {
    const { steps, values } = this.model.snapshot.trace!;
    const operations = repeated.flatMap((each) => (each.kind === "operation" ? [each] : []));
    const isSame = operations.every(({ operation }) => this.#argumentsOf(operation) === node.detail);
    const target = operations.every((each) => this.#target(each) === node.target) ? node.target : "";
    const outputShape = commonShapeText(operations.map(({ step }) => values[steps[step]!.outputs[0]?.value ?? -1]?.shape));
    return { ...node, target, detail: [isSame ? node.detail : "", `${operations.length}×`].filter(Boolean).join("  "), outputShape, calls: operations.length };
  }

  #target({ writesThrough }: Extract<FlowNode, { kind: "operation" }>): string {
    const { steps } = this.model.snapshot.trace!;
    return viewText(
      (writesThrough ?? []).map((step) => steps[step] as OperationStep),
      this.model.snapshot.language,
    );
  }

  #argumentsOf({ arguments: given }: OperationStep): string {
    return writeStepArguments(given, this.model.snapshot.language);
  }

  #makeOther(flowNode: Exclude<FlowNode, { kind: "call" }>, path: string): DisplayNode {
    const { trace } = this.model.snapshot;
    const base = {
      ...nothingOfItsOwn,
      id: flowNode.id,
      kind: flowNode.kind,
      source: sourceOf(flowNode),
      path: path === canvasPath ? "" : path,
      key: flowNode.id,
      status: "ran",
    } as const satisfies Omit<DisplayNode, "name">;
    if (flowNode.kind === "operation") {
      const { operation, step } = flowNode;
      const failed = trace!.failure?.step === step;
      const outputShape = this.model.outputShapeOf(step);
      return {
        ...base,
        name: nameText(operation.name),
        sign: operation.sign ?? "",
        detail: this.#argumentsOf(operation),
        target: this.#target(flowNode),
        outputShape,
        calls: 1,
        status: failed ? "failed" : "ran",
        failure: failed ? this.#failure() : null,
      };
    }
    if (flowNode.kind === "parameter") return this.#parameter(base, flowNode.tensor);
    const value = trace!.values[flowNode.value];
    const dtype = value && value.dtype !== "float32" ? value.dtype : "";
    const constant = flowNode.kind === "constant" && value?.source.kind === "constant" ? value.source : null;
    const name = flowNode.kind === "constant" ? (constant?.name ?? "") : flowNode.label;
    return {
      ...base,
      name,
      detail: dtype,
      outputShape: shapeText(value?.shape),
      isParameter: constant?.unregistered === true,
      marks: this.model.findings.marksOfValue(flowNode.value),
    };
  }

  #parameter(base: Omit<DisplayNode, "name">, id: TensorId): DisplayNode {
    const tensor = this.model.snapshot.tensors[id]!;
    const place = this.model.index.places(id).find((use) => use.path === base.path);
    const sharing =
      tensor.names.length > 1
        ? (this.model.index
            .places(id)
            .map((use) => this.model.sharing.get(use.path))
            .find(Boolean) ?? [])
        : [];
    return {
      ...base,
      name: place?.name ?? within(base.path, tensor.names[0] ?? ""),
      outputShape: shapeText(tensor.shape),
      sharing,
      parameters: tensor.kind === "parameter" ? tensor.count : 0,
      glyph: tensor.statistics?.histogram ?? (tensor.statistics?.finite ? "constant" : null),
    };
  }

  /** The same while the same boxes are shown. */
  #edges(flow: ContainerFlow, standsFor: ReadonlyMap<string, string>): readonly DisplayEdge[] {
    const { edges } = this.model.kept;
    const shown = [...standsFor.values()].join("\n");
    let kept = edges.get(flow);
    if (kept?.shown !== shown) edges.set(flow, (kept = { shown, edges: measuredEdges(flow, this.model.snapshot.trace!, standsFor) }));
    return kept.edges;
  }
}

/** What a node has that is no module, as far as it does not say otherwise. */
const nothingOfItsOwn = {
  type: "",
  detail: "",
  sign: "",
  target: "",
  expandable: false,
  row: single,
  sharing: [],
  calls: null,
  turn: null,
  failure: null,
  parameters: 0,
  isFrozen: false,
  marks: [],
  glyph: null,
  content: null,
  layerKind: "operation",
  outputShape: "",
  isChanged: false,
} as const;

/** The node of a module's first call in a container. */
function nodeIn({ id }: Container, module: ModuleSnapshot): string {
  return id === canvasPath ? module.path : nodeWithin(id, module.name);
}

function sourceOf(node: Exclude<FlowNode, { kind: "call" }>): ItemSource {
  switch (node.kind) {
    case "operation":
      return { kind: "operation", step: node.step };
    case "parameter":
      return { kind: "parameter", tensor: node.tensor };
    default:
      return { kind: node.kind, value: node.value };
  }
}

function firstUse(node: FlowNode): number {
  switch (node.kind) {
    case "operation":
    case "call":
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

/** The part of a full name that it has not in common with a path. */
function apart(name: string, path: string): string {
  const parts = name.split(".");
  const others = path.split(".");
  const common = parts.findIndex((part, at) => part !== others[at]);
  return parts.slice(common < 0 ? -1 : common).join(".");
}

/** A full name as it reads inside a module. */
function within(path: string, name: string): string {
  return path !== "" && name.startsWith(`${path}.`) ? name.slice(path.length + 1) : name;
}
