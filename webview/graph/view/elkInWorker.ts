import ELK, { type ELK as ElkApi } from "elkjs/lib/elk-api.js";
import type { Elk } from "../../../src/picture/layout/solver.js";

/** ELK in a worker made of its own text as a blob, as the page's content security policy allows. Starts at once, to be warm when needed. */
export function elkInWorker(source: Promise<string>): Elk {
  const url = source.then((text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  let elk = start();
  let disposed = false;

  function start(): Promise<ElkApi> {
    const started = url.then((address) => {
      const api = new ELK({ workerFactory: () => new Worker(address) });
      if (disposed) api.terminateWorker();
      return api;
    });
    started.catch(() => undefined);
    return started;
  }

  const end = () =>
    void elk.then(
      (api) => api.terminateWorker(),
      () => undefined,
    );
  return {
    layout: async (graph) => (await elk).layout(graph),
    restart() {
      end();
      elk = start();
    },
    dispose() {
      disposed = true;
      end();
      void url.then(
        (address) => URL.revokeObjectURL(address),
        () => undefined,
      );
    },
  };
}
