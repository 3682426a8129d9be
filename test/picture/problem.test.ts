import { describe, expect, it } from "vitest";
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
