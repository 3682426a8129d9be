import { edgeEnd } from "./edgeEnds.js";
import type { LayoutProblem, LayoutSolution } from "./problem.js";

/**
 * By edge, the number of its operand, counted from 1, where a node whose operands have an order is not entered in it: from left to right where data flows
 * down, from top to bottom where it flows right. Null where the order shows by itself.
 */
export function operandNumbers(problem: LayoutProblem, solution: LayoutSolution): readonly (number | null)[] {
  const numbers: (number | null)[] = problem.edges.map(() => null);
  const entering = new Map<number, number[]>();
  problem.edges.forEach(({ to, toPort, isOrder }, index) => {
    if (isOrder || !isOperand(problem, to, toPort)) return;
    entering.set(to, [...(entering.get(to) ?? []), index]);
  });
  for (const [node, edges] of entering) {
    const operandOf = (edge: number) => problem.nodes[node]!.operands![problem.edges[edge]!.toPort]!;
    const along = (edge: number) => edgeEnd(problem, solution, edge, "to")[problem.direction === "down" ? "x" : "y"];
    const inOrder = edges.toSorted((a, b) => operandOf(a) - operandOf(b));
    const isRead = inOrder.every((edge, place) => {
      const before = inOrder[place - 1];
      return before === undefined || operandOf(before) === operandOf(edge) || along(before) < along(edge) - 1;
    });
    if (!isRead) for (const edge of edges) numbers[edge] = operandOf(edge) + 1;
  }
  return numbers;
}

/** The same layout with lines from one place to one node exchanged so that they enter in the order of their operands: which of them is which makes no crossing. */
export function inOperandOrder(problem: LayoutProblem, solution: LayoutSolution): LayoutSolution {
  const along = problem.direction === "down" ? "x" : "y";
  const entering = new Map<string, number>();
  const alike = new Map<string, number[]>();
  problem.edges.forEach(({ from, fromPort, to, toPort, isOrder }, index) => {
    entering.set(`${to} ${toPort}`, (entering.get(`${to} ${toPort}`) ?? 0) + 1);
    if (isOrder || !isOperand(problem, to, toPort) || !solution.edges[index]) return;
    const key = `${from} ${fromPort} ${to}`;
    alike.set(key, [...(alike.get(key) ?? []), index]);
  });
  const edges = [...solution.edges];
  const nodePorts = [...solution.nodePorts];
  for (const group of alike.values()) {
    const own = group.filter((index) => entering.get(`${problem.edges[index]!.to} ${problem.edges[index]!.toPort}`) === 1);
    if (own.length < 2) continue;
    const { to } = problem.edges[own[0]!]!;
    const operandOf = (index: number) => problem.nodes[to]!.operands![problem.edges[index]!.toPort]!;
    const places = own
      .map((index) => ({ points: solution.edges[index]!, port: solution.nodePorts[to]!.in[problem.edges[index]!.toPort]! }))
      .sort((a, b) => a.points.at(-1)![along] - b.points.at(-1)![along]);
    const ports = [...nodePorts[to]!.in];
    own
      .toSorted((a, b) => operandOf(a) - operandOf(b))
      .forEach((index, place) => {
        edges[index] = places[place]!.points;
        ports[problem.edges[index]!.toPort] = places[place]!.port;
      });
    nodePorts[to] = { ...nodePorts[to]!, in: ports };
  }
  return { ...solution, edges, nodePorts };
}

/** Whether the order of what enters by a port matters. */
function isOperand({ nodes }: LayoutProblem, node: number, port: number): boolean {
  return (nodes[node]?.operands?.[port] ?? -1) >= 0;
}
