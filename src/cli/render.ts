import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme, type Theme } from "../../webview/graph/theme.js";
import { ModelIndex } from "../../webview/modelIndex.js";
import { overlay, overlayIds, type OverlayId } from "../../webview/overlays.js";
import type { ModelSnapshot } from "../protocol/index.js";

/** The page's own drawing, on paper. */
export { renderSvg } from "../../webview/graph/renderSvg.js";

export const themes: ReadonlyMap<string, Theme> = new Map([
  ["light", lightTheme],
  ["dark", darkTheme],
  ["high-contrast", highContrastTheme],
  ["high-contrast-light", highContrastLightTheme],
]);

/** The overlays of the page, by their names on a terminal: activationBytes is activation-bytes. */
export const overlays: ReadonlyMap<string, OverlayId> = new Map(
  overlayIds.map((id) => [id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), id]),
);

/** What an overlay shows of a model; null where it was not measured. */
export function overlayOf(model: ModelSnapshot, id: OverlayId): ReturnType<typeof overlay> {
  return overlay(id, new ModelIndex(model));
}
