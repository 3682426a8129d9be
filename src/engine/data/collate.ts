import { float64 } from "../dtype.js";
import { RuntimeError, TypeError } from "../errors.js";
import { tensor } from "../ops/creation.js";
import { stack } from "../ops/joining.js";
import { typeInPython } from "../errors.js";
import { Tensor } from "../tensor.js";

/** What a batch of samples becomes: tensors are stacked, numbers and booleans become tensors, structures keep their form. */
export type Collated<Item> = Item extends Tensor | number | boolean
  ? Tensor
  : Item extends string
    ? string[]
    : Item extends readonly unknown[]
      ? { -readonly [i in keyof Item]: Collated<Item[i]> }
      : Item extends object
        ? { -readonly [name in keyof Item]: Collated<Item[name]> }
        : never;

/**
 * Puts samples together along a new first dimension. (torch.utils.data.default_collate)
 * Whole numbers become int64, others float64; strings stay a list; lists and objects are put together part by part.
 */
export function defaultCollate<Item>(batch: readonly Item[]): Collated<Item> {
  return collate(batch) as Collated<Item>;
}

function collate(batch: readonly unknown[]): unknown {
  const first = batch[0];
  if (first instanceof Tensor) return stack(batch as readonly Tensor[]);
  if (typeof first === "boolean") return tensor(batch as readonly boolean[]);
  if (typeof first === "number")
    return (batch as readonly number[]).every(Number.isInteger) ? tensor(batch as readonly number[]) : tensor(batch as readonly number[], { dtype: float64 });
  if (typeof first === "string") return batch;
  if (Array.isArray(first)) {
    const rows = batch as readonly (readonly unknown[])[];
    if (rows.some(({ length }) => length !== first.length)) throw new RuntimeError("each element in list of batch should be of equal size");
    return first.map((_, i) => collate(rows.map((row) => row[i])));
  }
  if (first instanceof Map)
    return new Map([...first.keys()].map((key) => [key, collate((batch as readonly Map<unknown, unknown>[]).map((row) => row.get(key)))]));
  if (typeof first === "object" && first !== null && Object.getPrototypeOf(first) === Object.prototype) {
    return Object.fromEntries(Object.keys(first).map((name) => [name, collate((batch as readonly Record<string, unknown>[]).map((row) => row[name]))]));
  }
  throw new TypeError(`default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class '${typeInPython(first)}'>`);
}
