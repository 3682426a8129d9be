import type { ModelSnapshot } from "../protocol/index.js";
import type { Direction } from "./geometry.js";
import type { Overlay } from "../describe/overlays.js";
import { overlayMarks } from "./drawing/overlay.js";
import { routeLinks, sharedLinks } from "./drawing/sharedLinks.js";
import { wholeArea } from "./exported.js";
import { elkInProcess } from "./layout/elkInProcess.js";
import { LayoutSolver } from "./layout/solver.js";
import { initialArrangement, type Arrangement } from "./model/arrangement.js";
import { buildDisplayGraph } from "./model/buildDisplayGraph.js";
import { PictureModel } from "./model/pictureModel.js";
import { layoutScene } from "./scene.js";
import { sceneToSvg } from "./sceneToSvg.js";
import { performance } from "./surroundings.js";
import { englishWords, type PictureWords } from "./words.js";
import { estimateText } from "./text.js";
import { lightTheme, type Theme } from "./theme.js";

export interface RenderOptions {
  /** Default: light. */
  readonly theme?: Theme;
  readonly words?: PictureWords;
  /** Default: down. */
  readonly direction?: Direction;
  /** Levels that are open; default: what a first view shows. */
  readonly depth?: Arrangement["depth"];
  /** Operations that only move data, each as a box of its own; default: false. */
  readonly showBookkeeping?: boolean;
  /** Links between all shared weights; default: true. */
  readonly sharedLinks?: boolean;
  /** What colours or fills the boxes; default: the kind of layer alone. */
  readonly overlay?: Overlay | null;
  /** Default: the theme's. Null: transparent. */
  readonly background?: string | null;
  /** Milliseconds for the layout; default: 20 000. */
  readonly deadline?: number;
}

/** The picture of a model as an SVG document, without a DOM: the drawing that the page makes, on another surface. */
export async function renderSvg(snapshot: ModelSnapshot, options: RenderOptions = {}): Promise<string> {
  const { theme = lightTheme, words = englishWords, direction = "down", depth = "auto", overlay = null, deadline = 20_000 } = options;
  const model = new PictureModel(snapshot);
  const graph = buildDisplayGraph(model, { ...initialArrangement, depth }, options.showBookkeeping);
  const solver = new LayoutSolver(elkInProcess());
  const scene = await layoutScene(graph, solver, { direction, words, measure: estimateText, deadline: performance.now() + deadline, isCurrent: () => true });
  return sceneToSvg({
    title: snapshot.name,
    scene,
    boxes: scene.boxes,
    edges: scene.edges,
    links: routeLinks(scene, (options.sharedLinks ?? true) ? sharedLinks(model, scene, null) : []),
    look: { theme, matches: null, traced: null, compared: new Map(), overlay: overlay && overlayMarks(overlay, theme) },
    overlay,
    measure: estimateText,
    area: wholeArea(scene, overlay),
    scale: 1,
    background: options.background === undefined ? theme.background : options.background,
  });
}
