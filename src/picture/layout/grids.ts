import { joined } from "./lines.js";
import { portGap, portOffsets } from "./mainPath.js";
import { borderNode, type LayoutProblem, type LayoutSolution, type ProblemEdge, type ProblemNode } from "./problem.js";
import type { Point } from "../geometry.js";

/** More boxes than this side by side, from the same sources to the same targets, are put into rows. */
const mostInRow = 8;

/** More lines than this to each box would fill the space between the rows. */
const mostLanes = 4;

/** How much wider than high a grid is. */
const proportion = 1.5;

const gap = 18;
/** Between lines beside one another, and of a line from a box that it passes. */
const laneGap = 8;
const clearance = 12;

/** A problem in which each grid is one node, and where everything of the problem as given went. */
export interface Gridded {
  readonly problem: LayoutProblem;
  readonly grids: readonly Grid[];
  /** By node as given: its place in the new problem; of a member of a grid, that of the grid. */
  readonly nodes: readonly number[];
  /** By edge as given: the edge that it became, or became part of. */
  readonly edges: readonly number[];
}

interface Grid {
  readonly members: readonly number[];
  readonly box: ProblemNode;
  /** By member, within the box. */
  readonly places: readonly Point[];
  readonly ports: readonly { readonly in: readonly number[]; readonly out: readonly number[] }[];
  /** From the border of the box to a port of a member. */
  enter(lane: number, member: number, port: number): readonly Point[];
  /** From a port of a member to the border of the box. */
  leave(lane: number, member: number, port: number): readonly Point[];
}

/**
 * Puts boxes that stand beside one another, from the same sources to the same targets, into rows of a length that a view holds. The lines run along the
 * rows, and from row to row beside them: those that come in before the first box of each, those that go out behind the last.
 */
export function withGrids(problem: LayoutProblem): Gridded {
  const alike = groups(problem);
  if (alike.length === 0) return { problem, grids: [], nodes: [...problem.nodes.keys()], edges: [...problem.edges.keys()] };
  const gridOf = new Map(alike.flatMap(({ members }, grid) => members.map((member) => [member, grid] as const)));
  const grids = alike.map(({ members, sources, targets }) => layOut(problem, members, sources.length, targets.length));
  const nodes: ProblemNode[] = [];
  const places: number[] = [];
  const placeOfGrid: number[] = [];
  problem.nodes.forEach((node, index) => {
    const grid = gridOf.get(index);
    if (grid === undefined) places[index] = nodes.push(node) - 1;
    else places[index] = placeOfGrid[grid] ??= nodes.push(grids[grid]!.box) - 1;
  });
  const edges: ProblemEdge[] = [];
  const edgeOf: number[] = [];
  const lanes = new Map<string, number>();
  problem.edges.forEach((edge, index) => {
    const [from, to] = [gridOf.get(edge.from), gridOf.get(edge.to)];
    const moved: ProblemEdge = {
      ...edge,
      from: places[edge.from] ?? borderNode,
      fromPort: from === undefined ? edge.fromPort : alike[from]!.targets.indexOf(endKey(edge.to, edge.toPort, edge.fromPort)),
      to: places[edge.to] ?? borderNode,
      toPort: to === undefined ? edge.toPort : alike[to]!.sources.indexOf(endKey(edge.from, edge.fromPort, edge.toPort)),
    };
    const lane = from === undefined && to === undefined ? `${index}` : `${moved.from}:${moved.fromPort}>${moved.to}:${moved.toPort}`;
    let place = lanes.get(lane);
    if (place === undefined) lanes.set(lane, (place = edges.push(moved) - 1));
    edgeOf[index] = place;
  });
  return { problem: { ...problem, nodes, edges }, grids, nodes: places, edges: edgeOf };
}

