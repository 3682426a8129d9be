/**
 * Replays what PyTorch computed (data/*.json, made with PyTorch 2.13.0 on CPU) against the engine. The cases name functions and layers as PyTorch
 * does; the engine's names are the same in lowerCamelCase, with keyword arguments in one trailing options object.
 */
import { existsSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Tensor } from "../../src/engine/index.js";

/** A tensor in the data: values row by row, NaN and the infinities as text. */
export interface EncodedTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly (number | boolean | string)[];
}

export type KeywordArguments = Readonly<Record<string, unknown>>;

/** How a module is built: its type with arguments, children by name, or a module labelled before. */
export interface ModuleSpec {
  readonly type: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: KeywordArguments;
  readonly children?: readonly (readonly [string | null, ModuleSpec])[];
  readonly label?: string;
  readonly ref?: string;
}

/** A function or class looked up by name, whose type no checker can know. */
export type Callable = (...args: readonly unknown[]) => unknown;
/** A module of any type, driven by data. */
export type DynamicModule = Callable & torch.nn.Module;

/** The cases of one kind; `data/wide` holds more of some kinds, over all layers, operations and their arguments. */
export function loadCases<T>(name: string): T[] {
  const files = [`./data/${name}.json`, `./data/wide/${name}.json`].map((path) => new URL(path, import.meta.url));
  return files.filter((file) => existsSync(file)).flatMap((file) => JSON.parse(readFileSync(file, "utf8")) as T[]);
}

export function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function withOptions(args: readonly unknown[], keywords: KeywordArguments): unknown[] {
  const entries = Object.entries(keywords).map(([name, value]) => [camelCase(name), value] as const);
  return entries.length === 0 ? [...args] : [...args, Object.fromEntries(entries)];
}

/** The function of `holders` called `name` in PyTorch. */
export function lookup(name: string, ...holders: readonly object[]): Callable {
  for (const holder of holders) {
    const found = (holder as Record<string, unknown>)[camelCase(name)];
    if (typeof found === "function") return (found as Callable).bind(holder);
  }
  throw new Error(`${camelCase(name)} is missing`);
}

export function dtype(name: string): torch.DType {
  return (torch as unknown as Record<string, torch.DType>)[name]!;
}

export function decode({ shape, dtype: name, data }: EncodedTensor): Tensor {
  const values = name === "bool" ? data.map(Boolean) : data.map(Number);
  return torch.tensor(values, { dtype: dtype(name) }).reshape([...shape]);
}

export function values(tensor: Tensor): number[] {
  const flatten = (list: torch.NestedList): number[] => (Array.isArray(list) ? list.flatMap(flatten) : [Number(list)]);
  return flatten(tensor.tolist());
}

export type Tolerance = "exact" | { readonly rtol: number; readonly atol: number };

const usualTolerance = { rtol: 1e-4, atol: 1e-5 };
export const gradientTolerance = { rtol: 1e-3, atol: 1e-4 };

export function expectTensor(actual: unknown, expected: EncodedTensor, tolerance: Tolerance = usualTolerance, what = "tensor"): void {
  expect(actual, what).toBeInstanceOf(torch.Tensor);
  const tensor = actual as Tensor;
  expect([...tensor.shape], `shape of ${what}`).toEqual(expected.shape);
  const got = values(tensor);
  const want = expected.data.map(Number);
  const isClose = (a: number, b: number): boolean =>
    a === b || (Number.isNaN(a) && Number.isNaN(b)) || (tolerance !== "exact" && Math.abs(a - b) <= tolerance.atol + tolerance.rtol * Math.abs(b));
  const wrong = want.findIndex((value, i) => !isClose(got[i]!, value));
  if (wrong >= 0) expect.fail(`${what} at ${wrong}: got ${got[wrong]}, expected ${want[wrong]}`);
}

/** What `body` throws; null if it does not. */
export function errorMessage(body: () => unknown): string | null {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return null;
}

export function buildModule(spec: ModuleSpec, shared = new Map<string, DynamicModule>()): DynamicModule {
  if (spec.ref !== undefined) return shared.get(spec.ref)!;
  const constructor = (torch.nn as unknown as Record<string, new (...args: unknown[]) => DynamicModule>)[spec.type];
  if (constructor === undefined) throw new Error(`nn.${spec.type} is missing`);
  const isSpec = (value: unknown): value is ModuleSpec => typeof value === "object" && value !== null && ("type" in value || "ref" in value);
  const args = (spec.args ?? []).map((value) => (isSpec(value) ? buildModule(value, shared) : value));
  const module = new constructor(...withOptions(args, spec.kwargs ?? {}));
  for (const [name, childSpec] of spec.children ?? []) {
    const child = buildModule(childSpec, shared);
    if (spec.type === "ModuleDict") (module as unknown as torch.nn.ModuleDict).set(name!, child);
    else if (spec.type === "ModuleList") (module as unknown as torch.nn.ModuleList).append(child);
    else module.addModule(name ?? String(module.length), child);
  }
  if (spec.label !== undefined) shared.set(spec.label, module);
  return module;
}

/** The gradient given to `output` in the data: it tells gradients of sums and means apart. */
export function cotangent(output: Tensor): Tensor {
  return output.dim() === 0 ? torch.tensor(1) : torch.linspace(-1, 1, output.numel()).reshape([...output.shape]);
}
