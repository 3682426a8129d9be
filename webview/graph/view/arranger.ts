import type { Arrangement } from "../../../src/picture/model/arrangement.js";
import {
  arrangementKey,
  equalSiblings,
  repeatedCalls,
  withExpanded,
  withUnfolded,
  type EqualSiblings,
  type RepeatedCalls,
} from "../../../src/picture/model/arranging.js";
import type { PictureModel } from "../../../src/picture/model/pictureModel.js";
import type { Shown } from "../../../src/picture/shown.js";

export interface ArrangedPicture {
  readonly model: PictureModel | null;
  readonly arrangement: Arrangement;
  readonly shown: Shown | null;
  /** Item that stays where it is when nothing else is said: the selected one, where it is in view. */
  readonly pin: string | null;
}

/** Turns what the user opens, folds and steps through into new arrangements. `arrange` gets each, with the item that is to stay where it is on the screen. */
export class Arranger {
  constructor(
    readonly picture: () => ArrangedPicture,
    readonly arrange: (arrangement: Arrangement, pin: string | null) => void,
  ) {}

  toggle(id: string): void {
    const box = this.picture().shown?.scene.byId.get(id);
    if (box?.node.expandable) this.setExpanded([id], box.node.content === null, id);
  }

  setExpanded(paths: readonly string[], expanded: boolean, pin: string | null = null): void {
    const { model, arrangement, shown } = this.picture();
    const keys = paths.map((path) => shown?.scene.byId.get(path)?.node.key ?? (model ? arrangementKey(model, arrangement, path) : path));
    this.arrange(withExpanded(arrangement, keys, expanded), pin);
  }

  setExpandedByType(type: string, expanded: boolean): void {
    const modules = this.picture().model?.index.modules.filter((module) => module.type === type) ?? [];
    this.setExpanded(
      modules.map(({ path }) => path),
      expanded,
    );
  }

  setDepth(depth: Arrangement["depth"]): void {
    const { arrangement, pin } = this.picture();
    this.arrange({ ...arrangement, depth, expanded: new Map() }, pin);
  }

  setUnfolded(path: string, unfolded: boolean): void {
    const { model, arrangement } = this.picture();
    const next = model && withUnfolded(model, arrangement, path, unfolded);
    if (next) this.arrange(next, unfolded ? path : (model.rowOf(path)?.members[0]?.path ?? path));
  }

  row(path: string): EqualSiblings | null {
    const { model, arrangement } = this.picture();
    return model && equalSiblings(model, arrangement, path);
  }

  calls(path: string): RepeatedCalls | null {
    const { model, arrangement } = this.picture();
    return model && repeatedCalls(model, arrangement, path);
  }
}
