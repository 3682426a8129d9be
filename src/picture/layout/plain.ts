import { layersOf } from "./longEdges.js";
import { borderNode, contentPadding, type LayoutProblem, type LayoutSolution } from "./problem.js";
import type { Point } from "../geometry.js";

const gap = 18;

/**
 * A layout in linear time for what is too large or takes too long: each node below the lowest of its sources, layers side by side where
 * nothing connects them, edges between neighbouring layers drawn and all others cut to stubs.
 */
export function plainSolution(problem: LayoutProblem): LayoutSolution {
  const isDown = problem.direction === "down";
  const connected = problem.edges.some((edge) => edge.from !== borderNode && edge.to !== borderNode);
  const columns = Math.ceil(Math.sqrt(problem.nodes.length));
  const layers = connected ? layersOf(problem) : problem.nodes.map((_, index) => Math.floor(index / columns));
  const rows: number[][] = [];
  layers.forEach((layer, node) => (rows[layer] ??= []).push(node));

  const length = (node: number) => (isDown ? problem.nodes[node]!.width : problem.nodes[node]!.height);
  const thickness = (node: number) => (isDown ? problem.nodes[node]!.height : problem.nodes[node]!.width);
  const rowLength = (row: readonly number[]) => row.reduce((sum, node) => sum + length(node), 0) + gap * (row.length - 1);
  const widest = Math.max(0, ...rows.map(rowLength));

  const positions: Point[] = [];
  let across = contentPadding + (problem.inPorts > 0 ? problem.layerGap / 2 : 0);
  const ends: number[] = [];
  rows.forEach((row, layer) => {
    let along = contentPadding + (widest - rowLength(row)) / 2;
    for (const node of row) {
      positions[node] = isDown ? { x: along, y: across } : { x: across, y: along };
      along += length(node) + gap;
    }
    across += Math.max(...row.map(thickness));
    ends[layer] = across;
    across += problem.layerGap;
  });
  const depth = (rows.length > 0 ? across - problem.layerGap : across) + contentPadding + (problem.outPorts > 0 ? problem.layerGap / 2 : 0);
  const breadth = widest + 2 * contentPadding;

  const spread = (count: number, size: number) => Array.from({ length: count }, (_, index) => (size * (index + 1)) / (count + 1));
  const ports = problem.nodes.map((node, index) => {
    const place = (offsets: readonly (number | null)[]) => {
      const free = spread(offsets.length, length(index));
      return offsets.map((offset, port) => offset ?? free[port]!);
    };
    return { in: place(node.inPorts), out: place(node.outPorts) };
  });
  const at = (along: number, acrossAt: number): Point => (isDown ? { x: along, y: acrossAt } : { x: acrossAt, y: along });
  const start = (node: number) => (isDown ? positions[node]!.x : positions[node]!.y);
  const near = (node: number) => (isDown ? positions[node]!.y : positions[node]!.x);

  const inPorts = spread(problem.inPorts, breadth);
  const outPorts = spread(problem.outPorts, breadth);
  const edges = problem.edges.map((edge): Point[] | null => {
    const fromLayer = edge.from === borderNode ? -1 : layers[edge.from]!;
    const toLayer = edge.to === borderNode ? rows.length : layers[edge.to]!;
    if (toLayer !== fromLayer + 1) return null;
    const fromAlong = edge.from === borderNode ? inPorts[edge.fromPort]! : start(edge.from) + ports[edge.from]!.out[edge.fromPort]!;
    const toAlong = edge.to === borderNode ? outPorts[edge.toPort]! : start(edge.to) + ports[edge.to]!.in[edge.toPort]!;
    const fromAcross = edge.from === borderNode ? 0 : near(edge.from) + thickness(edge.from);
    const toAcross = edge.to === borderNode ? depth : near(edge.to);
    const turn = (Math.max(fromAcross, ends[fromLayer] ?? 0) + toAcross) / 2;
    if (Math.abs(fromAlong - toAlong) < 0.5) return [at(fromAlong, fromAcross), at(toAlong, toAcross)];
    return [at(fromAlong, fromAcross), at(fromAlong, turn), at(toAlong, turn), at(toAlong, toAcross)];
  });
  return { width: isDown ? breadth : depth, height: isDown ? depth : breadth, nodes: positions, edges, inPorts, outPorts, nodePorts: ports };
}
