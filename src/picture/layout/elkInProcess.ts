import ELK from "elkjs/lib/elk-api.js";
import elkWorker from "elkjs/lib/elk-worker.min.js";
import type { Elk } from "./solver.js";

/** ELK in this very thread, for Node: nothing ends a layout early here. The script that is a worker in the page brings, in Node, a worker in name alone. */
export function elkInProcess(): Elk {
  const elk = new ELK({ workerFactory: () => new elkWorker.Worker() });
  return { layout: (graph) => elk.layout(graph), restart() {}, dispose() {} };
}
