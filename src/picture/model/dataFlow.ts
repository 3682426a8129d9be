import {
  keepsElements,
  nameText,
  type ForwardTrace,
  type ModuleStep,
  type Operand,
  type OperationStep,
  type StepId,
  type TensorId,
  type ValueId,
} from "../../protocol/index.js";
import type { ModelIndex } from "../../describe/modelIndex.js";

/** The end of an edge that lies on the border of the container around it. */
export const border = "\0border";

/** Path of the container around everything: model inputs, the root module, model outputs. */
export const canvasPath = "\0canvas";

/** Something drawn in a container that is not a module. Ids are stable from run to run. */
export type FlowNode =
  /** `writesThrough`: of one that writes in place, the views (slices, transposes) of the tensor through which it does; null of one that does not. */
  | {
      readonly id: string;
      readonly kind: "operation";
      readonly step: StepId;
      readonly operation: OperationStep;
      readonly writesThrough: readonly StepId[] | null;
    }
  /** A later call of a module in the same call of the container. The first is at the module itself. */
  | { readonly id: string; readonly kind: "call"; readonly path: string; readonly step: StepId; readonly ordinal: number }
  | { readonly id: string; readonly kind: "input" | "output"; readonly value: ValueId; readonly label: string }
  | { readonly id: string; readonly kind: "parameter"; readonly tensor: TensorId }
  | { readonly id: string; readonly kind: "constant"; readonly value: ValueId; readonly firstUse: StepId };

/** One operand on its way inside one container. Ports are "in:0", "in:1", ... and "out:0", ... of a module, an operation or the container. */
export interface FlowEdge {
  /** Node id or `border`. */
  readonly from: string;
  readonly fromPort: string;
  readonly to: string;
  readonly toPort: string;
  /** Which operand of the target; tells two arrows into one port apart. */
  readonly operand: number;
  /** The value as it arrives, after `via`. */
  readonly value: ValueId;
  /** Bookkeeping operations folded into the edge, in order. */
  readonly via: readonly StepId[];
}

/** What flows inside one call of a container. */
export interface ContainerFlow {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

export interface ModuleRuns {
  readonly first: StepId;
  readonly calls: readonly StepId[];
  /** Most calls in one call of the container around. */
  readonly turns: number;
}

/**
 * The data flow of a forward pass, container by container, before anything is closed or folded.
 *
 * Every call has a node of its own. The first call of a module, in the first call of the container around it, and so on to the root, has the module's path
 * for its id; later ones, and what lies in them, say which: "cell@2", "cell@2.linear".
 */
export interface DataFlow {
  /** By node id of the call; `canvasPath` for the outermost. A container that is never called itself (ModuleList) has one in each call around it. */
  readonly containers: ReadonlyMap<string, ContainerFlow>;
  /** Calls by module path; absent: not called. */
  readonly runs: ReadonlyMap<string, ModuleRuns>;
  /** By node id: the call. */
  readonly calls: ReadonlyMap<string, StepId>;
  /** What failed and the calls around it, by node id, the innermost last; empty where nothing did. */
  readonly failed: readonly string[];
  /** The node of an operation or a call; the call around for what is drawn as part of an edge. */
  nodeOf(step: StepId): string;
}

/** The node of a later call, from that of the first. */
export function callNode(first: string, ordinal: number): string {
  return ordinal === 1 ? first : `${first}@${ordinal}`;
}

/** The node of what lies in a container, from the container's. */
export function nodeWithin(container: string, name: string): string {
  return container === "" ? name : `${container}.${name}`;
}

/** The node of the first call, from that of any; other nodes as they are. */
export function firstCall(node: string): string {
  return node.replace(/@\d+$/, "");
}

interface Holder {
  readonly node: string;
  readonly port: string;
  readonly via: readonly StepId[];
}

/** One call of a container (or one stay in a container that is never called itself). */
class Scope {
  /** Where each value is found in this scope: at a node, or inside a child scope that it has yet to leave. */
  readonly holders = new Map<ValueId, Holder | Scope>();
  #firstIn: Map<string, Scope> | undefined;
  #ordinals: Map<string, number> | undefined;
  #inPorts = 0;
  #outPorts = 0;

  constructor(
    readonly path: string,
    readonly parent: Scope | null,
    readonly flow: MutableFlow,
    readonly node: string,
    /** False while a container is only entered through its children. */
    public called: boolean,
  ) {}

