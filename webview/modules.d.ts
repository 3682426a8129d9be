/** Bundled into the page's style sheet. */
declare module "*.css";

/** Imported as text. */
declare module "elkjs/lib/elk-worker.min.js" {
  const text: string;
  export default text;
}
