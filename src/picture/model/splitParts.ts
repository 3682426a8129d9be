import type { ForwardTrace, Language, OperationStep, TensorPart } from "../../protocol/index.js";
import { operationText } from "../../describe/arguments.js";
import { mostParallel } from "./displayEdges.js";
import type { DisplayEdge, DisplayNode } from "./displayGraph.js";
import type { PartShown } from "./parts.js";
import { commonShapeText } from "./labels.js";

/** A small node for each part of a tensor that edges carry, between what gives the tensor and all that take the part. */
export function splitParts(
  container: string,
  edges: readonly DisplayEdge[],
  trace: ForwardTrace,
): { readonly edges: readonly DisplayEdge[]; readonly parts: ReadonlyMap<string, { readonly shown: PartShown; readonly target: string }> } {
  if (!edges.some(({ parts }) => parts.some(Boolean))) return { edges, parts: new Map() };
  const between = new Map<string, number>();
  for (const { from, to } of edges) between.set(`${from}\n${to}`, (between.get(`${from}\n${to}`) ?? 0) + 1);
  const ids = new Map<string, string>();
  const parts = new Map<string, { readonly shown: PartShown; readonly target: string }>();
  const split = edges.flatMap((edge): DisplayEdge[] => {
    const taken = edge.parts.flatMap((part) => part ?? []);
    const [first] = taken;
    // So many lines run together in one, which says their number.
    if (!first || taken.length < edge.values.length || between.get(`${edge.from}\n${edge.to}`)! > mostParallel) return [edge];
    const key = `${edge.from}\n${edge.fromPort}\n${taken.map(({ value }) => value).join()}`;
    const rest: DisplayEdge = {
      ...edge,
      from: ids.get(key) ?? `${container}#part:${ids.size}`,
      fromPort: "out:0",
      via: edge.via.slice(first.to + 1),
      parts: [],
    };
    if (ids.has(key)) return [rest];
    ids.set(key, rest.from);
    const last = taken.at(-1)!;
    parts.set(rest.from, {
      shown: {
        step: first.step,
        chain: first.chain,
        until: partKey(last.chain) === partKey(first.chain) ? null : last.chain,
        outputShape: commonShapeText(taken.map(({ value }) => trace.values[value]?.shape)),
      },
      target: edge.to,
    });
    const values = taken.map(({ whole }) => whole);
    const label = commonShapeText(values.map((value) => trace.values[value]?.shape));
    return [{ ...edge, to: rest.from, toPort: "in:0", operand: 0, values, label, via: edge.via.slice(0, first.from), parts: [], isBack: false }, rest];
  });
  return { edges: parts.size > 0 ? split : edges, parts };
}

function partKey(chain: readonly TensorPart[]): string {
  return chain.map(({ index }) => index).join();
}

/** The name of the operation that took a part. */
export function partName({ step }: PartShown, { steps }: ForwardTrace, language: Language): string {
  return operationText((steps[step] as OperationStep).name, language);
}

/** Nodes with what is new among them, each before the first that takes it. */
export function withInserted(nodes: readonly DisplayNode[], inserted: readonly { readonly node: DisplayNode; readonly before: string }[]): DisplayNode[] {
  const waiting = new Map<string, DisplayNode[]>();
  for (const { node, before } of inserted) waiting.set(before, [...(waiting.get(before) ?? []), node]);
  const known = new Set(nodes.map(({ id }) => id));
  const atEnd = [...waiting].flatMap(([before, each]) => (known.has(before) ? [] : each));
  return [...nodes.flatMap((node) => [...(waiting.get(node.id) ?? []), node]), ...atEnd];
}
