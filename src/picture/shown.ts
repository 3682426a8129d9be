import { visibleBox } from "./drawing/sharedLinks.js";
import { CutLines } from "./drawing/cutLines.js";
import type { PictureModel } from "./model/pictureModel.js";
import type { Scene, SceneBox } from "./scene.js";
import type { PictureWords } from "./words.js";
import { Items } from "./items.js";
import { SceneFlow } from "./sceneFlow.js";
import { SceneIndex } from "./sceneIndex.js";

/** Where the arrows of the keyboard lead. Ids; null or empty where there is nothing. */
export interface Neighbours {
  readonly parent: string | null;
  readonly firstChild: string | null;
  readonly previous: string | null;
  readonly next: string | null;
  /** Along the data flow, among visible items. */
  readonly upstream: readonly string[];
  readonly downstream: readonly string[];
}

/** A laid-out picture with what it is asked for while it is shown. */
export class Shown {
  readonly index: SceneIndex;
  readonly flow: SceneFlow;
  readonly items: Items;
  #laterCalls: Map<string, readonly string[]> | undefined;
  readonly cutLines: CutLines;

  constructor(
    readonly model: PictureModel,
    readonly scene: Scene,
    words: PictureWords,
  ) {
    this.index = new SceneIndex(scene);
    this.flow = new SceneFlow(scene);
    this.items = new Items(scene, words);
    this.cutLines = new CutLines(scene);
  }

  box(id: string | null): SceneBox | null {
    return id === null ? null : (this.scene.byId.get(id) ?? null);
  }

  /** Where the failure is told; null where nothing failed. */
  get failed(): SceneBox | null {
    return this.scene.boxes.find(({ node }) => node.failure !== null) ?? null;
  }

  /** Ids of the boxes that show a module: one for each call that is drawn, or that of what it is folded or closed into. */
  boxesOf(path: string): readonly string[] {
    const box = visibleBox(this.model, this.scene, path)?.node;
    if (!box) return [];
    if (!this.#laterCalls) {
      this.#laterCalls = new Map();
      for (const { node } of this.scene.boxes) {
        if (node.kind === "module" && node.id !== node.path) this.#laterCalls.set(node.path, [...(this.#laterCalls.get(node.path) ?? []), node.id]);
      }
    }
    return [box.id, ...(this.#laterCalls.get(box.path) ?? [])];
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
