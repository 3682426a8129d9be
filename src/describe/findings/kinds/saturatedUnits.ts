import * as l10n from "@vscode/l10n";
import { formatPercent } from "../../format.js";
import { initCall, layerName, schemeFor } from "../../signal.js";
import { type FindingKind, found } from "../finding.js";

const saturatedShare = 0.5;

/**
 * # Saturated units
 *
 * ## What it finds
 *
 * A bounded function (tanh, sigmoid, hardtanh, softsign and their like) that gave out values at its bounds for half of its elements or more: within a hundredth of the width between them. It is
 * found where the signal was measured.
 *
 * ## Why it matters
 *
 * There the function is flat: what comes back through it is next to nothing, and the layers before learn slowly or not at all.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * export const net = new nn.Sequential(new nn.Linear(64, 32), new nn.Tanh(), new nn.Linear(32, 2));
 * nn.init.normal_(net[0].weight, 0, 1);
 * net(torch.randn(16, 64));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * export const net = new nn.Sequential(new nn.Linear(64, 32), new nn.Tanh(), new nn.Linear(32, 2));
 * nn.init.xavierNormal_(net[0].weight);
 * net(torch.randn(16, 64));
 * ```
 *
 * ## Remedy
 *
 * Initialize the weights before it by `nn.init.xavierNormal_` (with the gain 5/3 where many tanh layers follow each other), scale the inputs to a standard deviation of 1, or normalize what goes
 * into it (`nn.LayerNorm`, `nn.BatchNorm1d`).
 */
const saturatedUnits: FindingKind = {
  code: "saturated-units",
  severity: "warning",
  needsSignal: true,
  *find(index) {
    const { signal, language } = index.model;
    for (const layer of signal?.layers ?? []) {
      const { path, activation, isContainer } = layer;
      if (isContainer || activation?.saturated == null || activation.saturated < saturatedShare) continue;
      const scheme = schemeFor(layer.nonlinearity);
      yield found(
        path,
        l10n.t("{0} of what {1} gives out is at its bounds, where it is flat.", formatPercent(activation.saturated), layerName(layer, index.model)),
        l10n.t(
          "Initialize the weight before it by {0}, or normalize what goes in (nn.LayerNorm).",
          initCall(scheme.function, "weight", scheme.arguments, language),
        ),
        { location: index.module(path)?.location ?? null, mark: l10n.t("saturated") },
      );
    }
  },
};

export default saturatedUnits;
