import * as l10n from "@vscode/l10n";
import { nameOf } from "../../modelIndex.js";
import { remedyCall } from "../../signal.js";
import { type FindingKind, found } from "../finding.js";

/**
 * # Unbroken symmetry
 *
 * ## What it finds
 *
 * A weight whose units all start with the same numbers and get the same gradients, as after `nn.init.constant_`. It is found where the signal was measured.
 *
 * A weight that starts equal and gets gradients that differ, such as a last layer of zeros, is not reported: the first step breaks its symmetry.
 *
 * ## Why it matters
 *
 * Units that begin as one and are changed alike stay one: however wide the layer is, it computes what a single unit would, and training cannot change that.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
 * for (const parameter of net.parameters()) nn.init.constant_(parameter, 0.1);
 * net(torch.ones(3, 4));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * torch.manualSeed(0);
 * export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
 * nn.init.kaimingNormal_(net[0].weight, { nonlinearity: "relu" });
 * net(torch.ones(3, 4));
 * ```
 *
 * ## Remedy
 *
 * Fill weights with random numbers, by `nn.init.kaimingNormal_` or `nn.init.xavierUniform_`. A constant is for biases and for the weights of normalization layers.
 */
const unbrokenSymmetry: FindingKind = {
  code: "unbroken-symmetry",
  severity: "error",
  needsSignal: true,
  *find(index) {
    const { signal } = index.model;
    const told = new Set<number>();
    for (const [at, { path, parameters }] of (signal?.layers ?? []).entries()) {
      for (const { tensor: id, equalUnits, equalGradients } of parameters) {
        const tensor = index.model.tensors[id];
        if (!tensor || !equalUnits || !equalGradients || told.has(id)) continue;
        told.add(id);
        yield found(
          path,
          l10n.t("The units of {0} all start equal and get equal gradients: they stay one unit.", nameOf(tensor)),
          l10n.t("Fill it with random numbers, here by {0}.", remedyCall(index, signal!, at)),
          { tensor: id, location: index.module(path)?.location ?? null, mark: l10n.t("symmetric") },
        );
      }
    }
  },
};

export default unbrokenSymmetry;
