import * as l10n from "@vscode/l10n";

/** A value as JSON texts, each short enough for a string, and put together again. */

/** Keys and indices that lead to a place in a value. */
export type Path = readonly (string | number)[];

export interface Part {
  readonly path: Path;
  /** JSON of what stands there; a container whose members follow is empty in it. */
  readonly text: string;
}

/** Characters. */
const longestText = 2 ** 26;

/** The same function as long as the process lives, whatever model code does to the global one. */
const { stringify } = JSON;
const { entries, keys } = Object;
const { isArray } = Array;

/**
 * The parts of plain data, containers before their members. Throws where JSON has no form for something in it. `longest`: a text beyond this is taken
 * apart, where it can be.
 */
export function* partsOf(value: unknown, longest = longestText, path: Path = []): Generator<Part> {
  let text: string | undefined;
  try {
    text = stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // Longer than a string can be.
  }
  const isContainer = typeof value === "object" && value !== null && keys(value).length > 0;
  if (text !== undefined && (text.length <= longest || !isContainer)) {
    yield { path, text };
    return;
  }
  if (!isContainer) throw new TypeError(l10n.t("there is no form for {0}", `${path.join(".")}: ${typeof value}`));
  yield { path, text: isArray(value) ? "[]" : "{}" };
  for (const [key, member] of entries(value)) {
    if (member !== undefined) yield* partsOf(member, longest, [...path, isArray(value) ? Number(key) : key]);
  }
}

/** Takes `toJSON` from what all objects inherit while `body` runs: it would speak for the data. */
export function withoutToJson<Result>(body: () => Result): Result {
  const taken: [object, PropertyDescriptor][] = [];
  for (const prototype of inherited) {
    const found = Reflect.getOwnPropertyDescriptor(prototype, "toJSON");
    if (found && Reflect.deleteProperty(prototype, "toJSON")) taken.push([prototype, found]);
  }
  try {
    return body();
  } finally {
    for (const [prototype, descriptor] of taken) Reflect.defineProperty(prototype, "toJSON", descriptor);
  }
}

const inherited: readonly object[] = [Object.prototype, Array.prototype, BigInt.prototype];

/** Puts a value together from its parts in their order. */
export class Assembly {
  #root: unknown;
  #begun = false;

  /** Throws where the part does not fit what there is. */
  add(path: unknown, text: string): void {
    const value = JSON.parse(text) as unknown;
    if (!Array.isArray(path)) throw new TypeError();
    if (path.length === 0) {
      if (this.#begun) throw new TypeError();
      this.#begun = true;
      this.#root = value;
      return;
    }
    let holder = this.#root;
    for (const key of path.slice(0, -1) as unknown[]) holder = own(holder, key);
    const key = path.at(-1) as unknown;
    if (Array.isArray(holder) ? key !== holder.length : typeof key !== "string" || !isObject(holder) || Object.hasOwn(holder, key)) {
      throw new TypeError();
    }
    Object.defineProperty(holder, key as PropertyKey, { value, enumerable: true, writable: true, configurable: true });
  }

  /** What was put together; undefined where nothing was. */
  get value(): unknown {
    return this.#root;
  }
}

function own(holder: unknown, key: unknown): unknown {
  if (!isObject(holder) || (typeof key !== "string" && typeof key !== "number") || !Object.hasOwn(holder, key)) throw new TypeError();
  return (holder as Record<string | number, unknown>)[key];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
