import { fontText, type FontName, type MeasureText } from "../../../src/picture/text.js";

/** Asks the canvas that will draw, and remembers. A canvas for each font: one that is told its font anew for each text takes several times as long. */
export function canvasMeasure(fontFamily: string): MeasureText {
  const fonts = new Map<FontName, { readonly context: OffscreenCanvasRenderingContext2D; readonly widths: Map<string, number> }>();
  const fontNamed = (name: FontName) => {
    let font = fonts.get(name);
    if (!font) {
      const context = new OffscreenCanvas(1, 1).getContext("2d")!;
      context.font = fontText(name, fontFamily);
      fonts.set(name, (font = { context, widths: new Map<string, number>() }));
    }
    return font;
  };
  return (text, name) => {
    const { context, widths } = fontNamed(name);
    let width = widths.get(text);
    if (width === undefined) widths.set(text, (width = context.measureText(text).width));
    return width;
  };
}
