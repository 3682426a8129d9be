import * as l10n from "@vscode/l10n";
import { useEffect, useRef } from "preact/hooks";
import { parametersText } from "../src/describe/counts.js";
import type { ModelSnapshot, PageState } from "../src/protocol/index.js";
import type { PageSession } from "./pageSession.js";

/** Says what a run or a request came to as soon as it has ended. */
export function useAnnouncedOutcome({ page: { host }, announce }: PageSession, model: ModelSnapshot | null): void {
  const activity = host?.kind === "file" ? host.activity : "idle";
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && activity === "idle" && host?.kind === "file") announce(outcomeText(host, model));
    wasBusy.current = activity !== "idle";
  }, [activity]);
}

/** What a run or a request came to, for who does not see it. */
function outcomeText({ lastRun }: Extract<PageState, { readonly kind: "file" }>, model: ModelSnapshot | null): string {
  // It came to its end.
  if (lastRun.kind === "failed" && lastRun.failure.kind === "partial") return lastRun.failure.message;
  if (lastRun.kind === "failed") return l10n.t("The run did not come to its end: {0}", lastRun.failure.message);
  if (!model) return l10n.t("The file ran, and no model was alive at its end.");
  return l10n.t("{0} is up to date: {1}.", model.name, parametersText(model.totals.parameters));
}
