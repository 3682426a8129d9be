import type { ForwardTrace } from "../../../src/protocol/index.js";
import { firstCall, type ContainerFlow, type DataFlow } from "./dataFlow.js";
import type { DisplayEdge } from "./displayGraph.js";
import { commonShapeText, shapeText } from "./labels.js";

/**
 * The edges of a container whose nodes are drawn as `standsFor` says. Those of the members of a folded row run together at its box; those between two
 * members are inside it. From call to call of one module they lead back to its box.
 */
export function measuredEdges(flow: ContainerFlow, { steps, values }: ForwardTrace, standsFor: ReadonlyMap<string, string>): readonly DisplayEdge[] {
  const merged = new Map<string, DisplayEdge & { count: number; label: string }>();
  const shapes = new Map<DisplayEdge, (readonly number[] | undefined)[]>();
  for (const edge of flow.edges) {
    const from = standsFor.get(edge.from) ?? edge.from;
    const to = standsFor.get(edge.to) ?? edge.to;
    if (from === to && firstCall(edge.from) !== firstCall(edge.to)) continue;
    const key = `${from}\n${edge.fromPort}\n${to}\n${edge.toPort}\n${edge.operand}`;
    const known = merged.get(key);
    const shape = values[edge.value]?.shape;
    if (known) {
      known.count++;
      shapes.get(known)!.push(shape);
      continue;
    }
    const via = edge.via.map((step) => (steps[step] as { name?: string }).name ?? "");
    const made = {
      from, fromPort: edge.fromPort, to, toPort: edge.toPort, operand: edge.operand, kind: "measured" as const,
      label: shapeText(shape), value: edge.value, via, count: 1, bundled: 1,
    };
    merged.set(key, made);
    shapes.set(made, [shape]);
  }
  for (const edge of merged.values()) edge.label = commonShapeText(shapes.get(edge)!);
  return bundleParallel([...merged.values()], (edge) => shapes.get(edge)!);
}

/** What a Sequential declares about children, by node id, that no pass has reached. */
export function declaredEdges(children: readonly string[], flow: DataFlow | null, standsFor: ReadonlyMap<string, string>): DisplayEdge[] {
  const edges: DisplayEdge[] = [];
  children.forEach((child, position) => {
    const before = children[position - 1];
    if (before === undefined || flow?.calls.has(child)) return;
    const from = standsFor.get(before)!;
    const to = standsFor.get(child)!;
    if (from !== to) edges.push({ from, fromPort: "out:0", to, toPort: "in:0", operand: 0, kind: "declared", label: "", value: null, via: [], count: 1, bundled: 1 });
  });
  return edges;
}

/** More lines than this between the same two boxes run together in one. */
const mostParallel = 8;

function bundleParallel(edges: readonly DisplayEdge[], shapesOf: (edge: DisplayEdge) => readonly (readonly number[] | undefined)[]): DisplayEdge[] {
  const groups = new Map<string, DisplayEdge[]>();
  for (const edge of edges) {
    const key = `${edge.from}\n${edge.to}`;
    const group = groups.get(key);
    if (group) group.push(edge);
    else groups.set(key, [edge]);
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length <= mostParallel) return group;
    const first = group[0]!;
    return [{ ...first, bundled: group.length, label: `(${group.length}) ${commonShapeText(group.flatMap(shapesOf))}`.trimEnd() }];
  });
}
