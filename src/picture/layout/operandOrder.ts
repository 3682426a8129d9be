import { edgeEnd } from "./edgeEnds.js";
import type { LayoutProblem, LayoutSolution } from "./problem.js";

/**
 * By edge, the number of its operand, counted from 1, where a node whose operands have an order is not entered in it: from left to right where data flows
 * down, from top to bottom where it flows right. Null where the order shows by itself.
 */
export function operandNumbers(problem: LayoutProblem, solution: LayoutSolution): readonly (number | null)[] {
  const numbers: (number | null)[] = problem.edges.map(() => null);
  const entering = new Map<number, number[]>();
  problem.edges.forEach(({ to, isOrder }, index) => {
    if (isOrder || problem.nodes[to]?.operands === undefined) return;
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
