import * as l10n from "@vscode/l10n";
import { diffArrays } from "diff";
import type { ModelSnapshot, ModuleSnapshot, NamedArguments } from "../protocol/index.js";
import { argumentsText, writeArgument, writeName, writeValue } from "./arguments.js";
import { parametersText } from "./counts.js";
import { formatBytes, formatCount, formatShape } from "./format.js";
import { indexOf, type ModelIndex } from "./modelIndex.js";
import { shapesText } from "./shapes.js";

/** What became of a model: two snapshots of what is meant to be one, held against each other. */
export interface ModelDiff {
  readonly before: ModelSnapshot;
  readonly after: ModelSnapshot;
  /** In the order of the later model; what was removed, where it was. What did not change is left out. */
  readonly changes: readonly ModuleChange[];
}

/** What became of a module. Paths are of the model that it is in. */
export type ModuleChange =
  | { readonly kind: "added"; readonly after: ModuleSnapshot }
  | {
      readonly kind: "removed";
      readonly before: ModuleSnapshot;
      /** What it was in, as that is now. */
      readonly parent: ModuleSnapshot;
      /** What it stood after there; null where it was the first of those that are there still. */
      readonly previous: ModuleSnapshot | null;
    }
  | {
      readonly kind: "changed";
      readonly before: ModuleSnapshot;
      readonly after: ModuleSnapshot;
      /** What is another: of the module itself, and what comes out of it; what lies in it is told by itself. */
      readonly facts: readonly string[];
    };

export function diffModels(before: ModelSnapshot, after: ModelSnapshot): ModelDiff {
  return { before, after, changes: changesOf({ before: indexOf(before), after: indexOf(after) }, before.root, after.root) };
}

/** What became of the models of a file. */
export interface FileDiff {
  readonly models: readonly ModelDiff[];
  readonly added: readonly ModelSnapshot[];
  readonly removed: readonly ModelSnapshot[];
}

/** Models are paired by their names; where each file has one model alone, these. */
export function diffFiles(before: readonly ModelSnapshot[], after: readonly ModelSnapshot[]): FileDiff {
  const isOne = before.length === 1 && after.length === 1;
  const otherOf = (model: ModelSnapshot): ModelSnapshot | undefined => (isOne ? before[0] : before.find(({ name }) => name === model.name));
  const models = after.flatMap((model) => {
    const other = otherOf(model);
    return other ? [diffModels(other, model)] : [];
  });
  return {
    models,
    added: after.filter((model) => !otherOf(model)),
    removed: before.filter((model) => !models.some((diff) => diff.before === model)),
  };
}

interface Indexes {
  readonly before: ModelIndex;
  readonly after: ModelIndex;
}

function changesOf(indexes: Indexes, before: ModuleSnapshot, after: ModuleSnapshot): readonly ModuleChange[] {
  const facts = factsOf(indexes, before, after);
  const own: readonly ModuleChange[] = facts.length > 0 ? [{ kind: "changed", before, after, facts }] : [];
  let previous: ModuleSnapshot | null = null;
  const inner = pairs(before.children, after.children).flatMap(([one, other]): readonly ModuleChange[] => {
    if (one && !other) return [{ kind: "removed", before: one, parent: after, previous }];
    previous = other;
    if (one && other) return changesOf(indexes, one, other);
    return other ? [{ kind: "added", after: other }] : [];
  });
  return [...own, ...inner];
}

type Pair = readonly [before: ModuleSnapshot | null, after: ModuleSnapshot | null];

/**
 * Which child became which. One that has a name of its own, and no mere place in a list, is known by it while it is of the same class; all others by what they
 * are, in their order; what is left over between those by its class.
 */
