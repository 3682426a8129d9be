import type { ArgumentValue, OperationStep, StepArgument } from "../protocol/index.js";
import { operationNamed } from "../protocol/index.js";
import type { Engine, Operation } from "./engine.js";

/** What a snapshot says of an operation that ran, from what its row in the engine says. */

type Facts = Pick<OperationStep, "name" | "arguments" | "effect" | "gives" | "normalizes" | "activates" | "centers" | "sign" | "between">;

export function factsOf(engine: Engine, operation: Operation, args: readonly unknown[]): Facts {
  const { name, effect, gives, normalizes, centers, sign, between } = operation;
  const activates = operation.activates?.(args);
  const facts = { name: operationNamed(name), arguments: shownArguments(engine, operation, args), effect: effect.kind };
  return {
    ...facts,
    ...(gives && { gives }),
    ...(normalizes && { normalizes }),
    ...(activates && { activates: { gain: activates.gain, slope: activates.slope ?? null } }),
    ...(centers && { centers }),
    ...(sign !== undefined && { sign }),
    ...(between !== undefined && { between }),
  };
}

/** Whether the elements of its first argument are what an operation gives out, unchanged. */
export function keepsElements({ effect }: Operation): boolean {
  return effect.kind === "view" || effect.kind === "part" || effect.kind === "moves";
}

/** Whether an operation writes into its first argument. */
export function writesInPlace({ effect }: Operation): boolean {
  return effect.kind === "writes";
}

/** Numbers where the engine made a tensor of one for the operation's sake. */
export function asGiven(engine: Engine, args: readonly unknown[]): readonly unknown[] {
  return args.map((arg) => (arg instanceof engine.Tensor ? (arg.storage.number ?? arg) : arg));
}

/** The arguments other than tensors that are not as they are by default. */
export function shownArguments(engine: Engine, { arguments: declared }: Operation, args: readonly unknown[]): StepArgument[] {
  const shown: StepArgument[] = [];
  const show = (name: string | null, given: unknown, byDefault: unknown): void => {
    const value = plainValue(engine, given);
    if (value !== undefined && value !== null && !isDefault(value, byDefault)) shown.push({ name, value });
  };
  const isFirst = declared[1] === "" && args[1] instanceof engine.Tensor;
  args.forEach((arg, position) => {
    const argument = declared[position];
    if (argument === null) return;
    const value = position === 0 && isFirst ? plainValue(engine, arg) : undefined;
    if (value !== undefined) {
      shown.push({ name: null, value, isFirst: true });
      return;
    }
    if (isPlainObject(arg)) {
      for (const [key, value] of Object.entries(arg)) {
        const byDefault = defaultOf(declared, key);
        if (byDefault !== null) show(key, value, byDefault);
      }
    } else if (typeof argument === "string") show(argument === "" ? null : argument, arg, undefined);
    else if (isNamed(argument)) show(argument[0], arg, argument[1]);
    else show(null, arg, undefined);
  });
  return shown;
}

type Declared = Operation["arguments"][number];

function isNamed(argument: Declared | undefined): argument is readonly [string, string | number | boolean] {
  return Array.isArray(argument);
}

/** What an argument given by name is by default; undefined if it has no default, null if it is not shown. */
function defaultOf(declared: readonly Declared[], name: string): unknown {
  for (const argument of declared) {
    if (isNamed(argument)) {
      if (argument[0] === name) return argument[1];
    } else if (typeof argument === "object" && argument !== null && name in argument) return (argument as Readonly<Record<string, unknown>>)[name];
  }
  return undefined;
}

/** Equal to the default, or a list that repeats it for each dimension. */
function isDefault(value: ArgumentValue, byDefault: unknown): boolean {
  return value === byDefault || (Array.isArray(value) && value.length > 0 && value.every((each) => each === byDefault));
}

/** Undefined for tensors, functions and objects other than dtypes: these are not shown. */
function plainValue(engine: Engine, value: unknown): ArgumentValue | undefined {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : { code: String(value) };
    case "boolean":
    case "string":
      return value;
    case "bigint":
      return { code: String(value) };
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) {
        const items = value.map((item) => plainValue(engine, item));
        return items.includes(undefined) ? undefined : (items as ArgumentValue[]);
      }
      return value instanceof engine.DType ? { code: String(value) } : undefined;
    default:
      return undefined;
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The call as it is written in code: "mul(0.02)". */
export function callText(engine: Engine, operation: Operation, args: readonly unknown[]): string {
  const given = shownArguments(engine, operation, args).map(({ name, value }) => (name === null ? "" : `${name}: `) + literal(value));
  return `${operation.name}(${given.join(", ")})`;
}

/** Six digits of a number tell what was written; a computed scale has many more. */
function literal(value: ArgumentValue): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return "code" in value ? value.code : `[${value.map(literal).join(", ")}]`;
}
