import type { ModuleSnapshot, TensorSnapshot } from "../src/protocol/index.js";
import type { ModelIndex } from "./modelIndex.js";

/**
 * A query is words that must all hold, separated by spaces; quotes keep a word with spaces together.
 *
 * | word | holds for a module |
 * |---|---|
 * | `block`, `0.block 1` in quotes, `Conv2d`, `bias` | whose name, path, type, arguments or own tensors' names contain it |
 * | `8x4`, `[8, 4]`, `float64` | with a parameter, buffer or output of that shape or dtype |
 * | `type:Conv2d`, `path:encoder`, `shape:8x4`, `dtype:int64` | by that aspect alone |
 * | `params>1M`, `std<0.01`, `mean`, `zeros`, `macs`, `depth` with `>` `<` `>=` `<=` `=` | by a number; `params` counts beneath it too |
 * | `shared`, `frozen`, `nan`, `lazy`, `buffers` | that shares a parameter or itself, has a frozen parameter, NaN or infinities, an unknown shape, buffers |
 */
export type Predicate = (module: ModuleSnapshot) => boolean;

/** Why a query cannot be understood. */
export interface QueryError {
  readonly word: string;
  readonly problem: "unknownAspect" | "unknownNumber" | "notANumber";
}

export type Query = { readonly kind: "matches"; readonly matches: Predicate } | { readonly kind: "error"; readonly error: QueryError };

/** Names that may stand before a comparison sign; the value of each in a module, null where it has none. */
const numbers: Readonly<Record<string, (module: ModuleSnapshot, index: ModelIndex) => readonly number[]>> = {
  params: (module, index) => [index.totals(module.path).parameters],
  macs: (module, index) => {
    const { multiplyAdds } = index.totals(module.path);
    return multiplyAdds === null ? [] : [multiplyAdds];
  },
  depth: (module, index) => [index.ancestry(module.path).length - 1],
  mean: (module, index) => parameters(module, index).flatMap((tensor) => tensor.statistics?.finite?.mean ?? []),
  std: (module, index) => parameters(module, index).flatMap((tensor) => tensor.statistics?.finite?.std ?? []),
  zeros: (module, index) =>
    parameters(module, index).flatMap(({ statistics }) => (statistics && statistics.sampled > 0 ? statistics.zeros / statistics.sampled : [])),
};

const flags: Readonly<Record<string, (module: ModuleSnapshot, index: ModelIndex) => boolean>> = {
  shared: (module, index) =>
    index.samePlaces(module).length > 0 || parameters(module, index).some((tensor) => tensor.names.length > 1),
  frozen: (module, index) => parameters(module, index).some((tensor) => !tensor.requiresGrad),
  nan: (module, index) => tensors(module, index).some(hasNonFinite) || hasNonFiniteOutput(module, index),
  lazy: (module, index) => tensors(module, index).some((tensor) => tensor.shape === null),
  buffers: (module) => module.buffers.length > 0,
};

const aspects: Readonly<Record<string, (module: ModuleSnapshot, value: string, index: ModelIndex) => boolean>> = {
  type: (module, value) => module.type.toLowerCase() === value,
  path: (module, value) => reachesOwnName(module, value),
  shape: (module, value, index) => hasShape(module, value, index),
  dtype: (module, value, index) => hasDtype(module, value, index),
};

/** The words that a search box can offer. */
export const vocabulary: { readonly numbers: readonly string[]; readonly flags: readonly string[]; readonly aspects: readonly string[] } = {
  numbers: Object.keys(numbers),
  flags: Object.keys(flags),
  aspects: Object.keys(aspects),
};

export function parseQuery(text: string, index: ModelIndex): Query {
  const predicates: Predicate[] = [];
  for (const { word, quoted } of words(text)) {
    const parsed = quoted ? anyAspect(word.toLowerCase(), index) : parseWord(word, index);
    if (typeof parsed !== "function") return { kind: "error", error: parsed };
    predicates.push(parsed);
  }
  return { kind: "matches", matches: (module) => predicates.every((holds) => holds(module)) };
}

/** Paths of every matching place, in declaration order, inside collapsed boxes too. */
export function search(text: string, index: ModelIndex): { readonly paths: readonly string[]; readonly error: QueryError | null } {
  if (text.trim() === "") return { paths: [], error: null };
  const query = parseQuery(text, index);
  if (query.kind === "error") return { paths: [], error: query.error };
  return { paths: index.modules.filter(query.matches).map((module) => module.path), error: null };
}

function words(text: string): { word: string; quoted: boolean }[] {
  // A word may hold quoted or bracketed stretches: path:"block 1", [8, 4].
  const found = text.matchAll(/(?:"[^"]*"?|\[[^\]]*\]?|[^\s"[])+/g);
  return [...found].map(([word]) => ({ word: word.replaceAll('"', ""), quoted: word.startsWith('"') })).filter(({ word }) => word !== "");
}

