import { parentPort } from "node:worker_threads";
import type { ModelSnapshot } from "../protocol/index.js";
import { renderSvg, themes } from "./render.js";

/** A thread that draws each model it is sent, as SVG, for whoever must not wait for it. */
parentPort!.on("message", ({ model, theme: name }: { readonly model: ModelSnapshot; readonly theme: string }) => {
  const theme = themes.get(name)!;
  void renderSvg(model, { theme, background: theme.background, depth: "auto", settings: {} }).then((svg) => parentPort!.postMessage(svg));
});
