import { routeLinks, type RoutedLink, type SharedLink } from "./drawing/linkRoutes.js";
import { sharedLinks, visibleBox } from "./drawing/sharedLinks.js";
import { CutLines } from "./drawing/cutLines.js";
import type { PictureModel } from "./model/pictureModel.js";
import type { Scene, SceneBox } from "./scene.js";
import type { PictureWords } from "./words.js";
import { Items } from "./items.js";
import type { MeasureText } from "./text.js";
import type { PictureSelection } from "./state.js";
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
  #ofModule: Map<string, readonly string[]> | undefined;
  readonly cutLines: CutLines;

  constructor(
    readonly model: PictureModel,
    readonly scene: Scene,
    words: PictureWords,
    readonly measure: MeasureText,
  ) {
    this.index = new SceneIndex(scene);
    this.flow = new SceneFlow(scene);
    this.items = new Items(scene, words);
    this.cutLines = new CutLines(scene);
  }

  box(id: string | null): SceneBox | null {
    return id === null ? null : (this.scene.byId.get(id) ?? null);
  }

  /** The box of an item; of a module that stands elsewhere than it is declared, that of its first call. Null where it is not drawn by itself. */
  boxOf(id: string): SceneBox | null {
    const own = this.box(id);
    if (own || !this.model.index.module(id)) return own;
    const found = visibleBox(this.model, this.scene, id);
    return found?.node.path === id ? found : null;
  }

  /** The item that is selected, or the innermost closed box around it. */
  visible(selection: PictureSelection | null): string | null {
    if (!selection) return null;
    const way = this.model.places.way(selection.path).toReversed();
    return [selection.id, ...way.map(({ node }) => node)].find((id) => this.scene.byId.has(id)) ?? null;
  }

  /** Where the arrows of the keyboard lead from an item. */
  neighbours(id: string): Neighbours {
    const box = this.scene.byId.get(id);
    if (!box) return { parent: null, firstChild: null, previous: null, next: null, upstream: [], downstream: [] };
    const parent = this.scene.parents.get(id) ?? null;
    const siblings = this.box(parent)?.node.content?.nodes ?? this.scene.boxes.filter(({ depth }) => depth === 0).map(({ node }) => node);
    const place = siblings.indexOf(box.node);
    return {
      parent,
      firstChild: box.node.content?.nodes[0]?.id ?? null,
      previous: siblings[place - 1]?.id ?? null,
      next: siblings[place + 1]?.id ?? null,
      upstream: this.flow.next(id, "upstream"),
      downstream: this.flow.next(id, "downstream"),
    };
  }

  /** Links between the places of the weights of some boxes, or of all that are shared. */
  links(boxes: readonly (string | null)[] | "all"): readonly RoutedLink[] {
    if (boxes === "all") return routeLinks(this.scene, sharedLinks(this.model, this.scene, null), this.measure);
    const links = new Map<string, SharedLink>();
    for (const id of boxes) {
      const node = this.box(id)?.node;
      if (node?.kind !== "module" || node.path === "") continue;
      for (const link of sharedLinks(this.model, this.scene, node.path)) links.set(`${link.group} ${link.from}\n${link.to}`, link);
    }
    return routeLinks(this.scene, [...links.values()], this.measure);
  }

  /** Where the failure is told; null where nothing failed. */
  get failed(): SceneBox | null {
    return this.scene.boxes.find(({ node }) => node.failure !== null) ?? null;
  }

  /** Ids of the boxes that show a module: one for each call that is drawn, or that of what it is folded or closed into. */
  boxesOf(path: string): readonly string[] {
    const box = visibleBox(this.model, this.scene, path)?.node;
    if (!box) return [];
    if (!this.#ofModule) {
      this.#ofModule = new Map();
      for (const { node } of this.scene.boxes) {
        if (node.kind === "module") this.#ofModule.set(node.path, [...(this.#ofModule.get(node.path) ?? []), node.id]);
      }
    }
    return [box.id, ...(this.#ofModule.get(box.path) ?? []).filter((id) => id !== box.id)];
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
