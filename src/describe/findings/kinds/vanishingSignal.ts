import * as l10n from "@vscode/l10n";
import { formatValue } from "../../format.js";
import { carriersOf, layerName, mostChange } from "../../signal.js";
import { atCarrier } from "../atCarrier.js";
import type { FindingKind } from "../finding.js";

/**
 * # Vanishing signal
 *
 * ## What it finds
 *
 * Activations that shrink by a factor of 10,000 or more on their way from the first layer with weights to the last, or gradients that do on their way back. The layer is named from which on (for
 * gradients: up to which) all are that small. It is found where the signal was measured.
 *
 * A layer whose weights are all zero is left out: a branch may begin as nothing on purpose.
 *
 * ## Why it matters
 *
 * Each layer multiplies the standard deviation of what goes through it by the same factor, so that depth turns a small error of the initialization into nothing: the last layers see a constant
 * whatever goes in, and the first get gradients that change nothing.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * const block = () => new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU());
 * export const net = new nn.Sequential(...Array.from({ length: 10 }, block));
 * for (const parameter of net.parameters()) {
 *   if (parameter.ndim === 2) nn.init.normal_(parameter, 0, 0.01);
 *   else nn.init.zeros_(parameter);
 * }
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
 * const block = () => new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU());
 * export const net = new nn.Sequential(...Array.from({ length: 10 }, block));
 * for (const parameter of net.parameters()) {
 *   if (parameter.ndim === 2) nn.init.kaimingNormal_(parameter, { nonlinearity: "relu" });
 *   else nn.init.zeros_(parameter);
 * }
 * net(torch.randn(16, 64));
 * ```
 *
 * ## Remedy
 *
 * Initialize the weights for the nonlinearity that follows: `nn.init.kaimingNormal_` for ReLU and its like, `nn.init.xavierNormal_` with its gain for tanh. A normalization layer
 * (`nn.LayerNorm`, `nn.BatchNorm1d`) or a residual connection holds the size of the signal whatever the weights are.
 */
const vanishingSignal: FindingKind = {
  code: "vanishing-signal",
  severity: "error",
  needsSignal: true,
  *find(index) {
    const { signal } = index.model;
    if (!signal) return;
    const carriers = carriersOf(index, signal);
    const [first, last] = [carriers[0], carriers.at(-1)];
    if (!first || !last || first === last) return;
    const isSmall = ({ size }: { readonly size: number }): boolean => size * mostChange < first.size;
    if (isSmall(last)) {
      const from = carriers[carriers.findLastIndex((carrier) => !isSmall(carrier)) + 1]!;
      yield atCarrier(
        index,
        signal,
        from,
        l10n.t("vanishing"),
        l10n.t(
          "The signal vanishes: from {0} on the activations have a root mean square of {1} and less, where that of {2} is {3}.",
          layerName(from.layer, index.model),
          formatValue(from.size),
          layerName(first.layer, index.model),
          formatValue(first.size),
        ),
      );
    }
    const back = carriers.filter((carrier): carrier is typeof carrier & { gradientSize: number } => carrier.gradientSize !== null);
    const [start, end] = [back.at(-1), back[0]];
    // Where a weight after them is zero, that is what keeps gradients from the layers before.
    if (!start || !end || start.gradientSize === 0 || (end.gradientSize === 0 && signal.layers.some(({ parameters }) => parameters.some(isZeroWeight)))) return;
    const isFaint = ({ gradientSize }: { readonly gradientSize: number }): boolean => gradientSize * mostChange < start.gradientSize;
    if (!isFaint(end)) return;
    const to = back[back.findIndex((carrier) => !isFaint(carrier)) - 1]!;
    yield atCarrier(
      index,
      signal,
      to,
      l10n.t("vanishing"),
      l10n.t(
        "The gradient vanishes: back from {0} its root mean square is {1} and less, where that of {2} is {3}.",
        layerName(to.layer, index.model),
        formatValue(to.gradientSize),
        layerName(start.layer, index.model),
        formatValue(start.gradientSize),
      ),
    );

    function isZeroWeight({ tensor, norm }: { readonly tensor: number; readonly norm: number }): boolean {
      return norm === 0 && (index.model.tensors[tensor]?.shape?.length ?? 0) >= 2;
    }
  },
};

export default vanishingSignal;
