import { type ForwardTrace, type ModuleStep, type Operand, type OperationStep, type StepId, type TensorId, type ValueId } from "../../protocol/index.js";
import type { ModelIndex } from "../../describe/modelIndex.js";
import { placesOfConstants } from "./constantPlaces.js";
import {
  border,
  callNode,
  canvasPath,
  nameWithin,
  nodeWithin,
  type ContainerFlow,
  type DataFlow,
  type FlowEdge,
  type FlowNode,
  type Standing,
} from "./dataFlow.js";
import { holdersBetween, isOnTheWay } from "./scattered.js";
import { alignTakenPorts, notGiven } from "./takenPorts.js";

interface Holder {
  readonly node: string;
  readonly port: string;
  readonly via: readonly StepId[];
}

/** One call of a container (or one stay in a container that is never called itself). */
class Scope {
  /** Where each value is found in this scope: at a node, or inside a child scope that it has yet to leave. */
  readonly holders = new Map<ValueId, Holder | Scope>();
  /** In which of the containers here that are not called themselves a value was made. */
  readonly holdersOf = new Map<ValueId, Scope>();
  #held: Map<string, Scope> | undefined;
  #ordinals: Map<string, number> | undefined;
  /** Calls around it, and itself where it is one. */
  readonly depth: number;
  /** Containers around it. */
  readonly level: number;
  #inPorts: number;

  constructor(
    readonly path: string,
    readonly parent: Scope | null,
    readonly flow: MutableFlow,
    readonly node: string,
    /** Null of a container that is only entered through its children. */
    readonly step: Pick<ModuleStep, "inputs" | "outputs"> | null,
  ) {
    this.depth = parent ? parent.depth + (step ? 1 : 0) : 0;
    this.level = parent ? parent.level + 1 : 0;
    this.#inPorts = step?.inputs.length ?? 0;
  }

  get called(): boolean {
    return this.step !== null;
  }

