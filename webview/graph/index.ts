/** The picture in the page: src/picture on canvases, under a camera. graphView.ts is what the page mounts; view/ has its parts. */
export type * from "./api.js";
export { GraphView } from "./graphView.js";
