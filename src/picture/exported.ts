import type { Overlay } from "../describe/overlays.js";
import type { Rectangle } from "./geometry.js";
import { captionHeight, captionLines, captionOf, paintCaption } from "./drawing/caption.js";
import { caveats } from "./drawing/caveats.js";
import { comparedBoxes, paintComparison } from "./drawing/comparison.js";
import { paintPins, pinnedBoxes } from "./drawing/pins.js";
import { overlayScaleHeight, paintOverlayScale } from "./drawing/overlay.js";
import { paintScene, type Look } from "./drawing/paint.js";
import type { RoutedLink } from "./drawing/linkRoutes.js";
import { paintSharedLinks } from "./drawing/sharedLinks.js";
import type { Surface } from "./drawing/surface.js";
import type { PictureModel } from "./model/pictureModel.js";
import type { Scene, SceneBox, SceneEdge } from "./scene.js";
import { lookOf, overlayOf } from "./look.js";
import type { Shown } from "./shown.js";
import type { PictureState } from "./state.js";
import type { MeasureText } from "./text.js";
import { lightTheme } from "./theme.js";
import type { PictureWords } from "./words.js";

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
  /** What is to be known of the picture as a whole. */
  readonly notes: readonly string[];
  /** The same as it stands below the picture, line by line; empty where only a part is shown. */
  readonly caption: readonly string[];
  /** What of the picture, in its units. */
  readonly area: Rectangle;
  /** Pixels of the file (CSS pixels in SVG) per unit of the picture. */
  readonly scale: number;
  /** Null: transparent. */
  readonly background: string | null;
}

const margin = 12;

const leastCaption = 200;

/** All of the scene, links beside it too, with room for an overlay's scale above it and for what is written below. */
export function wholePicture(
  model: PictureModel,
  scene: Scene,
  links: readonly RoutedLink[],
  overlay: Overlay | null,
  words: PictureWords,
  measure: MeasureText,
) {
  const notes = notesOf(model, scene, words);
  const caption = captionLines(notes, Math.max(leastCaption, scene.width), measure);
  const head = overlay ? overlayScaleHeight + margin : 0;
  const foot = caption.length > 0 ? captionHeight(caption) + margin : 0;
  const drawn = drawnArea(scene, links);
  const width = Math.max(drawn.width, ...caption.map((line) => measure(line, "small")));
  const area: Rectangle = {
    x: drawn.x + (drawn.width - width) / 2 - margin,
    y: drawn.y - margin - head,
    width: width + 2 * margin,
    height: drawn.height + 2 * margin + head + foot,
  };
  return { notes, caption, area };
}

function drawnArea(scene: Scene, links: readonly RoutedLink[]): Rectangle {
  let [left, top, right, bottom] = [0, 0, scene.width, scene.height];
  for (const { points } of links) {
    for (const { x, y } of points) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function notesOf(model: PictureModel, scene: Scene, words: PictureWords): readonly string[] {
  const source = captionOf(model);
  return [...caveats(model, scene, words), ...(source === null ? [] : [source])];
}

/** Texts are drawn where they are legible at `scale`. */
export function paintExported(surface: Surface, { scene, boxes, edges, links, look, overlay, measure, caption, area }: Exported, scale: number): void {
  const scaled = { ...look, scale };
  paintScene(surface, boxes, edges, scaled);
  paintSharedLinks(surface, links, scene.direction, scaled);
  paintComparison(surface, comparedBoxes(scene, look), look.theme, (box) => box);
  paintPins(surface, pinnedBoxes(scene, look), look.theme, (box) => box);
  if (overlay) paintOverlayScale(surface, area.x + margin, area.y + margin, overlay, look.theme, measure);
  paintCaption(surface, caption, area.x + margin, area.y + area.height - margin / 2, look.theme, measure);
}

/** A part of a picture, left, top, right and bottom, at its scale on the screen. */
export interface VisiblePart {
  readonly corners: readonly [number, number, number, number];
  readonly scale: number;
}

/** The picture of a state, all of it or a part: as it is arranged and with what was asked of it, but not what is searched for. */
export function exportedOf(shown: Shown, state: PictureState, words: PictureWords, measure: MeasureText, part: VisiblePart | null): Exported {
  const { model, scene, index } = shown;
  const { settings } = state;
  const overlay = overlayOf(model, settings);
  const theme = settings.exportColors === "theme" ? state.theme : { ...lightTheme, fontFamily: state.theme.fontFamily };
  const [left, top, right, bottom] = part?.corners ?? [0, 0, 0, 0];
  const links = shown.links(settings.showSharedLinks ? "all" : []);
  return {
    title: model.snapshot.name,
    scene,
    boxes: part ? index.boxesIn(left, top, right, bottom) : scene.boxes,
    edges: part ? index.edgesIn(left, top, right, bottom) : scene.edges,
    links,
    look: { ...lookOf(shown, state, overlay, theme), matches: null },
    overlay,
    measure,
    ...(part
      ? { notes: notesOf(model, scene, words), caption: [], area: { x: left, y: top, width: right - left, height: bottom - top } }
      : wholePicture(model, scene, links, overlay, words, measure)),
    scale: part?.scale ?? 1,
    background: theme.background,
  };
}
