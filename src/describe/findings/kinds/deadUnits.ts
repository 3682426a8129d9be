import * as l10n from "@vscode/l10n";
import { formatPercent } from "../../format.js";
import { layerName } from "../../signal.js";
import { writeName } from "../../arguments.js";
import { type FindingKind, found } from "../finding.js";

/** The share of zeros from which on a rectifier counts as dead; half of them is what it should give. */
const deadShare = 0.9;

/**
 * # Dead units
 *
 * ## What it finds
 *
 * A ReLU that gave out zeros for 90 % of its elements or more. It is found where the signal was measured.
 *
 * ## Why it matters
 *
 * Where a ReLU gives zero nothing comes back through it: units that are zero for every input are never trained, and the layer has the width of those that are left. Half of the elements are zero
 * in a layer that is initialized well.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * export const net = new nn.Sequential(new nn.Linear(8, 32), new nn.ReLU(), new nn.Linear(32, 2));
 * nn.init.constant_(net[0].bias!, -3);
 * net(torch.randn(16, 8));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * export const net = new nn.Sequential(new nn.Linear(8, 32), new nn.ReLU(), new nn.Linear(32, 2));
 * nn.init.zeros_(net[0].bias!);
 * net(torch.randn(16, 8));
 * ```
 *
 * ## Remedy
 *
 * Start the biases before it at zero (`nn.init.zeros_`) and the weights by `nn.init.kaimingNormal_`, give it inputs with a mean of zero (`nn.BatchNorm1d`, `nn.LayerNorm`), or use
 * `nn.LeakyReLU`, through which gradients come back on both sides. In training, lower the learning rate.
 */
const deadUnits: FindingKind = {
  code: "dead-units",
  severity: "warning",
  needsSignal: true,
  *find(index) {
    const { signal, language } = index.model;
    for (const layer of signal?.layers ?? []) {
      const { path, activation, nonlinearity, isContainer } = layer;
      if (!activation || !nonlinearity?.rectifies || isContainer || activation.zeros < deadShare) continue;
      yield found(
        path,
        l10n.t("{0} of what {1} gives out is zero, and nothing comes back from there.", formatPercent(activation.zeros), layerName(layer, index.model)),
        l10n.t(
          "Start the bias before it at zero ({0}), normalize what goes in (nn.LayerNorm), or use nn.LeakyReLU.",
          `nn.init.${writeName("zeros_", language)}`,
        ),
        { location: index.module(path)?.location ?? null, mark: l10n.t("dead") },
      );
    }
  },
};

export default deadUnits;
