import { expect, test } from "vitest";
import { labelsOf } from "../../src/picture/layout/edgeLabels.js";
import type { LayoutProblem, LayoutSolution } from "../../src/picture/layout/problem.js";
import type { Point } from "../../src/picture/geometry.js";
import { estimateText } from "../../src/picture/text.js";

const node = { width: 60, height: 20, inPorts: [30], outPorts: [30] };

/** Two lines out of one port, which run together down to y = 80 and part there. */
function placed(texts: readonly [straight: string, aside: string]) {
  const problem: LayoutProblem = {
    direction: "down",
    layerGap: 30,
    nodes: [node, node, node],
    edges: [1, 2].map((to) => ({ from: 0, fromPort: 0, to, toPort: 0 })),
    inPorts: 0,
    outPorts: 0,
  };
  const edges: Point[][] = [
    [
      { x: 130, y: 40 },
      { x: 130, y: 160 },
    ],
    [
      { x: 130, y: 40 },
      { x: 130, y: 80 },
      { x: 330, y: 80 },
      { x: 330, y: 160 },
    ],
  ];
  const nodes = [
    { x: 100, y: 20 },
    { x: 100, y: 160 },
    { x: 300, y: 160 },
  ];
  const solution: LayoutSolution = { width: 400, height: 200, nodes, edges, inPorts: [], outPorts: [], nodePorts: nodes.map(() => ({ in: [30], out: [30] })) };
  return labelsOf(problem, solution, [], { edges: texts, needed: new Set(), stubs: [], operands: [], overhang: problem.nodes.map(() => 0) }, estimateText)
    .edges;
}

test("lines of one port with different shapes are labelled where they have parted", () => {
  const [straight, aside] = placed(["3×16", "3×1×16"]);
  expect(straight).toMatchObject({ text: "3×16" });
  expect(straight!.y).toBeGreaterThan(80);
  expect(aside!.x).toBeGreaterThan(200);
});

test("lines of one port with one shape are labelled once, at their source", () => {
  const [straight, aside] = placed(["3×16", "3×16"]);
  expect(straight!.y).toBeLessThan(80);
  expect(aside).toBeNull();
});
