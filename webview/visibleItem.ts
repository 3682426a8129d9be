import type { GraphViewInterface } from "./graph/index.js";
import type { ModelIndex } from "../src/describe/modelIndex.js";
import { idOf, type Selected } from "./state.js";

/** The picture's item that is selected, or the innermost closed box around it; null where nothing is selected. */
export function visibleItem(selected: Selected | null, graph: GraphViewInterface, index: ModelIndex): string | null {
  if (!selected) return null;
  const around = index.ancestry(selected.path).toReversed();
  return [idOf(selected), ...around.map(({ path }) => path)].find((id) => graph.item(id) !== null) ?? null;
}
