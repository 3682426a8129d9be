import type { ModelSnapshot, TensorStatistics, ValueId } from "../../protocol/index.js";

/** What a link in a hover asks to be measured, and where the hover is. */
export interface MeasuredValue {
  readonly file: string;
  readonly model: string;
  readonly value: ValueId;
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

const measured = new WeakMap<ModelSnapshot, Map<ValueId, TensorStatistics>>();

/** The values of a model's pass that were measured because somebody asked. */
export function measuredValues(model: ModelSnapshot): Map<ValueId, TensorStatistics> {
  let values = measured.get(model);
  if (!values) measured.set(model, (values = new Map<ValueId, TensorStatistics>()));
  return values;
}
