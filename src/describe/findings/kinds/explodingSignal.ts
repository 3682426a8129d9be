import * as l10n from "@vscode/l10n";
import { formatValue } from "../../format.js";
import { carriersOf, layerName, mostChange } from "../../signal.js";
import { atCarrier } from "../atCarrier.js";
import type { FindingKind } from "../finding.js";

/**
 * # Exploding signal
 *
 * ## What it finds
 *
 * Activations that grow by a factor of 10,000 or more on their way from the first layer with weights to the last, or gradients that do on their way back. The layer is named at which they first
 * were that large. It is found where the signal was measured.
 *
 * ## Why it matters
 *
 * Each layer multiplies the standard deviation of what goes through it by the same factor, so that depth turns weights that are somewhat too large into numbers that overflow; the first step of
 * an optimizer then throws the weights anywhere.
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
 *   if (parameter.ndim === 2) nn.init.normal_(parameter, 0, 1);
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
 * Initialize the weights for the nonlinearity that follows: `nn.init.kaimingNormal_` for ReLU and its like, `nn.init.xavierNormal_` with its gain for tanh. In a residual network scale the last
 * layer of each branch down, or normalize (`nn.LayerNorm`, `nn.BatchNorm1d`).
 */
const explodingSignal: FindingKind = {
  code: "exploding-signal",
  severity: "error",
  needsSignal: true,
  *find(index) {
    const { signal } = index.model;
    if (!signal) return;
    const carriers = carriersOf(index, signal);
    const [first, last] = [carriers[0], carriers.at(-1)];
    if (!first || !last) return;
    const isLarge = ({ size }: { readonly size: number }): boolean => first.size > 0 && size > first.size * mostChange;
    if (isLarge(last)) {
      const from = carriers.find(isLarge)!;
      yield atCarrier(
        index,
        signal,
        from,
        l10n.t("exploding"),
        l10n.t(
          "The signal explodes: at {0} the activations have a root mean square of {1}, where that of {2} is {3}.",
          layerName(from.layer, index.model),
          formatValue(from.size),
          layerName(first.layer, index.model),
          formatValue(first.size),
        ),
      );
    }
    const start = last.gradientSize ?? 0;
    const isLoud = ({ gradientSize }: { readonly gradientSize: number | null }): boolean =>
      start > 0 && gradientSize !== null && gradientSize > start * mostChange;
    if (!isLoud(first)) return;
    const to = carriers.findLast(isLoud)!;
    yield atCarrier(
      index,
      signal,
      to,
      l10n.t("exploding"),
      l10n.t(
        "The gradient explodes: back at {0} its root mean square is {1}, where that of {2} is {3}.",
        layerName(to.layer, index.model),
        formatValue(to.gradientSize!),
        layerName(last.layer, index.model),
        formatValue(start),
      ),
    );
  },
};

export default explodingSignal;
