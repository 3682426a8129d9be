import { CanvasSurface } from "./canvasSurface.js";
import { paintExported, type Exported } from "../../../src/picture/exported.js";

/** Browsers refuse larger canvases; a larger picture is drawn smaller. */
const longestSide = 16_000;

/** The picture as PNG. */
export function sceneToPng(exported: Exported): Promise<Blob> {
  const { area, look, background } = exported;
  const scale = Math.min(exported.scale, longestSide / Math.max(area.width, area.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.ceil(area.width * scale)), Math.max(1, Math.ceil(area.height * scale)));
  const context = canvas.getContext("2d")!;
  if (background) {
    context.fillStyle = background;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.setTransform(scale, 0, 0, scale, -area.x * scale, -area.y * scale);
  paintExported(new CanvasSurface(context, look.theme.fontFamily), exported, scale);
  return canvas.convertToBlob({ type: "image/png" });
}
