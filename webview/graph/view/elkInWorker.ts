import ELK, { type ELK as ElkApi } from "elkjs/lib/elk-api.js";
import type { Elk } from "../../../src/picture/layout/solver.js";

export interface ElkInWorker extends Elk {
  /** Starts the worker, to be there when it is needed. */
  warm(): void;
}

/** ELK in a worker made of its own text as a blob, as the page's content security policy allows. Loaded and started when it is first needed. */
export function elkInWorker(load: () => Promise<string>): ElkInWorker {
  let url: Promise<string> | null = null;
  let elk: Promise<ElkApi> | null = null;
  let disposed = false;

  function start(): Promise<ElkApi> {
    url ??= load().then((text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    const started = url.then((address) => {
      const api = new ELK({ workerFactory: () => new Worker(address) });
      if (disposed) api.terminateWorker();
      return api;
    });
    started.catch(() => undefined);
    return started;
  }

  const end = () =>
    void elk?.then(
      (api) => api.terminateWorker(),
      () => undefined,
    );
  return {
    warm: () => void (elk ??= start()),
    layout: async (graph) => (await (elk ??= start())).layout(graph),
    restart() {
      end();
      elk = start();
    },
    dispose() {
      disposed = true;
      end();
      void url?.then(
        (address) => URL.revokeObjectURL(address),
        () => undefined,
      );
    },
  };
}
