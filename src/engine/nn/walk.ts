import { checkedOptions } from "../arguments.js";
import type { Tensor } from "../tensor.js";
import type { AnyModule } from "./anyModule.js";
import { registered } from "./members.js";
import type { Parameter } from "./parameter.js";

/**
 * Walks through a module and all beneath it. They are functions and not calls of methods because the names of the methods are the user's to take: a model
 * with a field `modules` or `children` is as good as any other.
 */

export interface NamedOptions {
  /** Put before every name. Default "". */
  readonly prefix?: string;
  /** Whether to look into child modules. Default true. */
  readonly recurse?: boolean;
  /** Give what is registered in several places once, under its first name. Default true. */
  readonly removeDuplicate?: boolean;
}

/** Names and parameters, as Module.namedParameters gives them. */
export function namedParametersOf(root: AnyModule, options: NamedOptions = {}): IterableIterator<[string, Parameter]> {
  return namedMembers("namedParameters", root, (module) => registered(module).parameters, options);
}

/** Names and buffers, as Module.namedBuffers gives them. */
export function namedBuffersOf(root: AnyModule, options: NamedOptions = {}): IterableIterator<[string, Tensor]> {
  return namedMembers("namedBuffers", root, (module) => registered(module).buffers, options);
}

/** Dotted names and modules, as Module.namedModules gives them. */
export function namedModulesOf(root: AnyModule, options: Omit<NamedOptions, "recurse"> = {}): IterableIterator<[string, AnyModule]> {
  const { prefix = "", removeDuplicate = true } = checkedOptions<NamedOptions>("namedModules", options, "prefix", "removeDuplicate");
  return walkModules(root, prefix, removeDuplicate ? new Set() : null);
}

/** A module and all beneath it, each once. */
export function* modulesOf(root: AnyModule): IterableIterator<AnyModule> {
  for (const [, module] of namedModulesOf(root)) yield module;
}

/** Names and direct children; a child in two places once, under its first name. */
export function* namedChildrenOf(parent: AnyModule): IterableIterator<[string, AnyModule]> {
  const seen = new Set<AnyModule>();
  for (const [name, module] of registered(parent).modules) {
    if (module === null || seen.has(module)) continue;
    seen.add(module);
    yield [name, module];
  }
}

function namedMembers<Member extends object>(
  operation: string,
  root: AnyModule,
  membersOf: (module: AnyModule) => ReadonlyMap<string, Member | null>,
  options: NamedOptions,
): IterableIterator<[string, Member]> {
  return eachMember(root, membersOf, checkedOptions<NamedOptions>(operation, options, "prefix", "recurse", "removeDuplicate"));
}

function* eachMember<Member extends object>(
  root: AnyModule,
  membersOf: (module: AnyModule) => ReadonlyMap<string, Member | null>,
  { prefix = "", recurse = true, removeDuplicate = true }: NamedOptions,
): IterableIterator<[string, Member]> {
  const seen = new Set<Member>();
  const modules = recurse ? walkModules(root, prefix, removeDuplicate ? new Set() : null) : [[prefix, root] as [string, AnyModule]];
  for (const [path, module] of modules) {
    for (const [name, member] of membersOf(module)) {
      if (member === null || (removeDuplicate && seen.has(member))) continue;
      seen.add(member);
      yield [path === "" ? name : `${path}.${name}`, member];
    }
  }
}

function* walkModules(module: AnyModule, path: string, seen: Set<AnyModule> | null): IterableIterator<[string, AnyModule]> {
  if (seen?.has(module)) return;
  seen?.add(module);
  yield [path, module];
  for (const [name, child] of registered(module).modules) {
    if (child !== null) yield* walkModules(child, path === "" ? name : `${path}.${name}`, seen);
  }
}
