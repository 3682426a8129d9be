import * as l10n from "@vscode/l10n";
import { type FindingKind, found } from "../finding.js";

/**
 * # Never called
 *
 * ## What it finds
 *
 * A module that nothing called in the whole run, with nothing in it called either and none of its parameters used by anything else, although the code ran the model forward from beginning to end.
 *
 * Nothing is said of modules without parameters and buffers, where the pass failed or was too long to keep, and where its inputs were inferred or stated: another input may take another way.
 *
 * ## Why it matters
 *
 * Its parameters are counted, saved and given to the optimizer, and never learn anything. Most often a line is missing in `forward`, or it calls another layer twice.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(4, 4);
 *   norm = new nn.LayerNorm(4);
 *   output = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     return this.output(this.hidden(x).relu());
 *   }
 * }
 * export const net = new Net();
 * net(torch.randn(2, 4));
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
 *   norm = new nn.LayerNorm(4);
 *   output = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     return this.output(this.norm(this.hidden(x)).relu());
 *   }
 * }
 * export const net = new Net();
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Remedy
 *
 * Call the module in `forward`, or remove it. Where it is there for another use, e.g. a head that only training needs, set this finding to `off`.
 */
const neverCalled: FindingKind = {
  code: "never-called",
  severity: "information",
  *find(index) {
    const { trace } = index.model;
    if (!trace || trace.origin !== "recorded" || trace.failure || trace.truncatedSteps > 0 || trace.changedSince.length > 0) return;
    for (const { path, type, location } of index.modules) {
      if (path === "" || !isNeverCalled(path) || isNeverCalled(index.parent(path)!.path)) continue;
      // Without any, as an empty Sequential that stands for nothing to do, or a Dropout whose rate alone is read, it costs nothing and may be meant.
      if (index.within(path).every(({ parameters, buffers }) => parameters.length + buffers.length === 0)) continue;
      yield found(path, l10n.t("{0} ({1}) was never called, and nothing uses its parameters.", path, type), l10n.t("Call it in forward, or remove it."), {
        location,
      });
    }
    function isNeverCalled(path: string): boolean {
      const status = path === "" ? "ran" : index.runStatus(path);
      return (
        status === "notRun" && index.within(path).every((module) => !module.called && module.parameters.every((use) => index.tensor(use).gradient === null))
      );
    }
  },
};

export default neverCalled;
