import * as l10n from "@vscode/l10n";
import type { DTypeName, Fill, ForwardTrace, ModelSnapshot, StatedInput } from "../protocol/index.js";
import { indexOf } from "./modelIndex.js";
import { parseShape } from "./shapeText.js";

/** One tensor for forward, as a user fills it in. */
export interface TypedInput {
  /** The parameter of forward, or the place in a structured value; "" where it has no name. */
  readonly label: string;
  readonly shape: string;
  readonly dtype: DTypeName;
  /** Null while the user has not chosen: see fillOf. */
  readonly fill: Fill | null;
  /** Every number of "randint" is less. */
  readonly high: string;
}

/** Those that an input may be given as, the usual ones first. */
export const inputDTypes: readonly DTypeName[] = ["float32", "int64", "bool", "float64", "int32", "float16", "bfloat16", "int16", "int8", "uint8"];

/** The tensors of the shown pass; where there is none, one, of integers where the model's first parameter is a table that integers look up in. */
export function inputsToType(model: ModelSnapshot): readonly TypedInput[] {
  const { trace } = model;
  const rows = tableRows(model);
  const high = String(rows?.count ?? 10);
  const given = trace?.inputs.map(({ value, label }): TypedInput => {
    const { shape, dtype } = trace.values[value]!;
    return { label, shape: shape.join(", "), dtype, fill: null, high };
  });
  return given?.length ? given : [{ label: "", shape: "", dtype: rows?.isFirst ? "int64" : "float32", fill: null, high }];
}

/** How many rows the first table of the model has that integers look up in, as of an Embedding; null where it has none. */
function tableRows(model: ModelSnapshot): { readonly count: number; readonly isFirst: boolean } | null {
  const uses = indexOf(model).modules.flatMap(({ parameters }) => parameters);
  const at = uses.findIndex(({ axes }) => axes?.[0] === "index");
  const count = at < 0 ? undefined : indexOf(model).tensor(uses[at]!).shape?.[0];
  return count === undefined ? null : { count, isFirst: at === 0 };
}

/** What may fill a tensor of this dtype, the likeliest first. */
export function fillsOf(dtype: DTypeName, trace: ForwardTrace | null): readonly Fill[] {
  const own: readonly Fill[] = isFloat(dtype)
    ? ["randn", "rand", "zeros", "ones", "arange"]
    : dtype === "bool"
      ? ["zeros", "ones", "randint"]
      : ["randint", "zeros", "ones", "arange"];
  return trace ? ["recorded", ...own] : own;
}

/** What the user chose where it goes with the dtype; else the pass's own values where it has as many, and for integers, which made up would be no indices. */
export function fillOf(input: TypedInput, at: number, trace: ForwardTrace | null): Fill {
  const fills = fillsOf(input.dtype, trace);
  if (input.fill !== null && fills.includes(input.fill)) return input.fill;
  const value = trace?.inputs[at] && trace.values[trace.inputs[at].value];
  if (!value) return fills.find((fill) => fill !== "recorded")!;
  const isAsGiven = value.dtype === input.dtype && parseShape(input.shape).shape?.join() === value.shape.join();
  return isAsGiven || (value.dtype === input.dtype && !isFloat(input.dtype)) ? "recorded" : fills[1]!;
}

/** What was filled in as a request, or what is wrong with it. */
export function readInput(input: TypedInput, at: number, trace: ForwardTrace | null): { readonly input: StatedInput } | { readonly problem: string } {
  const value = trace?.inputs[at] && trace.values[trace.inputs[at].value];
  // The shape of a scalar is shown as nothing.
  const { shape, problem } = input.shape.trim() === "" && value?.shape.length === 0 ? { shape: [], problem: null } : parseShape(input.shape);
  if (shape === null) return { problem };
  const fill = fillOf(input, at, trace);
  const stated: StatedInput = { shape, dtype: input.dtype, fill };
  if (fill !== "randint") return { input: stated };
  const high = input.dtype === "bool" ? 2 : Number(input.high);
  return Number.isSafeInteger(high) && high >= 1
    ? { input: { ...stated, high } }
    : { problem: l10n.t("Integers are drawn below a whole number that is at least 1.") };
}

/** In plain words. */
export function fillText(fill: Fill): string {
  switch (fill) {
    case "recorded":
      return l10n.t("as in this pass");
    case "randn":
      return l10n.t("randn: standard normal");
    case "rand":
      return l10n.t("rand: uniform over [0, 1)");
    case "randint":
      return l10n.t("randint: whole numbers, e.g. token ids");
    case "zeros":
      return l10n.t("zeros: all 0");
    case "ones":
      return l10n.t("ones: all 1");
    case "arange":
      return l10n.t("arange: 0, 1, 2, ...");
  }
}

function isFloat(dtype: DTypeName): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}
