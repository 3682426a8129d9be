import * as l10n from "@vscode/l10n";
import { deviates } from "../../density.js";
import { initializationCode } from "../../initialization.js";
import { nameOf } from "../../modelIndex.js";
import { type FindingKind, found } from "../finding.js";

/**
 * # Deviates from its initializer
 *
 * ## What it finds
 *
 * A parameter or buffer whose values do not follow the distribution that it was initialized with, although nothing was seen to change them since. The values are held against the distribution
 * by the Kolmogorov-Smirnov test at a significance of 1e-4, and against its bounds.
 *
 * Values that the code changed on purpose by an operation in place (`mul_`, `copy_`, a step of an optimizer) are expected to leave it, and are not reported.
 *
 * ## Why it matters
 *
 * The network does not start where its author thinks it does: the values were written past the library, e.g. into the array beneath the tensor.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * export const net = new nn.Sequential(new nn.Linear(16, 16));
 * net[0].weight.storage.data.fill(0.9);
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * export const net = new nn.Sequential(new nn.Linear(16, 16));
 * nn.init.constant_(net[0].weight, 0.9);
 * ```
 *
 * ## Remedy
 *
 * Give values by `nn.init` or by operations on the tensor. The inspector shows the declared density over the histogram of the values.
 */
const deviatesFromInitializer: FindingKind = {
  code: "deviates-from-initializer",
  severity: "warning",
  *find(index) {
    for (const tensor of index.model.tensors) {
      const { initialization, statistics } = tensor;
      if (initialization.kind === "unknown" || initialization.modifiedBy.length > 0 || !initialization.distribution || !statistics) continue;
      // NaN and infinities are a finding of their own.
      const isFinite = statistics.nan + statistics.positiveInfinity + statistics.negativeInfinity === 0;
      const path = index.places(tensor.id)[0]?.path;
      if (path === undefined || !isFinite || !deviates(initialization.distribution, statistics)) continue;
      yield found(
        path,
        l10n.t("The values of {0} do not follow the declared distribution, {1}.", nameOf(tensor), initializationCode(initialization, index.model.language)),
        l10n.t("Nothing was seen to change them since: look for what writes past the library."),
        { tensor: tensor.id, location: initialization.location ?? index.module(path)?.location ?? null, mark: l10n.t("≠ initializer") },
      );
    }
  },
};

export default deviatesFromInitializer;
