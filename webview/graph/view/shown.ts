import type { PictureModel } from "../model/pictureModel.js";
import type { Scene, SceneBox } from "../scene.js";
import type { GraphStrings } from "../strings.js";
import { Items } from "./items.js";
import { SceneFlow } from "./sceneFlow.js";
import { SceneIndex } from "./sceneIndex.js";

/** A laid-out picture with what it is asked for while it is shown. */
export class Shown {
  readonly index: SceneIndex;
  readonly flow: SceneFlow;
  readonly items: Items;

  constructor(
    readonly model: PictureModel,
    readonly scene: Scene,
    strings: GraphStrings,
  ) {
    this.index = new SceneIndex(scene);
    this.flow = new SceneFlow(scene);
    this.items = new Items(scene, strings);
  }

  box(id: string | null): SceneBox | null {
    return id === null ? null : (this.scene.byId.get(id) ?? null);
  }

  /** Everything upstream and downstream of a box, what lies in it, and the containers around all of these. */
  traced(id: string): Set<string> {
    const traced = this.flow.path(id);
    for (const { node } of this.scene.boxes) if ([...this.around(node.id)].includes(id)) traced.add(node.id);
    for (const each of [...traced]) for (const outer of this.around(each)) traced.add(outer);
    return traced;
  }

  /** From the nearest to the outermost. */
  *around(id: string): Generator<string> {
    for (let outer = this.scene.parents.get(id); outer !== null && outer !== undefined; outer = this.scene.parents.get(outer)) yield outer;
  }
}
