import type { ElkExtendedEdge, ElkNode, ElkPort } from "elkjs/lib/elk-api.js";
import { layersOf } from "./longEdges.js";
import { borderNode, contentPadding, type LayoutProblem, type LayoutSolution, type ProblemNode } from "./problem.js";
import type { Point } from "../geometry.js";

/**
 * One call of ELK for many containers: each is a node of its own in a dummy root (a root with ports crashes), laid out by itself.
 * Options after measurements on networks: orthogonal edges, Brandes and Köpf's placement; order
 * of the model where crossings allow, and whatever they cost where nodes came out of order without (solver.ts).
 */
export function elkGraph(problems: readonly LayoutProblem[]): ElkNode {
  return {
    id: "root",
    layoutOptions: { "elk.algorithm": "elk.box", "elk.hierarchyHandling": "SEPARATE_CHILDREN" },
    children: problems.map(container),
  };
}

function container(problem: LayoutProblem, position: number): ElkNode {
  const { direction, nodes, edges } = problem;
  const id = `c${position}`;
  const isDown = direction === "down";
  const hasWaysBack = edges.some(({ isBack }) => isBack);
  const layers = hasWaysBack ? layersOf(problem) : [];
  const [inSide, outSide] = isDown ? ["NORTH", "SOUTH"] : ["WEST", "EAST"];
  const borderPorts = [
    ...Array.from({ length: problem.inPorts }, (_, port) => elkPort(`${id}i${port}`, inSide, isDown ? port : -port)),
    ...Array.from({ length: problem.outPorts }, (_, port) => elkPort(`${id}o${port}`, outSide, isDown ? -port : port)),
  ];
  const end = (node: number, port: number, direction: "i" | "o") =>
    node === borderNode ? `${id}${direction === "i" ? "o" : "i"}${port}` : `${id}n${node}${direction}${port}`;
  return {
    id,
    ports: borderPorts,
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": isDown ? "DOWN" : "RIGHT",
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.portConstraints": problem.hasPortsInOrder ? "FIXED_ORDER" : "FIXED_SIDE",
      "elk.padding": `[top=${contentPadding},left=${contentPadding},bottom=${contentPadding},right=${contentPadding}]`,
      "elk.spacing.nodeNode": "18",
      "elk.spacing.edgeNode": "12",
      "elk.spacing.edgeEdge": "10",
      "elk.layered.spacing.nodeNodeBetweenLayers": String(problem.layerGap),
      "elk.layered.spacing.edgeNodeBetweenLayers": "12",
      "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
      "elk.layered.nodePlacement.favorStraightEdges": "true",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      ...(problem.isInOrder && { "elk.layered.crossingMinimization.forceNodeModelOrder": "true", "elk.layered.crossingMinimization.greedySwitch.type": "OFF" }),
      // What leads back is said by the lines themselves: places, one below the other, tell ELK what stands before what.
      "elk.layered.cycleBreaking.strategy": hasWaysBack ? "INTERACTIVE" : "DEPTH_FIRST",
      "elk.separateConnectedComponents": "false",
      "elk.layered.thoroughness": nodes.length > 200 ? "3" : "7",
    },
    children: nodes.map((node, index) => ({ ...elkNode(node, `${id}n${index}`, isDown), ...(hasWaysBack && placeIn(layers[index]!, isDown)) })),
    edges: edges.map(
      (edge, index): ElkExtendedEdge => ({
        id: `${id}e${index}`,
        sources: [end(edge.from, edge.fromPort, "o")],
        targets: [end(edge.to, edge.toPort, "i")],
        ...(edge.isMain && { layoutOptions: { "elk.layered.priority.straightness": "10" } }),
      }),
    ),
  };
}

/** Far below, or behind, what is in the layers before. */
function placeIn(layer: number, isDown: boolean): { readonly x: number; readonly y: number } {
  const across = 10_000 * layer;
  return isDown ? { x: 0, y: across } : { x: across, y: 0 };
}

function elkNode(node: ProblemNode, id: string, isDown: boolean): ElkNode {
  const isFixed = [...node.inPorts, ...node.outPorts].some((offset) => offset !== null);
  const port = (offset: number | null, portId: string, side: string, across: number): ElkPort =>
    offset === null ? elkPort(portId, side) : { ...elkPort(portId, side), x: isDown ? offset : across, y: isDown ? across : offset };
  return {
    id,
    width: node.width,
    height: node.height,
    ports: [
      ...node.inPorts.map((offset, index) => port(offset, `${id}i${index}`, isDown ? "NORTH" : "WEST", 0)),
      ...node.outPorts.map((offset, index) => port(offset, `${id}o${index}`, isDown ? "SOUTH" : "EAST", isDown ? node.height : node.width)),
    ],
    layoutOptions: { "elk.portConstraints": isFixed ? "FIXED_POS" : "FIXED_SIDE", "elk.portAlignment.default": "CENTER", "elk.spacing.portPort": "14" },
  };
}

/** `index`: where ports stand in order, they do so clockwise. */
function elkPort(id: string, side: string, index?: number): ElkPort {
  return { id, width: 0, height: 0, layoutOptions: { "elk.port.side": side, ...(index !== undefined && { "elk.port.index": String(index) }) } };
}

/** What ELK made of each problem. */
export function readSolutions(problems: readonly LayoutProblem[], root: ElkNode): LayoutSolution[] {
  return problems.map((problem, position) => readSolution(problem, root.children![position]!));
}

function readSolution(problem: LayoutProblem, node: ElkNode): LayoutSolution {
  const along = (port: ElkPort) => (problem.direction === "down" ? port.x! : port.y!);
  const middle = (problem.direction === "down" ? node.width! : node.height!) / 2;
  // ELK gives no place to a port that nothing in the container uses, where that has no lines at all.
  const onBorder = (ports: readonly ElkPort[], side: "from" | "to") => {
    const used = new Set(problem.edges.flatMap((edge) => (edge[side] === borderNode ? [edge[`${side}Port`]] : [])));
    return ports.map((port, index) => (used.has(index) ? along(port) : middle));
  };
  const routes = new Map((node.edges ?? []).map((edge) => [Number(edge.id.slice(node.id.length + 1)), route(edge)]));
  return {
    width: node.width!,
    height: node.height!,
    nodes: node.children!.map(({ x, y }) => ({ x: x!, y: y! })),
    edges: problem.edges.map((_, index) => routes.get(index) ?? null),
    inPorts: onBorder(node.ports!.slice(0, problem.inPorts), "from"),
    outPorts: onBorder(node.ports!.slice(problem.inPorts), "to"),
    nodePorts: problem.nodes.map(({ inPorts }, index) => {
      const ports = node.children![index]!.ports!.map(along);
      return { in: ports.slice(0, inPorts.length), out: ports.slice(inPorts.length) };
    }),
  };
}

function route(edge: ElkExtendedEdge): Point[] | null {
  const section = edge.sections?.[0];
  return section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : null;
}
