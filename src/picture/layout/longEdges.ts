import { borderNode, type LayoutProblem } from "./problem.js";

/** Layers that all rails together may pass; beyond, the longest are cut. Layout time grows with the square of it. */
const mostCrossedLayers = 300;

/**
 * Which edges are cut to stubs before layout. All that leave one port share a rail (see rails.ts), which costs the layers that it passes. Where all rails
 * together would take too long, the longest are left out, with every edge on them that passes a layer.
 */
export function edgesToCut(problem: LayoutProblem): ReadonlySet<number> {
  const layers = layersOf(problem);
  const layerBelow = Math.max(-1, ...layers) + 1;
  const passed = ({ from, to }: LayoutProblem["edges"][number]) =>
    (to === borderNode ? layerBelow : layers[to]!) - (from === borderNode ? -1 : layers[from]!) - 1;

  const rails = new Map<string, { length: number; readonly edges: number[] }>();
  problem.edges.forEach((edge, index) => {
    const length = passed(edge);
    if (length <= 0) return;
    const source = `${edge.from}:${edge.fromPort}`;
    const rail = rails.get(source);
    if (!rail) rails.set(source, { length, edges: [index] });
    else {
      rail.length = Math.max(rail.length, length);
      rail.edges.push(index);
    }
  });
  const cut = new Set<number>();
  const longestFirst = [...rails.values()].sort((a, b) => b.length - a.length);
  let crossed = longestFirst.reduce((sum, { length }) => sum + length, 0);
  for (const { length, edges } of longestFirst) {
    if (crossed <= mostCrossedLayers) break;
    for (const edge of edges) cut.add(edge);
    crossed -= length;
  }
  return cut;
}

/** Each node's layer: one below the lowest of its sources. Edges that lead back, or close a cycle, do not count. */
export function layersOf({ nodes, edges }: Pick<LayoutProblem, "nodes" | "edges">): number[] {
  const targets: number[][] = nodes.map(() => []);
  const isEntered = new Uint8Array(nodes.length);
  for (const { from, to, isBack } of edges) {
    if (from === borderNode || to === borderNode || from === to || isBack) continue;
    targets[from]!.push(to);
    isEntered[to] = 1;
  }
  // From what the container is given on, so that of a loop the last edge leads back.
  const starts = [
    ...edges.flatMap(({ from, to }) => (from === borderNode && to !== borderNode ? [to] : [])),
    ...[0, 1].flatMap((entered) => [...nodes.keys()].filter((node) => isEntered[node] === entered)),
  ];

  // Depth-first, without recursion: a flat container may hold thousands. Reverse postorder without the back edges is a topological order.
  const order: number[] = [];
  const state = new Uint8Array(nodes.length);
  const isBackEdge = new Set<string>();
  for (const start of starts) {
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
