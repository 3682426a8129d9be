import * as l10n from "@vscode/l10n";
import { operationText } from "../../arguments.js";
import { formatShape } from "../../format.js";
import { type FindingKind, found } from "../finding.js";

/**
 * # Overwritten value
 *
 * ## What it finds
 *
 * A write in place, through a view too, to a tensor that a backward pass then needed as it was, so that it failed.
 *
 * ## Why it matters
 *
 * The gradient of many operations is computed from what they were given or gave out: that of `tanh` from its result, that of a product from both factors. PyTorch sees that it has been changed
 * and gives no gradient rather than a wrong one, but the error arises in `backward()`, far from the line that wrote.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(4, 4);
 *   output = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     const h = this.hidden(x).tanh();
 *     h.at(0).zero_();
 *     return this.output(h);
 *   }
 * }
 * export const net = new Net();
 * net(torch.randn(2, 4)).sum().backward();
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(4, 4);
 *   output = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     const h = this.hidden(x).tanh().clone();
 *     h.at(0).zero_();
 *     return this.output(h);
 *   }
 * }
 * export const net = new Net();
 * net(torch.randn(2, 4)).sum().backward();
 * ```
 *
 * ## Remedy
 *
 * Write to a `clone()`, or use the operation that gives out its result instead (`add` for `add_`, `torch.where` for a write to a part).
 */
const overwrittenValue: FindingKind = {
  code: "overwritten-value",
  severity: "error",
  *find(index) {
    for (const { by, path, shape, throughView, location, neededAt } of index.model.overwritten ?? []) {
      const text = throughView
        ? l10n.t(
            "{0} wrote through a view into a tensor of {1} that the backward pass needs as it was.",
            operationText(by, index.model.language),
            formatShape(shape),
          )
        : l10n.t("{0} wrote into a tensor of {1} that the backward pass needs as it was.", operationText(by, index.model.language), formatShape(shape));
      yield found(path, text, l10n.t("Write to a clone() of it, or use an operation that gives out its result instead."), {
        location: location ?? index.module(path)?.location ?? null,
        mark: l10n.t("overwritten"),
        related: neededAt ? [{ text: l10n.t("the backward pass that needs it"), location: neededAt }] : [],
      });
    }
  },
};

export default overwrittenValue;
