import { layersOf } from "./longEdges.js";
import { borderNode, type LayoutProblem, type ProblemNode } from "./problem.js";

/** Between ports beside the one that the main path runs through. */
export const portGap = 14;
/** Ports nearer to one another than this are left for the layout to spread. */
const leastGap = 5;

/**
 * Marks the edges of the main path, the longest way through a container, and puts their ports into the middle of the boxes, all others to the right, but for
 * operands before the main one where their order matters: the boxes then stand on one axis instead of drifting aside by half the space between two ports from each to the next. Ports that only edges in `cut` use
 * share one place.
 */
export function withMainPath(problem: LayoutProblem, cut: ReadonlySet<number>): LayoutProblem {
  const main = mainPath(problem, cut);
  const used = { in: usedPorts(problem, cut, "to"), out: usedPorts(problem, cut, "from") };
  const mainPorts = { in: new Map<number, number>(), out: new Map<number, number>() };
  for (const index of main) {
    const { from, fromPort, to, toPort } = problem.edges[index]!;
    mainPorts.in.set(to, toPort);
    mainPorts.out.set(from, fromPort);
  }
  const offsets = (node: ProblemNode, index: number, side: "in" | "out") => {
    const fixed = side === "in" ? node.inPorts : node.outPorts;
    const length = problem.direction === "down" ? node.width : node.height;
    return fixed.every((offset) => offset === null)
      ? spread(fixed.length, mainPorts[side].get(index) ?? 0, used[side].get(index), length, side === "in" && node.operands !== undefined)
      : fixed;
  };
  const nodes = problem.nodes.map((node, index) => {
    if (!mainPorts.in.has(index) && !mainPorts.out.has(index)) return node;
    const inPorts = offsets(node, index, "in");
    const outPorts = offsets(node, index, "out");
    return inPorts && outPorts ? { ...node, inPorts, outPorts } : node;
  });
  return { ...problem, nodes, edges: problem.edges.map((edge, index) => (main.has(index) ? { ...edge, isMain: true } : edge)) };
}

/** Null where that many ports beside the main one would stand too close. */
function spread(count: number, main: number, used: ReadonlySet<number> | undefined, length: number, isOrdered: boolean): number[] | null {
  const isSpread = (port: number) => port !== main && used !== undefined && used.has(port);
  const ports = Array.from({ length: count }, (_, port) => port).filter(isSpread);
  const before = isOrdered ? ports.filter((port) => port < main).length : 0;
  const after = ports.length - before;
  const places = after + (count > ports.length + 1 ? 1 : 0);
  const gap = gapBeside(Math.max(before, places), length);
  if (Math.max(before, places) > 1 && gap < leastGap) return null;
  let next = -before;
  return Array.from({ length: count }, (_, port) => {
    if (port === main) return length / 2;
    if (!isSpread(port)) return length / 2 + places * gap;
    const place = next < 0 ? next : next + 1;
    next++;
    return length / 2 + place * gap;
  });
}

function gapBeside(count: number, length: number): number {
  return Math.min(portGap, (length / 2 - 8) / Math.max(1, count));
}

/** The main port in the middle, the others to its right. */
export function portOffsets(fixed: readonly (number | null)[], main: number, length: number): number[] {
  const gap = gapBeside(fixed.length - 1, length);
  let others = 0;
  return fixed.map((offset, port) => offset ?? length / 2 + (port === main ? 0 : ++others * gap));
}

function usedPorts({ edges }: LayoutProblem, cut: ReadonlySet<number>, side: "from" | "to"): Map<number, Set<number>> {
  const used = new Map<number, Set<number>>();
  edges.forEach((edge, index) => {
    if (cut.has(index)) return;
    const ports = used.get(edge[side]);
    if (ports) ports.add(edge[`${side}Port`]);
    else used.set(edge[side], new Set([edge[`${side}Port`]]));
  });
  return used;
}

/** From what lies deepest back to where each box has its deepest source, among those that follow from what the container is given. */
function mainPath(problem: LayoutProblem, cut: ReadonlySet<number>): ReadonlySet<number> {
  const layers = layersOf(problem);
  const given = followingFromBorder(problem);
  const depth = (node: number) => (node === borderNode ? -1 : given.has(node) ? layers[node]! : layers[node]! - problem.nodes.length);
  const deepestInto = new Map<number, number>();
  problem.edges.forEach((edge, index) => {
    if (cut.has(index)) return;
    const known = problem.edges[deepestInto.get(edge.to) ?? -1];
    if (!known || depth(edge.from) > depth(known.from) || (depth(edge.from) === depth(known.from) && edge.toPort < known.toPort))
      deepestInto.set(edge.to, index);
  });
  const path = new Set<number>();
  let next = deepestInto.get(borderNode) ?? deepestInto.get(layers.indexOf(Math.max(...layers)));
  while (next !== undefined && !path.has(next)) {
    path.add(next);
    const { from } = problem.edges[next]!;
    next = from === borderNode ? undefined : deepestInto.get(from);
  }
  return path;
}

function followingFromBorder({ edges }: LayoutProblem): ReadonlySet<number> {
  const targets = new Map<number, number[]>();
  for (const { from, to } of edges) {
    const known = targets.get(from);
    if (known) known.push(to);
    else targets.set(from, [to]);
  }
  const found = new Set<number>();
  const pending = [borderNode];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const target of targets.get(node) ?? []) {
      if (target === borderNode || found.has(target)) continue;
      found.add(target);
      pending.push(target);
    }
  }
  return found;
}
