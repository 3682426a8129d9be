import type { ModelSnapshot } from "../protocol/index.js";
import { indexOf } from "../describe/modelIndex.js";
import { overlay } from "../describe/overlays.js";
import { overlayMarks } from "./drawing/overlay.js";
import { namedColors, type RecordedDrawing, RecordingSurface, replay } from "./drawing/recordedDrawing.js";
import { routeLinks } from "./drawing/linkRoutes.js";
import { sharedLinks } from "./drawing/sharedLinks.js";
import { SvgSurface } from "./drawing/svgSurface.js";
import { type Exported, paintExported, wholePicture } from "./exported.js";
import { elkInProcess } from "./layout/elkInProcess.js";
import { LayoutSolver } from "./layout/solver.js";
import { initialArrangement, type Arrangement } from "./model/arrangement.js";
import { buildDisplayGraph } from "./model/buildDisplayGraph.js";
import { PictureModel } from "./model/pictureModel.js";
import { layoutScene } from "./scene.js";
import { aboutOf, sceneToSvg } from "./sceneToSvg.js";
import { type PictureSettings, readSettings } from "./state.js";
import { performance } from "./surroundings.js";
import { englishWords, type PictureWords } from "./words.js";
import { estimateText } from "./text.js";
import { lightTheme, type Theme } from "./theme.js";

/** The settings of a picture on paper, where nothing can be pointed at: all shared weights are linked. */
export const paperSettings: PictureSettings = { ...readSettings(null), showSharedLinks: true };

export interface RenderOptions {
  /** Default: those of paper. */
  readonly settings?: Partial<PictureSettings>;
  /** Default: light. */
  readonly theme?: Theme;
  readonly words?: PictureWords;
  /** Levels that are open; default: what a first view shows. */
  readonly depth?: Arrangement["depth"];
  /** Default: the theme's. Null: transparent. */
  readonly background?: string | null;
  /** Milliseconds for the layout; default: 20 000. */
  readonly deadline?: number;
}

/** The picture of a model as an SVG document, without a DOM: the drawing that the page makes, on another surface. */
export async function renderSvg(snapshot: ModelSnapshot, options: RenderOptions = {}): Promise<string> {
  return sceneToSvg(await onPaper(snapshot, options));
}

/** The same as data, which has yet to be given the colours of a theme; without an overlay, whose colours are no theme's. */
export async function recordPicture(snapshot: ModelSnapshot, options: Omit<RenderOptions, "theme" | "background"> = {}): Promise<RecordedDrawing> {
  const exported = await onPaper(snapshot, { ...options, settings: { ...options.settings, overlay: null }, theme: namedColors });
  const surface = new RecordingSurface();
  paintExported(surface, exported, 1);
  return surface.drawing(exported.area, aboutOf(exported));
}

/** What was recorded as an SVG document. */
export function recordedToSvg(drawing: RecordedDrawing, theme: Theme): string {
  const surface = new SvgSurface();
  replay(drawing, surface, theme);
  const [x, y, width, height] = drawing.area;
  return surface.document({ x, y, width, height }, 1, drawing, theme.fontFamily, theme.background);
}

async function onPaper(snapshot: ModelSnapshot, options: RenderOptions): Promise<Exported> {
  const { theme = lightTheme, words = englishWords, depth = "auto", deadline = 20_000 } = options;
  const settings = { ...paperSettings, ...options.settings };
  const model = new PictureModel(snapshot);
  const graph = buildDisplayGraph(model, { ...initialArrangement, depth }, settings.showBookkeeping);
  const solver = new LayoutSolver(elkInProcess());
  const scene = await layoutScene(graph, solver, {
    direction: settings.direction,
    words,
    measure: estimateText,
    deadline: performance.now() + deadline,
    isCurrent: () => true,
  });
  const shown = settings.overlay && overlay(settings.overlay, indexOf(snapshot), settings.overlayMark);
  const links = settings.showSharedLinks ? routeLinks(scene, sharedLinks(model, scene, null), estimateText) : [];
  return {
    title: snapshot.name,
    scene,
    boxes: scene.boxes,
    edges: scene.edges,
    links,
    look: { theme, matches: null, traced: null, compared: new Map(), pinned: new Set(), overlay: shown && overlayMarks(shown, theme) },
    overlay: shown,
    measure: estimateText,
    ...wholePicture(model, scene, links, shown, words, estimateText),
    scale: 1,
    background: options.background === undefined ? theme.background : options.background,
  };
}
