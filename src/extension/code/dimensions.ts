import type { ModelSnapshot, ValueId } from "../../protocol/index.js";
import { formatShape } from "../../describe/format.js";

/** A size that a text gives a name in one place: `const width = 64`, `{ width: 64 }`, `(width = 64)`. */
export interface SizeVariable {
  readonly name: string;
  readonly value: number;
  /** Of the number in the text, from 0; `end` is the first after it. */
  readonly start: number;
  readonly end: number;
}

/** What the axes of a model's values are called; null for an axis that is a mere number. */
export interface DimensionNames {
  readonly axes: ReadonlyMap<ValueId, readonly (string | null)[]>;
  /** The variables that name an axis, with their values. */
  readonly variables: ReadonlyMap<string, number>;
}

/** Sizes below this are no dimension that has a name: 1 broadcasts, and 0 is nothing. */
const least = 2;

/**
 * The sizes that are written out under a name. A variable that is given twice is left out: which is meant is not known. A property of several objects is several sizes, as
 * of two configurations: which of them moves an axis is seen.
 */
export function sizeVariables(text: string): readonly SizeVariable[] {
  const found = new Map<string, SizeVariable[]>();
  const assigned = new Set<string>();
  for (const match of text.matchAll(
    /(?<![\p{ID_Continue}$.])(?<name>[\p{ID_Start}_$][\p{ID_Continue}$]*)\s*(?::\s*number\s*=|=(?![=>])|:)\s*(?<size>\d[\d_]*)(?=\s*(?:[,;)}\n]|$))/gu,
  )) {
    const { name, size } = match.groups as { readonly name: string; readonly size: string };
    const end = match.index + match[0].length;
    if (!/:\s*[\d_]+$/.test(match[0])) assigned.add(name);
    const variable = { name, value: Number(size.replaceAll("_", "")), start: end - size.length, end };
    found.set(name, [...(found.get(name) ?? []), variable]);
  }
  return [...found].flatMap(([name, each]) => (each.length > 1 && assigned.has(name) ? [] : each.filter(({ value }) => value >= least)));
}

/** Whether a size of some value of the model could be one. */
export function couldName({ value }: SizeVariable, { trace }: ModelSnapshot): boolean {
  return trace?.values.some(({ shape }) => shape.some((size) => size >= value && size % value === 0)) === true;
}

/** What a variable is looked at with: a multiple, so that what it is divided by still divides it. */
export function changedValue({ value }: SizeVariable): number {
  return 2 * value;
}

/** A pass that was looked at with one variable changed. */
export interface ChangedLook {
  readonly variable: SizeVariable;
  readonly model: ModelSnapshot;
}

/** Which variables move which axes of a model's values: those that have the variable's size, or a multiple of it, and a multiple as large when it is changed. */
export function dimensionNames(model: ModelSnapshot, looks: readonly ChangedLook[]): DimensionNames {
  const axes = new Map<ValueId, readonly (string | null)[]>();
  const variables = new Map<string, number>();
  const comparable = looks.filter((look) => isSamePass(model, look.model));
  for (const [value, { shape }] of (model.trace?.values ?? []).entries()) {
    const names = shape.map((size, axis) => {
      const moving = comparable.filter(({ variable, model: changed }) => {
        const now = changed.trace!.values[value]!.shape[axis]!;
        return now !== size && now * variable.value === size * changedValue(variable);
      });
      const factor = size / moving.reduce((product, { variable }) => product * variable.value, 1);
      if (moving.length === 0 || !Number.isInteger(factor)) return null;
      for (const { variable } of moving) variables.set(variable.name, variable.value);
      return [...(factor === 1 ? [] : [String(factor)]), ...moving.map(({ variable }) => variable.name)].join("·");
    });
    if (names.some((name) => name !== null)) axes.set(value, names);
  }
  return { axes, variables };
}

/** Whether two passes took the same steps, so that their values stand for each other. */
function isSamePass({ trace: a }: ModelSnapshot, { trace: b }: ModelSnapshot): boolean {
  if (!a || !b || b.failure || a.steps.length !== b.steps.length || a.values.length !== b.values.length) return false;
  const isSameStep = a.steps.every((step, at) => {
    const other = b.steps[at]!;
    return step.kind === other.kind && step.parent === other.parent && step.location?.line === other.location?.line;
  });
  return isSameStep && a.values.every(({ shape }, value) => shape.length === b.values[value]!.shape.length);
}

const known = new WeakMap<ModelSnapshot, DimensionNames>();

/** To be called when they are known. */
export function nameDimensions(model: ModelSnapshot, names: DimensionNames): void {
  known.set(model, names);
}

/** Those of a model that was looked at for them. */
export function namesOf(model: ModelSnapshot): DimensionNames | undefined {
  return known.get(model);
}

/** The shape of a value as its hint says it: "B×T×64". */
export function namedShape(model: ModelSnapshot, value: ValueId): string {
  const { shape } = model.trace!.values[value]!;
  const names = known.get(model)?.axes.get(value);
  return names ? shape.map((size, axis) => names[axis] ?? String(size)).join("×") : formatShape(shape);
}