function pairs(before: readonly ModuleSnapshot[], after: readonly ModuleSnapshot[]): readonly Pair[] {
  const isNamed = ({ name }: ModuleSnapshot): boolean => !/^\d+$/.test(name);
  const same = new Map<ModuleSnapshot, ModuleSnapshot>();
  for (const one of before) {
    const other = after.find(({ name, type }) => name === one.name && type === one.type);
    if (other && isNamed(one)) same.set(one, other);
  }
  const taken = new Set(same.values());
  const rest = { before: before.filter((one) => !same.has(one)), after: after.filter((other) => !taken.has(other)) };
  const match = (comparator: (a: ModuleSnapshot, b: ModuleSnapshot) => boolean): void => {
    let [one, other] = [0, 0];
    for (const { added, removed, count } of diffArrays(rest.before, rest.after, { comparator })) {
      if (!added && !removed) for (let i = 0; i < count; i++) same.set(rest.before[one + i]!, rest.after[other + i]!);
      if (!added) one += count;
      if (!removed) other += count;
    }
    const found = new Set(same.values());
    rest.before = rest.before.filter((each) => !same.has(each));
    rest.after = rest.after.filter((each) => !found.has(each));
  };
  match((a, b) => signature(a) === signature(b));
  match((a, b) => a.type === b.type);
  const origin = new Map([...same].map(([one, other]) => [other, one]));
  const ordered: Pair[] = [];
  let next = 0;
  // What was removed stands before what follows it still.
  const removeUpTo = (end: number): void => {
    for (; next < end; next++) if (!same.has(before[next]!)) ordered.push([before[next]!, null]);
  };
  for (const other of after) {
    const one = origin.get(other) ?? null;
    if (one) removeUpTo(before.indexOf(one));
    ordered.push([one, other]);
  }
  removeUpTo(before.length);
  return ordered;
}

const signatures = new WeakMap<ModuleSnapshot, string>();

/** Equal for modules that are made alike, whatever they and their parts are called. */
function signature(module: ModuleSnapshot): string {
  let known = signatures.get(module);
  if (known === undefined) {
    const { type, arguments: given, defaultArguments, ownText, children, parameters } = module;
    known = JSON.stringify([type, given, defaultArguments, ownText ?? null, parameters.map(({ name }) => name), children.map(signature)]);
    signatures.set(module, known);
  }
  return known;
}

function factsOf({ before: was, after: is }: Indexes, before: ModuleSnapshot, after: ModuleSnapshot): readonly string[] {
  const language = is.model.language;
  const facts: string[] = [];
  if (before.path !== after.path) facts.push(l10n.t("was {0}", before.path || was.model.name));
  if (before.type !== after.type) facts.push(l10n.t("type {0} → {1}", before.type, after.type));
  const [given, now] = [allArguments(before), allArguments(after)];
  for (const name of new Set([...Object.keys(given), ...Object.keys(now)])) {
    const [one, other] = [given[name], now[name]];
    if (one === undefined && other !== undefined) facts.push(writeArgument(name, other, language));
    else if (one !== undefined && other === undefined) facts.push(l10n.t("no {0} any more", writeName(name, language)));
    else if (one !== undefined && other !== undefined && JSON.stringify(one) !== JSON.stringify(other))
      facts.push(`${writeName(name, language)} ${writeValue(one, language)} → ${writeValue(other, language)}`);
  }
  if (before.ownText !== after.ownText) facts.push(`${before.ownText ?? ""} → ${after.ownText ?? ""}`);
  for (const { name, shape } of ownTensors(is, after)) {
    const earlier = ownTensors(was, before).find((tensor) => tensor.name === name);
    // Where arguments changed, their tensors follow.
    if (facts.length === 0 && earlier?.shape !== shape) facts.push(earlier ? `${name} ${earlier.shape} → ${shape}` : l10n.t("{0} of {1} is new", name, shape));
  }
  const [gave, gives] = [outputOf(was, before), outputOf(is, after)];
  if (gave !== gives && gave !== null && gives !== null) facts.push(l10n.t("gives {0} → {1}", gave, gives));
  return facts;
}

function allArguments(module: ModuleSnapshot): NamedArguments {
  return { ...module.arguments, ...module.defaultArguments };
}

