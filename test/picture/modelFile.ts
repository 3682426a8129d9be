import { PictureModel } from "../../src/picture/model/pictureModel.js";
import type { Scene } from "../../src/picture/scene.js";
import * as engine from "../../src/engine/index.js";
import { inspectHere } from "../inspect/inspector.js";

/** The models of a file of test/support/models, as the picture has them, after what the file itself runs. */
export async function modelsOf(load: () => Promise<object>): Promise<ReadonlyMap<string, PictureModel>> {
  const inspection = inspectHere();
  engine.manualSeed(0);
  const modules = Object.entries(await load()).filter((entry): entry is [string, engine.nn.Module] => entry[1] instanceof engine.nn.Module);
  inspection.setModels(
    modules.map(([name, module]) => ({ name, module, location: null })),
    { infer: false },
  );
  return new Map(inspection.snapshots().map((snapshot) => [snapshot.name, new PictureModel(snapshot)]));
}

/** Lines with an end at a box that is not drawn. */
export function linesToNowhere({ edges, byId }: Scene): string[] {
  return edges.flatMap(({ from, to }) => (byId.has(from) && byId.has(to) ? [] : [`${from} > ${to}`]));
}
