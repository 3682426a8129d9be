import * as l10n from "@vscode/l10n";
import { failureText, placeOfFailure } from "../../failure.js";
import { formatShape } from "../../format.js";
import { mismatchOf } from "../../mismatch.js";
import { whereMade } from "../../modelIndex.js";
import { repairsOf } from "../../repair.js";
import { type FindingKind, found } from "../finding.js";

/**
 * # Forward failed
 *
 * ## What it finds
 *
 * A forward pass that threw; of a model that the code never runs, one where a layer refuses what comes of every input that the first layer takes. Where a layer was given another size than it takes, the finding stands at the line that made the layer, says what it takes, what came and from where, and names
 * the line of the call; else it stands at the call that failed. The picture shows what ran before it, and what went into the step that failed.
 *
 * ## Why it matters
 *
 * What comes after the failure did not run, and nothing is known of it.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(7, 1));
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Remedy
 *
 * Compare the shapes that went in, which the picture shows at the failed step, with those that the layer was made for. Where the inputs were inferred or stated, run the model forward with
 * inputs that it is meant for.
 */
const failed: FindingKind = {
  code: "failed",
  severity: "error",
  *find(index) {
    const failure = index.model.trace?.failure;
    if (!failure) return;
    const mismatch = mismatchOf(index);
    const text = mismatch ? failureText(index) : l10n.t("Forward pass of {0}: {1}", index.model.name, failure.message);
    const called = placeOfFailure(failure, index.model);
    const refuses = mismatch?.layer && index.module(mismatch.layer.path);
    const location = (refuses && whereMade(index.model, refuses)) ?? called;
    const came = (mismatch?.came ?? []).flatMap(({ shape, from, location: place }) =>
      place ? [{ text: l10n.t("{0} comes from here: {1}", formatShape(shape), from), location: place }] : [],
    );
    const call = called && location !== called ? [{ text: l10n.t("Called here"), location: called }] : [];
    const { origin } = index.model.trace;
    const remedy = {
      recorded: "",
      // An inferred pass that fails is shown only where all do.
      inferred: l10n.t("Your code does not run it: this is so for every input that its first layer takes."),
      stated: l10n.t("Its inputs were not your code's: run it forward with inputs that it is meant for."),
    }[origin];
    yield found(index.failedPath!, text, remedy, {
      step: failure.step,
      location,
      related: [...came, ...call],
      repairs: mismatch ? repairsOf(index, mismatch) : [],
    });
  },
};

export default failed;