  nextInPort(): string {
    return portName("in", this.#inPorts++);
  }

  nextOutPort(): string {
    return portName("out", this.#outPorts++);
  }

  /** 0, 1, 2, ... for each name. */
  nextOrdinal(name: string): number {
    this.#ordinals ??= new Map();
    const ordinal = this.#ordinals.get(name) ?? 0;
    this.#ordinals.set(name, ordinal + 1);
    return ordinal;
  }

  nodeId(name: string): string {
    return `${this.node === canvasPath ? "" : this.node}#${name}:${this.nextOrdinal(name)}`;
  }

  /** Of the first call of a module that stands in this container. */
  nodeOf(path: string): string {
    return this.path === canvasPath ? path : nodeWithin(this.node, path.slice(this.path === "" ? 0 : this.path.length + 1));
  }

  /** The first call of a module here, or the stay in it that was no call: both are drawn at one box. */
  firstIn(path: string, enter: () => Scope): Scope {
    this.#firstIn ??= new Map();
    let scope = this.#firstIn.get(path);
    if (!scope) this.#firstIn.set(path, (scope = enter()));
    return scope;
  }
}

const portNames = { in: [] as string[], out: [] as string[] };

function portName(direction: "in" | "out", index: number): string {
  return (portNames[direction][index] ??= `${direction}:${index}`);
}

class MutableFlow implements ContainerFlow {
  readonly nodes: FlowNode[] = [];
  readonly edges: FlowEdge[] = [];

  addNode<Node extends FlowNode>(node: Node): Node {
    this.nodes.push(node);
    return node;
  }

  addEdge(from: Holder, to: string, toPort: string, operand: number, value: ValueId): void {
    this.edges.push({ from: from.node, fromPort: from.port, to, toPort, operand, value, via: from.via });
  }
}

const noSteps: readonly StepId[] = [];

/**
 * Follows every value from the step that made it to each operand, through every border between them.
 *
 * A value crosses a border through one port per call, direction and value. A module that hands its input on unchanged (Identity) becomes
 * the place where the value is found afterwards. Bookkeeping operations with a single tensor operand are folded into the edge unless
 * `showBookkeeping`.
 */
export function traceDataFlow(index: ModelIndex, trace: ForwardTrace, showBookkeeping: boolean): DataFlow {
  return new Tracer(index, trace, showBookkeeping).run();
}

/** Several operands without a label are labelled by number. */
function numbered(operands: readonly Operand[]): readonly Operand[] {
  return operands.length < 2 ? operands : operands.map(({ value, label }, position) => ({ value, label: label || String(position + 1) }));
}

/** Port of a value that a module returned without any operation that made it being on record. */
const unrecorded = "unrecorded";

class Tracer {
  readonly #containers = new Map<string, MutableFlow>();
  readonly #runs = new Map<string, { first: StepId; calls: StepId[]; turns: number }>();
  readonly #calls = new Map<string, StepId>();
  readonly #callNodes = new Map<StepId, string>();
  readonly #producedIn = new Map<ValueId, Scope>();
  readonly #operationNodes = new Map<StepId, string>();
  readonly #canvas: Scope;

  constructor(
    readonly index: ModelIndex,
    readonly trace: ForwardTrace,
    readonly showBookkeeping: boolean,
  ) {
    this.#canvas = this.#scope(canvasPath, canvasPath, null, true);
  }

  run(): DataFlow {
    const { trace } = this;
    for (const { value, label } of numbered(trace.inputs)) {
      const node = this.#canvas.flow.addNode({ id: this.#canvas.nodeId("input"), kind: "input", value, label });
      this.#canvas.holders.set(value, { node: node.id, port: "out:0", via: noSteps });
    }

    const scopes = new Map<StepId, Scope>();
    const open: { id: StepId; step: ModuleStep; scope: Scope }[] = [];
    const closeDownTo = (parent: StepId | null) => {
      while (open.length > 0 && open.at(-1)!.id !== parent) {
        const { id, step, scope } = open.pop()!;
        this.#leave(id, step, scope);
      }
    };
    trace.steps.forEach((step, id) => {
      closeDownTo(step.parent);
      const caller = open.at(-1)?.scope ?? this.#canvas;
      if (step.kind === "module") {
        const scope = this.#enter(id, step, caller);
        scopes.set(id, scope);
        open.push({ id, step, scope });
      } else this.#operate(id, step, caller);
    });
    closeDownTo(null);

    for (const { value, label } of numbered(trace.outputs)) {
      const holder = this.#find(this.#canvas, value, 0);
      const node = this.#canvas.flow.addNode({ id: this.#canvas.nodeId("output"), kind: "output", value, label });
      if (holder) this.#canvas.flow.addEdge(holder, node.id, "in:0", 0, value);
    }

    const nodeOf = (id: StepId): string => this.#callNodes.get(id) ?? this.#operationNodes.get(id) ?? this.#callNodes.get(trace.steps[id]?.parent ?? 0) ?? "";
    const failed: string[] = [];
    for (let step = trace.failure?.step ?? null; step !== null; step = trace.steps[step]?.parent ?? null) {
      failed.unshift(nodeOf(step));
      // A container that is not called itself (ModuleList) is on the way as well.
      for (let around = scopes.get(step)?.parent; around && !around.called; around = around.parent) failed.unshift(around.node);
    }
    return { containers: this.#containers, runs: this.#runs, calls: this.#calls, failed, nodeOf };
  }

  #scope(path: string, node: string, parent: Scope | null, called: boolean): Scope {
    const flow = new MutableFlow();
    this.#containers.set(node, flow);
    return new Scope(path, parent, flow, node, called);
  }

  /** The scope in which the module at `path` stands when it is called from `caller`, which need not be the module around it. */
  #around(path: string, caller: Scope): Scope {
    const parent = this.index.parent(path)?.path ?? canvasPath;
    if (parent === caller.path) return caller;
    const line = [
      canvasPath,
      ...this.index
        .ancestry(path)
        .slice(0, -1)
        .map((module) => module.path),
    ];
    let scope = caller;
    let depth = line.indexOf(scope.path);
    while (depth < 0 && scope.parent) {
      scope = scope.parent;
      depth = line.indexOf(scope.path);
    }
    for (const uncalled of line.slice(depth + 1)) {
      const around = scope;
      scope = around.firstIn(uncalled, () => this.#scope(uncalled, around.nodeOf(uncalled), around, false));
    }
    return scope;
  }

  #enter(id: StepId, step: ModuleStep, caller: Scope): Scope {
    const around = this.#around(step.path, caller);
    const ordinal = around.nextOrdinal(step.path) + 1;
    const node = callNode(around.nodeOf(step.path), ordinal);
    const runs = this.#runs.get(step.path);
    if (runs) {
      runs.calls.push(id);
      runs.turns = Math.max(runs.turns, ordinal);
    } else this.#runs.set(step.path, { first: id, calls: [id], turns: ordinal });
    this.#calls.set(node, id);
    this.#callNodes.set(id, node);
    if (ordinal > 1) around.flow.addNode({ id: node, kind: "call", path: step.path, step: id, ordinal });

    const enter = () => this.#scope(step.path, node, around, true);
    const scope = ordinal === 1 ? around.firstIn(step.path, enter) : enter();
    scope.called = true;
    step.inputs.forEach(({ value }, operand) => {
      const holder = this.#find(around, value, id);
      if (!holder) return;
      let inside = scope.holders.get(value);
      if (!inside || inside instanceof Scope) scope.holders.set(value, (inside = { node: border, port: scope.nextInPort(), via: noSteps }));
      around.flow.addEdge(holder, scope.node, inside.port, operand, value);
    });
    return scope;
  }

  /** What a call returns is found at its box from then on. */
  #leave(id: StepId, step: ModuleStep, scope: Scope): void {
    for (const { value } of step.outputs) {
      // What no step of the call made (a parameter, a constant, what came from elsewhere) leads through it from its own source.
      if (!this.#find(scope, value, id) && !this.#producedIn.has(value)) {
        scope.holders.set(value, { node: border, port: unrecorded, via: noSteps });
        this.#producedIn.set(value, scope);
      }
      let inner = scope;
      do {
        inner.parent!.holders.set(value, inner);
        inner = inner.parent!;
      } while (!inner.called);
    }
  }

