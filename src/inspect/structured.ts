import type { Engine, Module, Tensor } from "./engine.js";

const depthLimit = 4;
const countLimit = 1000;

/**
 * A value with `replace` applied to every tensor in it, in order, together with its place in lists, maps and objects: "" for a tensor itself, else e.g.
 * "mask" or "[0].hidden". What a changed tensor lies in is copied; everything else stays the same.
 */
function mapTensors(engine: Engine, value: unknown, replace: (tensor: Tensor, label: string) => Tensor): unknown {
  let left = countLimit;
  const map = (item: unknown, label: string, depth: number): unknown => {
    if (typeof item !== "object" || item === null || left <= 0) return item;
    if (item instanceof engine.Tensor) {
      left--;
      return replace(item, label);
    }
    if (depth === depthLimit) return item;
    const changed: Entry[] = [];
    for (const [key, element] of entriesOf(item, left)) {
      const mapped = map(element, labelWithin(item, label, key), depth + 1);
      if (mapped !== element) changed.push([key, mapped]);
    }
    return changed.length === 0 ? item : copyWith(item, changed);
  };
  return map(value, "", 0);
}

/** Calls `visit` for every tensor in a value, with its place; see mapTensors. */
export function eachTensor(engine: Engine, value: unknown, visit: (tensor: Tensor, label: string) => void): void {
  mapTensors(engine, value, (tensor, label) => {
    visit(tensor, label);
    return tensor;
  });
}

/** The same for a list of arguments, each of which has a place of its own, or is known by the name that it is given. */
export function eachTensorOf(
  engine: Engine,
  args: readonly unknown[],
  visit: (tensor: Tensor, label: string) => void,
  nameOf: (position: number) => string = () => "",
): void {
  args.forEach((arg, position) => {
    const name = nameOf(position);
    eachTensor(engine, arg, (tensor, label) => visit(tensor, name === "" || label === "" || label.startsWith("[") ? name + label : `${name}.${label}`));
  });
}

/** A list of arguments with other tensors in the places of its own. */
export function withTensors(engine: Engine, args: readonly unknown[], replace: (tensor: Tensor) => Tensor): unknown[] {
  return args.map((arg) => mapTensors(engine, arg, replace));
}

/** Calls `visit` for every module in a value, with its place. */
export function eachModule(engine: Engine, value: unknown, visit: (module: Module, label: string) => void): void {
  let left = countLimit;
  const look = (item: unknown, label: string, depth: number): void => {
    if (item instanceof engine.nn.Module) {
      if (left-- > 0) visit(item, label);
    } else if (typeof item === "object" && item !== null && !(item instanceof engine.Tensor) && depth < depthLimit) {
      for (const [key, element] of entriesOf(item, left)) look(element, labelWithin(item, label, key), depth + 1);
    }
  };
  look(value, "", 0);
}

type Entry = readonly [key: unknown, element: unknown];

function entriesOf(item: object, most: number): readonly Entry[] {
  if (Array.isArray(item)) return item.slice(0, most).map((element: unknown, i) => [i, element]);
  if (item instanceof Map) return [...item];
  return !ArrayBuffer.isView(item) && isStructure(item) ? Object.entries(item) : [];
}

function labelWithin(item: object, label: string, key: unknown): string {
  if (Array.isArray(item)) return `${label}[${String(key)}]`;
  return label === "" ? String(key) : `${label}.${String(key)}`;
}

function copyWith(item: object, changed: readonly Entry[]): object {
  if (item instanceof Map) return new Map<unknown, unknown>([...item, ...changed]);
  const copy: object = Array.isArray(item)
    ? [...(item as unknown[])]
    : Object.assign(Object.create(Object.getPrototypeOf(item) as object | null) as object, item);
  return Object.assign(copy, Object.fromEntries(changed as readonly [PropertyKey, unknown][]));
}

/** Plain objects, and results with named parts that can be destructured too (of topk, sort, max along a dimension). */
function isStructure(value: object): boolean {
  if (Symbol.iterator in value) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
