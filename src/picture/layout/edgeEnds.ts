import { borderNode, type LayoutProblem, type LayoutSolution } from "./problem.js";
import type { Point } from "../geometry.js";

/** Where an edge leaves its source or reaches its target: at a box, or at the border of the container. */
export function edgeEnd({ direction, nodes, edges }: LayoutProblem, solution: LayoutSolution, index: number, side: "from" | "to"): Point {
  const edge = edges[index]!;
  const isDown = direction === "down";
  const node = edge[side];
  const port = edge[`${side}Port`];
  const at = (along: number, across: number): Point => (isDown ? { x: along, y: across } : { x: across, y: along });
  if (node === borderNode) {
    return side === "from" ? at(solution.inPorts[port]!, 0) : at(solution.outPorts[port]!, isDown ? solution.height : solution.width);
  }
  const place = solution.nodes[node]!;
  const ports = solution.nodePorts[node]!;
  const { width, height } = nodes[node]!;
  const offset = side === "from" ? at(ports.out[port]!, isDown ? height : width) : at(ports.in[port]!, 0);
  return { x: place.x + offset.x, y: place.y + offset.y };
}
