import type { ModuleSnapshot, TensorId, TensorSnapshot, TensorUse } from "../protocol/index.js";
import { argumentSpellings } from "./arguments.js";
import { findingKinds } from "./findings/kinds.generated.js";
import { type Findings, findingsOf } from "./findings/findings.js";
import { type ModelIndex, nameIn } from "./modelIndex.js";

/**
 * A query is words that must all hold, separated by spaces; quotes keep a word with spaces together. What holds for a module
 * holds for one of its tensors by that tensor alone, the arguments left aside.
 *
 * | word | holds for a module |
 * |---|---|
 * | `block`, `0.block 1` in quotes, `Conv2d`, `bias` | whose name, path, type, arguments or own tensors' names contain it |
 * | `inFeatures: 8`, `in_features=8` | with that argument, as TypeScript or as Python writes it |
 * | `8x4`, `*x64x56x56`, `[8, 4]`, `float64` | with a parameter, buffer or output whose shape ends so, is just so in brackets (`*` or `?` stands for any one size), or of that dtype |
 * | `type:Conv2d`, `path:encoder`, `shape:8x4`, `shape:8`, `dtype:int64` | by that aspect alone |
 * | `params>1M`, `std<0.01`, `mean`, `zeros`, `macs`, `depth` with `>` `<` `>=` `<=` `=` | by a number; `params` counts beneath it too |
 * | `shared`, `frozen`, `unused`, `lazy`, `buffers` | that shares a parameter or itself or is called with parameters of its own more than once, has a frozen parameter, one that the forward pass leaves out, an unknown shape, buffers |
 * | `finding:never-called`, `finding:nan` or `nan` | with a finding of that kind, or that one reached: no box around these, and where it stands first |
 */
type Predicate = (subject: Subject) => boolean;

/** What a query is held against: a module, or one of its tensors by itself. */
interface Subject {
  readonly module: ModuleSnapshot;
  /** The module's own parameters and buffers, or the one tensor. */
  readonly uses: readonly TensorUse[];
  readonly alone: boolean;
  readonly findings: Findings;
}

/** Why a query cannot be understood. */
export interface QueryError {
  readonly word: string;
  readonly problem: "unknownAspect" | "unknownNumber" | "notANumber" | "unknownFinding";
}

type Query = { readonly kind: "matches"; readonly matches: Predicate } | { readonly kind: "error"; readonly error: QueryError };

/** Names that may stand before a comparison sign; the values of each, none where there is no such number. */
const numbers: Readonly<Record<string, (subject: Subject, index: ModelIndex) => readonly number[]>> = {
  params: (subject, index) => (subject.alone ? tensors(subject, index).map((tensor) => tensor.count) : [index.totals(subject.module.path).parameters]),
  macs: ({ module }, index) => {
    const { multiplyAdds } = index.totals(module.path);
    return multiplyAdds === null ? [] : [multiplyAdds];
  },
  depth: ({ module }, index) => [index.ancestry(module.path).length - 1],
  mean: (subject, index) => parameters(subject, index).flatMap((tensor) => tensor.statistics?.finite?.mean ?? []),
  std: (subject, index) => parameters(subject, index).flatMap((tensor) => tensor.statistics?.finite?.std ?? []),
  zeros: (subject, index) =>
    parameters(subject, index).flatMap(({ statistics }) => (statistics && statistics.sampled > 0 ? statistics.zeros / statistics.sampled : [])),
};

const flags: Readonly<Record<string, (subject: Subject, index: ModelIndex) => boolean>> = {
  shared: (subject, index) =>
    index.samePlaces(subject.module).length > 1 ||
    parameters(subject, index).some((tensor) => tensor.names.length > 1 || index.calls(subject.module.path).length > 1),
  unused: (subject, index) => parameters(subject, index).some((tensor) => index.isUnused(tensor)),
  frozen: (subject, index) => parameters(subject, index).some((tensor) => !tensor.requiresGrad),
  nan: (subject) => hasFinding(subject, "nan"),
  lazy: (subject, index) => tensors(subject, index).some((tensor) => tensor.shape === null),
  buffers: (subject, index) => tensors(subject, index).some((tensor) => tensor.kind === "buffer"),
};

