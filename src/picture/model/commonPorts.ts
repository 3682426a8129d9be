import type { ForwardTrace } from "../../protocol/index.js";
import { border } from "./dataFlow.js";
import { bundleParallel, mergeEqual } from "./displayEdges.js";
import type { DisplayEdge } from "./displayGraph.js";

/** What an open container shows, while the picture of a model is put together. */
export interface OpenContainer {
  /** The container around it, by id. */
  readonly around: string | null;
  /** Whether something in it stands for several. */
  readonly folds: boolean;
  edges: readonly DisplayEdge[];
}

type Direction = "in" | "out";

/**
 * Lets values that come and go in one way cross a border at one place. Where a box stands for several, each of them has values of its own, which come from
 * the same boxes and lead to the same boxes; and lines that run together outside of a border do so inside.
 */
export function joinPorts(containers: ReadonlyMap<string, OpenContainer>, trace: ForwardTrace): void {
  joinEqual(containers, trace);
  for (const [id, container] of containers) {
    const bundled = bundleParallel(container.edges, trace);
    if (!bundled) continue;
    container.edges = bundled.edges;
    for (const bundle of bundled.bundles) joinBundled(containers, id, bundle, trace);
  }
}

/** Ports of one border, by name, whose lines have the same ends on both sides. The ends may be ports too: classes are split until no two ports of one differ. */
function joinEqual(containers: ReadonlyMap<string, OpenContainer>, trace: ForwardTrace): void {
  const ports = new Map<
    string,
    { readonly name: string; readonly lines: { readonly around: string; readonly edge: DisplayEdge; readonly other: "from" | "to" }[] }
  >();
  const classes = new Map<string, string>();
  const mayJoin = (id: string) => {
    const container = containers.get(id);
    return container?.around != null && (container.folds || containers.get(container.around)!.folds);
  };
  const joining = new Set([...containers.keys()].filter(mayJoin));
  const aroundJoining = new Set([...joining].map((id) => containers.get(id)!.around));
  if (joining.size === 0) return;
  const keyOf = (around: string, edge: DisplayEdge, end: "from" | "to") => {
    const isBorder = edge[end] === border;
    return portKey(isBorder ? around : edge[end], isBorder === (end === "from") ? "in" : "out", edge[`${end}Port`]);
  };
  const concerned = [...containers].filter(([id]) => joining.has(id) || aroundJoining.has(id));
  for (const [around, { edges }] of concerned) {
    for (const edge of edges) {
      for (const [end, other] of [
        ["from", "to"],
        ["to", "from"],
      ] as const) {
        const box = edge[end] === border ? around : edge[end];
        if (!joining.has(box)) continue;
        const key = keyOf(around, edge, end);
        const port = ports.get(key) ?? { name: edge[`${end}Port`], lines: [] };
        ports.set(key, port);
        port.lines.push({ around, edge, other });
        classes.set(key, key.slice(0, -port.name.length));
      }
    }
  }
  for (let count = 0; ; ) {
    const signs = new Map(
      [...ports].map(([key, { lines }]) => {
        const ends = lines.map(({ around, edge, other }) => {
          const end = keyOf(around, edge, other);
          return `${around} ${classes.get(end) ?? end} ${edge.operand} ${edge.via.join()}`;
        });
        return [key, `${classes.get(key)!}\n${[...new Set(ends)].sort().join("\n")}`] as const;
      }),
    );
    const numbers = new Map([...new Set(signs.values())].map((sign, number) => [sign, String(number)]));
    for (const [key, sign] of signs) classes.set(key, numbers.get(sign)!);
    if (numbers.size === count) break;
    count = numbers.size;
  }
  if (new Set(classes.values()).size === classes.size) return;
  const names = new Map<string, string>();
  for (const [key, { name }] of ports) if (!names.has(classes.get(key)!)) names.set(classes.get(key)!, name);
  const renamed = (around: string, edge: DisplayEdge, end: "from" | "to") => names.get(classes.get(keyOf(around, edge, end)) ?? "") ?? edge[`${end}Port`];
  for (const [around, container] of concerned) {
    container.edges = mergeEqual(
      container.edges.map((edge) => ({ ...edge, fromPort: renamed(around, edge, "from"), toPort: renamed(around, edge, "to") })),
      trace,
    );
  }
}

function portKey(box: string, direction: Direction, port: string): string {
  return `${box}\n${direction} ${port}`;
}

/** On the other side of a border, the lines of a bundle end where it does, unless they are ends of other lines too. */
function joinBundled(containers: ReadonlyMap<string, OpenContainer>, around: string, bundle: readonly DisplayEdge[], trace: ForwardTrace): void {
  for (const end of ["from", "to"] as const) {
    const box = bundle[0]![end];
    const outer = box === border ? containers.get(around)!.around : box;
    const beyond = outer === null ? undefined : containers.get(outer);
    if (!beyond) continue;
    const side = end === "from" ? "to" : "from";
    const id = box === border ? around : border;
    const names = new Set(bundle.map((edge) => edge[`${end}Port`]));
    const own = containers.get(around)!.edges.filter((edge) => edge[end] === box && names.has(edge[`${end}Port`]));
    if (own.length > 1) continue;
    const name = bundle[0]![`${end}Port`];
    const isJoined = (edge: DisplayEdge) => edge[side] === id && names.has(edge[`${side}Port`]);
    beyond.edges = mergeEqual(
      beyond.edges.map((edge) => (isJoined(edge) ? { ...edge, [`${side}Port`]: name } : edge)),
      trace,
    );
  }
}
