import type { Exported } from "../../../src/picture/exported.js";

/** A picture as the text of an SVG file. What writes it loads when it is first asked for. */
export async function svgFile(exported: Exported): Promise<string> {
  const { sceneToSvg } = await import("../../../src/picture/sceneToSvg.js");
  return sceneToSvg(exported);
}

/** A picture as a PNG file, so many pixels for one of the picture's. */
export async function pngFile(exported: Exported, pixelRatio: number): Promise<Blob> {
  const { sceneToPng } = await import("./sceneToPng.js");
  return sceneToPng({ ...exported, scale: exported.scale * pixelRatio });
}
