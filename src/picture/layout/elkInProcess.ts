import ELK from "elkjs/lib/elk.bundled.js";
import type { Elk } from "./solver.js";

/** ELK in this very thread, for Node: nothing ends a layout early here. */
export function elkInProcess(): Elk {
  const elk = new ELK();
  return { layout: (graph) => elk.layout(graph), restart() {}, dispose() {} };
}
