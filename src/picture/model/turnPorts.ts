import { border, type DataFlow, type FlowEdge } from "./dataFlow.js";

/**
 * The edges of a container with ports that fit all the calls that boxes stand for. Where one value is two operands of a call (the first turn of
 * `h = cell(x, h)` after `h = x`), that call does not tell which of the two something in it takes; one in which they are two does. `calls`: by node id, all
 * that the container's box stands for, the one that is drawn first. `callsAt`: those that the box stands for at which a node in it is drawn.
 */
export function edgesOfAllTurns(flow: DataFlow, calls: readonly string[], callsAt: (node: string) => readonly string[]): readonly FlowEdge[] {
  const edges = flow.containers.get(calls[0]!)?.edges ?? [];
  const sources = finestPorts(flow, calls);
  const taken = sources && operandsTaken(flow, calls);
  let isFitted = false;
  const fitted = edges.map((edge): FlowEdge => {
    const operand = taken?.get(targetOf(edge, calls[0]!, flow));
    const fromPort = edge.from === border && operand !== undefined ? sources![operand]! : edge.fromPort;
    const toPort = (isOperand(edge, flow) && finestPorts(flow, callsAt(edge.to))?.[edge.operand]) || edge.toPort;
    if (fromPort === edge.fromPort && toPort === edge.toPort) return edge;
    isFitted = true;
    return { ...edge, fromPort, toPort };
  });
  const crossed = crossedInOtherTurns(flow, calls);
  if (crossed.length > 0) return [...fitted, ...crossed];
  return isFitted ? fitted : edges;
}

/** What other calls give out and the first does not, because nothing takes it there; and what they take in ungiven, as what an earlier call has written. */
function crossedInOtherTurns({ containers, standing, operandPorts }: DataFlow, [first, ...others]: readonly string[]): readonly FlowEdge[] {
  const shown = containers.get(first!);
  const given = new Set(shown?.edges.flatMap((edge) => (edge.to === border ? [edge.toPort] : [])));
  const taken = new Set(shown?.edges.flatMap((edge) => (edge.from === border ? [takenAs(edge)] : [])));
  const isShown = (node: string) => node === border || standing.has(node) || shown!.nodes.some(({ id }) => id === node);
  return others.flatMap((call) => {
    const inFirst = (node: string) => (node === border ? border : first! + node.slice(call.length));
    const operands = operandPorts.get(call)?.length ?? 0;
    return (containers.get(call)?.edges ?? []).flatMap((edge) => {
      const isGiven = edge.to === border && !given.has(edge.toPort);
      if (!isGiven && (edge.from !== border || portNumber(edge.fromPort) < operands)) return [];
      const same = { ...edge, from: inFirst(edge.from), to: inFirst(edge.to) };
      if ((!isGiven && taken.has(takenAs(same))) || !isShown(same.from) || !isShown(same.to)) return [];
      if (isGiven) given.add(edge.toPort);
      else taken.add(takenAs(same));
      return [same];
    });
  });
}

function takenAs({ fromPort, to, toPort, operand }: FlowEdge): string {
  return `${fromPort} ${to} ${toPort} ${operand}`;
}

/** By operand, the port of it in the call that tells it from most others; null where all calls agree. */
function finestPorts({ operandPorts }: DataFlow, calls: readonly string[]): readonly string[] | null {
  const first = operandPorts.get(calls[0]!) ?? noPorts;
  const isAgreed = (ports: readonly string[]) => ports === first || (ports.length === first.length && ports.every((port, operand) => port === first[operand]));
  if (calls.every((call) => isAgreed(operandPorts.get(call) ?? noPorts))) return null;
  const all = calls.map((call) => operandPorts.get(call) ?? noPorts);
  return Array.from({ length: Math.max(...all.map(({ length }) => length)) }, (_, operand) => {
    const ports = all.flatMap((each) => each[operand] ?? []);
    return ports.reduce((finest, port) => (portNumber(port) > portNumber(finest) ? port : finest));
  });
}

const noPorts: readonly string[] = [];

function portNumber(port: string): number {
  return Number(port.slice(port.indexOf(":") + 1));
}

/** By target of a line from the border, the first operand of the container that it is in every call. */
function operandsTaken(flow: DataFlow, calls: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Map<string, readonly number[]>();
  for (const call of calls) {
    const ports = flow.operandPorts.get(call) ?? [];
    for (const edge of flow.containers.get(call)?.edges ?? []) {
      if (edge.from !== border) continue;
      const target = targetOf(edge, call, flow);
      const operands = ports.flatMap((port, operand) => (port === edge.fromPort ? [operand] : []));
      const before = taken.get(target);
      taken.set(target, before ? before.filter((operand) => operands.includes(operand)) : operands);
    }
  }
  return new Map([...taken].flatMap(([target, [operand]]) => (operand === undefined ? [] : [[target, operand]])));
}

/** The same for the same place of every call. */
function targetOf(edge: FlowEdge, call: string, flow: DataFlow): string {
  const place = edge.to === border ? border : edge.to.slice(call.length);
  return `${place} ${edge.operand} ${isOperand(edge, flow) ? "" : edge.toPort}`;
}

/** Whether a line leads to an operand of a call, and not to what takes it from outside. */
function isOperand({ to, toPort, operand }: FlowEdge, { operandPorts }: DataFlow): boolean {
  return operandPorts.get(to)?.[operand] === toPort;
}
