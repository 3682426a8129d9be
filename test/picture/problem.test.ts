import { describe, expect, it } from "vitest";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { problemKey, type LayoutProblem, type ProblemEdge, type ProblemNode } from "../../src/picture/layout/problem.js";

const node: Required<ProblemNode> = { width: 10, height: 20, inPorts: [null], outPorts: [null], operands: [0], isDeclared: false };
const edge: Required<ProblemEdge> = { from: 0, fromPort: 0, to: 1, toPort: 0, isMain: false, isBack: false, isOrder: false };
const problem: Required<LayoutProblem> = {
  direction: "down",
  layerGap: 30,
  nodes: [node, node],
  edges: [edge],
  inPorts: 1,
  outPorts: 1,
  hasPortsInOrder: false,
  isInOrder: false,
};

const other = (value: unknown) => (typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : Array.isArray(value) ? [7] : "right");

describe("the key under which a solution is kept", () => {
  it.each(Object.keys(problem) as (keyof LayoutProblem)[])("differs with %s", (part) => {
    expect(problemKey({ ...problem, [part]: other(problem[part]) })).not.toBe(problemKey(problem));
  });

  it.each(Object.keys(node) as (keyof ProblemNode)[])("differs with the %s of a node", (part) => {
    expect(problemKey({ ...problem, nodes: [node, { ...node, [part]: other(node[part]) }] })).not.toBe(problemKey(problem));
  });

  it.each(Object.keys(edge) as (keyof ProblemEdge)[])("differs with %s of an edge", (part) => {
    expect(problemKey({ ...problem, edges: [{ ...edge, [part]: other(edge[part]) }] })).not.toBe(problemKey(problem));
  });

  it("is the same for equal problems", () => {
    expect(problemKey(structuredClone(problem))).toBe(problemKey(problem));
  });
});

it("a solution that is asked for is given, however many others are found meanwhile", async () => {
  const solver = new LayoutSolver(null, 1);
  const sized = (width: number): LayoutProblem => ({ ...problem, inPorts: 0, outPorts: 0, nodes: [node, { ...node, width }] });
  const isPlain = async (...widths: number[]) => (await solver.solve(widths.map(sized), Infinity, () => true)).map((each) => each.isPlain);
  expect(await isPlain(10)).toEqual([false]);
  expect(await isPlain(10, 20, 30, 10)).toEqual([false, false, false, false]);
});