/** What a word asks for in findings; null where it is about something else. */
function findingAskedFor(word: string): string | null {
  return word === "nan" ? word : (/^finding:(.+)$/.exec(word)?.[1] ?? null);
}

function hasFinding({ module, uses, alone, findings }: Subject, code: string): boolean {
  return alone ? uses.some(({ tensor }) => findings.ofTensor(tensor).some((finding) => finding.code === code)) : findings.ranks(code).has(module.path);
}

const aspects: Readonly<Record<string, (subject: Subject, value: string, index: ModelIndex) => boolean>> = {
  type: ({ module }, value) => module.type.toLowerCase() === value,
  path: ({ module }, value) => reachesOwnName(module, value),
  shape: (subject, value, index) => hasShape(subject, shapePattern(value), index),
  dtype: hasDtype,
  finding: hasFinding,
};

function parseQuery(text: string, index: ModelIndex): Query {
  const predicates: Predicate[] = [];
  for (const { word, quoted } of words(text)) {
    const parsed = quoted ? anyAspect(word.toLowerCase(), index) : parseWord(word, index);
    if (typeof parsed !== "function") return { kind: "error", error: parsed };
    predicates.push(parsed);
  }
  return { kind: "matches", matches: (subject) => predicates.every((holds) => holds(subject)) };
}

/** Paths of every matching place, inside collapsed boxes too: in declaration order, unless the query ranks them. */
export function search(
  text: string,
  index: ModelIndex,
  findings = findingsOf(index.model),
): { readonly paths: readonly string[]; readonly error: QueryError | null } {
  if (text.trim() === "") return { paths: [], error: null };
  const query = parseQuery(text, index);
  if (query.kind === "error") return { paths: [], error: query.error };
  const holds = (module: ModuleSnapshot) => query.matches({ module, uses: [...module.parameters, ...module.buffers], alone: false, findings });
  const found = index.modules.filter(holds);
  for (const { word, quoted } of words(text)) {
    const code = quoted ? null : findingAskedFor(word.toLowerCase());
    const ranks = code !== null && findings.ranks(code);
    if (ranks) found.sort((a, b) => ranks.get(a.path)! - ranks.get(b.path)!);
  }
  return { paths: found.map((module) => module.path), error: null };
}

/** The tensors of which a query holds at one of their places; null where it says nothing. */
export function searchTensors(text: string, index: ModelIndex, findings = findingsOf(index.model)): ReadonlySet<TensorId> | null {
  if (text.trim() === "") return null;
  const query = parseQuery(text, index);
  if (query.kind === "error") return null;
  const found = new Set<TensorId>();
  for (const module of index.modules) {
    for (const use of [...module.parameters, ...module.buffers]) {
      if (query.matches({ module, uses: [use], alone: true, findings })) found.add(use.tensor);
    }
  }
  return found;
}

