import { border, type FlowEdge } from "./dataFlow.js";

/** Of what is taken without having been given: no operand. */
export const notGiven = -1;

/** One call of a container, or one stay in a container that is never called itself, by which values come in that it was not given. */
export interface Taking {
  readonly path: string;
  readonly node: string;
  /** How many operands it was given. */
  readonly given: number;
  /** How many containers are around it. */
  readonly level: number;
  readonly flow: { edges: FlowEdge[] };
  readonly around: { edges: FlowEdge[] };
}

/**
 * Gives what comes in ungiven the same ports in every call of a module: by what takes it. Where two take one value in one call and two in another (the first turn of
 * `h = cell(x, h)` after `h = x`, in a ModuleList), they have a port each in both, for one box may stand for both calls.
 */
export function alignTakenPorts(all: readonly Taking[]): void {
  const byPath = new Map<string, Taking[]>();
  for (const each of all) {
    const known = byPath.get(each.path);
    if (known) known.push(each);
    else byPath.set(each.path, [each]);
  }
  const repeated = [...byPath.values()].filter((calls) => calls.length > 1 && calls.some(takesUngiven));
  if (repeated.length === 0) return;
  // What is within others first: its ports are what these give to.
  const levelOf = (calls: readonly Taking[]) => Math.max(...calls.map(({ level }) => level));
  for (const calls of repeated.toSorted((a, b) => levelOf(b) - levelOf(a))) align(calls);
}

function takesUngiven({ flow, given }: Taking): boolean {
  return flow.edges.some((edge) => isUngiven(edge, given));
}

function isUngiven({ from, fromPort }: FlowEdge, given: number): boolean {
  return from === border && portNumber(fromPort) >= given;
}

function portNumber(port: string): number {
  return Number(port.slice(port.indexOf(":") + 1));
}

/** What may be one value in every call, by call: by which port it comes in there. */
type Port = Map<Taking, string>;

function align(calls: readonly Taking[]): void {
  const takers = new Map<string, Port>();
  for (const call of calls) {
    for (const edge of call.flow.edges) {
      if (!isUngiven(edge, call.given)) continue;
      const taker = takerOf(edge, call);
      const ports = takers.get(taker) ?? new Map<Taking, string>();
      takers.set(taker, ports.set(call, edge.fromPort));
    }
  }
  const ports: Port[] = [];
  const portOf = new Map<string, number>();
  for (const [taker, own] of takers) {
    let number = ports.findIndex(
      (port) => [...own].every(([call, name]) => (port.get(call) ?? name) === name) && [...own].some(([call, name]) => port.get(call) === name),
    );
    if (number < 0) number = ports.push(new Map()) - 1;
    for (const [call, name] of own) ports[number]!.set(call, name);
    portOf.set(taker, number);
  }
  const arounds = new Map<Taking["around"], Map<string, Map<string, Set<string>>>>();
  for (const call of calls) {
    const renamed = new Map<string, Set<string>>();
    call.flow.edges = call.flow.edges.map((edge) => {
      if (!isUngiven(edge, call.given)) return edge;
      const port = `in:${call.given + portOf.get(takerOf(edge, call))!}`;
      const names = renamed.get(edge.fromPort) ?? new Set();
      renamed.set(edge.fromPort, names.add(port));
      return port === edge.fromPort ? edge : { ...edge, fromPort: port };
    });
    const known = arounds.get(call.around) ?? new Map<string, Map<string, Set<string>>>();
    arounds.set(call.around, known.set(call.node, renamed));
  }
  for (const [around, names] of arounds) {
    around.edges = around.edges.flatMap((edge) => {
      const ports = edge.operand === notGiven ? names.get(edge.to)?.get(edge.toPort) : undefined;
      return ports ? [...ports].map((port) => (port === edge.toPort ? edge : { ...edge, toPort: port })) : [edge];
    });
  }
}

/** The same for the same place of every call. */
function takerOf({ to, toPort, operand }: FlowEdge, { node }: Taking): string {
  const place = to === border ? border : to.slice(node.length);
  return `${place} ${operand} ${operand === notGiven || to === border ? toPort : ""}`;
}
