import type { OperationStep, StepId, TensorId, ValueId } from "../../protocol/index.js";

/** The end of an edge that lies on the border of the container around it. */
export const border = "\0border";

/** Path of the container around everything: model inputs, the root module, model outputs. */
export const canvasPath = "\0canvas";

/** Something drawn in a container that is no module. Ids are stable from run to run. */
export type FlowNode =
  /** `writesThrough`: of one that writes in place, the views (slices, transposes) of the tensor through which it does; null of one that does not. */
  | {
      readonly id: string;
      readonly kind: "operation";
      readonly step: StepId;
      readonly operation: OperationStep;
      readonly writesThrough: readonly StepId[] | null;
    }
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
  /** Which operand of the target; tells two arrows into one port apart. Less than 0 where it takes the value without having been given it. */
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
  /** By path, in the order of the first: the nodes of each call of a module; one of what is not called itself, but holds what is (ModuleList). */
  readonly modules: ReadonlyMap<string, readonly string[]>;
}

export interface ModuleRuns {
  readonly calls: readonly StepId[];
  /** Most calls in one call of the container around. */
  readonly turns: number;
}

/** Where a node stands. */
export interface Standing {
  /** Of the module. */
  readonly path: string;
  /** The node of the container; `canvasPath` for the root's first call. */
  readonly around: string;
}

/**
 * The data flow of a forward pass, container by container, before anything is closed or folded.
 *
 * Every call has a node of its own, which stands in the call that made it. What lies beneath the module that calls it has its path from there on: the first
 * call of a module in the first call of the container around it, and so on to the root, has the module's path for its id. Later calls, and what lies in them,
 * say which: "cell@2", "cell@2.linear". What lies elsewhere, or in something that has calls of its own, has its whole path: "inner.^net.head^"; the root, where
 * it calls itself, is "^^", and in that "^^.^^".
 */
export interface DataFlow {
  /** By node id of the call; `canvasPath` for the outermost. A container that is never called itself (ModuleList) has one in each call around it. */
  readonly containers: ReadonlyMap<string, ContainerFlow>;
  /** Calls by module path; absent: not called. */
  readonly runs: ReadonlyMap<string, ModuleRuns>;
  /** By node id: the call. */
  readonly calls: ReadonlyMap<string, StepId>;
  /** By node id: where each node of a module stands. */
  readonly standing: ReadonlyMap<string, Standing>;
  /** The nodes of a module, the first call first. */
  readonly nodes: ReadonlyMap<string, readonly string[]>;
  /** What the node of a module's first call in a container adds to the container's. Paths. */
  partIn(container: string, path: string): string;
  /** By node id of a call: the port that each operand enters by, the first operand's of those that are one value. */
  readonly operandPorts: ReadonlyMap<string, readonly string[]>;
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

/** How a module is called in the container of another: by the rest of its path, or by all of it where it lies elsewhere. */
export function nameWithin(container: string, path: string): string {
  return container !== "" && path.startsWith(`${container}.`) ? path.slice(container.length + 1) : path;
}
