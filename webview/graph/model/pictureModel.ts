import type { ModelSnapshot, ModuleSnapshot, StepId } from "../../../src/protocol/index.js";
import { indexOf, type ModelIndex } from "../../modelIndex.js";
import { openAtFirst, type Inside } from "./arrangement.js";
import { CallOrder } from "./callOrder.js";
import { traceDataFlow, type ContainerFlow, type DataFlow, type FlowNode } from "./dataFlow.js";
import type { DisplayEdge, DisplayNode, RunStatus } from "./displayGraph.js";
import { layerKind } from "./kinds.js";
import { commonShapeText, shapeText, shortArguments } from "./labels.js";
import { findLoops, type Loop, type LoopStep } from "./loops.js";
import { rowsOf, single, treatmentIn, type Row, type Treatment } from "./rows.js";
import { sharingGroups, type SharingGroup } from "./sharing.js";

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
  readonly #ran = new Set<string>();
  /** Parts of earlier display graphs that do not depend on the arrangement; see Builder. */
  readonly kept = { closed: new Map<string, DisplayNode>(), others: new Map<FlowNode, DisplayNode>(), edges: new Map<ContainerFlow, { readonly shown: string; readonly edges: readonly DisplayEdge[] }>() };
  readonly #order: CallOrder | null;
  readonly #treatment: Treatment;
  /** Module paths from the root to what failed; empty when nothing did. */
  readonly failedAt: ReadonlySet<string>;
  #openAtFirst: ReadonlySet<string> | undefined;

  constructor(readonly snapshot: ModelSnapshot) {
    this.index = indexOf(snapshot);
    this.sharing = sharingGroups(this.index);
    const flow = this.flow(false);
    for (const path of flow?.runs.keys() ?? []) for (const module of this.index.ancestry(path)) this.#ran.add(module.path);
    this.failedAt = new Set(this.failedPath === null ? [] : this.index.ancestry(this.failedPath).map((module) => module.path));
    this.#order = snapshot.trace && new CallOrder(snapshot.trace.steps);
    this.#treatment = treatmentIn(this.index, flow, this.#order, this.failedAt);
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
      this.#rows.set(module.path, (rows = rowsOf(module.children, this.#treatment)));
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
    return this.#order!.within(call).map((id) => {
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

/** What the picture says of a module, however it is arranged. */
export type ModuleFacts = Pick<
  DisplayNode,
  "type" | "detail" | "layerKind" | "expandable" | "sharing" | "calls" | "status" | "outputShape" | "parameters" | "isFrozen" | "nonFinite" | "glyph"
>;
