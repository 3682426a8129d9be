import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme, type Theme } from "../picture/theme.js";
import { indexOf } from "../describe/modelIndex.js";
import { overlay, overlayIds, type Overlay, type OverlayId } from "../describe/overlays.js";
import type { ModelSnapshot } from "../protocol/index.js";

/** The page's own drawing, on paper. */
export { renderSvg } from "../picture/renderSvg.js";

export const themes: ReadonlyMap<string, Theme> = new Map([
  ["light", lightTheme],
  ["dark", darkTheme],
  ["high-contrast", highContrastTheme],
  ["high-contrast-light", highContrastLightTheme],
]);

/** The overlays of the page, by their names on a terminal: activationBytes is activation-bytes. */
export const overlays: ReadonlyMap<string, OverlayId> = new Map(overlayIds.map((id) => [id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), id]));

/** How an overlay shows its values. */
export const overlayMarks: ReadonlyMap<string, Overlay["mark"]> = new Map([
  ["color", "color"],
  ["size", "size"],
]);

/** What an overlay shows of a model; null where it was not measured. */
export function overlayOf(model: ModelSnapshot, id: OverlayId, mark: Overlay["mark"]): Overlay | null {
  return overlay(id, indexOf(model), mark);
}
