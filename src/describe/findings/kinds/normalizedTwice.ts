import * as l10n from "@vscode/l10n";
import {
  keepsElements,
  type Language,
  type OperationName,
  type Scale,
  type ScoredOutput,
  type SourceLocation,
  type StepId,
  type ValueId,
} from "../../../protocol/index.js";
import { operationText } from "../../arguments.js";
import { type ModelIndex, whereMade } from "../../modelIndex.js";
import { onlyOneMadeThere } from "../../repair.js";
import { type FindingKind, type Found, found } from "../finding.js";

/**
 * # Normalized twice
 *
 * ## What it finds
 *
 * A softmax whose result is given to `crossEntropy`, or a sigmoid whose result is given to `binaryCrossEntropyWithLogits`, in the pass that is shown or right after it. These losses take what
 * comes before: they make probabilities of it by themselves.
 *
 * ## Why it matters
 *
 * The loss treats probabilities as if they were logits. They lie between 0 and 1, so that after the second softmax no class gets far from the others: the loss stays high however sure the
 * network is, gradients are small, and training is slow and ends early. Nothing fails.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * export const net = new nn.Sequential(new nn.Linear(4, 3), new nn.Softmax(1));
 * const loss = new nn.CrossEntropyLoss();
 * loss(net(torch.randn(2, 4)), torch.tensor([0, 2]));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * export const net = new nn.Sequential(new nn.Linear(4, 3));
 * const loss = new nn.CrossEntropyLoss();
 * loss(net(torch.randn(2, 4)), torch.tensor([0, 2]));
 * ```
 *
 * ## Remedy
 *
 * Leave the softmax or sigmoid out of the network, and apply it where probabilities are wanted, after training. With a softmax that has to stay, take its logarithm and `nn.NLLLoss`; with a
 * sigmoid, `nn.BCELoss`.
 */
const normalizedTwice: FindingKind = {
  code: "normalized-twice",
  severity: "warning",
  *find(index) {
    const { language } = index.model;
    const told = new Set<StepId>();
    for (const { value, by, normalizes, location, after } of lossesOf(index)) {
      if (after?.gives === normalizes) {
        yield found(
          "",
          l10n.t(
            "{0} makes probabilities, and {1} makes its input into probabilities once more.",
            operationText(after.by, language),
            operationText(by, language),
          ),
          l10n.t("Leave it out: the loss takes what comes before it."),
          { values: [value], location: after.location, mark: l10n.t("normalized twice"), related: takenAt(by, location, language) },
        );
      }
      const at = probabilitiesFrom(index, value, normalizes);
      const operation = at === null ? undefined : index.operation(at);
      if (!operation || at === null || told.has(at)) continue;
      told.add(at);
      const path = index.enclosing(at);
      const module = index.module(path);
      // A layer that is nothing else has a line of its own.
      const itself = operation.location === null ? module : undefined;
      const layer = itself ? whereMade(index.model, itself) : null;
      const name = itself ? l10n.t("{0} ({1})", path || index.model.name, itself.type) : operationText(operation.name, language);
      const canGo = layer && index.parent(path)?.isSequence && onlyOneMadeThere(index, layer);
      yield found(
        path,
        l10n.t("{0} makes probabilities, and {1} makes its input into probabilities once more.", name, operationText(by, language)),
        l10n.t("Leave it out: the loss takes what comes before it."),
        {
          step: at,
          location: layer ?? operation.location ?? module?.location ?? null,
          mark: l10n.t("normalized twice"),
          related: takenAt(by, location, language),
          repairs: canGo ? [{ kind: "removeLayer", location: layer, layer: name }] : [],
        },
      );
    }
  },
};

function takenAt(by: OperationName, location: SourceLocation | null, language: Language): Found["related"] {
  return location ? [{ text: l10n.t("{0} takes it here", operationText(by, language)), location }] : [];
}

/** The losses that normalize their input by themselves, in the pass and after it. */
function lossesOf({ model: { trace } }: ModelIndex): readonly ScoredOutput[] {
  const inside = (trace?.steps ?? []).flatMap((step) => {
    const [input] = step.inputs;
    if (step.kind !== "operation" || step.normalizes === undefined || !input) return [];
    return [{ value: input.value, by: step.name, normalizes: step.normalizes, location: step.location }];
  });
  return [...inside, ...(trace?.scored ?? [])];
}

/** The step that made a value into such probabilities, views of them included; null where none did. */
function probabilitiesFrom({ model }: ModelIndex, value: ValueId, scale: Scale): StepId | null {
  const { values, steps } = model.trace!;
  for (let at = value; ; ) {
    const { source } = values[at]!;
    const step = source.kind === "step" ? steps[source.step] : undefined;
    if (source.kind !== "step" || !step) return null;
    if (step.kind === "operation" && step.gives === scale) return source.step;
    const before = step.kind === "module" || keepsElements(step) ? step.inputs[0] : undefined;
    if (!before || before.value === at) return null;
    at = before.value;
  }
}

export default normalizedTwice;
