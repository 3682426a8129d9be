import timers from "node:timers/promises";
import * as l10n from "@vscode/l10n";
import { classNameOf, type Engine, type Inspection, type Module, type NamedModel } from "../inspect/index.js";
import type { Binding, Offer, SourceLocation } from "../protocol/index.js";
import type { Trouble } from "./faults.js";
import type { EvaluatedCode } from "./modelCode.js";

/**
 * The models of a file that ran: every root module that still exists, named after the variable or export that holds it, else after its class and
 * line. A module that is part of another is no model of its own, and neither is one without any state (a loss, an activation) beside models that
 * have some. Where no variable holds a model, those count that the code ran last by themselves, and as a last resort what the file's exported classes
 * and the functions that do nothing but make a module (see Makers) give when they need no arguments; those are called only where the code `mayRun`, and
 * all others are offered. What cannot be looked at is added to `troubles`.
 */
export async function findModels(
  code: EvaluatedCode,
  inspection: Inspection,
  engine: Engine,
  bindings: readonly Binding[],
  mayRun: boolean,
  troubles: Trouble[],
): Promise<Found> {
  const offers: Offer[] = [];
  let named = namedModules(code, engine, bindings, troubles);
  const recent = inspection.recorder.takeRecentRoots();
  if (named.length > 0) recent.length = 0;
  if (!areAllWithin(engine, inspection.recorder.modules(), named)) {
    // What is only waiting to be collected is gone; a reference that was read in this turn keeps it alive until the next.
    await setImmediate();
    collectGarbage?.();
  }
  let roots = rootsAmong(engine, [...inspection.recorder.modules(), ...named.map(({ module }) => module)], named, troubles);
  if (mayRun && roots.length === 0 && (code.exports || code.makers)) {
    if (code.makers) {
      const found = code.makers();
      named = [...found.made];
      offers.push(...found.offers.slice(0, offerLimit));
    } else named = await moduleFactories(code, code.exports!, engine, bindings, offers, troubles);
    named = named.map((model) => ({ ...model, madeHere: true }));
    roots = rootsAmong(
      engine,
      named.map(({ module }) => module),
      named,
      troubles,
    );
  }
  const withState = roots.filter((module) => hasState(engine, module) || usesUnregistered(inspection, module));
  if (withState.length > 0) roots = withState;

  const models = withNames(roots, named, inspection);
  return { models, offers: models.length > 0 ? [] : offers };
}

/** The models that the variables of a file hold while it still runs. */
export function modelsSoFar(code: EvaluatedCode, inspection: Inspection, engine: Engine, bindings: readonly Binding[]): readonly NamedModel[] {
  const named = namedModules(code, engine, bindings, []);
  const modules = named.map(({ module }) => module);
  return withNames(rootsAmong(engine, modules, named, []), named, inspection);
}

/** The same with those that no variable holds, be it that nothing does any more. */
export function rootsSoFar(code: EvaluatedCode, inspection: Inspection, engine: Engine, bindings: readonly Binding[]): readonly NamedModel[] {
  const named = namedModules(code, engine, bindings, []);
  const modules = [...inspection.recorder.modules(), ...named.map(({ module }) => module)];
  return withNames(rootsAmong(engine, modules, named, []), named, inspection);
}

