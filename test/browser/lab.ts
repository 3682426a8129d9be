/** A deep net whose signal vanishes, and a host that measures and trains it as the runner does. */
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import type { Answers, Webview } from "../support/webview.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;

export function lab(): { readonly inspection: Inspection; readonly model: ModelSnapshot } {
  torch.manualSeed(0);
  const net = new nn.Sequential(...Array.from({ length: 8 }, () => new nn.Sequential(new nn.Linear(32, 32), new nn.ReLU())));
  for (const parameter of net.parameters()) nn.init.normal_(parameter, 0, parameter.ndim === 2 ? 0.01 : 0);
  net(torch.randn(8, 32));
  const inspection = inspectHere();
  return { inspection, model: snapshotOf(inspection, net) };
}

/** What the pane of the signal asks, answered by the inspection; `webview` is asked for when the page is there. */
export function labAnswers(inspection: Inspection, webview: () => Webview): Answers {
  const send = (model: ModelSnapshot) => webview().send({ kind: "model", model });
  return {
    showSignal: (request) => (void send(inspection.showSignal(request)), null),
    signal: (request) => inspection.trials.signal(request),
    train: (request) => {
      const steps = inspection.trials.train(request);
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
      }
    },
    keptStates: () => ["before", "trained on Tuesday"],
    compareStates: (request) => {
      const [first, second] = [request.first, request.second].map((state) => (state.kind === "kept" ? ({ kind: "current" } as const) : state));
      return inspection.trials.compareStates({ ...request, first: first!, second: second! });
    },
    reinitialize: ({ model: _, ...reinitialization }) => (void send(inspection.reinitialize({ model: "model", ...reinitialization })), null),
  };
}