  /** Of what the call takes without having been given it. */
  nextInPort(): string {
    return portName("in", this.#inPorts++);
  }

  /**
   * Ports are numbered as the call's results are; those of what is taken out of it otherwise after them, in the order of `known`: the same in every call.
   * `inside`: where the value is in it; `known`: by such places, their numbers.
   */
  outPort(value: ValueId, inside: Holder | null, known: Map<string, number>): string {
    const place = this.step?.outputs.findIndex((output) => output.value === value) ?? -1;
    if (place >= 0) return portName("out", place);
    const taken = inside ? `${inside.node.slice(this.node.length)} ${inside.port}` : `value ${value}`;
    const number = known.get(taken) ?? known.size;
    known.set(taken, number);
    return portName("out", (this.step?.outputs.length ?? 0) + number);
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

  /** The stay in a module that is not called. */
  held(path: string, enter: () => Scope): Scope {
    this.#held ??= new Map();
    let scope = this.#held.get(path);
    if (!scope) this.#held.set(path, (scope = enter()));
    return scope;
  }
}

const portNames = { in: [] as string[], out: [] as string[] };

function portName(direction: "in" | "out", index: number): string {
  return (portNames[direction][index] ??= `${direction}:${index}`);
}

class MutableFlow implements ContainerFlow {
  readonly nodes: FlowNode[] = [];
  edges: FlowEdge[] = [];
  readonly modules = new Map<string, string[]>();

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
 * `showBookkeeping`. `scattered`: modules that are not called and not drawn either, see scattered.ts.
 */
export function traceDataFlow(index: ModelIndex, trace: ForwardTrace, scattered: ReadonlySet<string>, showBookkeeping: boolean): DataFlow {
  return new Tracer(index, trace, scattered, showBookkeeping).run();
}

/** Several operands without a label are labelled by number. */
function numbered(operands: readonly Operand[]): readonly Operand[] {
  return operands.length < 2 ? operands : operands.map(({ value, label }, position) => ({ value, label: label || String(position + 1) }));
}

/** Port of a value that a module returned without any operation that made it being on record. */
const unrecorded = "unrecorded";

class Tracer {
  readonly #containers = new Map<string, MutableFlow>();
  readonly #runs = new Map<string, { calls: StepId[]; turns: number }>();
  readonly #calls = new Map<string, StepId>();
  readonly #callNodes = new Map<StepId, string>();
  readonly #standing = new Map<string, Standing>();
  readonly #nodes = new Map<string, string[]>();
  readonly #operandPorts = new Map<string, readonly string[]>();
  readonly #takenOutOf = new Map<string, Map<string, number>>();
  readonly #producedIn = new Map<ValueId, Scope>();
  readonly #operationNodes = new Map<StepId, string>();
  /** Of what is the same as a value in a container without a call, the operation that gave it, as the call around has it. */
  readonly #views = new Map<ValueId, { readonly taken: ValueId; readonly id: StepId; readonly scope: Scope }>();
  readonly #constants: ReadonlyMap<ValueId, number>;
  readonly #canvas: Scope;
  readonly #scopes: Scope[] = [];
  /** Paths of the modules that are called. */
  readonly #called: ReadonlySet<string>;

  constructor(
    readonly index: ModelIndex,
    readonly trace: ForwardTrace,
    readonly scattered: ReadonlySet<string>,
    readonly showBookkeeping: boolean,
  ) {
    this.#canvas = this.#scope(canvasPath, canvasPath, null, { inputs: [], outputs: [] });
    this.#constants = placesOfConstants(trace);
    this.#called = new Set(trace.steps.flatMap((step) => (step.kind === "module" ? [step.path] : [])));
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
    alignTakenPorts(
      this.#scopes.flatMap(({ path, node, step, level, flow, parent }) =>
        parent ? [{ path, node, given: step?.inputs.length ?? 0, level, flow, around: parent.flow }] : [],
      ),
    );

    const nodeOf = (id: StepId): string => this.#callNodes.get(id) ?? this.#operationNodes.get(id) ?? this.#callNodes.get(trace.steps[id]?.parent ?? 0) ?? "";
    const failed: string[] = [];
    for (let step = trace.failure?.step ?? null; step !== null; step = trace.steps[step]?.parent ?? null) {
      failed.unshift(nodeOf(step));
      // A container that is not called itself (ModuleList) is on the way as well.
      for (let around = scopes.get(step)?.parent; around && !around.called; around = around.parent) failed.unshift(around.node);
    }
    const partIn = (container: string, path: string) => this.#partIn(container, path);
    return {
      containers: this.#containers,
      runs: this.#runs,
      calls: this.#calls,
      standing: this.#standing,
      nodes: this.#nodes,
      operandPorts: this.#operandPorts,
      failed,
      nodeOf,
      partIn,
    };
  }

  #scope(path: string, node: string, parent: Scope | null, step: Scope["step"]): Scope {
    const flow = new MutableFlow();
    this.#containers.set(node, flow);
    if (parent) {
      push(parent.flow.modules, path, node);
      push(this.#nodes, path, node);
      this.#standing.set(node, { path, around: parent.node });
    }
    const scope = new Scope(path, parent, flow, node, step);
    this.#scopes.push(scope);
    return scope;
  }

  /** The scope in which the module at `path` stands when it is called from `caller`: that of the call, or of what holds it there without being called. */
  #around(path: string, caller: Scope): Scope {
    let scope = caller;
    for (const holder of caller.path === canvasPath ? [] : holdersBetween(this.index, caller.path, path)) {
      if (this.#called.has(holder)) break;
      if (!this.scattered.has(holder)) scope = this.#held(holder, scope);
    }
    return scope;
  }

  /** The node of the first call of a module in a container. */
  #nodeIn({ path: container, node }: Scope, path: string): string {
    return container === canvasPath ? path : nodeWithin(node, this.#partIn(container, path));
  }

  #partIn(container: string, path: string): string {
    const line = path === container ? [] : this.index.ancestry(path).map((module) => module.path);
    const at = line.indexOf(container);
    return at < 0 || line.slice(at + 1, -1).some((between) => this.#called.has(between)) ? `^${path}^` : nameWithin(container, path);
  }

  #held(path: string, around: Scope): Scope {
    return around.held(path, () => this.#scope(path, this.#nodeIn(around, path), around, null));
  }

  #enter(id: StepId, step: ModuleStep, caller: Scope): Scope {
    const around = this.#around(step.path, caller);
    const ordinal = around.nextOrdinal(step.path) + 1;
    const node = callNode(this.#nodeIn(around, step.path), ordinal);
    const runs = this.#runs.get(step.path);
    if (runs) {
      runs.calls.push(id);
      runs.turns = Math.max(runs.turns, ordinal);
    } else this.#runs.set(step.path, { calls: [id], turns: ordinal });
    this.#calls.set(node, id);
    this.#callNodes.set(id, node);

    const scope = this.#scope(step.path, node, around, step);
    const ports = step.inputs.map(({ value }) =>
      portName(
        "in",
        step.inputs.findIndex((input) => input.value === value),
      ),
    );
    this.#operandPorts.set(node, ports);
    step.inputs.forEach(({ value }, operand) => {
      const holder = this.#find(around, value, id);
      if (!holder) return;
      const port = ports[operand]!;
      scope.holders.set(value, { node: border, port, via: noSteps });
      around.flow.addEdge(holder, scope.node, port, operand, value);
    });
    return scope;
  }

  /** What a call returns is found at its box from then on. */
  #leave(id: StepId, step: ModuleStep, scope: Scope): void {
    for (const { value } of step.outputs) {
      const source = this.trace.values[value]?.source;
      // What the call was given, and gives out again, runs through it.
      const given = source?.kind === "step" && source.step === id && source.handsOn !== undefined ? scope.holders.get(source.handsOn) : undefined;
      if (given) {
        scope.holders.set(value, given);
        this.#producedIn.set(value, scope);
      }
      // What no step of the call made (a parameter, a constant, what came from elsewhere) leads through it from its own source.
      if (!this.#find(scope, value, id) && !this.#producedIn.has(value)) {
        scope.holders.set(value, { node: border, port: unrecorded, via: noSteps });
        this.#producedIn.set(value, scope);
      }
      let inner = scope;
      do {
        const outer = inner.parent!;
        outer.holders.set(value, inner);
        if (!inner.called) outer.holdersOf.set(value, inner);
        inner = outer;
      } while (!inner.called);
    }
  }

  #operate(id: StepId, step: OperationStep, scope: Scope): void {
    if (!this.showBookkeeping && isOnTheWay(this.trace, id) && this.#handOn(id, step, scope)) return;
    const nodeId = scope.nodeId(`${step.name}`);
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

  /** Lets what an operation gives be found where its operand is. */
  #handOn(id: StepId, step: OperationStep, scope: Scope): boolean {
    const tensors = step.inputs.filter(({ value }) => this.trace.values[value]?.source.kind !== "tensor");
    const { value: taken } = (tensors[0] ?? step.inputs[0])!;
    // What was made in a container without a call is there for the next in it, too.
    let place = scope;
    for (let inner = scope.holdersOf.get(taken); inner; inner = inner.holdersOf.get(taken)) place = inner;
    const holder = this.#find(place, taken, id);
    if (!holder) return false;
    for (const { value } of step.outputs) {
      if (value === taken) continue;
      place.holders.set(value, { ...holder, via: [...holder.via, id] });
      this.#producedIn.set(value, scope);
      if (place === scope) continue;
      this.#views.set(value, { taken, id, scope });
      for (let outer = place; outer !== scope; outer = outer.parent!) outer.parent!.holdersOf.set(value, outer);
    }
    return true;
  }

  #viewsAtEnd(via: readonly StepId[]): readonly StepId[] {
    const last = via.findLastIndex((step) => !(this.trace.steps[step] as OperationStep).view);
    return via.slice(last + 1);
  }

