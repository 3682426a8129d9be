import { fontText, type FontName, type MeasureText } from "../../../src/picture/text.js";

/** Asks the canvas that will draw, and remembers. */
export function canvasMeasure(fontFamily: string): MeasureText {
  const context = new OffscreenCanvas(1, 1).getContext("2d")!;
  const known = new Map<FontName, Map<string, number>>();
  return (text, font) => {
    let widths = known.get(font);
    if (!widths) known.set(font, (widths = new Map<string, number>()));
    let width = widths.get(text);
    if (width === undefined) {
      context.font = fontText(font, fontFamily);
      widths.set(text, (width = context.measureText(text).width));
    }
    return width;
  };
}
