import type { Engine, Module, Tensor } from "./engine.js";

/**
 * How far values are looked into: lists, maps, sets, plain objects and instances of any class, by their own enumerable fields. Getters are not called, and
 * private fields cannot be seen. Each object is looked into once, by the first way that leads to it, so that what contains itself has an end.
 */
const depthLimit = 32;
const countLimit = 1000;
const objectLimit = 10_000;

/** An object in which a tensor was found, and under which key. */
export interface Holder {
  readonly object: object;
  readonly key: unknown;
}

/** Calls `visit` for what `isWanted` in a value, with its place in it: "" for the value itself, else e.g. "mask" or "[0].hidden". */
function look<Wanted>(
  engine: Engine,
  value: unknown,
  isWanted: (item: unknown) => item is Wanted,
  visit: (item: Wanted, label: string, holder: Holder | null) => void,
  enter?: (object: object) => void,
): void {
  const seen = new Set<object>();
  let found = 0;
  const lookAt = (item: unknown, label: string, depth: number, holder: Holder | null): void => {
    if (found >= countLimit) return;
    if (isWanted(item)) {
      found++;
      visit(item, label, holder);
    } else if (typeof item === "object" && item !== null && depth < depthLimit && seen.size < objectLimit && !seen.has(item)) {
      seen.add(item);
      enter?.(item);
      for (const [key, element] of entriesOf(engine, item)) lookAt(element, labelWithin(item, label, key), depth + 1, { object: item, key });
    }
  };
  lookAt(value, "", 0, null);
}

/** Calls `visit` for every tensor in a value, with its place and what it lies in, null for the value itself; see `look` for the bounds. */
export function eachTensor(engine: Engine, value: unknown, visit: (tensor: Tensor, label: string, holder: Holder | null) => void): void {
  look(engine, value, (item): item is Tensor => item instanceof engine.Tensor, visit);
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

/** Calls `visit` for every module in a value, with its place. */
export function eachModule(engine: Engine, value: unknown, visit: (module: Module, label: string) => void): void {
  look(engine, value, (item): item is Module => item instanceof engine.nn.Module, visit);
}

/** The objects that are looked into for tensors. */
export function objectsIn(engine: Engine, values: readonly unknown[]): Set<object> {
  const objects = new Set<object>();
  look(
    engine,
    values,
    (item): item is Tensor => item instanceof engine.Tensor,
    () => {},
    (object) => objects.add(object),
  );
  return objects;
}

/** Puts another tensor in the place of one that was found. False where the place does not allow it. */
export function putInto({ object, key }: Holder, tensor: Tensor): boolean {
  if (object instanceof Map) object.set(key, tensor);
  else if (object instanceof Set || Object.getOwnPropertyDescriptor(object, key as PropertyKey)?.writable !== true) return false;
  else (object as Record<PropertyKey, unknown>)[key as PropertyKey] = tensor;
  return true;
}

/** A list of arguments with other tensors in the places of its own. What a changed tensor lies in is copied; everything else stays the same. */
export function withTensors(engine: Engine, args: readonly unknown[], replace: (tensor: Tensor) => Tensor): unknown[] {
  return args.map((arg) => {
    if (arg instanceof engine.Tensor) return replace(arg);
    const holders = holdersIn(engine, arg);
    const changed = new Map<object, Map<unknown, unknown>>();
    const note = ({ object, key }: Holder, tensor: Tensor | null): void => {
      let elements = changed.get(object);
      if (!elements) {
        changed.set(object, (elements = new Map()));
        for (const around of holders.get(object) ?? []) note(around, null);
      }
      if (tensor) elements.set(key, tensor);
    };
    eachTensor(engine, arg, (tensor, _label, holder) => {
      const other = replace(tensor);
      if (other !== tensor) note(holder!, other);
    });
    return copied(arg, changed, new Map());
  });
}

/** Of each object in a value, what it lies in. */
function holdersIn(engine: Engine, value: unknown): ReadonlyMap<object, readonly Holder[]> {
  const holders = new Map<object, Holder[]>();
  for (const object of objectsIn(engine, [value])) {
    for (const [key, element] of entriesOf(engine, object)) {
      if (typeof element !== "object" || element === null) continue;
      const known = holders.get(element);
      if (known) known.push({ object, key });
      else holders.set(element, [{ object, key }]);
    }
  }
  return holders;
}

/** A value with the elements that changed, in copies of the objects that hold them. An object that leads back to itself leads to its copy afterwards. */
function copied(item: unknown, changed: ReadonlyMap<object, ReadonlyMap<unknown, unknown>>, copies: Map<object, object>): unknown {
  if (typeof item !== "object" || item === null) return item;
  const elements = changed.get(item);
  if (!elements) return item;
  const known = copies.get(item);
  if (known) return known;
  const copy = emptyLike(item);
  copies.set(item, copy);
  const elementOf = (key: unknown, element: unknown): unknown => elements.get(key) ?? copied(element, changed, copies);
  if (item instanceof Map) for (const [key, element] of item) (copy as Map<unknown, unknown>).set(key, elementOf(key, element));
  else if (item instanceof Set) [...item].forEach((element, at) => (copy as Set<unknown>).add(elementOf(at, element)));
  else {
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(item))) {
      if (Array.isArray(item) && key === "length") continue;
      const place = Array.isArray(item) ? Number(key) : key;
      Object.defineProperty(copy, key, "value" in descriptor ? { ...descriptor, value: elementOf(place, descriptor.value) } : descriptor);
    }
  }
  return copy;
}

/** Of one with private fields, what can be seen of it. */
function emptyLike(item: object): object {
  if (Array.isArray(item)) return [];
  if (item instanceof Map) return new Map();
  return item instanceof Set ? new Set() : (Object.create(Object.getPrototypeOf(item) as object | null) as object);
}

type Entry = readonly [key: unknown, element: unknown];

function entriesOf(engine: Engine, item: object): readonly Entry[] {
  if (Array.isArray(item)) return item.slice(0, countLimit).map((element: unknown, i) => [i, element]);
  if (item instanceof Map) return [...item];
  if (item instanceof Set) return [...item].map((element: unknown, i) => [i, element]);
  if (ArrayBuffer.isView(item)) return [];
  if (item instanceof engine.distributions.Distribution) return Object.entries(engine.distributions.Distribution.tensorsOf(item));
  const entries: Entry[] = [];
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(item))) {
    if (descriptor.enumerable && "value" in descriptor) entries.push([key, descriptor.value]);
  }
  return entries;
}

function labelWithin(item: object, label: string, key: unknown): string {
  if (Array.isArray(item) || item instanceof Set) return `${label}[${String(key)}]`;
  return label === "" ? String(key) : `${label}.${String(key)}`;
}
