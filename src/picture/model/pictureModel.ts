import { type FindingLevels, type ModelSnapshot, type ModuleSnapshot, type ModuleStep, type StepId } from "../../protocol/index.js";
import { distinctMarks, type Findings, findingsOf } from "../../describe/findings/findings.js";
import { initializedBy } from "../../describe/initialization.js";
import { indexOf, type ModelIndex } from "../../describe/modelIndex.js";
import { openAtFirst } from "./openAtFirst.js";
import { CallOrder } from "./callOrder.js";
import { nameWithin, type ContainerFlow, type DataFlow, type FlowNode } from "./dataFlow.js";
import { notInitialized, type DisplayEdge, type DisplayNode, type InitializationNames, type RunStatus } from "./displayGraph.js";
import { layerKind } from "./kinds.js";
import { commonShapeText, contentsText, shapeText, shortArguments } from "./labels.js";
import { findLoops, type LoopStep } from "./loops.js";
import { foldOf, rowsOf, single, type Row } from "./rows.js";
import { scatteredIn } from "./scattered.js";
import { sharingGroups, type SharingGroup } from "./sharing.js";
import { Places } from "./standing.js";
import { traceDataFlow } from "./traceDataFlow.js";
import { treatmentIn, type Treatment } from "./treatment.js";

/** What is drawn in a node's place, unless what the loop is over is unfolded; null where it stays folded, because no turn takes from another. */
export interface Fold {
  readonly first: string;
  readonly over: string | null;
}

/** Calls of one module in one call of its container that are drawn one by one, where no loop makes them. */
const mostTurns = 16;

/** Everything about one snapshot that the picture derives once. */
export class PictureModel {
  readonly index: ModelIndex;
  readonly findings: Findings;
  readonly sharing: ReadonlyMap<string, readonly SharingGroup[]>;
  /** Which modules stand where. */
  readonly places: Places;
  readonly #flows = new Map<boolean, DataFlow | null>();
  readonly #facts = new Map<string, ModuleFacts>();
  readonly #rows = new Map<string, readonly Row[]>();
  /** By module path; of containers whose rows were asked for. */
  readonly #rowOf = new Map<string, Row>();
  readonly #rowFacts = new Map<Row, ModuleFacts>();
  readonly #folds = new Map<boolean, ReadonlyMap<string, Fold>>();
  /** Parts of earlier display graphs that do not depend on the arrangement; see Builder. */
  readonly kept = {
    closed: new Map<string, { readonly variant: string; readonly node: DisplayNode }>(),
    others: new Map<FlowNode, DisplayNode>(),
    edges: new Map<ContainerFlow, { readonly shown: string; readonly edges: readonly DisplayEdge[] }>(),
  };
  readonly #order: CallOrder | null;
  readonly #scattered: ReadonlySet<string>;
  readonly #treatment: Treatment;
  /** Module paths from the root to what failed; empty when nothing did. */
  readonly failedAt: ReadonlySet<string>;
  #openAtFirst: ReadonlySet<string> | undefined;
  #callingThemselves: Set<string> | undefined;

  /** `levels`: what the user wants to see of findings. */
  constructor(
    readonly snapshot: ModelSnapshot,
    levels?: FindingLevels,
  ) {
    const { trace } = snapshot;
    this.index = indexOf(snapshot);
    this.findings = findingsOf(snapshot, levels);
    this.sharing = sharingGroups(this.index);
    this.#order = trace && new CallOrder(trace);
    this.#scattered = trace && this.#order ? scatteredIn(this.index, trace, this.#order) : new Set();
    const flow = this.flow(false);
    const { failedPath } = this.index;
    this.failedAt = new Set(failedPath === null ? [] : this.index.ancestry(failedPath).map((module) => module.path));
    this.#treatment = treatmentIn(this.index, flow, this.#order, this.failedAt);
    this.places = new Places(
      this.index,
      flow,
      this.#scattered,
      (path) => this.rowOf(path),
      (module) => this.rows(module),
    );
  }

