import { PictureModel } from "../../src/picture/model/pictureModel.js";
import type { Scene } from "../../src/picture/scene.js";
import * as engine from "../../src/engine/index.js";
import { inspectHere } from "../inspect/inspector.js";

let runs = 0;

/** The models of a file, as the picture has them, after what the file itself runs. `file`: from the folder test on, without its ending. */
export async function modelsOf(file: string): Promise<ReadonlyMap<string, PictureModel>> {
  const inspection = inspectHere();
  engine.manualSeed(0);
  // Another test may have run it already: under another address it runs again.
  const exported = (await import(/* @vite-ignore */ `../${file}.ts?run=${++runs}`)) as object;
  const modules = Object.entries(exported).filter((entry): entry is [string, engine.nn.Module] => entry[1] instanceof engine.nn.Module);
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
