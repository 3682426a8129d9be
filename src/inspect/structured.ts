import type { Engine, Tensor } from "./engine.js";

const depthLimit = 4;
const countLimit = 1000;

/** Calls `visit` for every tensor in a value, with its place in lists, maps and objects: "" for a tensor itself, else e.g. "mask" or "[0].hidden". */
export function eachTensor(engine: Engine, value: unknown, visit: (tensor: Tensor, label: string) => void): void {
  let left = countLimit;
  const walk = (item: unknown, label: string, depth: number): void => {
    if (typeof item !== "object" || item === null || left <= 0) return;
    if (item instanceof engine.Tensor) {
      left--;
      visit(item, label);
      return;
    }
    if (depth === depthLimit || ArrayBuffer.isView(item)) return;
    if (Array.isArray(item)) item.slice(0, left).forEach((element, i) => walk(element, `${label}[${i}]`, depth + 1));
    else {
      const entries = item instanceof Map ? item.entries() : isStructure(item) ? Object.entries(item) : [];
      for (const [key, element] of entries) walk(element, label === "" ? String(key) : `${label}.${String(key)}`, depth + 1);
    }
  };
  walk(value, "", 0);
}

/** The same for a list of arguments, each of which has a place of its own. */
export function eachTensorOf(engine: Engine, args: readonly unknown[], visit: (tensor: Tensor, label: string) => void): void {
  for (const arg of args) eachTensor(engine, arg, visit);
}

/** Plain objects, and results with named parts that can be destructured too (of topk, sort, max along a dimension). */
function isStructure(value: object): boolean {
  if (Symbol.iterator in value) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
