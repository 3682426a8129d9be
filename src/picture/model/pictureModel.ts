import { nameText, type FindingLevels, type ModelSnapshot, type ModuleSnapshot, type ModuleStep, type StepId } from "../../protocol/index.js";
import { distinctMarks, type Findings, findingsOf } from "../../describe/findings/findings.js";
import { indexOf, type ModelIndex } from "../../describe/modelIndex.js";
import { openAtFirst, type Inside } from "./arrangement.js";
import { CallOrder } from "./callOrder.js";
import { callNode, firstCall, traceDataFlow, type ContainerFlow, type DataFlow, type FlowNode } from "./dataFlow.js";
import type { DisplayEdge, DisplayNode, RunStatus } from "./displayGraph.js";
import { layerKind } from "./kinds.js";
import { commonShapeText, contentsText, shapeText, shortArguments } from "./labels.js";
import { findLoops, type LoopStep } from "./loops.js";
import { foldOf, rowsOf, single, type Row } from "./rows.js";
import { sharingGroups, type SharingGroup } from "./sharing.js";
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
  readonly #flows = new Map<boolean, DataFlow | null>();
  readonly #facts = new Map<string, ModuleFacts>();
  readonly #rows = new Map<string, readonly Row[]>();
  /** By module path; of containers whose rows were asked for. */
  readonly #rowOf = new Map<string, Row>();
  readonly #rowFacts = new Map<Row, ModuleFacts>();
  #folds: ReadonlyMap<string, Fold> | undefined;
  /** Parts of earlier display graphs that do not depend on the arrangement; see Builder. */
  readonly kept = {
    closed: new Map<string, { readonly variant: string; readonly node: DisplayNode }>(),
    others: new Map<FlowNode, DisplayNode>(),
    edges: new Map<ContainerFlow, { readonly shown: string; readonly edges: readonly DisplayEdge[] }>(),
  };
  readonly #order: CallOrder | null;
  readonly #treatment: Treatment;
  /** Module paths from the root to what failed; empty when nothing did. */
  readonly failedAt: ReadonlySet<string>;
  #openAtFirst: ReadonlySet<string> | undefined;

  /** `levels`: what the user wants to see of findings. */
  constructor(
    readonly snapshot: ModelSnapshot,
    levels?: FindingLevels,
  ) {
    this.index = indexOf(snapshot);
    this.findings = findingsOf(snapshot, levels);
    this.sharing = sharingGroups(this.index);
    const flow = this.flow(false);
    const { failedPath } = this.index;
    this.failedAt = new Set(failedPath === null ? [] : this.index.ancestry(failedPath).map((module) => module.path));
    this.#order = snapshot.trace && new CallOrder(snapshot.trace.steps);
    this.#treatment = treatmentIn(this.index, flow, this.#order, this.failedAt);
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

  /** What loops repeat, and what is called too often to be drawn call by call: by node id, what is drawn in its place. */
  get folds(): ReadonlyMap<string, Fold> {
    return (this.#folds ??= this.#findFolds());
  }

  /** What must be unfolded to see a module by itself, or each of its calls: its row and those together with it, or what a loop that calls it is over. */
  foldedOver(path: string): string | null {
    const row = this.rowOf(path);
    if (row && row.kind !== "single") return foldOf(row);
    const fold = this.folds.get(callNode(path, 2));
    return fold?.first === path ? fold.over : null;
  }

  /** Most calls of a module in one call of the container around. */
  turns(path: string): number {
    return this.flow(false)?.runs.get(path)?.turns ?? 0;
  }

  #findFolds(): ReadonlyMap<string, Fold> {
    const folds = new Map<string, Fold>();
    const flow = this.flow(false);
    if (!flow) return folds;
    for (const [node, call] of flow.calls) {
      const steps = this.#stepsOf(node, call);
      for (const { turn, nodes } of findLoops(steps)) {
        const [outermost] = this.#rowsTo(call, turn);
        const over = !outermost || this.#isChained(call, outermost.row) ? this.#unfoldedBy(call, turn) : null;
        // Calls of one module are unfolded by that module.
        for (const [each, first] of nodes) if (!folds.has(each) && (over !== null || !flow.calls.has(each))) folds.set(each, { first, over });
      }
      for (const { node: each, turn } of steps) {
        const first = each === null ? null : firstCall(each);
        if (first !== null && turn !== null && this.turns(turn) > mostTurns && !folds.has(each!))
          folds.set(each!, { first, over: this.#unfoldedBy(call, turn) });
      }
    }
    return folds;
  }

  /** What a call ran itself. */
  #stepsOf(container: string, call: StepId): LoopStep[] {
    const flow = this.flow(false)!;
    return this.#order!.within(call).map((id) => {
      const step = this.snapshot.trace!.steps[id]!;
      const node = flow.nodeOf(id);
      if (step.kind === "operation") return { sign: nameText(step.name), node: node === container ? null : node, turn: null };
      const rows = this.#rowsTo(call, step.path);
      // As it is drawn where all rows are folded.
      const turn = rows.reduceRight((path, { member, row }) => row.members[0]!.path + path.slice(member.length), step.path);
      return { sign: `[${turn}]`, node: rows.length > 0 && node === firstCall(node) ? null : node, turn };
    });
  }

  /** The rows that a module stands and lies in, from the outermost in a call's container on, and as what. */
  #rowsTo(call: StepId, path: string): readonly { readonly member: string; readonly row: Row }[] {
    const around = this.snapshot.trace!.steps[call] as ModuleStep;
    const outside = new Set(this.index.ancestry(around.path));
    return this.index.ancestry(path).flatMap((module) => {
      const row = outside.has(module) ? null : this.rowOf(module.path);
      return row && row.kind !== "single" ? [{ member: module.path, row }] : [];
    });
  }

  /** What is unfolded with the turns of a loop: the rows that they stand in, or the module that they call. */
  #unfoldedBy(call: StepId, turn: string): string {
    const [outermost] = this.#rowsTo(call, turn);
    return outermost ? foldOf(outermost.row) : turn;
  }

  /** Whether what runs as one turn of rows takes what another turn gave, be it through other steps of the call. */
  #isChained(call: StepId, { together }: Row): boolean {
    const { steps, values } = this.snapshot.trace!;
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
      for (const { value } of steps[step]!.inputs) {
        const source = values[value]?.source;
        const from = source?.kind === "step" ? this.#order!.stepOf(call, source.step) : null;
        if (from !== null) pending.push(from);
      }
    }
    return false;
  }

  get openAtFirst(): ReadonlySet<string> {
    return (this.#openAtFirst ??= openAtFirst(this.snapshot.root, (module) => this.#inside(module), this.failedAt));
  }

  #inside(module: ModuleSnapshot): Inside {
    const others = this.flow(false)?.containers.get(module.path)?.nodes.length ?? 0;
    const ran = ({ path }: ModuleSnapshot) => this.index.runStatus(path) === "ran";
    return { rows: this.rows(module), others, ran: !ran(module) || module.children.some(ran) };
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
      facts = { ...first, marks: distinctMarks(row.members.flatMap(({ path }) => this.findings.marks(path))) };
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
      expandable: module.children.length > 0 || operations > 1,
      sharing: this.sharing.get(path) ?? [],
      calls: trace ? (flow?.runs.get(path)?.calls.length ?? 0) : null,
      turns: this.turns(path),
      status,
      ...this.#parameters(module),
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
  "type" | "detail" | "layerKind" | "expandable" | "sharing" | "calls" | "status" | "isChanged" | "parameters" | "isFrozen" | "marks" | "glyph"
> & {
  /** Most calls in one call of the container around. */
  readonly turns: number;
};
