import type { LayoutProblem, LayoutSolution } from "./problem.js";

/** Whether modules that stand side by side do so in order of declaration: from left to right where data flows down, from top to bottom where it flows right. */
export function isInDeclaredOrder({ direction, nodes }: LayoutProblem, solution: LayoutSolution): boolean {
  const isDown = direction === "down";
  const modules = nodes.flatMap(({ width, height, isDeclared }, index) => {
    if (!isDeclared) return [];
    const { x, y } = solution.nodes[index]!;
    return [isDown ? { start: y, end: y + height, place: x, index } : { start: x, end: x + width, place: y, index }];
  });
  modules.sort((a, b) => a.start - b.start);
  for (let i = 0; i < modules.length; i++) {
    const module = modules[i]!;
    for (let k = i + 1; k < modules.length && modules[k]!.start < module.end; k++) {
      if (module.index < modules[k]!.index !== module.place < modules[k]!.place) return false;
    }
  }
  return true;
}
