import type { About } from "./drawing/surface.js";
import { SvgSurface } from "./drawing/svgSurface.js";
import { paintExported, type Exported } from "./exported.js";

export function aboutOf({ title, notes }: Exported): About {
  return { title, description: notes.join(". ") };
}

/** The picture as an SVG document, with every text however small: it can be enlarged. */
export function sceneToSvg(exported: Exported): string {
  const surface = new SvgSurface(exported.measure);
  paintExported(surface, exported, 1);
  const { area, scale, look, background } = exported;
  return surface.document(area, scale, aboutOf(exported), look.theme.fontFamily, background);
}