/** What the layout with grids says of the problem as given. */
export function withoutGrids(problem: LayoutProblem, gridded: Gridded, solution: LayoutSolution): LayoutSolution {
  if (gridded.grids.length === 0) return solution;
  const memberOf = new Map(gridded.grids.flatMap((grid) => grid.members.map((node, member) => [node, { grid, member }] as const)));
  const shift =
    (by: Point) =>
    (point: Point): Point => ({ x: point.x + by.x, y: point.y + by.y });
  return {
    ...solution,
    nodes: problem.nodes.map((_, index) => {
      const place = solution.nodes[gridded.nodes[index]!]!;
      const inside = memberOf.get(index);
      return inside ? shift(place)(inside.grid.places[inside.member]!) : place;
    }),
    nodePorts: problem.nodes.map((_, index) => {
      const inside = memberOf.get(index);
      return inside ? inside.grid.ports[inside.member]! : solution.nodePorts[gridded.nodes[index]!]!;
    }),
    edges: problem.edges.map((edge, index) => {
      const lane = gridded.problem.edges[gridded.edges[index]!]!;
      const line = solution.edges[gridded.edges[index]!];
      if (!line) return null;
      const [from, to] = [memberOf.get(edge.from), memberOf.get(edge.to)];
      return joined([
        from ? from.grid.leave(lane.fromPort, from.member, edge.fromPort).map(shift(solution.nodes[lane.from]!)) : [],
        line,
        to ? to.grid.enter(lane.toPort, to.member, edge.toPort).map(shift(solution.nodes[lane.to]!)) : [],
      ]);
    }),
  };
}

interface Group {
  readonly members: readonly number[];
  readonly sources: readonly string[];
  readonly targets: readonly string[];
}

function endKey(node: number, port: number, ownPort: number): string {
  return `${node}:${port}:${ownPort}`;
}

function groups({ nodes, edges }: LayoutProblem): Group[] {
  const sources = nodes.map((): string[] => []);
  const targets = nodes.map((): string[] => []);
  for (const { from, fromPort, to, toPort } of edges) {
    if (to !== borderNode) sources[to]!.push(endKey(from, fromPort, toPort));
    if (from !== borderNode) targets[from]!.push(endKey(to, toPort, fromPort));
  }
  const byEnds = new Map<string, number[]>();
  nodes.forEach((_, index) => {
    const key = [sources[index]!.sort().join(" "), targets[index]!.sort().join(" ")].join(" > ");
    const group = byEnds.get(key);
    if (group) group.push(index);
    else byEnds.set(key, [index]);
  });
  const taken = new Set<number>();
  return [...byEnds.values()].flatMap((members) => {
    const group = { members, sources: sources[members[0]!]!, targets: targets[members[0]!]! };
    const ends = [...group.sources, ...group.targets];
    if (members.length <= mostInRow || ends.length > mostLanes || ends.some((end) => taken.has(parseInt(end)))) return [];
    for (const member of members) taken.add(member);
    return [group];
  });
}

