import * as l10n from "@vscode/l10n";
import type { Language, OperationStep, StepId, TensorSnapshot, ValueId } from "../../../protocol/index.js";
import { operationText, writeName } from "../../arguments.js";
import { nonFiniteText } from "../../format.js";
import { type ModelIndex, nameOf } from "../../modelIndex.js";
import { type FindingKind, type Found, found } from "../finding.js";

/**
 * # NaN or infinity
 *
 * ## What it finds
 *
 * NaN or infinity in a trained parameter, in a gradient, in a buffer, or in what a module gives out. Of a pass, the first module that gave them out is named, and the picture marks those that
 * they went on to. Of large tensors a sample is looked at.
 *
 * What made them of numbers is named too, where the module does more than that.
 *
 * Infinity below zero in a buffer, in a frozen parameter or in an output is not reported by itself: this is how attention masks are written.
 *
 * ## Why it matters
 *
 * Whatever is computed from NaN is NaN. After one step of an optimizer all weights are, and nothing of the training before can be saved.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   fc = new nn.Linear(4, 4);
 *   override forward(x: torch.Tensor) {
 *     return torch.log(this.fc(x).relu()).sub(torch.log(this.fc(x).relu()));
 *   }
 * }
 * export const net = new Net();
 * nn.init.zeros_(net.fc.weight);
 * nn.init.zeros_(net.fc.bias!);
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
 *   fc = new nn.Linear(4, 4);
 *   override forward(x: torch.Tensor) {
 *     return torch.log(this.fc(x).relu().add(1e-6)).sub(torch.log(this.fc(x).relu().add(1e-6)));
 *   }
 * }
 * export const net = new Net();
 * nn.init.zeros_(net.fc.weight);
 * nn.init.zeros_(net.fc.bias!);
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Remedy
 *
 * Look at the first module that is named: for a division by zero, for a logarithm or a root of what is not above zero, for a softmax over a row that is masked everywhere, or for numbers that
 * grow from layer to layer until they overflow. In training, lower the learning rate or clip the gradients.
 */
const nan: FindingKind = {
  code: "nan",
  severity: "warning",
  *find(index) {
    const given = givenOut(index);
    for (const tensor of index.model.tensors) {
      if (!holds(tensor)) continue;
      const [first, ...others] = index.places(tensor.id);
      if (!first) continue;
      const { path } = first;
      // What such a module gives out follows, and what comes after it.
      const follows = given[0]?.path === path ? given.splice(0) : [];
      const text = holdsItself(tensor)
        ? l10n.t("{0} holds {1}.", nameOf(tensor), nonFiniteText(tensor.statistics!))
        : l10n.t("The gradient of {0} holds {1}.", nameOf(tensor), nonFiniteText(tensor.gradient!));
      yield found(path, text, remedy(index.model.language), {
        tensor: tensor.id,
        location: index.module(path)?.location ?? null,
        mark: "NaN/∞",
        elsewhere: [...others.map((place) => ({ path: place.path, mark: "NaN/∞" })), ...follows.map(({ path: after }) => ({ path: after, mark: "→ NaN/∞" }))],
      });
    }
    yield* ofPass(index, given);
  },
};

export default nan;

function remedy(language: Language): string {
  return l10n.t(
    "Look for a division by zero, a logarithm or root of what is not positive, a row that is masked everywhere, or an overflow, against which {0} and nn.LayerNorm help.",
    `nn.init.${writeName("kaimingNormal_", language)}`,
  );
}

function* ofPass(index: ModelIndex, [first, ...after]: readonly GivenOut[]): Iterable<Found> {
  if (!first) return;
  const { path, step, values } = first;
  const who = path || index.model.name;
  const text =
    after.length === 0
      ? l10n.t("{0} gave out NaN or infinities.", who)
      : l10n.t("{0} gave out NaN or infinities, the first to do so of {1} modules.", who, after.length + 1);
  const origin = originOf(index, step);
  const named = origin && operationText(origin.name, index.model.language);
  yield found(path, named === null ? text : `${text} ${l10n.t("They first appeared in {0}.", `${named}()`)}`, remedy(index.model.language), {
    step,
    values,
    location: origin?.location ?? index.model.trace!.steps[step]!.location ?? index.module(path)?.location ?? null,
    mark: "→ NaN/∞",
    elsewhere: after.map((each) => ({ path: each.path, mark: "→ NaN/∞" })),
  });
}

/** The function that made them of numbers; null where that is all that the module does, or is not known. */
function originOf({ model }: ModelIndex, module: StepId): OperationStep | null {
  const { steps, values } = model.trace!;
  const holds = ({ value }: { readonly value: ValueId }): boolean => isAlarming(values[value]!.statistics);
  const first = steps.find((step) => step.kind === "operation" && step.outputs.some(holds) && !step.inputs.some(holds));
  if (first?.kind !== "operation") return null;
  return first.parent === module && steps.filter(({ parent }) => parent === module).length === 1 ? null : first;
}

interface GivenOut {
  readonly path: string;
  readonly step: StepId;
  readonly values: readonly ValueId[];
}

/** The modules that gave out NaN or infinities, in the order in which they did: what is around others after all of these. */
function givenOut({ model: { trace } }: ModelIndex): GivenOut[] {
  const given = new Map<StepId, GivenOut>();
  const around = new Set<StepId>();
  trace?.steps.forEach((step, id) => {
    if (step.kind !== "module") return;
    const values = step.outputs.map(({ value }) => value).filter((value) => isAlarming(trace.values[value]!.statistics));
    if (values.length === 0) return;
    given.set(id, { path: step.path, step: id, values });
    for (let parent = step.parent; parent !== null; parent = trace.steps[parent]!.parent) around.add(parent);
  });
  const ordered = [...given.values()].sort((a, b) => Number(around.has(a.step)) - Number(around.has(b.step)));
  const seen = new Set<string>();
  return ordered.filter(({ path }) => !seen.has(path) && seen.add(path));
}

function isAlarming(statistics: { readonly nonFinite: number; readonly negativeInfinity: number } | undefined): boolean {
  return statistics !== undefined && statistics.nonFinite > statistics.negativeInfinity;
}

function holds(tensor: TensorSnapshot): boolean {
  return holdsItself(tensor) || (tensor.gradient !== null && nonFinite(tensor.gradient) > 0);
}

function holdsItself({ statistics, requiresGrad }: TensorSnapshot): boolean {
  return statistics !== null && nonFinite(statistics) - (requiresGrad ? 0 : statistics.negativeInfinity) > 0;
}

function nonFinite({
  nan: count,
  positiveInfinity,
  negativeInfinity,
}: Pick<NonNullable<TensorSnapshot["statistics"]>, "nan" | "positiveInfinity" | "negativeInfinity">): number {
  return count + positiveInfinity + negativeInfinity;
}
