import * as l10n from "@vscode/l10n";
import { formatPercent } from "../../format.js";
import { carriersOf, layerName, remedyCall } from "../../signal.js";
import { type FindingKind, found } from "../finding.js";

/** A share of what a layer gives out that is as good as nothing, and one that is there without a doubt. */
const [nothing, something] = [0.01, 0.1];

/**
 * # Collapsed rank
 *
 * ## What it finds
 *
 * Layers that give out nearly the same for every sample, although the samples differ: less than 1 % of the size of what they give out is left when the mean over the samples is taken away. The
 * layer is named from which on all are so. It is found where the signal was measured on more than one sample.
 *
 * ## Why it matters
 *
 * What comes out does not depend on what went in. The loss can only learn the mean of its targets, and gradients are those of one sample.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * const block = () => new nn.Sequential(new nn.Linear(32, 32), new nn.ReLU());
 * export const net = new nn.Sequential(...Array.from({ length: 12 }, block));
 * net(torch.randn(16, 32));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * const block = () => new nn.Sequential(new nn.Linear(32, 32), new nn.ReLU());
 * export const net = new nn.Sequential(...Array.from({ length: 12 }, block));
 * for (const parameter of net.parameters()) {
 *   if (parameter.ndim === 2) nn.init.orthogonal_(parameter, Math.SQRT2);
 *   else nn.init.zeros_(parameter);
 * }
 * net(torch.randn(16, 32));
 * ```
 *
 * ## Remedy
 *
 * Start biases at zero (`nn.init.zeros_`) and weights at the size that the nonlinearity asks for (`nn.init.kaimingNormal_`, `nn.init.orthogonal_`): with PyTorch's default weights the signal
 * shrinks from layer to layer until the biases are all that is left. Residual connections and `nn.BatchNorm1d` keep samples apart in deep networks.
 */
const collapsedRank: FindingKind = {
  code: "collapsed-rank",
  severity: "warning",
  needsSignal: true,
  *find(index) {
    const { signal } = index.model;
    if (!signal) return;
    const carriers = carriersOf(index, signal).filter(({ layer }) => layer.activation!.variation !== null);
    const last = carriers.at(-1);
    const before = signal.given?.variation ?? carriers[0]?.layer.activation!.variation ?? 0;
    const isCollapsed = ({ layer }: (typeof carriers)[number]): boolean => layer.activation!.variation! < nothing;
    if (!last || before < something || !isCollapsed(last)) return;
    const from = carriers[carriers.findLastIndex((carrier) => !isCollapsed(carrier)) + 1]!;
    yield found(
      from.layer.path,
      l10n.t(
        "What goes in is lost: from {0} on, only {1} of what the layers give out differs between samples.",
        layerName(from.layer, index.model),
        formatPercent(from.layer.activation!.variation!),
      ),
      l10n.t("Start biases at zero and weights at the size that is asked for, here by {0}, or add residual connections.", remedyCall(index, signal, from.at)),
      { location: index.module(from.layer.path)?.location ?? null, mark: l10n.t("rank 1") },
    );
  },
};

export default collapsedRank;
