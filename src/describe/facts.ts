import * as l10n from "@vscode/l10n";
import { byFamily, keepsElements, type FamilyName, type ModelSnapshot, type ModuleSnapshot, type OperationStep, type ValueId } from "../protocol/index.js";
import { operationText, writeArgument } from "./arguments.js";
import { gainGiven, gainOf } from "./initializationTheory.js";
import { initializationCode } from "./initialization.js";
import { formatValue } from "./format.js";
import { type ModelIndex, nameIn } from "./modelIndex.js";

/**
 * What is so of a module and may be meant or not, which its author alone knows: told where somebody looks at the module, and nowhere else. What a run proves to be
 * wrong is a finding.
 */
export function factsAbout(index: ModelIndex, path: string): readonly string[] {
  const module = index.module(path);
  return module ? [...sinceCompared(index, path), ...otherMode(index, module), ...biasTakenAway(index, module), ...otherGain(index, module)] : [];
}

/** What became of it, in a model that is compared. */
function sinceCompared({ model: { comparison } }: ModelIndex, path: string): readonly string[] {
  return (comparison?.changes ?? [])
    .filter((change) => change.path === path)
    .map(({ kind, text }) => l10n.t("Since {0}: {1}", comparison!.with, kind === "added" ? l10n.t("added") : text));
}

/** What of a compared model's modules that were removed is to be told, some or all; null where there are none. */
export function removedText({ comparison }: ModelSnapshot, which = comparison?.removed ?? []): string | null {
  if (!comparison || which.length === 0) return null;
  return l10n.t("Removed since {0}: {1}", comparison.with, which.map(({ path, text }) => `${path} ${text}`).join("; "));
}

/** A part that is in another mode than what is around it, or a whole model that was left evaluating although that makes a difference to it. */
function* otherMode(index: ModelIndex, { path, training }: ModuleSnapshot): Iterable<string> {
  const around = index.parent(path);
  if (around && around.training !== training) {
    yield training
      ? l10n.t("In training mode, while {0} around it evaluates.", around.path || index.model.name)
      : l10n.t("In evaluation mode, while {0} around it trains.", around.path || index.model.name);
  } else if (!around && !training && index.modules.some((each) => differsInEvaluation(each))) {
    yield l10n.t("The code left it in evaluation mode: nothing is dropped, and running statistics stay as they are.");
  }
}

const hasMode: Readonly<Record<FamilyName, boolean>> = {
  linear: false,
  convolution: false,
  attention: false,
  recurrent: false,
  embedding: false,
  normalization: false,
  activation: false,
  dropout: true,
  pooling: false,
  padding: false,
  resampling: false,
  reshaping: false,
  identity: false,
  distance: false,
  loss: false,
  container: false,
  module: false,
};

/** Dropout, and what keeps statistics as it runs. */
function differsInEvaluation({ family, buffers }: ModuleSnapshot): boolean {
  return byFamily(hasMode, family) || buffers.some(({ axes }) => axes?.[0] === "feature" || axes?.[0] === "channel");
}

/** A bias whose channel's mean is taken away at once: it costs parameters and changes nothing. */
function* biasTakenAway(index: ModelIndex, module: ModuleSnapshot): Iterable<string> {
  const bias = module.parameters.find(({ name }) => name === "bias");
  const value = outputOf(index, module.path);
  if (!bias || value === null || !index.tensor(bias).requiresGrad) return;
  const next = onlyTakerOf(index, value);
  const { shape } = index.model.trace!.values[value]!;
  // Only where the bias counts what the normalization does: the second of the dimensions.
  const isPerChannel = shape[1] === index.tensor(bias).count && (shape.length === 2 || byFamily(addsPerChannel, module.family));
  if (next?.centers && isPerChannel) {
    yield l10n.t(
      "{0} takes the mean of each channel away right after it, and the bias with it: {1} does the same with fewer parameters.",
      operationText(next.name, index.model.language),
      writeArgument("bias", false, index.model.language),
    );
  }
}

const addsPerChannel: Readonly<Record<FamilyName, boolean>> = { ...hasMode, dropout: false, convolution: true };

/** A weight that the code initialized for another activation than the one that its output goes into. */
function* otherGain(index: ModelIndex, module: ModuleSnapshot): Iterable<string> {
  const value = outputOf(index, module.path);
  const next = value === null ? null : onlyTakerOf(index, value);
  const wanted = next?.activates && gainOf(next.activates);
  if (!next || wanted === undefined || wanted === null) return;
  for (const use of module.parameters) {
    const { initialization } = index.tensor(use);
    if (initialization.kind !== "recorded" || initialization.by === "constructor" || initialization.modifiedBy.length > 0) continue;
    const given = gainGiven(initialization.arguments);
    if (given === null || Math.abs(given / wanted - 1) < 0.01) continue;
    yield l10n.t(
      "{0} was filled by {1}, with a gain of {2}; {3} follows, whose gain is {4}.",
      nameIn(module.path, use.name),
      initializationCode(initialization, index.model.language),
      formatValue(given),
      operationText(next.name, index.model.language),
      formatValue(wanted),
    );
  }
}

/** What the one call of a module gave out; null where there are several, or several outputs. */
function outputOf(index: ModelIndex, path: string): ValueId | null {
  const [call, ...others] = index.calls(path);
  const [output, ...more] = call?.step.outputs ?? [];
  return output && others.length + more.length === 0 ? output.value : null;
}

/** The one operation that takes a value, or the same elements in another shape; null where several do, or none. */
function onlyTakerOf(index: ModelIndex, value: ValueId): OperationStep | null {
  const { steps } = index.model.trace!;
  const takers = steps.filter((step): step is OperationStep => step.kind === "operation" && step.inputs.some((input) => input.value === value));
  const [taker, ...others] = takers;
  if (!taker || others.length > 0 || taker.inputs[0]?.value !== value) return null;
  if (!keepsElements(taker)) return taker;
  const [output] = taker.outputs;
  return output && taker.effect !== "part" ? onlyTakerOf(index, output.value) : null;
}
