import type { Overlay } from "../describe/overlays.js";
import type { Rectangle } from "./geometry.js";
import { comparedBoxes, paintComparison } from "./drawing/comparison.js";
import { overlayScaleHeight, paintOverlayScale } from "./drawing/overlay.js";
import { paintScene, type Look } from "./drawing/paint.js";
import { paintSharedLinks, type RoutedLink } from "./drawing/sharedLinks.js";
import type { Surface } from "./drawing/surface.js";
import type { Scene, SceneBox, SceneEdge } from "./scene.js";
import { lookOf, overlayOf } from "./look.js";
import type { Shown } from "./shown.js";
import type { PictureState } from "./state.js";
import type { MeasureText } from "./text.js";
import { lightTheme } from "./theme.js";

/** The picture as a file is to show it. */
export interface Exported {
  readonly title: string;
  readonly scene: Scene;
  readonly boxes: readonly SceneBox[];
  readonly edges: readonly SceneEdge[];
  readonly links: readonly RoutedLink[];
  readonly look: Omit<Look, "scale">;
  readonly overlay: Overlay | null;
  readonly measure: MeasureText;
  /** What of the picture, in its units. */
  readonly area: Rectangle;
  /** Pixels of the file (CSS pixels in SVG) per unit of the picture. */
  readonly scale: number;
  /** Null: transparent. */
  readonly background: string | null;
}

const margin = 12;

/** All of the scene, with room for an overlay's scale above it. */
export function wholeArea({ width, height }: Scene, overlay: Overlay | null): Rectangle {
  const head = overlay ? overlayScaleHeight + margin : 0;
  return { x: -margin, y: -margin - head, width: width + 2 * margin, height: height + 2 * margin + head };
}

/** Texts are drawn where they are legible at `scale`. */
export function paintExported(surface: Surface, { scene, boxes, edges, links, look, overlay, measure, area }: Exported, scale: number): void {
  const scaled = { ...look, scale };
  paintScene(surface, boxes, edges, scaled);
  paintSharedLinks(surface, links, scene.direction, scaled);
  paintComparison(surface, comparedBoxes(scene, look), look.theme, (box) => box);
  if (overlay) paintOverlayScale(surface, area.x + margin, area.y + margin, overlay, look.theme, measure);
}

/** A part of a picture, left, top, right and bottom, at its scale on the screen. */
export interface VisiblePart {
  readonly corners: readonly [number, number, number, number];
  readonly scale: number;
}

/** The picture of a state, all of it or a part: as it is arranged and with what was asked of it, but not what is searched for. */
export function exportedOf(shown: Shown, state: PictureState, measure: MeasureText, part: VisiblePart | null): Exported {
  const { model, scene, index } = shown;
  const { settings } = state;
  const overlay = overlayOf(model, settings);
  const theme = settings.exportColors === "theme" ? state.theme : { ...lightTheme, fontFamily: state.theme.fontFamily };
  const [left, top, right, bottom] = part?.corners ?? [0, 0, 0, 0];
  return {
    title: model.snapshot.name,
    scene,
    boxes: part ? index.boxesIn(left, top, right, bottom) : scene.boxes,
    edges: part ? index.edgesIn(left, top, right, bottom) : scene.edges,
    links: shown.links(settings.showSharedLinks ? "all" : []),
    look: { ...lookOf(shown, state, overlay, theme), matches: null },
    overlay,
    measure,
    area: part ? { x: left, y: top, width: right - left, height: bottom - top } : wholeArea(scene, overlay),
    scale: part?.scale ?? 1,
    background: theme.background,
  };
}
