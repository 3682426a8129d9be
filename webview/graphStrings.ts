import * as l10n from "@vscode/l10n";
import type { GraphStrings } from "./graph/index.js";

/** The picture's own texts in the display language. */
export function graphStrings(): GraphStrings {
  return {
    input: l10n.t("Input"),
    output: l10n.t("Output"),
    constant: l10n.t("Constant"),
    parametersShort: l10n.t("{0} params"),
    parametersFrozen: l10n.t("{0} frozen"),
    nonFiniteValues: l10n.t("holds NaN or infinities"),
    nonFiniteOutputs: l10n.t("gives out NaN or infinities"),
    repeated: l10n.t("{0} modules of equal structure, each with its own weights"),
    sharedPlaces: l10n.t("Shared weights {0}, used in {1} places"),
    calledTimes: l10n.t("called {0} times"),
    calls: l10n.t("{0} calls"),
    callOf: l10n.t("call {0} of {1}"),
    notReached: l10n.t("not reached"),
    notCalled: l10n.t("not called"),
    failedHere: l10n.t("failed here"),
    declaredOrder: l10n.t("Order as declared; no forward pass was measured"),
    noTrace: l10n.t("No forward pass: how data flows is unknown"),
    plainLayout: l10n.t("Simplified layout"),
    stubSources: l10n.t("{0} sources"),
    stubTargets: l10n.t("{0} more"),
    moreLinks: l10n.t("{0} more"),
    legend: l10n.t("Legend"),
    kinds: {
      dense: l10n.t("Linear"),
      convolution: l10n.t("Convolution"),
      attention: l10n.t("Attention"),
      recurrent: l10n.t("Recurrent"),
      embedding: l10n.t("Embedding"),
      normalization: l10n.t("Normalization"),
      activation: l10n.t("Activation"),
      structure: l10n.t("Pooling, shape, dropout"),
      container: l10n.t("Container"),
      operation: l10n.t("Operation"),
    },
    legendSigns: {
      repeated: l10n.t("Repeated, own weights"),
      shared: l10n.t("Shared weights"),
      calls: l10n.t("Called several times"),
      constant: l10n.t("Constant"),
      parameter: l10n.t("Parameter"),
      stub: l10n.t("Line left out"),
      declared: l10n.t("Declared, not measured"),
      notRun: l10n.t("Did not run"),
      failed: l10n.t("Failed"),
      nonFinite: l10n.t("NaN or infinities"),
    },
  };
}