function words(text: string): { word: string; quoted: boolean }[] {
  // A comparison may have spaces around its sign, and a word may hold quoted or bracketed stretches: params > 1M, inFeatures: 4, path:"block 1", [8, 4].
  const found = text.matchAll(/([a-z_]+)(?:\s*([<>]=?|=)\s*|(:)\s+)([^\s"[]+)|(?:"[^"]*"?|\[[^\]]*\]?|[^\s"[])+/gi);
  return [...found]
    .map(([word, name, sign, colon, value]) => ({ word: name ? `${name}${sign ?? colon}${value}` : word.replaceAll('"', ""), quoted: word.startsWith('"') }))
    .filter(({ word }) => word !== "");
}

function parseWord(typed: string, index: ModelIndex): Predicate | QueryError {
  const word = typed.toLowerCase();
  const comparison = /^([a-z]+)(>=|<=|>|<|=)(.*)$/.exec(word);
  if (comparison) {
    const [, name, sign, value] = comparison as unknown as [string, string, string, string];
    const read = own(numbers, name);
    // Arguments may be known as in_features=4, so an equals sign alone does not make a comparison.
    if (!read) return sign === "=" ? anyAspect(word, index) : { word: typed, problem: "unknownNumber" };
    const limit = parseNumber(value);
    if (limit === null) return { word: typed, problem: "notANumber" };
    return (subject) => read(subject, index).some((number) => compare(number, sign, limit));
  }
  const aspect = /^([a-z][a-z0-9]*):(.+)$/.exec(word);
  if (aspect) {
    const [, name, value] = aspect as unknown as [string, string, string];
    const holds = own(aspects, name);
    if (name === "finding" && !findingKinds.some(({ code }) => code === value)) return { word: typed, problem: "unknownFinding" };
    if (holds) return (subject) => holds(subject, value, index);
    return index.modules.some((module) => hasArgument(module, name)) ? anyAspect(`${name}: ${value}`, index) : { word: typed, problem: "unknownAspect" };
  }
  const flag = own(flags, word);
  return flag ? (subject) => flag(subject, index) : anyAspect(word, index);
}

function hasArgument({ arguments: given, defaultArguments }: ModuleSnapshot, name: string): boolean {
  return [given, defaultArguments].some((values) => Object.keys(values).some((argument) => argument.toLowerCase() === name));
}

/** Words may be named like a method that every object has. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function anyAspect(word: string, index: ModelIndex): Predicate {
  // A number by itself is a name.
  const pattern = /[[x×,]/.test(word) ? shapePattern(word) : null;
  return (subject) => {
    const { module, uses } = subject;
    return (
      reachesOwnName(module, word) ||
      module.type.toLowerCase().includes(word) ||
      (!subject.alone && argumentSpellings(module).some((text) => text.toLowerCase().includes(word))) ||
      uses.some((use) => use.name.toLowerCase().includes(word) || nameIn(module.path, use.name).toLowerCase() === word) ||
      hasShape(subject, pattern, index) ||
      hasDtype(subject, word, index)
    );
  };
}

/** The path contains the text and the match ends in the module's own name: "block 1" finds that block, not all beneath it. */
function reachesOwnName(module: ModuleSnapshot, text: string): boolean {
  const full = module.path === "" ? module.name : module.path;
  const at = full.toLowerCase().lastIndexOf(text);
  return at >= 0 && at + text.length > full.length - module.name.length;
}

interface ShapePattern {
  /** From the first on; null: any. */
  readonly sizes: readonly (number | null)[];
  /** Else more sizes may come before. */
  readonly isWhole: boolean;
}

/** Sizes with x, × or commas between them, in brackets as they are printed or without. */
function shapePattern(text: string): ShapePattern | null {
  const size = String.raw`(?:\d+|[*?])`;
  if (!new RegExp(String.raw`^\[?\s*${size}(?:\s*[x×,]\s*${size})*\s*,?\s*\]?$`).test(text)) return null;
  const sizes = text.match(new RegExp(size, "g")) ?? [];
  return { sizes: sizes.map((each) => (/\d/.test(each) ? Number(each) : null)), isWhole: text.startsWith("[") };
}

function hasShape(subject: Subject, pattern: ShapePattern | null, index: ModelIndex): boolean {
  if (!pattern) return false;
  const { sizes, isWhole } = pattern;
  return shapes(subject, index).some((shape) => {
    const before = shape.length - sizes.length;
    return (isWhole ? before === 0 : before >= 0) && sizes.every((size, at) => size === null || size === shape[before + at]);
  });
}

function shapes(subject: Subject, index: ModelIndex): (readonly number[])[] {
  const own = tensors(subject, index).map((tensor) => tensor.shape);
  const calls = subject.alone ? [] : index.calls(subject.module.path);
  const outputs = calls.flatMap(({ step }) => step.outputs.map((operand) => index.shape(operand)));
  return [...own, ...outputs].filter((shape) => shape !== null);
}

function hasDtype(subject: Subject, text: string, index: ModelIndex): boolean {
  return tensors(subject, index).some((tensor) => tensor.dtype === text);
}

function tensors({ uses }: Subject, index: ModelIndex): TensorSnapshot[] {
  return uses.map((use) => index.tensor(use));
}

function parameters(subject: Subject, index: ModelIndex): TensorSnapshot[] {
  return tensors(subject, index).filter((tensor) => tensor.kind === "parameter");
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

/** What a query can ask for, by its word: as in `type:Linear` and `params>1M`. */
export const searchWords = { aspects: Object.keys(aspects), numbers: Object.keys(numbers) };
