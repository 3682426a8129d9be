import * as l10n from "@vscode/l10n";
import { nameOf } from "../../modelIndex.js";
import { type FindingKind, found } from "../finding.js";

/**
 * # Broken tie
 *
 * ## What it finds
 *
 * Two parameters that were one, as the weight of an embedding that the output layer shares, until the code assigned another parameter to one of the two names.
 *
 * Nothing is said where what was assigned had the same values, as a copy does that is made to untie the two, or is shared with a third.
 *
 * ## Why it matters
 *
 * Both go their own ways from there on: the model has more parameters than it was meant to, what one of them learns the other does not have, and weights that are loaded into one
 * leave the other as it was. Nothing fails.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   embedding = new nn.Embedding(10, 4);
 *   output = new nn.Linear(4, 10, { bias: false });
 *   constructor() {
 *     super();
 *     this.output.weight = this.embedding.weight;
 *   }
 *   override forward(x: torch.Tensor) {
 *     return this.output(this.embedding(x));
 *   }
 * }
 * export const net = new Net();
 * net.embedding.weight = new nn.Parameter(torch.randn(10, 4).mul(0.02));
 * net(torch.tensor([1, 2]));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   embedding = new nn.Embedding(10, 4);
 *   output = new nn.Linear(4, 10, { bias: false });
 *   constructor() {
 *     super();
 *     this.output.weight = this.embedding.weight;
 *   }
 *   override forward(x: torch.Tensor) {
 *     return this.output(this.embedding(x));
 *   }
 * }
 * export const net = new Net();
 * nn.init.normal_(net.embedding.weight, 0, 0.02);
 * net(torch.tensor([1, 2]));
 * ```
 *
 * ## Remedy
 *
 * Write the values into the parameter that is there, by `nn.init` or `copy_` under `torch.noGrad`, or tie the two again after the assignment. Where they are meant to part, start from a copy:
 * `new nn.Parameter(weight.detach().clone())`.
 */
const brokenTie: FindingKind = {
  code: "broken-tie",
  severity: "warning",
  *find(index) {
    for (const { tensor: id, from, location } of index.model.brokenTies ?? []) {
      const tensor = index.model.tensors[id]!;
      const path = index.places(id)[0]?.path ?? "";
      yield found(
        path,
        l10n.t("{0} was one parameter with {1}, until another was assigned to it.", nameOf(tensor), nameOf(index.model.tensors[from]!)),
        l10n.t("Write the values into the parameter that is there, or tie the two again afterwards."),
        { tensor: id, location: location ?? index.module(path)?.location ?? null, mark: l10n.t("tie broken") },
      );
    }
  },
};

export default brokenTie;