function layOut({ direction, nodes }: LayoutProblem, members: readonly number[], incoming: number, outgoing: number): Grid {
  const isDown = direction === "down";
  const boxes = members.map((member) => nodes[member]!);
  const length = ({ width, height }: ProblemNode) => (isDown ? width : height);
  const thickness = ({ width, height }: ProblemNode) => (isDown ? height : width);
  const rowGap = (incoming + outgoing > 0 ? clearance : 0) + (incoming > 0 ? clearance : 0) + (incoming + outgoing) * laneGap;
  const columns = columnsOf(
    boxes.map(length),
    boxes.map((box) => thickness(box) + rowGap),
    isDown ? proportion : 1 / proportion,
  );
  const columnOf = (member: number) => member % columns;
  const rowOf = (member: number) => Math.floor(member / columns);
  const rows = Math.ceil(members.length / columns);

  const lengths = Array.from({ length: columns }, (_, column) => Math.max(...boxes.filter((_, member) => columnOf(member) === column).map(length)));
  const thicknesses = Array.from({ length: rows }, (_, row) => Math.max(...boxes.slice(row * columns, (row + 1) * columns).map(thickness)));
  const before = incoming > 0 ? clearance + (incoming - 1) * laneGap : 0;
  const starts: number[] = [];
  let along = before;
  for (const each of lengths) {
    starts.push(along);
    along += each + gap;
  }
  const trunk = along - gap + clearance;
  const breadth = outgoing > 0 ? trunk + (outgoing - 1) * laneGap : along - gap;
  const railsIn: number[] = [];
  const tops: number[] = [];
  const railsOut: number[] = [];
  let across = 0;
  thicknesses.forEach((each) => {
    railsIn.push(across);
    if (incoming > 0) across += (incoming - 1) * laneGap + 2 * clearance;
    tops.push(across);
    across += each;
    railsOut.push(across + clearance);
    across += outgoing > 0 ? clearance + outgoing * laneGap : incoming > 0 ? laneGap : gap;
  });
  const depth = outgoing > 0 ? railsOut.at(-1)! + (outgoing - 1) * laneGap + laneGap : tops.at(-1)! + thicknesses.at(-1)!;

  const at = (alongAt: number, acrossAt: number): Point => (isDown ? { x: alongAt, y: acrossAt } : { x: acrossAt, y: alongAt });
  const borderPort = (lane: number, count: number) => breadth / 2 + (lane - (count - 1) / 2) * portGap;
  const startOf = (member: number) => starts[columnOf(member)]! + (lengths[columnOf(member)]! - length(boxes[member]!)) / 2;
  const ports = boxes.map((box) => ({ in: portOffsets(box.inPorts, 0, length(box)), out: portOffsets(box.outPorts, 0, length(box)) }));
  return {
    members,
    box: {
      width: isDown ? breadth : depth,
      height: isDown ? depth : breadth,
      inPorts: Array.from({ length: incoming }, (_, lane) => borderPort(lane, incoming)),
      outPorts: Array.from({ length: outgoing }, (_, lane) => borderPort(lane, outgoing)),
    },
    places: boxes.map((_, member) => at(startOf(member), tops[rowOf(member)]!)),
    ports,
    enter: (lane, member, port) => {
      const [first, own] = [railsIn[0]! + lane * laneGap, railsIn[rowOf(member)]! + lane * laneGap];
      const to = startOf(member) + ports[member]!.in[port]!;
      const beside = rowOf(member) === 0 ? [] : [at(lane * laneGap, first), at(lane * laneGap, own)];
      return [at(borderPort(lane, incoming), 0), at(borderPort(lane, incoming), first), ...beside, at(to, own), at(to, tops[rowOf(member)]!)];
    },
    leave: (lane, member, port) => {
      const row = rowOf(member);
      const [own, last] = [railsOut[row]! + lane * laneGap, railsOut.at(-1)! + lane * laneGap];
      const from = startOf(member) + ports[member]!.out[port]!;
      const beside = row === rows - 1 ? [] : [at(trunk + lane * laneGap, own), at(trunk + lane * laneGap, last)];
      return [
        at(from, tops[row]! + thickness(boxes[member]!)),
        at(from, own),
        ...beside,
        at(borderPort(lane, outgoing), last),
        at(borderPort(lane, outgoing), depth),
      ];
    },
  };
}

/** As many as make a grid of that proportion; a few more where the last row is then fuller. */
function columnsOf(lengths: readonly number[], thicknesses: readonly number[], proportion: number): number {
  const count = lengths.length;
  const mean = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0) / count;
  const wanted = Math.max(1, Math.round(Math.sqrt((count * mean(thicknesses) * proportion) / (mean(lengths) + gap))));
  const missing = (columns: number) => columns * Math.ceil(count / columns) - count;
  return [wanted, wanted + 1, wanted + 2].reduce((best, columns) => (missing(columns) < missing(best) ? columns : best));
}
