import { joined } from "./lines.js";
import { layersOf } from "./longEdges.js";
import { borderNode, type LayoutProblem, type LayoutSolution, type ProblemEdge, type ProblemNode } from "./problem.js";
import type { Point } from "../geometry.js";

/** A layout problem whose long edges from one source run together, and which of its edges make up each edge of the problem as given. */
export interface Railed {
  readonly problem: LayoutProblem;
  /** In the order of the edges as given, from source to target; null for an edge that was cut. */
  readonly routes: readonly (readonly number[] | null)[];
}

/** Where a rail splits: a point to the reader, a node to the layout. */
const junction: ProblemNode = { width: 0, height: 0, inPorts: [0], outPorts: [0] };

/**
 * Lets the edges of one source to several layers share one rail, which splits above each of the layers, instead of one line for each. A layout takes
 * time for every layer that an edge passes, so that a source that feeds n layers in a row costs n instead of n².
 */
export function withRails(problem: LayoutProblem, cut: ReadonlySet<number>): Railed {
  const layers = layersOf(problem);
  const layerBelow = Math.max(-1, ...layers) + 1;
  const nodes = [...problem.nodes];
  const edges: ProblemEdge[] = [];
  const routes: (number[] | null)[] = problem.edges.map((_, index) => (cut.has(index) ? null : []));
  const layerOf = (index: number) => {
    const { to } = problem.edges[index]!;
    return to === borderNode ? layerBelow : layers[to]!;
  };

  const onlyPasses = problem.edges.every(({ from, to }) => from === borderNode && to === borderNode);
  for (const positions of bySource(problem, cut)) {
    const { from, fromPort } = problem.edges[positions[0]!]!;
    let end: Pick<ProblemEdge, "from" | "fromPort"> = { from, fromPort };
    let layer = from === borderNode ? -1 : layers[from]!;
    // ELK gives ports no place in a container whose lines all run from border to border.
    if (onlyPasses) {
      const rail = edges.push({ ...end, to: nodes.length, toPort: 0 }) - 1;
      for (const position of positions) routes[position]!.push(rail);
      end = { from: nodes.length, fromPort: 0 };
      nodes.push(junction);
    }
    let waiting = [...positions].sort((a, b) => layerOf(a) - layerOf(b));
    while (waiting.length > 0) {
      const next = layerOf(waiting[0]!);
      const isLast = waiting.length === 1;
      if (!isLast && next - 1 > layer) {
        const rail = edges.push({ ...end, to: nodes.length, toPort: 0 }) - 1;
        for (const position of waiting) routes[position]!.push(rail);
        end = { from: nodes.length, fromPort: 0 };
        layer = next - 1;
        nodes.push(junction);
      }
      const reached = isLast ? waiting : waiting.filter((position) => layerOf(position) <= next);
      for (const position of reached) {
        routes[position]!.push(edges.push({ ...problem.edges[position]!, ...end }) - 1);
      }
      waiting = waiting.slice(reached.length);
    }
  }
  return { problem: { ...problem, nodes, edges }, routes };
}

/** What the layout of the railed problem says of the problem as given. */
export function withoutRails({ nodes }: LayoutProblem, { routes }: Railed, solution: LayoutSolution): LayoutSolution {
  return {
    ...solution,
    nodes: solution.nodes.slice(0, nodes.length),
    nodePorts: solution.nodePorts.slice(0, nodes.length),
    edges: routes.map((route) => {
      const pieces = route?.map((edge) => solution.edges[edge]);
      return pieces?.every((piece) => piece) ? joined(pieces as Point[][]) : null;
    }),
  };
}

function bySource({ edges }: LayoutProblem, cut: ReadonlySet<number>): Iterable<number[]> {
  const groups = new Map<string, number[]>();
  edges.forEach(({ from, fromPort }, index) => {
    if (cut.has(index)) return;
    const source = `${from}:${fromPort}`;
    const group = groups.get(source);
    if (group) group.push(index);
    else groups.set(source, [index]);
  });
  return groups.values();
}
