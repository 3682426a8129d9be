import type { ModelSnapshot } from "../../src/protocol/index.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import type { DisplayGraph } from "../../src/picture/model/displayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";

export function display(model: ModelSnapshot, arrangement: Partial<Arrangement> = {}): DisplayGraph {
  return buildDisplayGraph(new PictureModel(model), { ...initialArrangement, ...arrangement });
}

export const modules = (graph: DisplayGraph) => [...graph.nodes.values()].filter((node) => node.kind === "module").map((node) => node.id);
