import * as l10n from "@vscode/l10n";
import type { Flow, LayerSignal } from "../../../protocol/index.js";
import { writeName } from "../../arguments.js";
import { formatPercent } from "../../format.js";
import { layerName } from "../../signal.js";
import { type FindingKind, found } from "../finding.js";

/**
 * # NaN or infinity in the signal
 *
 * ## What it finds
 *
 * NaN or infinity in what a layer gives out, or in the gradient that comes back to it. Of each, the first place on its way is named: the first layer of the pass, and the last one, where gradients
 * come from. It is found where the signal was measured; what the pass of the code itself shows is told as `nan`.
 *
 * ## Why it matters
 *
 * Whatever is computed from NaN is NaN. A gradient can be NaN where no activation is: the derivative of a root at zero is infinite, and zero times infinity is NaN.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Distance extends nn.Module {
 *   fc = new nn.Linear(4, 4);
 *   override forward(x: torch.Tensor) {
 *     return this.fc(x).sub(this.fc(x)).square().sum(1).sqrt();
 *   }
 * }
 * export const net = new Distance();
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * class Distance extends nn.Module {
 *   fc = new nn.Linear(4, 4);
 *   override forward(x: torch.Tensor) {
 *     return this.fc(x).sub(this.fc(x)).square().sum(1).add(1).sqrt();
 *   }
 * }
 * export const net = new Distance();
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Remedy
 *
 * Look at what the named layer computes: for a division by zero, for a logarithm or root of what is not above zero, or for numbers that grow until they overflow (initialize by
 * `nn.init.kaimingNormal_`, normalize by `nn.LayerNorm`). Add a small number before the root or the logarithm.
 */
const nonFiniteSignal: FindingKind = {
  code: "non-finite-signal",
  severity: "error",
  needsSignal: true,
  *find(index) {
    const { signal, trace } = index.model;
    if (!signal) return;
    const isNonFinite = (flow: Flow | null): flow is Flow => flow !== null && flow.nonFinite > 0;
    const isTold = trace?.values.some(({ statistics }) => statistics !== undefined && statistics.nonFinite > statistics.negativeInfinity) ?? false;
    const { layers } = signal;
    const at = (layer: LayerSignal, text: string) =>
      found(
        layer.path,
        text,
        l10n.t(
          "Look for a division by zero, a logarithm or root of what is not positive, or an overflow, against which {0} and nn.LayerNorm help.",
          `nn.init.${writeName("kaimingNormal_", index.model.language)}`,
        ),
        { location: index.module(layer.path)?.location ?? null, mark: "→ NaN/∞" },
      );
    const first = isTold ? undefined : layers.find(({ activation }) => isNonFinite(activation));
    if (first)
      yield at(
        first,
        l10n.t("{0} of what {1} gives out is NaN or infinite, the first to be so.", formatPercent(first.activation!.nonFinite), layerName(first, index.model)),
      );
    const back = layers.findLast(({ gradient, isContainer }) => !isContainer && isNonFinite(gradient));
    if (back)
      yield at(
        back,
        l10n.t(
          "{0} of the gradient that comes back to {1} is NaN or infinite, the first to be so.",
          formatPercent(back.gradient!.nonFinite),
          layerName(back, index.model),
        ),
      );
  },
};

export default nonFiniteSignal;
