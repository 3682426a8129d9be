import type { ForwardTrace, Language, OperationStep } from "../../protocol/index.js";
import { operationText } from "../../describe/arguments.js";
import { border, type FlowEdge } from "./dataFlow.js";
import type { DisplayEdge } from "./displayGraph.js";
import { commonShapeText } from "./labels.js";
import { partTaken } from "./parts.js";

/**
 * The edges of a container whose nodes are drawn as `standsFor` says. Those of the members of a folded row run together at its box; those between two
 * members are inside it. From call to call of one module, and from turn to turn of what else a loop repeats, they lead back. `pathOf`: of a module's node;
 * null of any other.
 */
export function measuredEdges(
  flowing: readonly FlowEdge[],
  trace: ForwardTrace,
  standsFor: ReadonlyMap<string, string>,
  pathOf: (node: string) => string | null,
  language: Language,
): readonly DisplayEdge[] {
  const edges: DisplayEdge[] = [];
  for (const edge of flowing) {
    const from = standsFor.get(edge.from) ?? edge.from;
    const to = standsFor.get(edge.to) ?? edge.to;
    if (from === to && pathOf(edge.from) !== pathOf(edge.to)) continue;
    const via = edge.via.map((step) => operationText((trace.steps[step] as OperationStep).name, language));
    edges.push({
      from,
      fromPort: edge.fromPort,
      to,
      toPort: edge.toPort,
      operand: edge.operand,
      kind: "measured",
      label: "",
      values: [edge.value],
      via,
      parts: [partTaken(edge, trace)],
      count: 1,
      isBack: false,
      bundled: 1,
    });
  }
  return mergeEqual(edges, trace);
}

/** Says of the edges of a loop which of them lead back. `ranAt`: when what each node stands for ran first. */
export function withWaysBack(edges: readonly DisplayEdge[], ranAt: ReadonlyMap<string, number>): readonly DisplayEdge[] {
  const loops = loopsAmong(edges);
  const leadsBack = ({ from, to }: DisplayEdge) => {
    if (from === border || to === border) return false;
    return from === to || (loops.get(from) === loops.get(to) && (ranAt.get(from) ?? 0) >= (ranAt.get(to) ?? 0));
  };
  return edges.some(leadsBack) ? edges.map((edge) => (leadsBack(edge) ? { ...edge, isBack: true } : edge)) : edges;
}

/** By node: a number that those share from which one can get to one another (Tarjan, without recursion). */
function loopsAmong(edges: readonly DisplayEdge[]): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (from === border || to === border) continue;
    const targets = next.get(from);
    if (targets) targets.push(to);
    else next.set(from, [to]);
  }
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const loops = new Map<string, number>();
  const path: string[] = [];
  for (const start of next.keys()) {
    if (order.has(start)) continue;
    const open: { readonly node: string; at: number }[] = [{ node: start, at: 0 }];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const { node } = top;
      if (top.at === 0) {
        lowest.set(node, order.size);
        order.set(node, order.size);
        path.push(node);
      }
      const target = next.get(node)?.[top.at++];
      if (target !== undefined) {
        if (!order.has(target)) open.push({ node: target, at: 0 });
        else if (!loops.has(target)) lowest.set(node, Math.min(lowest.get(node)!, order.get(target)!));
        continue;
      }
      open.pop();
      const around = open.at(-1);
      if (around) lowest.set(around.node, Math.min(lowest.get(around.node)!, lowest.get(node)!));
      if (lowest.get(node) !== order.get(node)) continue;
      for (let each = path.pop(); each !== undefined; each = each === node ? undefined : path.pop()) loops.set(each, order.get(node)!);
    }
  }
  return loops;
}

/** Edges with the same ends as one, which counts them. */
export function mergeEqual(edges: readonly DisplayEdge[], trace: ForwardTrace | null): readonly DisplayEdge[] {
  const merged = new Map<string, DisplayEdge[]>();
  for (const edge of edges) {
    const key = `${edge.from}\n${edge.fromPort}\n${edge.to}\n${edge.toPort}\n${edge.operand}`;
    const known = merged.get(key);
    if (known) known.push(edge);
    else merged.set(key, [edge]);
  }
  return [...merged.values()].map((equal) => {
    const values = equal.flatMap((edge) => edge.values);
    const parts = equal.flatMap((edge) => edge.parts);
    return { ...equal[0]!, values, parts, label: labelOf(values, trace), count: equal.reduce((sum, { count }) => sum + count, 0) };
  });
}

function labelOf(values: DisplayEdge["values"], trace: ForwardTrace | null): string {
  return commonShapeText(values.map((value) => trace?.values[value]?.shape));
}

/** What a Sequential declares about children, by node id, that no pass has reached: neither them (`ran`) nor anything in them. */
export function declaredEdges(children: readonly string[], ran: ReadonlySet<string>, standsFor: ReadonlyMap<string, string>): readonly DisplayEdge[] {
  const edges = children.flatMap((child, position): DisplayEdge[] => {
    const before = children[position - 1];
    if (before === undefined || ran.has(child)) return [];
    const from = standsFor.get(before)!;
    const to = standsFor.get(child)!;
    return from === to
      ? []
      : [
          {
            from,
            fromPort: "out:0",
            to,
            toPort: "in:0",
            operand: 0,
            kind: "declared",
            label: "",
            values: [],
            via: [],
            parts: [],
            count: 1,
            isBack: from === to,
            bundled: 1,
          },
        ];
  });
  return mergeEqual(edges, null);
}

/** More lines than this between the same two boxes run together in one. */
export const mostParallel = 8;

/** Edges between the same two boxes that are too many to tell apart, as one with their number; null where there are none. */
export function bundleParallel(
  edges: readonly DisplayEdge[],
  trace: ForwardTrace,
): { readonly edges: readonly DisplayEdge[]; readonly bundles: readonly (readonly DisplayEdge[])[] } | null {
  if (edges.length <= mostParallel) return null;
  const groups = new Map<string, DisplayEdge[]>();
  for (const edge of edges) {
    const key = `${edge.from}\n${edge.to}`;
    const group = groups.get(key);
    if (group) group.push(edge);
    else groups.set(key, [edge]);
  }
  const bundles = [...groups.values()].filter((group) => group.length > mostParallel);
  if (bundles.length === 0) return null;
  return {
    bundles,
    edges: [...groups.values()].flatMap((group) => {
      if (group.length <= mostParallel) return group;
      const values = group.flatMap((edge) => edge.values);
      return [{ ...group[0]!, values, bundled: group.length, label: `(${group.length}) ${labelOf(values, trace)}`.trimEnd() }];
    }),
  };
}
