/**
 * The picture of a model. From snapshot to screen, each part knowing only those before it:
 *
 * - model/    what there is to see: data flow, rows of equal modules, sharing, and the boxes and edges of one arrangement
 * - face.ts   what is written on a box, and so how large it is
 * - layout/   where boxes and edges of one container go, as plain numbers; scene.ts puts all containers together
 * - drawing/  the drawing, on a canvas or as SVG; exported.ts, sceneToSvg.ts and sceneToPng.ts make files of it
 * - view/     camera, pointer, animation, frames; graphView.ts is what the page mounts
 *
 * renderSvg.ts is the way from snapshot to SVG without a DOM.
 */
export type * from "./api.js";
export * from "../../src/picture/theme.js";
export * from "../../src/picture/words.js";
export { GraphView } from "./graphView.js";
