import type { LayoutProblem, LayoutSolution } from "./problem.js";

/** Whether modules, inputs and outputs that stand side by side do so in order of declaration: from left to right where data flows down, from top to bottom where it flows right. */
export function isInDeclaredOrder({ direction, nodes }: LayoutProblem, solution: LayoutSolution): boolean {
  const isDown = direction === "down";
  const declared = nodes.flatMap(({ width, height, isDeclared }, index) => {
    if (!isDeclared) return [];
    const { x, y } = solution.nodes[index]!;
    return [isDown ? { start: y, end: y + height, place: x, index } : { start: x, end: x + width, place: y, index }];
  });
  declared.sort((a, b) => a.start - b.start);
  for (let i = 0; i < declared.length; i++) {
    const node = declared[i]!;
    for (let k = i + 1; k < declared.length && declared[k]!.start < node.end; k++) {
      if (node.index < declared[k]!.index !== node.place < declared[k]!.place) return false;
    }
  }
  return true;
}
