import { paintScene, type Look } from "./drawing/paint.js";
import { paintSharedLinks, routeLinks, sharedLinks } from "./drawing/sharedLinks.js";
import { SvgSurface } from "./drawing/svgSurface.js";
import type { PictureModel } from "./model/displayGraph.js";
import type { Scene } from "./scene.js";
import type { Theme } from "./theme.js";

/** The whole picture as an SVG document. `background` null: transparent. */
export function sceneToSvg(model: PictureModel, scene: Scene, theme: Theme, withLinks: boolean, background: string | null): string {
  const look: Look = { theme, scale: 1, matches: null, traced: null, overlay: null };
  const surface = new SvgSurface();
  paintScene(surface, scene, scene.boxes, scene.edges, look);
  const links = withLinks ? sharedLinks(model, scene, null) : [];
  paintSharedLinks(surface, routeLinks(scene, links), look);
  const margin = 12;
  return surface.document(-12, -12, scene.width + 12 + margin, scene.height + 24, model.snapshot.name, theme.fontFamily, background);
}
