import { comparisonOverlay, overlay, type Overlay } from "../describe/overlays.js";
import { overlayMarks } from "./drawing/overlay.js";
import type { Look } from "./drawing/paint.js";
import type { PictureModel } from "./model/pictureModel.js";
import type { Shown } from "./shown.js";
import type { PictureSettings, PictureState } from "./state.js";
import type { Theme } from "./theme.js";

/** The last one of each model. */
const kept = new WeakMap<PictureModel, { readonly settings: string; readonly overlay: Overlay | null }>();

/** What the boxes of a picture show beside themselves: what is asked for, else what became of a model that is compared; null where it was not measured. */
export function overlayOf(model: PictureModel, { overlay: id, overlayMark }: PictureSettings): Overlay | null {
  if (id === null && !model.index.model.comparison) return null;
  const settings = `${id} ${overlayMark}`;
  let known = kept.get(model);
  if (known?.settings !== settings)
    kept.set(model, (known = { settings, overlay: id === null ? comparisonOverlay(model.index) : overlay(id, model.index, overlayMark) }));
  return known.overlay;
}

/** How a state makes the boxes of a picture look. */
export function lookOf(shown: Shown, state: PictureState, shownOverlay: Overlay | null, theme: Theme = state.theme): Omit<Look, "scale"> {
  const { matches, compared, pinned, selection, isTracing } = state;
  const from = isTracing ? shown.visible(selection) : null;
  const ordinals = new Map<string, readonly number[]>();
  compared.forEach((path, index) => {
    for (const id of shown.boxesOf(path)) ordinals.set(id, [...(ordinals.get(id) ?? []), index + 1]);
  });
  return {
    theme,
    matches: matches && new Set([...matches].flatMap((path) => shown.boxesOf(path))),
    traced: from === null ? null : shown.traced(from),
    compared: ordinals,
    pinned: new Set(pinned.flatMap((path) => shown.boxesOf(path))),
    overlay: shownOverlay && overlayMarks(shownOverlay, theme),
  };
}

/** A look without any mark, while there is no picture. */
export function plainLook(theme: Theme): Omit<Look, "scale"> {
  return { theme, matches: null, traced: null, compared: new Map(), pinned: new Set(), overlay: null };
}
