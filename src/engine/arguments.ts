import { TypeError, nameInPython, typeInPython } from "./errors.js";

/**
 * Arguments that users of PyTorch give by position or by name: any number of positional ones, then an options object.
 * `sum(x, 1, true)`, `sum(x, 1, { keepdim: true })` and `sum(x, { dim: 1, keepdim: true })` are the same call.
 */
export type Arguments<Positional extends readonly unknown[], Options> =
  | Partial<Positional>
  | [...Positional, options: Options]
  | (Positional extends readonly [...infer Shorter, unknown] ? Arguments<Shorter, Options> : never);

/**
 * The arguments of an operation by name. `names` are the positional ones in order, `others` those that come in the options alone. Any further name is an error:
 * an option that is not known is never passed over in silence.
 */
export function collect<Options extends object>(
  operation: string,
  names: readonly (keyof Options & string)[],
  args: readonly unknown[],
  others: readonly (keyof Options & string)[] = [],
): Options {
  if (args.length === 0) return {} as Options;
  const last = args[args.length - 1];
  const hasOptions = isOptions(last);
  const positional = hasOptions ? args.length - 1 : args.length;
  if (positional > names.length) {
    throw new TypeError(`${operation}() expected at most ${names.length} arguments (${names.join(", ")}), but got ${positional}`);
  }
  const result: Record<string, unknown> = hasOptions ? { ...last } : {};
  refuseUnknown(operation, result, names, others);
  for (let i = 0; i < positional; i++) if (args[i] !== undefined) result[names[i]!] = args[i];
  return result as Options;
}

/** The options, of which only these names are known; any other is an error. */
export function checkedOptions<Options extends object>(
  operation: string,
  options: Options | undefined,
  ...names: readonly (keyof Options & string)[]
): Partial<Options> {
  if (options === undefined) return {};
  if (!isOptions(options)) throw new TypeError(`${operation}() expected options (${names.join(", ")}), but got ${String(options)}`);
  refuseUnknown(operation, options, names);
  return options;
}

function refuseUnknown(operation: string, options: object, names: readonly string[], others: readonly string[] = []): void {
  for (const name in options) {
    // What all objects inherit, code may have added to.
    if (!names.includes(name) && !others.includes(name) && Object.hasOwn(options, name)) throw unknownOption(operation, name, [...names, ...others]);
  }
}

/** A function that takes these arguments and no further one, which JavaScript would pass over. */
export function takingOnly<F extends (...args: never[]) => unknown>(operation: string, names: readonly string[], f: F): F {
  const run = f as unknown as (...args: readonly unknown[]) => unknown;
  return ((...args: readonly unknown[]) => {
    if (args.length > names.length) refuseMore(operation, names, args);
    return run(...args);
  }) as unknown as F;
}

/** PyTorch's error for more arguments than an operation takes, of which these are the names. `bound`: those that Python counts and JavaScript does not, as self. */
export function refuseMore(operation: string, names: readonly string[], args: readonly unknown[], bound = 0): void {
  const last = args.at(-1);
  if (isOptions(last)) {
    refuseUnknown(operation, last, names);
    // Options that say nothing are no argument.
    if (Object.keys(last).length === 0 && args.length === names.length + 1) return;
  }
  const count = names.length + bound;
  throw new TypeError(`${operation}() takes ${count} positional argument${count === 1 ? "" : "s"} but ${args.length + bound} were given`);
}

/** The error for an option that is none of these. */
export function unknownOption(operation: string, name: string, names: readonly string[]): TypeError {
  return new TypeError(`${operation}() got an unexpected keyword argument '${name}'; the names are ${names.join(", ") || "none"}`);
}

/** Options are plain objects; lists, tensors, dtypes and whatever else has a class are arguments. */
export function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws PyTorch's error when an argument that has no default was left out. */
export function required<Value>(value: Value | null | undefined, operation: string, name: string): Value {
  if (value == null) throw new TypeError(`${operation}() missing 1 required positional arguments: "${name}"`);
  return value;
}

