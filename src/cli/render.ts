import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme, type Theme } from "../picture/theme.js";
import { indexOf } from "../describe/modelIndex.js";
import { overlay, overlayNeedsSignal, type OverlayId } from "../describe/overlays.js";
import { settings } from "../picture/state.js";
import type { ModelSnapshot } from "../protocol/index.js";

/** The page's own drawing, on paper. */
export { recordedToSvg, recordPicture, renderSvg } from "../picture/renderSvg.js";

export const themes: ReadonlyMap<string, Theme> = new Map([
  ["light", lightTheme],
  ["dark", darkTheme],
  ["high-contrast", highContrastTheme],
  ["high-contrast-light", highContrastLightTheme],
]);

/** A setting's name on a terminal: activationBytes is activation-bytes. */
const onTerminal = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const named = <Value extends string>(values: readonly (Value | null)[]): ReadonlyMap<string, Value> =>
  new Map(values.flatMap((value) => (value === null ? [] : [[onTerminal(value), value] as const])));

export const directions = named(settings.direction);
export const overlays = named(settings.overlay);
/** How an overlay shows its values. */
export const overlayMarks = named(settings.overlayMark);

export { overlayNeedsSignal };

/** Whether an overlay was measured for a model. */
export function isMeasured(model: ModelSnapshot, id: OverlayId): boolean {
  return overlay(id, indexOf(model)) !== null;
}
