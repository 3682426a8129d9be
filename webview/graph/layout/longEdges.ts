import { borderNode, type LayoutProblem } from "./problem.js";

/** A source that feeds at least this many has its long edges cut. */
const highFanOut = 5;

/** Layers that all edges together may pass through; beyond, the longest are cut. Layout time grows with the square of it. */
const mostCrossedLayers = 1500;

/**
 * Which edges are cut to stubs before layout: those of a source with a high fan-out (a mask that feeds every block) that would pass other
 * layers, and, where the edges are too many still, the longest.
 */
export function edgesToCut(problem: LayoutProblem): ReadonlySet<number> {
  const { edges } = problem;
  const layers = layersOf(problem);
  const lastLayer = Math.max(0, ...layers) + 1;
  const span = (edge: LayoutProblem["edges"][number]) =>
    (edge.to === borderNode ? lastLayer : layers[edge.to]!) - (edge.from === borderNode ? -1 : layers[edge.from]!);

  const bySource = new Map<string, number[]>();
  edges.forEach((edge, position) => {
    const source = `${edge.from}:${edge.fromPort}`;
    const others = bySource.get(source);
    if (others) others.push(position);
    else bySource.set(source, [position]);
  });
  const cut = new Set<number>();
  for (const positions of bySource.values()) {
    if (positions.length < highFanOut) continue;
    for (const position of positions) if (span(edges[position]!) > 1) cut.add(position);
  }

  let crossed = 0;
  const kept: { position: number; length: number }[] = [];
  edges.forEach((edge, position) => {
    if (cut.has(position)) return;
    const length = span(edge) - 1;
    if (length > 0) {
      crossed += length;
      kept.push({ position, length });
    }
  });
  kept.sort((a, b) => b.length - a.length);
  for (const { position, length } of kept) {
    if (crossed <= mostCrossedLayers) break;
    cut.add(position);
    crossed -= length;
  }
  return cut;
}

/** Each node's layer: one below the lowest of its sources. Edges that close a cycle do not count. */
export function layersOf({ nodes, edges }: Pick<LayoutProblem, "nodes" | "edges">): number[] {
  const targets: number[][] = nodes.map(() => []);
  for (const { from, to } of edges) if (from !== borderNode && to !== borderNode && from !== to) targets[from]!.push(to);

  // Depth-first, without recursion: a flat container may hold thousands. Reverse postorder without the back edges is a topological order.
  const order: number[] = [];
  const state = new Uint8Array(nodes.length);
  const isBackEdge = new Set<string>();
  for (let start = 0; start < nodes.length; start++) {
    if (state[start]) continue;
    const stack: { node: number; next: number }[] = [{ node: start, next: 0 }];
    state[start] = 1;
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const target = targets[top.node]![top.next++];
      if (target === undefined) {
        state[top.node] = 2;
        order.push(top.node);
        stack.pop();
      } else if (state[target] === 0) {
        state[target] = 1;
        stack.push({ node: target, next: 0 });
      } else if (state[target] === 1) isBackEdge.add(`${top.node}>${target}`);
    }
  }
  const layers = new Array<number>(nodes.length).fill(0);
  for (const node of order.reverse()) {
    for (const target of targets[node]!) {
      if (!isBackEdge.has(`${node}>${target}`)) layers[target] = Math.max(layers[target]!, layers[node]! + 1);
    }
  }
  return layers;
}
