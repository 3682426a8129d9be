import { edgeEnd } from "./edgeEnds.js";
import { borderNode, type LayoutProblem, type LayoutSolution } from "./problem.js";
import type { Point } from "../geometry.js";

/** What is drawn of cut edges where they leave their source or reach their target. */
export interface Stub {
  readonly end: "source" | "target";
  /** The cut edges that end in it. */
  readonly edges: readonly number[];
  /** From the ring at its open end to the box. */
  readonly points: readonly Point[];
}

/** Of the ring at the open end. */
export const ringRadius = 2;

const length = 9;
/** Beside a whole line that leaves the same port, a stub turns away from it. */
const aside = 10;

/** One for each port that cut edges leave, and one for each node that they reach. */
export function stubsOf(problem: LayoutProblem, solution: LayoutSolution): Stub[] {
  const sources = new Map<string, number[]>();
  const targets = new Map<string, number[]>();
  const add = (groups: Map<string, number[]>, key: string, index: number) => {
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  };
  const hasWholeLine = new Set<string>();
  problem.edges.forEach(({ from, fromPort, to, toPort, isOrder }, index) => {
    if (isOrder) return;
    const source = `${from}:${fromPort}`;
    if (solution.edges[index]) hasWholeLine.add(source);
    else {
      add(sources, source, index);
      add(targets, to === borderNode ? `:${toPort}` : String(to), index);
    }
  });

  const beyond = ({ x, y }: Point, along: number, across: number): Point =>
    problem.direction === "down" ? { x: x + along, y: y + across } : { x: x + across, y: y + along };
  const along = ({ x, y }: Point) => (problem.direction === "down" ? x : y);
  const stubs: Stub[] = [];
  for (const [source, edges] of sources) {
    const from = edgeEnd(problem, solution, edges[0]!, "from");
    const points = hasWholeLine.has(source) ? [beyond(from, aside, length), beyond(from, 0, length), from] : [beyond(from, 0, length), from];
    stubs.push({ end: "source", edges, points });
  }
  for (const edges of targets.values()) {
    const ends = edges.map((edge) => edgeEnd(problem, solution, edge, "to"));
    const last = ends.reduce((a, b) => (along(b) > along(a) ? b : a));
    stubs.push({ end: "target", edges, points: [beyond(last, 0, -length), last] });
  }
  return stubs;
}
