import { parentPort } from "node:worker_threads";
import type { ModelSnapshot } from "../protocol/index.js";
import { recordedToSvg, recordPicture, themes } from "./render.js";

/** A thread that draws each model it is sent, as data for whoever has yet to choose the colours and as SVG, for whoever must not wait for it. */
parentPort!.on("message", ({ model, theme: name }: { readonly model: ModelSnapshot; readonly theme: string }) => {
  void recordPicture(model).then((drawing) => parentPort!.postMessage({ drawing, svg: recordedToSvg(drawing, themes.get(name)!) }));
});