function parseWord(typed: string, index: ModelIndex): Predicate | QueryError {
  const word = typed.toLowerCase();
  const comparison = /^([a-z]+)(>=|<=|>|<|=)(.*)$/.exec(word);
  if (comparison) {
    const [, name, sign, value] = comparison as unknown as [string, string, string, string];
    const read = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
    // Arguments are printed as in_features=4, so an equals sign alone does not make a comparison.
    if (!read) return sign === "=" ? anyAspect(word, index) : { word: typed, problem: "unknownNumber" };
    const limit = parseNumber(value);
    if (limit === null) return { word: typed, problem: "notANumber" };
    return (module) => read(module, index).some((number) => compare(number, sign, limit));
  }
  const aspect = /^([a-z]+):(.+)$/.exec(word);
  if (aspect) {
    const [, name, value] = aspect as unknown as [string, string, string];
    const holds = Object.hasOwn(aspects, name) ? aspects[name] : undefined;
    return holds ? (module) => holds(module, value, index) : { word: typed, problem: "unknownAspect" };
  }
  const flag = Object.hasOwn(flags, word) ? flags[word] : undefined;
  return flag ? (module) => flag(module, index) : anyAspect(word, index);
}

function anyAspect(word: string, index: ModelIndex): Predicate {
  return (module) =>
    reachesOwnName(module, word) ||
    module.type.toLowerCase().includes(word) ||
    module.arguments.toLowerCase().includes(word) ||
    [...module.parameters, ...module.buffers].some((use) => use.name.toLowerCase().includes(word) || fullName(module, use.name) === word) ||
    hasShape(module, word, index) ||
    hasDtype(module, word, index);
}

/** The path contains the text and the match ends in the module's own name: "block 1" finds that block, not all beneath it. */
function reachesOwnName(module: ModuleSnapshot, text: string): boolean {
  const full = module.path === "" ? module.name : module.path;
  const at = full.toLowerCase().lastIndexOf(text);
  return at >= 0 && at + text.length > full.length - module.name.length;
}

function fullName(module: ModuleSnapshot, name: string): string {
  return (module.path === "" ? name : `${module.path}.${name}`).toLowerCase();
}

function hasShape(module: ModuleSnapshot, text: string, index: ModelIndex): boolean {
  if (!/^\[?\s*\d+(?:\s*[x×,]\s*\d+)*\s*,?\s*\]?$/.test(text) || !/[[x×,]/.test(text)) return false;
  const wanted = (text.match(/\d+/g) ?? []).join();
  return shapes(module, index).some((shape) => shape.join() === wanted);
}

function shapes(module: ModuleSnapshot, index: ModelIndex): (readonly number[])[] {
  const own = tensors(module, index).map((tensor) => tensor.shape);
  const outputs = index.calls(module.path).flatMap(({ step }) => step.outputs.map((operand) => index.shape(operand)));
  return [...own, ...outputs].filter((shape) => shape !== null);
}

function hasDtype(module: ModuleSnapshot, text: string, index: ModelIndex): boolean {
  return tensors(module, index).some((tensor) => tensor.dtype === text);
}

function hasNonFinite({ statistics, gradient }: TensorSnapshot): boolean {
  return [statistics, gradient].some((of) => of !== null && of.nan + of.positiveInfinity + of.negativeInfinity > 0);
}

function hasNonFiniteOutput(module: ModuleSnapshot, index: ModelIndex): boolean {
  return index.calls(module.path).some(({ step }) =>
    step.outputs.some(({ value }) => (index.model.trace?.values[value]?.statistics?.nonFinite ?? 0) > 0),
  );
}

function parameters(module: ModuleSnapshot, index: ModelIndex): TensorSnapshot[] {
  return module.parameters.map((use) => index.tensor(use));
}

function tensors(module: ModuleSnapshot, index: ModelIndex): TensorSnapshot[] {
  return [...module.parameters, ...module.buffers].map((use) => index.tensor(use));
}

const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, b: 1e9, g: 1e9, t: 1e12, "%": 0.01 };

/** 1000, 1e3, 1.5M, 50%. */
function parseNumber(text: string): number | null {
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kmbgt%]?)$/.exec(text.replaceAll("_", ""));
  return parts ? Number(parts[1]) * factors[parts[2]!]! : null;
}

function compare(number: number, sign: string, limit: number): boolean {
  switch (sign) {
    case ">":
      return number > limit;
    case "<":
      return number < limit;
    case ">=":
      return number >= limit;
    case "<=":
      return number <= limit;
    default:
      return number === limit;
  }
}
