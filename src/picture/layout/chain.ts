import { edgesToCut } from "./longEdges.js";
import { portGap, portOffsets } from "./mainPath.js";
import { borderNode, contentPadding, type LayoutProblem, type LayoutSolution, type ProblemNode } from "./problem.js";
import type { Point } from "../geometry.js";

/**
 * The layout of nodes that follow one another in a single line, as in a Sequential: straight, in linear time, however many they are.
 * Null where the edges are anything but a chain.
 */
export function chainSolution(problem: LayoutProblem): LayoutSolution | null {
  const chain = findChain(problem);
  if (!chain) return null;
  const { order, cut, mainIn, mainOut } = chain;
  const isDown = problem.direction === "down";
  const length = ({ width, height }: ProblemNode) => (isDown ? width : height);
  const thickness = ({ width, height }: ProblemNode) => (isDown ? height : width);

  const nodePorts = problem.nodes.map((node, index) => ({
    in: portOffsets(node.inPorts, mainIn[index] ?? 0, length(node)),
    out: portOffsets(node.outPorts, mainOut[index] ?? 0, length(node)),
  }));
  const along: number[] = [];
  const across: number[] = [];
  let nextAlong = 0;
  let nextAcross = contentPadding;
  order.forEach((node, place) => {
    const enters = nodePorts[node]!.in[mainIn[node] ?? 0] ?? length(problem.nodes[node]!) / 2;
    along[node] = place === 0 ? 0 : nextAlong - enters;
    across[node] = nextAcross;
    nextAlong = along[node] + (nodePorts[node]!.out[mainOut[node] ?? 0] ?? length(problem.nodes[node]!) / 2);
    nextAcross += thickness(problem.nodes[node]!) + problem.layerGap;
  });
  let least = Infinity;
  let greatest = -Infinity;
  problem.nodes.forEach((node, index) => {
    least = Math.min(least, along[index]!);
    greatest = Math.max(greatest, along[index]! + length(node));
  });
  for (let node = 0; node < along.length; node++) along[node]! += contentPadding - least;
  const breadth = greatest - least + 2 * contentPadding;
  const depth = nextAcross - problem.layerGap + contentPadding;

  const [first, last] = [order[0]!, order.at(-1)!];
  const inPorts = borderOffsets(
    problem.inPorts,
    breadth,
    problem.edges.flatMap((edge, index) =>
      edge.from === borderNode && !cut.has(index) ? [[edge.fromPort, along[first]! + nodePorts[first]!.in[edge.toPort]!] as const] : [],
    ),
  );
  const outPorts = borderOffsets(
    problem.outPorts,
    breadth,
    problem.edges.flatMap((edge, index) =>
      edge.to === borderNode && !cut.has(index) ? [[edge.toPort, along[last]! + nodePorts[last]!.out[edge.fromPort]!] as const] : [],
    ),
  );

  const at = (alongAt: number, acrossAt: number): Point => (isDown ? { x: alongAt, y: acrossAt } : { x: acrossAt, y: alongAt });
  const edges = problem.edges.map((edge, index) => {
    if (cut.has(index)) return null;
    const start =
      edge.from === borderNode
        ? at(inPorts[edge.fromPort]!, 0)
        : at(along[edge.from]! + nodePorts[edge.from]!.out[edge.fromPort]!, across[edge.from]! + thickness(problem.nodes[edge.from]!));
    const end = edge.to === borderNode ? at(outPorts[edge.toPort]!, depth) : at(along[edge.to]! + nodePorts[edge.to]!.in[edge.toPort]!, across[edge.to]!);
    return [start, end];
  });
  return {
    width: isDown ? breadth : depth,
    height: isDown ? depth : breadth,
    nodes: problem.nodes.map((_, index) => at(along[index]!, across[index]!)),
    edges,
    inPorts,
    outPorts,
    nodePorts,
  };
}

interface Chain {
  readonly order: readonly number[];
  readonly cut: ReadonlySet<number>;
  /** The ports that the chain runs through, by node. */
  readonly mainIn: readonly (number | undefined)[];
  readonly mainOut: readonly (number | undefined)[];
}

function findChain(problem: LayoutProblem): Chain | null {
  const { nodes, edges } = problem;
  if (nodes.length === 0) return null;
  const cut = edgesToCut(problem);
  const next = new Array<number | undefined>(nodes.length);
  const mainIn = new Array<number | undefined>(nodes.length);
  const mainOut = new Array<number | undefined>(nodes.length);
  const entered = new Set<number>();
  const left = new Set<number>();
  const borderPorts = new Set<string>();
  for (const [index, edge] of edges.entries()) {
    if (cut.has(index)) continue;
    if (edge.from === borderNode || edge.to === borderNode) {
      const port = edge.from === borderNode ? `in ${edge.fromPort}` : `out ${edge.toPort}`;
      if (edge.from === edge.to || borderPorts.has(port)) return null;
      borderPorts.add(port);
      if (edge.from === borderNode) entered.add(edge.to);
      else left.add(edge.from);
      continue;
    }
    if (next[edge.from] !== undefined || mainIn[edge.to] !== undefined) return null;
    next[edge.from] = edge.to;
    mainOut[edge.from] = edge.fromPort;
    mainIn[edge.to] = edge.toPort;
  }
  const starts = nodes.flatMap((_, index) => (mainIn[index] === undefined ? [index] : []));
  if (starts.length !== 1) return null;
  const order: number[] = [];
  for (let node: number | undefined = starts[0]; node !== undefined; node = next[node]) order.push(node);
  const [first, last] = [order[0]!, order.at(-1)!];
  if (order.length !== nodes.length || [...entered].some((node) => node !== first) || [...left].some((node) => node !== last)) return null;
  // Two edges from one port of the last node would need a bend.
  const lastPorts = edges.filter((edge, index) => edge.to === borderNode && !cut.has(index)).map((edge) => edge.fromPort);
  return new Set(lastPorts).size === lastPorts.length ? { order, cut, mainIn, mainOut } : null;
}

/** Ports that an edge fixes where it is, the others to the right of them. */
function borderOffsets(count: number, breadth: number, fixed: readonly (readonly [number, number])[]): number[] {
  const known = new Map(fixed);
  const start = Math.max(breadth / 2, ...known.values());
  const free = count - known.size;
  const gap = Math.min(portGap, (breadth - 8 - start) / Math.max(1, free));
  let placed = 0;
  return Array.from({ length: count }, (_, port) => known.get(port) ?? start + (known.size > 0 || placed > 0 ? ++placed : placed++) * gap);
}
