import { SvgSurface } from "./drawing/svgSurface.js";
import { paintExported, type Exported } from "./exported.js";

/** The picture as an SVG document, with every text however small: it can be enlarged. */
export function sceneToSvg(exported: Exported): string {
  const surface = new SvgSurface(exported.measure);
  paintExported(surface, exported, 1);
  const { area, scale, title, notes, look, background } = exported;
  return surface.document(area, scale, { title, description: notes.join(". ") }, look.theme.fontFamily, background);
}