  /** Where `value` is found in `scope`; brings it there through the borders between. Null for a value of unknown origin. */
  #find(scope: Scope, value: ValueId, user: StepId): Holder | null {
    const near = this.#findUpwards(scope, value);
    if (near) return near;
    const view = this.#views.get(value);
    if (view) {
      const holder = this.#find(view.scope, view.taken, view.id);
      if (holder) view.scope.holders.set(value, { ...holder, via: [...holder.via, view.id] });
    }
    let producer = this.#producedIn.get(value);
    const kind = this.trace.values[value]?.source.kind;
    if (!producer || kind === "tensor" || kind === "constant") {
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

  /** Without recursion: calls may be nested thousands deep. */
  #findUpwards(scope: Scope, value: ValueId): Holder | null {
    const passed: Scope[] = [];
    let at: Scope = scope;
    for (let outer = at.parent; !at.holders.has(value); [at, outer] = [outer, outer.parent]) {
      if (!outer) return null;
      passed.push(at);
    }
    let holder = at.holders.get(value)!;
    if (holder instanceof Scope) {
      const found = this.#bringOut(at, holder, value);
      if (!found) return null;
      holder = found;
    }
    for (const inner of passed.reverse()) {
      const inside: Holder = { node: border, port: inner.nextInPort(), via: noSteps };
      inner.parent!.flow.addEdge(holder, inner.node, inside.port, notGiven, value);
      inner.holders.set(value, inside);
      holder = inside;
    }
    return holder;
  }

  #bringOut(scope: Scope, inner: Scope, value: ValueId): Holder | null {
    const passed = [{ outer: scope, inner }];
    let inside = inner.holders.get(value);
    while (inside instanceof Scope) {
      passed.push({ outer: passed.at(-1)!.inner, inner: inside });
      inside = inside.holders.get(value);
    }
    for (const each of passed.reverse()) {
      const isRecorded: boolean = inside !== undefined && inside.port !== unrecorded;
      const port: string = each.inner.outPort(value, isRecorded ? inside! : null, this.#takenOut(each.inner.path));
      if (isRecorded) each.inner.flow.addEdge(inside!, border, port, 0, value);
      inside = { node: each.inner.node, port, via: noSteps };
      each.outer.holders.set(value, inside);
    }
    return inside ?? null;
  }

  /** Numbers of what is taken out of the calls of a module beside their results. */
  #takenOut(path: string): Map<string, number> {
    let known = this.#takenOutOf.get(path);
    if (!known) this.#takenOutOf.set(path, (known = new Map<string, number>()));
    return known;
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
    const line = new Set(this.index.ancestry(uncalled).map((module) => module.path));
    let caller = scope;
    while (caller.parent && caller.parent.path !== canvasPath && !line.has(caller.path)) caller = caller.parent;
    return this.#held(uncalled, this.#around(uncalled, caller));
  }

  /** A node for a value that no step made: a parameter stands in the module that owns it, a constant in the innermost one around all that takes it, each in every call. */
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
      const depth = this.#constants.get(value) ?? scope.depth;
      while (place.parent && (place.depth > depth || !place.called)) place = place.parent;
      if (place.holders.has(value)) return place;
      id = place.nodeId("constant");
      place.flow.addNode({ id, kind: "constant", value, firstUse: user });
    }
    place.holders.set(value, { node: id, port: "out:0", via: noSteps });
    this.#producedIn.set(value, place);
    return place;
  }
}

function push<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
