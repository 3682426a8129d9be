import { layersOf } from "./longEdges.js";
import { portOffsets } from "./mainPath.js";
import { borderNode, contentPadding, type LayoutProblem, type LayoutSolution, type ProblemNode } from "./problem.js";
import type { Point } from "../geometry.js";

/** Shorter ones are laid out as all else is. */
const leastNodes = 24;

/** More lines than this beside a chain ask for a layout that finds the shortest ways. */
const mostLanes = 4;

const laneGap = 8;
const clearance = 12;
/** From the end of an arrow to where its line turns. */
const arrowLength = 12;

/** All that one port gives to others than the next: down beside the chain, with a branch to each. */
interface Rail {
  /** Places in the chain: -1 is the border before the first, the number of nodes that behind the last. */
  readonly from: number;
  to: number;
  readonly edges: number[];
  /** Edges to the next. */
  readonly toNext: number[];
  lane: number;
}

/**
 * The layout of many nodes that follow one another, of which some also take what the container is given or an earlier one gave: the blocks of a GPT, which
 * all take the same mask. Straight, with the lines to others than the next beside it, in linear time. Null where the edges are anything else.
 */
export function longChainSolution(problem: LayoutProblem): LayoutSolution | null {
  const { nodes, edges } = problem;
  if (nodes.length < leastNodes) return null;
  const chain = findLongChain(problem);
  if (!chain) return null;
  const { order, main, rails, lanes } = chain;
  const isDown = problem.direction === "down";
  const length = ({ width, height }: ProblemNode) => (isDown ? width : height);
  const thickness = ({ width, height }: ProblemNode) => (isDown ? height : width);
  const railOf = new Map(rails.flatMap((rail) => rail.edges.map((edge) => [edge, rail] as const)));

  const mainIn = new Map([...main].map((index) => [edges[index]!.to, edges[index]!.toPort]));
  const mainOut = new Map([...main].map((index) => [edges[index]!.from, edges[index]!.fromPort]));
  const nodePorts = nodes.map((node, index) => ({
    in: portOffsets(node.inPorts, mainIn.get(index) ?? 0, length(node)),
    out: portOffsets(node.outPorts, mainOut.get(index) ?? 0, length(node)),
  }));
  const inner = arrowLength + 2 * lanes * laneGap;
  const gap = Math.max(problem.layerGap, inner);
  const along: number[] = [];
  const across: number[] = [];
  let axis = 0;
  let nextAcross = contentPadding + inner;
  for (const node of order) {
    along[node] = axis - nodePorts[node]!.in[mainIn.get(node) ?? 0]!;
    across[node] = nextAcross;
    axis = along[node] + (nodePorts[node]!.out[mainOut.get(node) ?? 0] ?? length(nodes[node]!) / 2);
    nextAcross += thickness(nodes[node]!) + gap;
  }
  const least = Math.min(...along);
  for (const node of order) along[node]! += contentPadding - least;
  const end = Math.max(...order.map((node) => along[node]! + length(nodes[node]!)));
  const railAt = (lane: number) => end + clearance + lane * laneGap;
  const breadth = railAt(lanes - 1) + contentPadding;
  const depth = nextAcross - gap + inner + contentPadding;

  const at = (alongAt: number, acrossAt: number): Point => (isDown ? { x: alongAt, y: acrossAt } : { x: acrossAt, y: alongAt });
  const borderPorts = (count: number, side: "from" | "to") =>
    Array.from({ length: count }, (_, port) => {
      const index = edges.findIndex((each, position) => each[side] === borderNode && each[`${side}Port`] === port && main.has(position));
      if (index < 0) {
        const rail = rails.find((each) => each.edges.some((position) => edges[position]![side] === borderNode && edges[position]![`${side}Port`] === port));
        return rail ? railAt(rail.lane) : breadth / 2;
      }
      const { from, fromPort, to, toPort } = edges[index]!;
      return side === "from" ? along[to]! + nodePorts[to]!.in[toPort]! : along[from]! + nodePorts[from]!.out[fromPort]!;
    });
  const inPorts = borderPorts(problem.inPorts, "from");
  const outPorts = borderPorts(problem.outPorts, "to");

  const lines = edges.map(({ from, fromPort, to, toPort }, index): Point[] => {
    const first =
      from === borderNode
        ? { along: inPorts[fromPort]!, across: 0 }
        : { along: along[from]! + nodePorts[from]!.out[fromPort]!, across: across[from]! + thickness(nodes[from]!) };
    const last = to === borderNode ? { along: outPorts[toPort]!, across: depth } : { along: along[to]! + nodePorts[to]!.in[toPort]!, across: across[to]! };
    const rail = railOf.get(index);
    if (!rail) return [at(first.along, first.across), at(last.along, last.across)];
    const beside = railAt(rail.lane);
    const turn = (from: number, to: number, turnAt: number) => (from === to ? [] : [at(from, turnAt), at(to, turnAt)]);
    return [
      at(first.along, first.across),
      ...turn(first.along, beside, first.across + (rail.lane + 1) * laneGap),
      ...turn(beside, last.along, last.across - arrowLength - rail.lane * laneGap),
      at(last.along, last.across),
    ];
  });
  return {
    width: isDown ? breadth : depth,
    height: isDown ? depth : breadth,
    nodes: nodes.map((_, index) => at(along[index]!, across[index]!)),
    edges: lines,
    inPorts,
    outPorts,
    nodePorts,
  };
}

