/**
 * The picture of a model, pure: from snapshot to drawing without a DOM, for the page, the terminal and tests. Each part knows only those before it:
 *
 * - model/    what there is to see: data flow, rows of equal modules, sharing, and the boxes and edges of one arrangement
 * - face.ts   what is written on a box, and so how large it is
 * - layout/   where boxes and edges of one container go, as plain numbers; scene.ts puts all containers together
 * - shown.ts  what a picture is asked while it is shown: what lies where, what data flow reaches, the items of a tree
 * - drawing/  the drawing, on any surface; svgSurface.ts is one, the page's canvas another; exported.ts and sceneToSvg.ts make files of it
 *
 * renderSvg.ts goes the whole way, from snapshot to SVG.
 */
export type { Direction, Point, Rectangle } from "./geometry.js";
export type { GraphItem } from "./items.js";
export type { ItemKind, ItemSource } from "./model/displayGraph.js";
export * from "./theme.js";
export * from "./words.js";