/** Throws where an integer was left out or is something else. */
export function requireIntegers(operation: string, ...values: readonly unknown[]): void {
  for (const value of values) if (!Number.isInteger(value)) throw new TypeError(`${operation}() expected an integer, but got ${typeInPython(value)}`);
}

/** The last arguments by name, the others by position; all by name at the end. */
type LastByName<Positional extends readonly unknown[], Options> = Positional extends readonly [...infer Shorter, unknown]
  ? Shorter extends readonly []
    ? [options: Options]
    : [...Shorter, options: Partial<Options>] | LastByName<Shorter, Options>
  : never;

/** Arguments of which the first have no defaults: `chunk(x, 2, { dim: 1 })`, `chunk(x, { chunks: 2, dim: 1 })`. */
export type WithRequired<Required extends readonly unknown[], Named, Positional extends readonly unknown[], Options> =
  | [...Required, ...Arguments<Positional, Options>]
  | LastByName<Required, Named & Options>;

/** Arguments that have no defaults: `gather(x, 1, index)`, `gather(x, 1, { index })`, `gather(x, { dim: 1, index })`. */
export type AllArguments<Positional extends readonly unknown[], Options> = Positional | LastByName<Positional, Options>;

/** The arguments in the order of their names. */
export function inOrder<Positional extends readonly unknown[]>(
  operation: string,
  names: { readonly [i in keyof Positional]: string },
  args: AllArguments<Positional, object>,
): Positional {
  const last = args[args.length - 1];
  const hasOptions = isOptions(last);
  if (args.length === names.length && !hasOptions && !args.includes(undefined)) return args as Positional;
  if (hasOptions) refuseUnknown(operation, last, names);
  const [values, rest] = requiredFirst(operation, names, args);
  if (rest.length > 0) throw new TypeError(`${operation}() takes ${names.length + 1} positional arguments but ${args.length + 1} were given`);
  return values;
}

/** The arguments that have no defaults, in the order of their names, and what is left for others: positional ones, then options. */
export function requiredFirst<Positional extends readonly unknown[]>(
  operation: string,
  names: { readonly [i in keyof Positional]: string },
  args: readonly unknown[],
): [values: Positional, rest: readonly unknown[]] {
  const last = args[args.length - 1];
  if (args.length > names.length || !isOptions(last)) {
    const values = names.map((name, i) => required(args[i], operation, nameInPython(name)));
    return [values as unknown as Positional, args.slice(names.length)];
  }
  const rest: Record<string, unknown> = { ...last };
  const values = names.map((name, i) => {
    if (i >= args.length - 1) {
      const value = required(rest[name], operation, nameInPython(name));
      delete rest[name];
      return value;
    }
    if (name in rest) throw new TypeError(`${operation}() got multiple values for argument '${nameInPython(name)}'`);
    return args[i];
  });
  return [values as unknown as Positional, Object.keys(rest).length === 0 ? [] : [rest]];
}

/** Sizes or dimensions given one by one or as one list: `view(2, 3)`, `view([2, 3])`. */
export type Numbers = number[] | [list: readonly number[]];

/** The numbers; `name` is what they may be given by too: `permute(x, { dims: [1, 0] })`. */
export function listOf<Name extends string>(
  operation: string,
  args: Numbers | [options: { readonly [name in Name]: readonly number[] }],
  name: Name,
): readonly number[] {
  const first = args[0];
  if (args.length !== 1 || typeof first !== "object") return args as readonly number[];
  if (!isOptions(first)) return first as readonly number[];
  refuseUnknown(operation, first, [name]);
  const given = (first as Partial<Readonly<Record<Name, readonly number[]>>>)[name];
  if (given == null) throw new TypeError(`${operation}() missing 1 required positional arguments: "${name}"`);
  return given;
}

/** One dimension or several. */
export type Dims = number | readonly number[];
