import type { ModuleSnapshot } from "../../protocol/index.js";
import { canvasPath, type DataFlow } from "./dataFlow.js";
import type { Places } from "./standing.js";

/** What has to be known of a model to say which of its boxes are open at first. */
export interface Openable {
  readonly snapshot: { readonly root: ModuleSnapshot };
  readonly places: Places;
  flow(showBookkeeping: boolean): DataFlow | null;
  folds(showBookkeeping: boolean): ReadonlyMap<string, { readonly first: string }>;
  isExpandable(node: string, module: ModuleSnapshot): boolean;
}

/** Boxes that a first view may show without asking more of the reader than a glance. */
const glance = 18;

/** Small nodes (operations and other things that are no module) that take as much of a glance as one box. */
const othersPerBox = 3;

/** More boxes around one another than this say no more of where a pass failed. */
const deepestFailure = 50;

/** A call that could be open. */
interface Candidate {
  readonly node: string;
  readonly module: ModuleSnapshot;
  /** Paths of the modules whose calls are around it. */
  readonly around: ReadonlySet<string>;
}

/**
 * The calls that are open by default, by node: level by level from the root, all of a level or none, while what is shown stays within a glance; and those
 * around what failed. Of a module that is called again only the first call is, but of one that is called within its own call.
 */
export function openAtFirst(model: Openable): ReadonlySet<string> {
  const flow = model.flow(false);
  const { root } = model.snapshot;
  const open = new Set<string>((flow?.failed ?? []).slice(0, deepestFailure));
  const content = (candidate: Candidate) => contentOf(model, candidate);
  let shown = 1;
  for (let level: readonly Candidate[] = [{ node: "", module: root, around: new Set([canvasPath]) }]; level.length > 0; ) {
    const opening = level
      .filter(({ node, module }) => module === root || model.isExpandable(node, module))
      .map((each) => ({ ...each, content: content(each) }));
    const worthwhile = opening.filter(({ node, module, content: { boxes, isFollowed } }) =>
      module === root ? boxes.length > 0 || model.isExpandable(node, module) : boxes.length > 0 && isFollowed,
    );
    shown += worthwhile.reduce((sum, { content: { boxes, others } }) => sum + boxes.length + Math.floor(others / othersPerBox), 0);
    if (shown > glance && level[0]!.node !== "") break;
    for (const { node } of worthwhile) open.add(node);
    level = worthwhile.flatMap(({ module, around, content: { boxes } }) => {
      const calls = new Set([...around, module.path]);
      return boxes.flatMap((box) => (model.places.isFirst(box.node, box.module.path) || calls.has(box.module.path) ? [{ ...box, around: calls }] : []));
    });
  }
  return open;
}

/** What a call shows when it is open and nothing in it is unfolded. */
function contentOf(model: Openable, { node, module }: Candidate) {
  const flow = model.flow(false)?.containers.get(node);
  const folds = model.folds(false);
  const isDrawn = (each: string) => (folds.get(each)?.first ?? each) === each;
  const boxes = model.places.in(node, module.path).flatMap(({ members }) => {
    const [first] = members;
    return first ? first.nodes.filter(isDrawn).map((each) => ({ node: each, module: first.module })) : [];
  });
  const others = flow?.nodes.filter(({ id }) => isDrawn(id)).length ?? 0;
  // A pass that called nothing in it, and took no more than parameters of what it holds, leaves nothing to follow.
  const isFollowed = !flow || module.children.length === 0 || holdsCall(model.flow(false)!, node);
  return { boxes, others, isFollowed };
}

function holdsCall(flow: DataFlow, node: string): boolean {
  const held = [...(flow.containers.get(node)?.modules.values() ?? [])].flat();
  return held.some((each) => flow.calls.has(each) || holdsCall(flow, each));
}
