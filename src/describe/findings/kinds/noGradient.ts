import * as l10n from "@vscode/l10n";
import { type FindingKind, found } from "../finding.js";
import { nameOf } from "../../modelIndex.js";

/**
 * # No gradient
 *
 * ## What it finds
 *
 * A trainable parameter without a gradient, although a forward pass used it and a backward pass after that gave gradients to other parameters of the model. A parameter that the forward pass left
 * out has no gradient for that reason, and is not reported here; neither is one that took the place of another after the backward pass, was not trainable then, or had a gradient that was cleared.
 *
 * ## Why it matters
 *
 * An optimizer leaves it as it is. Most often its result is cut off by `detach()`, by `noGrad`, or by an operation that has no derivative, such as `argmax`.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   encoder = new nn.Linear(4, 4);
 *   head = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     return this.head(this.encoder(x).detach());
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
 *   encoder = new nn.Linear(4, 4);
 *   head = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     return this.head(this.encoder(x));
 *   }
 * }
 * export const net = new Net();
 * net(torch.randn(2, 4)).sum().backward();
 * ```
 *
 * ## Remedy
 *
 * Follow its result in the picture to where the loss is computed, and look for what cuts it off. Where it is not meant to be trained, say so: `parameter.requiresGrad_(false)`.
 */
const noGradient: FindingKind = {
  code: "no-gradient",
  severity: "warning",
  *find(index) {
    const parameters = index.model.tensors.filter(({ kind }) => kind === "parameter");
    if (parameters.every(({ gradient }) => gradient === null)) return;
    for (const tensor of parameters) {
      const path = index.places(tensor.id)[0]?.path;
      // Without values there is nothing to see of a gradient either.
      if (path === undefined || !tensor.requiresGrad || !tensor.withoutGradient || tensor.statistics === null || !index.isUsed(tensor)) continue;
      yield found(
        path,
        l10n.t("{0} has no gradient, though a backward pass gave gradients to other parameters.", nameOf(tensor)),
        l10n.t(
          "Look for a detach(), noGrad or an operation without a derivative between it and the loss; where it is not to be trained, set requiresGrad to false.",
        ),
        { tensor: tensor.id, location: index.module(path)?.location ?? null, mark: l10n.t("no gradient") },
      );
    }
  },
};

export default noGradient;
