import type { ForwardTrace, ModelSnapshot, Operand, ValueId } from "../protocol/index.js";
import { formatShape } from "./format.js";

/** `label` names the place in a structured value, or the argument; "" for a plain one. */
export interface LabelledShape {
  readonly label: string;
  readonly shape: readonly number[];
}

export function shapesOf({ values }: Pick<ForwardTrace, "values">, operands: readonly Operand[]): readonly LabelledShape[] {
  return operands.map(({ value, label }) => ({ label, shape: values[value]!.shape }));
}

/** "2×8, 2×4", of more than `most` the first ones and an ellipsis; "" where there are none. `textOf`: another way to write a shape. */
export function shapesText({ trace }: ModelSnapshot, operands: readonly Operand[], most = Infinity, textOf?: (value: ValueId) => string): string {
  const shapes = trace ? operands.map(({ value }) => textOf?.(value) ?? formatShape(trace.values[value]!.shape)) : [];
  return [...shapes.slice(0, most), ...(shapes.length > most ? ["…"] : [])].join(", ");
}