  flow(showBookkeeping: boolean): DataFlow | null {
    const { trace } = this.snapshot;
    if (!trace) return null;
    let flow = this.#flows.get(showBookkeeping);
    if (flow === undefined) this.#flows.set(showBookkeeping, (flow = traceDataFlow(this.index, trace, this.#scattered, showBookkeeping)));
    return flow;
  }

  /** The rows of what is drawn in a module: what it holds, and of what is not drawn itself, what that holds. */
  rows(module: ModuleSnapshot): readonly Row[] {
    let rows = this.#rows.get(module.path);
    if (!rows) {
      const around = module.path;
      this.#rows.set(module.path, (rows = rowsOf(this.#drawnIn(module), this.#treatment, ({ path }) => nameWithin(around, path))));
      for (const row of rows) for (const member of row.members) this.#rowOf.set(member.path, row);
    }
    return rows;
  }

  #drawnIn(module: ModuleSnapshot): readonly ModuleSnapshot[] {
    return module.children.flatMap((child) => (this.#scattered.has(child.path) ? this.#drawnIn(child) : [child]));
  }

  /** The row of equal siblings that a module stands in; null of the root, and of what is not drawn itself. */
  rowOf(path: string): Row | null {
    let parent = this.index.parent(path);
    while (parent && this.#scattered.has(parent.path)) parent = this.index.parent(parent.path);
    if (!parent) return null;
    this.rows(parent);
    return this.#rowOf.get(path) ?? null;
  }

  /** What loops repeat, and what is called too often to be drawn call by call: by node id, what is drawn in its place. */
  folds(showBookkeeping: boolean): ReadonlyMap<string, Fold> {
    let folds = this.#folds.get(showBookkeeping);
    if (!folds) this.#folds.set(showBookkeeping, (folds = this.#findFolds(showBookkeeping)));
    return folds;
  }

  /** What must be unfolded to see a module by itself, or each of its calls: its row and those together with it, or what a loop that calls it is over. */
  foldedOver(path: string): string | null {
    const row = this.rowOf(path);
    if (row && row.kind !== "single") return foldOf(row);
    const nodes = this.flow(false)?.nodes.get(path) ?? [];
    for (const node of nodes) {
      const fold = this.folds(false).get(node);
      if (fold && fold.over !== null) return fold.over;
    }
    return null;
  }

  /** Whether a module is called within its own call. */
  callsItself(path: string): boolean {
    if (!this.#callingThemselves) {
      const flow = this.flow(false);
      this.#callingThemselves = new Set();
      for (const [each, nodes] of flow?.nodes ?? []) {
        if (nodes.length < 2) continue;
        const own = new Set(nodes);
        const isWithinItself = (node: string) => {
          for (let at = flow!.standing.get(node)?.around; at !== undefined; at = flow!.standing.get(at)?.around) if (own.has(at)) return true;
          return false;
        };
        if (nodes.some(isWithinItself)) this.#callingThemselves.add(each);
      }
    }
    return this.#callingThemselves.has(path);
  }

  /** Most calls of a module in one call of the container around. */
  turns(path: string): number {
    return this.flow(false)?.runs.get(path)?.turns ?? 0;
  }

  #findFolds(showBookkeeping: boolean): ReadonlyMap<string, Fold> {
    const folds = new Map<string, Fold>();
    const flow = this.flow(showBookkeeping);
    if (!flow) return folds;
    for (const call of flow.calls.values()) {
      const steps = this.#stepsOf(call, flow);
      for (const { turn, nodes } of findLoops(steps, this.#returnedBy(call))) {
        const [outermost] = this.#rowsTo(call, turn);
        const over = !outermost || this.#isChained(call, outermost.row) ? this.#unfoldedBy(call, turn) : null;
        // Calls of one module are unfolded by that module.
        for (const [each, first] of nodes) if (over !== null || !flow.calls.has(each)) folds.set(each, { first, over });
      }
    }
    for (const { modules } of flow.containers.values()) {
      for (const [path, nodes] of modules) {
        if (nodes.length <= mostTurns) continue;
        const call = this.#callAround(nodes[0]!, flow);
        for (const node of nodes) if (!folds.has(node)) folds.set(node, { first: nodes[0]!, over: call === null ? path : this.#unfoldedBy(call, path) });
      }
    }
    return folds;
  }

  /** What a call ran itself. */
  #stepsOf(call: StepId, flow: DataFlow): LoopStep[] {
    const order = this.#order!;
    return order.within(call).map((id) => {
      const step = this.snapshot.trace!.steps[id]!;
      const sources = step.inputs.map(({ value }) => ({ value, from: order.sourceIn(call, value) }));
      const takes = sources.map(({ from }) => from && order.place(from));
      const outputs = sources.map(({ value, from }) => (from === null ? 0 : order.outputOf(from, value)));
      const node = flow.nodeOf(id);
      if (step.kind === "operation") return { sign: `${step.name}`, node: flow.calls.has(node) ? null : node, turn: null, takes, outputs };
      // As it is drawn where all rows are folded.
      const turn = this.#rowsTo(call, step.path).reduceRight((path, { member, row }) => row.members[0]!.path + path.slice(member.length), step.path);
      return { sign: `[${turn}] ${order.formOf(id)}`, node, turn, takes, outputs };
    });
  }

  /** Places of the steps whose results a call gives out. */
  #returnedBy(call: StepId): readonly number[] {
    const order = this.#order!;
    return this.snapshot.trace!.steps[call]!.outputs.flatMap(({ value }) => {
      const from = order.sourceIn(call, value);
      return from === null ? [] : [order.place(from)];
    });
  }

  /** The call that a node stands in. */
  #callAround(node: string, flow: DataFlow): StepId | null {
    for (let around = flow.standing.get(node)?.around; around !== undefined; around = flow.standing.get(around)?.around) {
      const call = flow.calls.get(around);
      if (call !== undefined) return call;
    }
    return null;
  }

  /** The rows that a module stands and lies in, from the outermost in a call's container on, and as what. */
  #rowsTo(call: StepId, path: string): readonly { readonly member: string; readonly row: Row }[] {
    const around = this.snapshot.trace!.steps[call] as ModuleStep;
    const line: string[] = [];
    let member: string | undefined = path;
    for (; member !== undefined && member !== around.path; member = this.index.parent(member)?.path) line.push(member);
    // What lies elsewhere stands there by itself, or with the others of its row.
    const members = member === undefined ? [path] : line.reverse();
    return members.flatMap((each) => {
      const row = this.rowOf(each);
      return row && row.kind !== "single" ? [{ member: each, row }] : [];
    });
  }