interface LongChain {
  readonly order: readonly number[];
  /** Edges from each to the next. */
  readonly main: ReadonlySet<number>;
  readonly rails: readonly Rail[];
  readonly lanes: number;
}

function findLongChain(problem: LayoutProblem): LongChain | null {
  const { nodes, edges } = problem;
  const layers = layersOf(problem);
  const order: number[] = [];
  for (const [node, layer] of layers.entries()) {
    if (order[layer] !== undefined) return null;
    order[layer] = node;
  }
  const ports = new Map<string, Rail>();
  for (const [index, edge] of edges.entries()) {
    const from = edge.from === borderNode ? -1 : layers[edge.from]!;
    const to = edge.to === borderNode ? nodes.length : layers[edge.to]!;
    if (to <= from || edge.isOrder) return null;
    const key = `${edge.from}:${edge.fromPort}`;
    const port = ports.get(key) ?? { from, to, edges: [], toNext: [], lane: 0 };
    ports.set(key, port);
    port.to = Math.max(port.to, to);
    (to === from + 1 ? port.toNext : port.edges).push(index);
  }
  const main = mainEdges([...ports.values()]);
  if (!main) return null;
  const rails = [...ports.values()].filter(({ edges: branches }) => branches.length > 0);
  for (const rail of rails) rail.edges.push(...rail.toNext.filter((index) => !main.has(index)));
  const lanes: Rail[][] = [];
  for (const rail of [...rails].sort((a, b) => a.to - a.from - (b.to - b.from))) {
    rail.lane = lanes.findIndex((lane) => lane.every((other) => other.to <= rail.from || rail.to <= other.from));
    if (rail.lane < 0) rail.lane = lanes.push([]) - 1;
    lanes[rail.lane]!.push(rail);
  }
  return lanes.length === 0 || lanes.length > mostLanes ? null : { order, main, rails, lanes: lanes.length };
}

/** From each to the next, rather of a port that gives to no other; null where there are two such. */
function mainEdges(ports: readonly Rail[]): ReadonlySet<number> | null {
  const main = new Map<number, { readonly index: number; readonly isOnly: boolean }>();
  for (const { from, toNext, edges } of ports) {
    for (const index of toNext) {
      const isOnly = edges.length === 0;
      const known = main.get(from);
      if (known?.isOnly && isOnly) return null;
      if (!known || isOnly) main.set(from, { index, isOnly });
    }
  }
  return new Set([...main.values()].map(({ index }) => index));
}
