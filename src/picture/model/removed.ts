import type { ModelSnapshot, RemovedModule } from "../../protocol/index.js";
import type { DisplayNode } from "./displayGraph.js";
import { nothingOfItsOwn } from "./otherNodes.js";

/** Id of the node that stands for a module that is there no more: no module that is there has it. */
export function removedNode({ path }: Pick<RemovedModule, "path">): string {
  return `#removed:${path}`;
}

/** What a module lost since it was compared, each with the path of the module that it stood after; null at the beginning. */
export function removedFrom({ comparison }: ModelSnapshot, parent: string): readonly { readonly node: DisplayNode; readonly after: string | null }[] {
  return (comparison?.removed ?? []).flatMap((removed, place) => {
    if (removed.parent !== parent) return [];
    const node: DisplayNode = {
      ...nothingOfItsOwn,
      id: removedNode(removed),
      kind: "removed",
      source: { kind: "removed", place },
      path: parent,
      key: removedNode(removed),
      name: removed.name,
      type: removed.type,
      detail: removed.text,
      status: "removed",
    };
    return [{ node, after: removed.after }];
  });
}

/** Nodes with those that were removed where they stood: before what follows them still. */
export function withRemoved(nodes: readonly DisplayNode[], removed: ReturnType<typeof removedFrom>): readonly DisplayNode[] {
  const all = [...nodes];
  const isOf = ({ kind, path, row }: DisplayNode, module: string) =>
    kind === "module" && (path === module || row.members.some((member) => member.path === module));
  for (const { node, after } of removed.toReversed()) {
    const place = after === null ? all.findIndex(({ kind }) => kind !== "input" && kind !== "parameter") : all.findLastIndex((each) => isOf(each, after)) + 1;
    all.splice(place < 0 ? all.length : place, 0, node);
  }
  return all;
}
