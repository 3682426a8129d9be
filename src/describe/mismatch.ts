import * as l10n from "@vscode/l10n";
import { type ModuleStep, type Operand, type SourceLocation, type StepId, type TakenSize, type ValueId } from "../protocol/index.js";
import { operationText } from "./arguments.js";
import { formatShape } from "./format.js";
import { type ModelIndex, nameIn, whereMade } from "./modelIndex.js";
import { originOf } from "./valueOrigin.js";

/** Why the traced pass failed, where it is because shapes do not fit. */
export interface Mismatch {
  /** In a person's words: "2 (Linear) takes 7 features; 8 came, from 0 (Linear)". A sentence without its stop. */
  readonly sentence: string;
  /** The layer that refuses what came; null where an operation does that belongs to none. */
  readonly layer: RefusingLayer | null;
  /** Each value that came, and what gave it. */
  readonly came: readonly { readonly shape: readonly number[]; readonly from: string; readonly location: SourceLocation | null }[];
}

export interface RefusingLayer {
  readonly path: string;
  /** The call that failed. */
  readonly step: StepId;
  /** The argument that fixes the size, what it is, and what it would have to be; null where the input has no such axis. */
  readonly argument: string;
  readonly takes: number;
  readonly came: number | null;
  readonly shape: readonly number[];
}

/** Null where the pass did not fail, or shapes are not known to be why. */
export function mismatchOf(index: ModelIndex): Mismatch | null {
  const { trace } = index.model;
  if (!trace?.failure) return null;
  for (let id: StepId | null = trace.failure.step; id !== null; id = trace.steps[id]?.parent ?? null) {
    const step = trace.steps[id];
    const refused = step?.kind === "module" ? refusedBy(index, id, step) : null;
    if (refused) return refused;
  }
  return operandsThatDiffer(index, trace.failure.step);
}

function refusedBy(index: ModelIndex, id: StepId, step: ModuleStep): Mismatch | null {
  const module = index.module(step.path);
  for (const taken of module?.takes ?? []) {
    const operand = step.inputs[taken.input];
    const shape = operand && index.shape(operand);
    const argument = module!.arguments[taken.argument] ?? module!.defaultArguments[taken.argument];
    if (!operand || !shape || argument === undefined) continue;
    const first = taken.axis < 0 ? shape.length + taken.axis : taken.axis;
    for (const [at, takes] of [argument].flat().entries()) {
      const came = shape[first + at] ?? null;
      if (typeof takes !== "number" || came === takes) continue;
      const { from, location } = sourceOf(index, operand.value);
      const who = named(index, step.path);
      const sentence =
        came === null
          ? l10n.t("{0} takes {1}; {2} came, from {3}, which has no such axis", who, amount(taken, takes), formatShape(shape), from)
          : l10n.t("{0} takes {1}; {2} came, from {3}", who, amount(taken, takes), String(came), from);
      return { sentence, layer: { path: step.path, step: id, argument: taken.argument, takes, came, shape }, came: [{ shape, from, location }] };
    }
  }
  return null;
}

/** What an operation that no layer answers for was given, where that is not all of one shape. */
function operandsThatDiffer(index: ModelIndex, id: StepId): Mismatch | null {
  const step = index.operation(id);
  // What a layer of a library computes inside says nothing to who called it.
  if (!step?.location) return null;
  const operands = step.inputs;
  const came = operands.map(({ value }) => ({ shape: index.model.trace!.values[value]!.shape, ...sourceOf(index, value) }));
  if (came.length < 2 || came.every(({ shape }) => shape.join() === came[0]!.shape.join())) return null;
  const given = came.map(({ shape, from }) => l10n.t("{0} from {1}", formatShape(shape), from));
  const path = index.enclosing(id);
  const operation = operationText(step.name, index.model.language);
  const name = path === "" ? operation : l10n.t("{0} in {1}", operation, named(index, path));
  return { sentence: l10n.t("{0} was given {1}", name, given.join(", ")), layer: null, came };
}

function amount({ counts }: TakenSize, count: number): string {
  switch (counts) {
    case "feature":
      return count === 1 ? l10n.t("1 feature") : l10n.t("{0} features", count);
    case "channel":
      return count === 1 ? l10n.t("1 channel") : l10n.t("{0} channels", count);
  }
}

/** "0 (Linear)". */
function named(index: ModelIndex, path: string): string {
  const { name } = index.model;
  const type = index.module(path)?.type ?? "?";
  // A model that no variable holds is named after its class already.
  return path === "" && name.startsWith(type) ? name : l10n.t("{0} ({1})", path || name, type);
}

/** What gave a value its shape: what only passed it on, such as an activation, is left out. */
function sourceOf(index: ModelIndex, value: ValueId): { readonly from: string; readonly location: SourceLocation | null } {
  const { model } = index;
  const at = shapeGivenBy(index, value);
  const { source: direct } = model.trace!.values[at]!;
  const called = direct.kind === "step" ? (model.trace!.steps[direct.step]?.location ?? null) : null;
  const { views, source } = originOf(index, at);
  const of = (from: string): string => (views.length === 0 ? from : l10n.t("{0} of {1}", views.join(", "), from));
  switch (source.kind) {
    case "input":
      return { from: of(l10n.t("the input")), location: called ?? model.trace!.steps[0]?.location ?? null };
    case "constant":
      return { from: of(source.name ?? l10n.t("a tensor of the code")), location: called };
    case "tensor":
      return { from: of(source.name), location: called ?? whereTensorMade(index, source.name) };
    case "module": {
      const module = index.module(source.path);
      return { from: of(named(index, source.path)), location: views.length > 0 ? called : ((module && whereMade(model, module)) ?? called) };
    }
    case "operation":
      return { from: of(source.path === "" ? source.name : l10n.t("{0} in {1}", source.name, named(index, source.path))), location: called };
  }
}

/** The value that what came last was made from without a change of shape, by steps that take one tensor alone. */
function shapeGivenBy(index: ModelIndex, value: ValueId): ValueId {
  const { values, steps } = index.model.trace!;
  const sameInput = (inputs: readonly Operand[], of: ValueId): ValueId | null => {
    const [first, ...others] = inputs;
    return first && others.length === 0 && values[first.value]!.shape.join() === values[of]!.shape.join() ? first.value : null;
  };
  for (let at = value; ; ) {
    const { source } = values[at]!;
    const step = source.kind === "step" ? steps[source.step] : undefined;
    const before = step ? sameInput(step.inputs, at) : null;
    if (before === null || before === at) return at;
    at = before;
  }
}

function whereTensorMade(index: ModelIndex, name: string): SourceLocation | null {
  const place = index.modules.find(({ path, parameters, buffers }) => [...parameters, ...buffers].some((use) => nameIn(path, use.name) === name));
  return place ? whereMade(index.model, place) : null;
}