function withNames(roots: readonly Module[], named: readonly NamedModel[], inspection: Inspection): readonly NamedModel[] {
  const taken = new Set<string>();
  return roots.map((module) => {
    const known = named.find((candidate) => candidate.module === module);
    const constructed = inspection.constructionOf(module);
    const type = classNameOf(module) || "model";
    const whole = known?.name ?? (constructed ? l10n.t("{0} (line {1})", type, constructed.line) : type);
    const wanted = whole.length > longestName ? `${whole.slice(0, longestName)}…` : whole;
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted} (${i})`;
    taken.add(name);
    return { name, module, location: known?.location ?? constructed, ...(known?.madeHere && { madeHere: true }) };
  });
}

/** The same functions as long as the process lives, whatever model code does to the global ones. */
const { setImmediate } = timers;
const collectGarbage = globalThis.gc;

/** Characters. A key of the user's can be of any length, and every view shows it. */
const longestName = 200;

/** What a file comes to. */
export interface Found {
  readonly models: readonly NamedModel[];
  readonly offers: readonly Offer[];
}

/** The models that an expression of the user's gives: a module, or a list, map or plain object of some. */
export async function buildModels(expression: string, code: EvaluatedCode, engine: Engine): Promise<Found> {
  const models: NamedModel[] = [];
  collect(engine, await code.valueOf(expression), expression, null, models);
  if (models.length === 0) throw new Error(l10n.t("{0} gives no module.", expression));
  return { models, offers: [] };
}

/** Whether variables hold every module: then none waits to be collected, which is what finding that out would cost. */
function areAllWithin(engine: Engine, modules: readonly Module[], named: readonly NamedModel[]): boolean {
  const held = new Set<Module>();
  try {
    for (const { module } of named) for (const below of engine.nn.modulesOf(module)) held.add(below);
  } catch {
    return false; // Looking for the roots says what is wrong with it.
  }
  return modules.every((module) => held.has(module));
}

/** The modules that no other contains, each once. */
function rootsAmong(engine: Engine, modules: readonly Module[], named: readonly NamedModel[], troubles: Trouble[]): Module[] {
  const children = new Set<Module>();
  // What contains others was mostly made after them: looked at first, it tells of them all.
  for (const module of [...modules].reverse()) {
    if (children.has(module)) continue; // All beneath it are in the set already.
    try {
      for (const below of engine.nn.modulesOf(module)) if (below !== module) children.add(below);
    } catch (error) {
      const known = named.find((candidate) => candidate.module === module);
      troubles.push({ name: known?.name ?? classNameOf(module), location: known?.location ?? null, error });
    }
  }
  return [...new Set(modules)].filter((module) => !children.has(module));
}

function hasState({ nn }: Engine, module: Module): boolean {
  try {
    return !nn.namedParametersOf(module).next().done || !nn.namedBuffersOf(module).next().done;
  } catch {
    return true; // Looking at it says what is wrong with it.
  }
}

/** Whether a module has parameters that it only failed to register, as those in a plain list: what it is without them would be told of nowhere else. */
function usesUnregistered({ recorder }: Inspection, module: Module): boolean {
  return recorder.passesOf(module).some(({ recording }) => recording.usesUnregistered);
}

/** Modules that variables of the model file and its exports hold, directly or in a list, map or plain object. */
function namedModules(code: EvaluatedCode, engine: Engine, bindings: readonly Binding[], troubles: Trouble[]): NamedModel[] {
  const named: NamedModel[] = [];
  const locations = locationsOf(bindings);
  const look = (value: unknown, name: string, location: SourceLocation | null): void => {
    try {
      collect(engine, value, name, location, named);
    } catch (error) {
      troubles.push({ name: name || "default", location, error });
    }
  };
  for (const [name, value] of code.variables()) look(value, name, locations.get(name) ?? null);
  for (const [name, value] of Object.entries(code.exports ?? {})) {
    // `module.exports = { ... }` arrives as a default export.
    look(value, name === "default" && !isModule(engine, value) ? "" : name, null);
  }
  return named;
}

/** False also for a value that does not let itself be asked, such as a revoked Proxy. */
function isModule(engine: Engine, value: unknown): value is Module {
  try {
    return value instanceof engine.nn.Module;
  } catch {
    return false;
  }
}

function locationsOf(bindings: readonly Binding[]): ReadonlyMap<string, SourceLocation | null> {
  return new Map(bindings.map(({ name, location }) => [name, location]));
}

const itemLimit = 1000;

function collect(engine: Engine, value: unknown, name: string, location: SourceLocation | null, named: NamedModel[], depth = 0): void {
  if (value instanceof engine.nn.Module) {
    named.push({ name: name || "default", module: value, location });
    return;
  }
  if (typeof value !== "object" || value === null || depth === 2) return;
  if (Array.isArray(value)) value.slice(0, itemLimit).forEach((item, i) => collect(engine, item, `${name}[${i}]`, location, named, depth + 1));
  else if (value instanceof Map || Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of value instanceof Map ? value : dataProperties(value)) {
      collect(engine, item, name === "" ? keyName(key) : `${name}.${keyName(key)}`, location, named, depth + 1);
    }
  }
}

function keyName(key: unknown): string {
  if (typeof key === "string") return key;
  const isPlain = typeof key === "number" || typeof key === "boolean" || typeof key === "bigint" || typeof key === "symbol";
  return isPlain ? String(key) : "[object]";
}

/** A getter is code of the user's, which looking for models does not run. */
function dataProperties(object: object): [key: string, value: unknown][] {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([key, { enumerable, value }]) =>
    enumerable && value !== undefined ? [[key, value]] : [],
  );
}

/** More would be no choice. */
const offerLimit = 100;

async function moduleFactories(
  code: EvaluatedCode,
  exports: Readonly<Record<string, unknown>>,
  engine: Engine,
  bindings: readonly Binding[],
  offers: Offer[],
  troubles: Trouble[],
): Promise<NamedModel[]> {
  const candidates = Object.entries(exports).filter(([, value]) => typeof value === "function" && !isModule(engine, value));
  if (candidates.length === 0) return [];
  const { callOf, Makers } = await import("./makers.js");
  const scope = new Map(code.variables());
  const makers = new Makers(engine, scope);
  const named: NamedModel[] = [];
  const locations = locationsOf(bindings);
  const seen = new Set<unknown>();
  for (const [name, value] of candidates as [string, Factory][]) {
    if (makers.isOfEngine(value) || seen.has(value)) continue;
    seen.add(value);
    const isClass = isClassLike(value);
    if (isClass && !makers.isModuleClass(value)) continue;
    const held = name === "default" ? [...scope].find(([, other]) => other === value)?.[0] : name;
    const location = locations.get(held ?? name) ?? null;
    if (value.length === 0 && (isClass || makers.makesModule(value))) {
      const made = await make(value, isClass).catch((error: unknown) => {
        // A model's class that cannot be made is what the user is after; a function may need what only its caller has.
        if (isClass) troubles.push({ name, isUnmade: true, location, error });
        return null;
      });
      if (isModule(engine, made)) {
        named.push({ name, module: made, location });
        continue;
      }
    }
    const expression = callOf(held ?? `exports.${name}`, value);
    if (offers.length < offerLimit) offers.push({ expression, complete: expression.endsWith("()"), location });
  }
  return named;
}

type Factory = (new () => unknown) & (() => unknown);

async function make(factory: Factory, isClass: boolean): Promise<unknown> {
  return isClass ? new factory() : await factory();
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the function it is about
const { toString } = Function.prototype;

function isClassLike(value: Factory): boolean {
  return /^class\b/.test(Reflect.apply(toString, value, []));
}