  #operate(id: StepId, step: OperationStep, scope: Scope): void {
    const tensors = step.inputs.filter(({ value }) => this.trace.values[value]?.source.kind !== "tensor");
    const operands = tensors.length > 0 ? tensors : step.inputs;
    if (keepsElements(step) && !this.showBookkeeping && operands.length === 1) {
      const holder = this.#find(scope, operands[0]!.value, id);
      if (holder) {
        for (const { value } of step.outputs) {
          scope.holders.set(value, { ...holder, via: [...holder.via, id] });
          this.#producedIn.set(value, scope);
        }
        return;
      }
    }
    const nodeId = scope.nodeId(nameText(step.name));
    const holders = step.inputs.map(({ value }) => this.#find(scope, value, id));
    const writesThrough = step.effect === "writes" ? this.#viewsAtEnd(holders[0]?.via ?? noSteps) : null;
    const node = scope.flow.addNode({ id: nodeId, kind: "operation", step: id, operation: step, writesThrough });
    this.#operationNodes.set(id, node.id);
    step.inputs.forEach(({ value }, operand) => {
      const holder = holders[operand];
      if (!holder) return;
      const [view] = operand === 0 ? (writesThrough ?? noSteps) : noSteps;
      // What is written to arrives whole: through which views it is written is said at the node.
      if (view === undefined) scope.flow.addEdge(holder, node.id, portName("in", operand), operand, value);
      else scope.flow.addEdge({ ...holder, via: holder.via.slice(0, -writesThrough!.length) }, node.id, "in:0", 0, this.trace.steps[view]!.inputs[0]!.value);
    });
    [...step.outputs, ...step.writes].forEach(({ value }, output) => {
      if (scope.holders.has(value)) return;
      scope.holders.set(value, { node: node.id, port: portName("out", output), via: noSteps });
      this.#producedIn.set(value, scope);
    });
  }

