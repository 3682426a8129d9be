/** Says what is wrong with a value that should be a `T`, and where in it; null where nothing is. */
export interface Check<T> {
  (value: unknown): string | null;
  readonly of?: T;
}

const expected = (what: string): string => ` is not ${what}`;

export const text: Check<string> = (value) => (typeof value === "string" ? null : expected("a text"));
export const flag: Check<boolean> = (value) => (typeof value === "boolean" ? null : expected("true or false"));
export const numeric: Check<number> = (value) => (typeof value === "number" && Number.isFinite(value) ? null : expected("a number"));
/** A count or an index. */
export const whole: Check<number> = (value) => (Number.isSafeInteger(value) && (value as number) >= 0 ? null : expected("a whole number from 0"));

export function oneOf<const T extends string | number | boolean>(...values: readonly T[]): Check<T> {
  const set = new Set<unknown>(values);
  return (value) => (set.has(value) ? null : expected(`one of ${values.join(", ")}`));
}

/** One of the keys of `table`, which has to have them all. */
export function keyOf<K extends string>(table: Readonly<Record<K, true>>): Check<K> {
  return oneOf(...(Object.keys(table) as K[]));
}

export function optional<T>(check: Check<T>): Check<T | null> {
  return (value) => (value === null ? null : check(value));
}

export function either<A, B>(first: Check<A>, second: Check<B>): Check<A | B> {
  return (value) => first(value) && second(value);
}

export function list<T>(check: Check<T>): Check<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return expected("a list");
    for (let i = 0; i < value.length; i++) {
      const wrong = check(value[i]);
      if (wrong !== null) return `[${i}]${wrong}`;
    }
    return null;
  };
}

export function record<T>(check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return expected("an object");
    for (const [key, member] of Object.entries(value)) {
      const wrong = check(member);
      if (wrong !== null) return `.${key}${wrong}`;
    }
    return null;
  };
}

type Required<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };
type Possible<T> = { [K in keyof T as undefined extends T[K] ? K : never]-?: Exclude<T[K], undefined> };
type Checks<T> = { readonly [K in keyof T]: Check<T[K]> };

/** Every field has a check, or this does not compile. `possible`: fields that may be absent. */
export function shape<T>(required: Checks<Required<T>>, ...[possible]: keyof Possible<T> extends never ? [] : [Checks<Possible<T>>]): Check<T> {
  const fields = Object.entries<Check<unknown>>(required as Readonly<Record<string, Check<unknown>>>);
  const maybe = Object.entries<Check<unknown>>((possible ?? {}) as Readonly<Record<string, Check<unknown>>>);
  return (value) => {
    if (!isObject(value)) return expected("an object");
    for (const [key, check] of fields) {
      const wrong = check(value[key]);
      if (wrong !== null) return `.${key}${wrong}`;
    }
    for (const [key, check] of maybe) {
      const wrong = value[key] === undefined ? null : check(value[key]);
      if (wrong !== null) return `.${key}${wrong}`;
    }
    return null;
  };
}

/** A union whose `kind` says which of them it is. */
export function kinds<T extends { readonly kind: string }>(checks: { readonly [K in T["kind"]]: Check<Extract<T, { readonly kind: K }>> }): Check<T> {
  const table = new Map<unknown, Check<unknown>>(Object.entries(checks));
  return (value) => {
    const check = isObject(value) ? table.get(value.kind) : undefined;
    return check ? check(value) : `.kind${expected(`one of ${[...table.keys()].join(", ")}`)}`;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