  /** What is unfolded with the turns of a loop: the rows that they stand in, or the module that they call. */
  #unfoldedBy(call: StepId, turn: string): string {
    const [outermost] = this.#rowsTo(call, turn);
    return outermost ? foldOf(outermost.row) : turn;
  }

  /** Whether what runs as one turn of rows takes what another turn gave, be it through other steps of the call. */
  #isChained(call: StepId, { together }: Row): boolean {
    const { steps } = this.snapshot.trace!;
    const turns = new Map(together.flatMap(({ members }) => members.map((member, turn) => [member, turn] as const)));
    const turnOf = (step: StepId) => {
      const each = steps[step]!;
      return each.kind === "operation"
        ? undefined
        : this.index
            .ancestry(each.path)
            .map((module) => turns.get(module))
            .find((turn) => turn !== undefined);
    };
    const ran = this.#order!.within(call);
    const last = together[0]!.members.length - 1;
    const seen = new Set<StepId>();
    const pending = ran.filter((step) => turnOf(step) === last);
    for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
      if (seen.has(step)) continue;
      seen.add(step);
      const turn = turnOf(step);
      if (turn !== undefined && turn !== last) return true;
      pending.push(...this.#order!.sourcesOf(step));
    }
    return false;
  }

  get openAtFirst(): ReadonlySet<string> {
    return (this.#openAtFirst ??= openAtFirst(this));
  }

  /** Whether there is something to see in a call of a module: what it calls, more operations than one, or what nothing calls. */
  isExpandable(node: string, module: ModuleSnapshot): boolean {
    const flow = this.flow(false)?.containers.get(node);
    if (flow && (flow.modules.size > 0 || flow.nodes.filter(({ kind }) => kind === "operation").length > 1)) return true;
    return module.children.length > 0 && this.places.isFirst(node, module.path) && this.#drawnIn(module).some((child) => this.places.isAtHome(child));
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
      facts = {
        ...first,
        initialization: this.#initialization(row.members),
        marks: distinctMarks(row.members.flatMap(({ path }) => this.findings.marks(path))),
      };
      this.#rowFacts.set(row, facts);
    }
    return facts;
  }

  #factsOf(module: ModuleSnapshot): ModuleFacts {
    const { path } = module;
    const { trace, tensors } = this.snapshot;
    const flow = this.flow(false);
    const first = module.parameters[0];
    const statistics = first ? tensors[first.tensor]?.statistics : null;
    const ranAs = this.index.runStatus(path);
    const status: RunStatus =
      path === this.index.failedPath
        ? "failed"
        : this.failedAt.has(path)
          ? "failedInside"
          : !trace
            ? "untraced"
            : ranAs === "notRun"
              ? trace.failure
                ? "notReached"
                : "notCalled"
              : ranAs;
    return {
      type: module.type,
      detail: shortArguments(module, this.snapshot.language) || contentsText(module.children.map(({ type }) => type)),
      layerKind: layerKind(module.family, module.children.length > 0),
      sharing: this.sharing.get(path) ?? [],
      calls: trace ? (flow?.runs.get(path)?.calls.length ?? 0) : null,
      status,
      ...this.#parameters(module),
      initialization: this.#initialization([module]),
      isChanged: this.index.isChanged(path),
      marks: this.findings.marks(path),
      glyph: statistics?.histogram ?? (statistics?.finite ? "constant" : null),
    };
  }

  #parameters(module: ModuleSnapshot): Pick<ModuleFacts, "parameters" | "isFrozen"> {
    if (module.children.length > 0) {
      const { parameters, trainable } = this.index.totals(module.path);
      return { parameters, isFrozen: parameters > 0 && trainable === 0 };
    }
    const tensors = [...new Set(module.parameters.map((use) => this.index.tensor(use)))];
    return {
      parameters: tensors.reduce((sum, { count }) => sum + count, 0),
      isFrozen: tensors.length > 0 && tensors.every(({ requiresGrad }) => !requiresGrad),
    };
  }

  #initialization(modules: readonly ModuleSnapshot[]): InitializationNames {
    const initializations = modules.flatMap(({ parameters }) => parameters.map((use) => this.index.tensor(use).initialization));
    if (initializations.length === 0) return notInitialized;
    return {
      by: [...new Set(initializations.map(initializedBy).filter(Boolean))],
      changedBy: [...new Set(initializations.flatMap((each) => (each.kind === "unknown" ? [] : each.modifiedBy)))],
    };
  }

  /** What comes out of all calls that a box stands for: what they have in common, with "…" for sizes that differ. */
  outputShapeAt(nodes: readonly string[]): string {
    const calls = nodes.flatMap((node) => this.flow(false)?.calls.get(node) ?? []);
    const texts = new Set(calls.map((step) => this.outputShapeOf(step)));
    if (texts.size <= 1) return [...texts][0] ?? "";
    const { steps, values } = this.snapshot.trace!;
    return commonShapeText(calls.map((step) => values[steps[step]!.outputs[0]?.value ?? -1]?.shape));
  }

  outputShapeOf(step: StepId): string {
    const { trace } = this.snapshot;
    return (trace?.steps[step]?.outputs ?? []).map(({ value }) => shapeText(trace!.values[value]?.shape)).join(", ");
  }
}

/** What the picture says of a module, however it is arranged. */
export type ModuleFacts = Pick<
  DisplayNode,
  "type" | "detail" | "layerKind" | "sharing" | "calls" | "status" | "isChanged" | "parameters" | "isFrozen" | "initialization" | "marks" | "glyph"
>;
