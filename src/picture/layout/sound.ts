import type { LayoutProblem, LayoutSolution } from "./problem.js";

/** Whether a solution gives everything that it was asked for a place, in finite numbers: what lays out may fail without saying so. */
export function isSound({ nodes, edges, inPorts, outPorts }: LayoutProblem, solution: LayoutSolution): boolean {
  const numbers = [
    solution.width,
    solution.height,
    ...[...solution.nodes, ...solution.edges.flatMap((line) => line ?? [])].flatMap(({ x, y }) => [x, y]),
    ...solution.inPorts,
    ...solution.outPorts,
    ...solution.nodePorts.flatMap((ports) => [...ports.in, ...ports.out]),
  ];
  return (
    numbers.every(Number.isFinite) &&
    solution.nodes.length === nodes.length &&
    solution.edges.length === edges.length &&
    solution.inPorts.length === inPorts &&
    solution.outPorts.length === outPorts &&
    nodes.every(
      (node, index) => solution.nodePorts[index]?.in.length === node.inPorts.length && solution.nodePorts[index].out.length === node.outPorts.length,
    ) &&
    solution.edges.every((line) => line === null || line.length > 1)
  );
}