function ownTensors(index: ModelIndex, { parameters, buffers }: ModuleSnapshot) {
  return [...parameters, ...buffers].map((use) => ({ name: use.name, shape: formatShape(index.tensor(use).shape) }));
}

function outputOf(index: ModelIndex, { path }: ModuleSnapshot): string | null {
  const outputs = index.calls(path)[0]?.step.outputs ?? [];
  return outputs.length > 0 ? shapesText(index.model, outputs) : null;
}

/** The later model as one that is compared with `name`. */
export function compared({ before, after, changes }: ModelDiff, name: string): ModelSnapshot {
  const told = changes.flatMap((change) => {
    const { kind } = change;
    if (kind === "removed") return [];
    // What lies in a module that was added was added with it.
    const within = kind === "added" ? indexOf(after).within(change.after.path) : [change.after];
    return within.map(({ path }) => ({ path, kind, text: changeText(change, after) }));
  });
  const removed = changes.flatMap((change) => {
    if (change.kind !== "removed") return [];
    const { path, name: own, type } = change.before;
    return [{ path, name: own, type, text: changeText(change, before), parent: change.parent.path, after: change.previous?.path ?? null }];
  });
  return { ...after, comparison: { with: name, changes: told, removed } };
}

const signs: Readonly<Record<ModuleChange["kind"], string>> = { added: "+", removed: "-", changed: "~" };

/** The same of all models of a file, with those that are in one alone. */
export function formatFileDiff({ models, added, removed }: FileDiff): string {
  return [...models.map(formatDiff), ...added.map(({ name }) => `+ ${name}`), ...removed.map(({ name }) => `- ${name}`)].join("\n\n");
}

/** A line for every change, "+ 2 (Linear: inFeatures: 8, outFeatures: 8), 72 parameters", and the totals. */
export function formatDiff({ before, after, changes }: ModelDiff): string {
  const lines = changes.map((change) => {
    const { model } = indexOf(change.kind === "removed" ? before : after);
    const module = change.kind === "removed" ? change.before : change.after;
    return `${signs[change.kind]} ${module.path || model.name} ${changeText(change, model)}`;
  });
  const name = before.name === after.name ? after.name : `${before.name} → ${after.name}`;
  return [name, ...(lines.length > 0 ? lines : [l10n.t("No module changed.")]), ...totalsText(before, after)].join("\n");
}

/** What became of a module, without its place. `model`: the one that it is in. */
export function changeText(change: ModuleChange, model: ModelSnapshot): string {
  if (change.kind === "changed") return `(${change.after.type}) ${change.facts.join(", ")}`;
  const module = change.kind === "added" ? change.after : change.before;
  const given = argumentsText(module, model.language);
  const { parameters } = indexOf(model).totals(module.path);
  return `${module.type}(${given})${parameters > 0 ? `, ${parametersText(parameters)}` : ""}`;
}

/** "Parameters 49 → 121 (+72)", of what is another. */
export function totalsText({ totals: was }: ModelSnapshot, { totals: is }: ModelSnapshot): readonly string[] {
  const rows: readonly (readonly [string, number | null, number | null, (value: number) => string])[] = [
    [l10n.t("Parameters"), was.parameters, is.parameters, formatCount],
    [l10n.t("Trainable parameters"), was.trainableParameters, is.trainableParameters, formatCount],
    [l10n.t("Memory"), was.parameterBytes + was.bufferBytes, is.parameterBytes + is.bufferBytes, formatBytes],
    [l10n.t("Multiply-adds"), was.multiplyAdds, is.multiplyAdds, formatCount],
  ];
  return rows.flatMap(([name, one, other, format]) => {
    if (one === null || other === null || one === other) return [];
    const more = other - one;
    return [`${name} ${format(one)} → ${format(other)} (${more > 0 ? "+" : "−"}${format(Math.abs(more))})`];
  });
}
