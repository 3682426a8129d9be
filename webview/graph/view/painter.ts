import type { Overlay } from "../../../src/describe/overlays.js";
import type { Point } from "../../../src/picture/geometry.js";
import { CanvasSurface } from "./canvasSurface.js";
import { comparedBoxes, paintComparison } from "../../../src/picture/drawing/comparison.js";
import { paintPins, pinnedBoxes } from "../../../src/picture/drawing/pins.js";
import { caveats, paintCaveats } from "../../../src/picture/drawing/caveats.js";
import { farNames, paintFarNames } from "../../../src/picture/drawing/farNames.js";
import { edgeNote, paintEdgeNote } from "../../../src/picture/drawing/edgeNote.js";
import { paintLegend } from "../../../src/picture/drawing/legend.js";
import { overlayScaleHeight, paintOverlayScale } from "../../../src/picture/drawing/overlay.js";
import { legibleScale, paintEdge, paintScene, type Look } from "../../../src/picture/drawing/paint.js";
import { chipsOf, paintChips } from "../../../src/picture/drawing/sharedChips.js";
import type { RoutedLink } from "../../../src/picture/drawing/linkRoutes.js";
import { paintSharedLinks } from "../../../src/picture/drawing/sharedLinks.js";
import { paintStickyTitles, stickyTitles } from "../../../src/picture/drawing/stickyTitles.js";
import { writtenBeside, writtenOn } from "../../../src/picture/drawing/written.js";
import type { SceneBox, SceneEdge } from "../../../src/picture/scene.js";
import type { PictureWords } from "../../../src/picture/words.js";
import type { MeasureText } from "../../../src/picture/text.js";
import type { Animation } from "./animation.js";
import type { Camera } from "./camera.js";
import type { Layers } from "./layers.js";
import type { OnTop } from "./pointer.js";
import type { Shown } from "../../../src/picture/shown.js";

/** What is marked in the picture, over its drawing. */
export interface Marks {
  readonly selection: string | null;
  readonly hover: string | null;
  readonly pointedAt: { readonly edges: readonly SceneEdge[]; readonly at: Point } | null;
  readonly links: readonly RoutedLink[];
  /** Linked boxes out of view get a sign at the border. */
  readonly showChips: boolean;
  readonly overlay: Overlay | null;
  readonly showLegend: boolean;
}

/** Left, top, right, bottom of what is seen, in the picture. */
export type View = readonly [number, number, number, number];

/** What the scale of an overlay covers at the upper edge. */
export const overlayScaleRoom = 10 + overlayScaleHeight;

/** Draws one frame: what is in view on the lower canvas, marks on the upper. */
export class Painter {
  constructor(
    readonly layers: Layers,
    readonly camera: Camera,
  ) {}

  get view(): View {
    const from = this.camera.toPicture(0, 0);
    const to = this.camera.toPicture(this.camera.width, this.camera.height);
    return [from.x, from.y, to.x, to.y];
  }

  clear(background: string): void {
    this.layers.base.clear(background);
    this.layers.overlay.clear(null);
  }

  /** While boxes move, without edges and marks. */
  paintMoving({ scene }: Shown, look: Look, animation: Animation, progress: number): void {
    const [left, top, right, bottom] = this.view;
    const boxes = scene.boxes
      .map((box) => animation.at(box, progress))
      .filter((box) => box.x < right && box.y < bottom && box.x + box.width > left && box.y + box.height > top);
    paintScene(this.#baseSurface(look), boxes, [], look);
  }

  paint({ index }: Shown, look: Look): void {
    paintScene(this.#baseSurface(look), index.boxesIn(...this.view), index.edgesIn(...this.view), look);
  }

  /** Returns what lies on top of the picture, for the pointer. */
  paintMarks(shown: Shown, look: Look, marks: Marks, words: PictureWords, measure: MeasureText): OnTop {
    const { scene } = shown;
    const { theme } = look;
    const { overlay } = this.layers;
    const { k, x, y } = this.camera.transform;
    const surface = new CanvasSurface(overlay.context, theme.fontFamily);
    overlay.setView(x, y, k);
    // An edge that is pointed at says more than the container that it lies in.
    const hover = marks.pointedAt ? null : marks.hover;
    const emphasized = marks.selection ?? hover;
    for (const edge of emphasized === null ? [] : shown.flow.edgesAt(emphasized)) paintEdge(surface, shown.cutLines.whole(edge), look, theme.selection);
    for (const edge of marks.pointedAt?.edges ?? []) paintEdge(surface, shown.cutLines.whole(edge), look, theme.selection);
    outline(surface, shown.box(hover), look, theme.hover, 1.5);
    outline(surface, shown.box(marks.selection), look, theme.selection, 2);
    paintSharedLinks(surface, marks.links, scene.direction, look);
    for (const id of new Set(marks.links.flatMap((link) => [link.from, link.to])))
      if (id !== marks.selection) outline(surface, shown.box(id), look, theme.shared, 1.5);

    overlay.setView(0, 0, 1);
    paintComparison(surface, comparedBoxes(scene, look), theme, (box) => this.camera.toScreen(box));
    paintPins(surface, pinnedBoxes(scene, look), theme, (box) => this.camera.toScreen(box));
    const inView = shown.index.boxesIn(...this.view);
    const names = farNames(inView, this.camera, measure, scene.direction);
    paintFarNames(surface, names, look);
    const titles = stickyTitles(scene, inView, this.camera, this.camera.top, measure);
    const hiddenAbove = paintStickyTitles(surface, titles, this.camera.width, look, measure);
    const room = this.camera.width - 20 - this.camera.corner.width;
    if (marks.showLegend) paintLegend(surface, 10, this.camera.height - 10, scene, look, words, measure, room);
    if (marks.overlay) paintOverlayScale(surface, 10, 10, marks.overlay, theme, measure);
    paintCaveats(surface, caveats(shown.model, scene, words), this.camera.width, theme, measure);
    const isLegible = this.camera.scale >= legibleScale;
    const inPicture = isLegible ? [...inView.flatMap((box) => writtenOn(box, measure)), ...shown.index.edgesIn(...this.view).flatMap(writtenBeside)] : [];
    const written = [...inPicture.map((area) => this.camera.toScreen(area)), ...names.map(({ area }) => area), ...titles];
    const chips = marks.showChips ? chipsOf(scene, marks.links, this.camera, words, measure, shown.box(marks.selection), written) : [];
    paintChips(surface, chips, theme);
    if (marks.pointedAt) paintEdgeNote(surface, edgeNote(scene, marks.pointedAt.edges, words), marks.pointedAt.at, this.camera, theme, measure);
    return { leads: [...chips, ...titles], hiddenAbove };
  }

  #baseSurface({ theme }: Look): CanvasSurface {
    const { base } = this.layers;
    const { k, x, y } = this.camera.transform;
    base.setView(x, y, k);
    return new CanvasSurface(base.context, theme.fontFamily);
  }
}

/** Just outside the box, of the same width on the screen at every scale. */
function outline(surface: CanvasSurface, box: SceneBox | null, { scale }: Look, color: string, width: number): void {
  if (!box) return;
  surface.opacity(1);
  const grow = 2 / scale;
  const isRound = box.face.shape === "pill" || box.face.shape === "circle";
  surface.rectangle(box.x - grow, box.y - grow, box.width + 2 * grow, box.height + 2 * grow, (isRound ? box.height / 2 : 6) + grow, {
    stroke: color,
    lineWidth: width / scale,
  });
}