  #viewsAtEnd(via: readonly StepId[]): readonly StepId[] {
    const last = via.findLastIndex((step) => !(this.trace.steps[step] as OperationStep).view);
    return via.slice(last + 1);
  }

  /** Where `value` is found in `scope`; brings it there through the borders between. Null for a value of unknown origin. */
  #find(scope: Scope, value: ValueId, user: StepId): Holder | null {
    const near = this.#findUpwards(scope, value);
    if (near) return near;
    let producer = this.#producedIn.get(value);
    if (!producer || this.trace.values[value]?.source.kind === "tensor") {
      producer = this.#place(scope, value, user);
      if (!producer) return null;
    }
    const around = new Set<Scope>();
    for (let outer: Scope | null = scope; outer; outer = outer.parent) around.add(outer);
    for (let inner = producer; !around.has(inner) && inner.parent; inner = inner.parent) {
      if (!inner.parent.holders.has(value)) inner.parent.holders.set(value, inner);
    }
    return this.#findUpwards(scope, value);
  }

  #findUpwards(scope: Scope, value: ValueId): Holder | null {
    const holder = scope.holders.get(value);
    if (holder instanceof Scope) return this.#bringOut(scope, holder, value);
    if (holder) return holder;
    const outer = scope.parent && this.#findUpwards(scope.parent, value);
    if (!outer) return null;
    const inside: Holder = { node: border, port: scope.nextInPort(), via: noSteps };
    scope.parent.flow.addEdge(outer, scope.node, inside.port, 0, value);
    scope.holders.set(value, inside);
    return inside;
  }

  #bringOut(scope: Scope, inner: Scope, value: ValueId): Holder | null {
    const port = inner.nextOutPort();
    const holder = inner.holders.get(value);
    const inside = holder instanceof Scope ? this.#bringOut(inner, holder, value) : holder;
    if (inside && inside.port !== unrecorded) inner.flow.addEdge(inside, border, port, 0, value);
    const outside: Holder = { node: inner.node, port, via: noSteps };
    scope.holders.set(value, outside);
    return outside;
  }

  /** A tensor that a step changed by writing to another view of its memory is found where the step's own result is. */
  #standIn(value: ValueId, step: StepId): Scope | undefined {
    const written = this.trace.steps[step]?.outputs[0]?.value;
    const producer = written === undefined ? undefined : this.#producedIn.get(written);
    const holder = producer?.holders.get(written!);
    if (!producer || !holder) return undefined;
    producer.holders.set(value, holder);
    this.#producedIn.set(value, producer);
    return producer;
  }

  /** The nearest scope around that owns a tensor; else a module that is not called, but has its tensor taken. */
  #owner(tensor: TensorId, scope: Scope): Scope | undefined {
    const owners = this.index.places(tensor).map(({ path }) => path);
    for (let outer: Scope | null = scope; outer; outer = outer.parent) if (owners.includes(outer.path)) return outer;
    const uncalled = owners.find((path) => this.index.directUses.has(path));
    if (uncalled === undefined) return undefined;
    const around = this.#around(uncalled, scope);
    return around.firstIn(uncalled, () => this.#scope(uncalled, around.nodeOf(uncalled), around, false));
  }

  /** A node for a value that no step made: a parameter stands in the module that owns it, anything else where it is first used. */
  #place(scope: Scope, value: ValueId, user: StepId): Scope | undefined {
    const source = this.trace.values[value]?.source;
    if (source?.kind === "step") return this.#standIn(value, source.step);
    if (!source) return undefined;
    let place = scope;
    let id: string;
    if (source.kind === "tensor") {
      place = this.#owner(source.tensor, scope) ?? scope;
      if (place.holders.has(value)) return place;
      const name = this.index.places(source.tensor).find((owner) => owner.path === place.path)?.name ?? this.index.model.tensors[source.tensor]?.names[0];
      id = `${place.node}#${name ?? "parameter"}`;
      place.flow.addNode({ id, kind: "parameter", tensor: source.tensor });
    } else {
      id = scope.nodeId("constant");
      place.flow.addNode({ id, kind: "constant", value, firstUse: user });
    }
    place.holders.set(value, { node: id, port: "out:0", via: noSteps });
    this.#producedIn.set(value, place);
    return place;
  }
}
