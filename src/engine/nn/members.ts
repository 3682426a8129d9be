import { TypeError, typeInPython } from "../errors.js";
import { Tensor } from "../tensor.js";
import type { FullBackwardHook, FullBackwardPreHook } from "./backwardHooks.js";
import { HookList, type ForwardHook, type ForwardPreHook } from "./hooks.js";
import type { AnyModule } from "./anyModule.js";
import { Parameter } from "./parameter.js";
import type { IncompatibleKeys, StateDict } from "./stateDict.js";

/** What a module holds: parameters, buffers, children and hooks, found in the fields they are assigned to. */

/** Where a module keeps what PyTorch keeps in `_parameters`, `_buffers`, `_modules` and the hook dictionaries. */
export const internals: unique symbol = Symbol("module internals");

export interface Internals {
  readonly parameters: Map<string, Parameter | null>;
  readonly buffers: Map<string, Tensor | null>;
  readonly temporaryBuffers: Set<string>;
  readonly modules: Map<string, AnyModule | null>;
  /** Children that are no fields, because a number in brackets means their position and not their name. */
  readonly fieldless: Set<string>;
  /** The children in order; null after a change, until somebody asks. */
  order: readonly AnyModule[] | null;
  /** The fields' names, and their values, as they were when the members were last brought in line with them. */
  seenNames: readonly string[];
  seenValues: readonly unknown[];
  readonly forwardPreHooks: HookList<ForwardPreHook>;
  readonly forwardHooks: HookList<ForwardHook>;
  readonly backwardPreHooks: HookList<FullBackwardPreHook>;
  readonly backwardHooks: HookList<FullBackwardHook>;
  readonly stateDictPreHooks: HookList<(module: AnyModule, prefix: string, keepVars: boolean) => void>;
  readonly stateDictHooks: HookList<StateDictHook>;
  readonly loadStateDictPreHooks: HookList<StateDictHook>;
  readonly loadStateDictPostHooks: HookList<(module: AnyModule, incompatibleKeys: IncompatibleKeys) => void>;
}

/** Sees, and may change, the state dict that is being made or loaded. Keys of the module start with `prefix`. */
export type StateDictHook = (module: AnyModule, stateDict: StateDict, prefix: string) => void;

/** Any module, whatever it is called with. */
export interface Registers {
  /** @internal */
  readonly [internals]: Internals;
}

/** Of a module that holds nothing yet. */
export function noMembers(): Internals {
  return {
    parameters: new Map(),
    buffers: new Map(),
    temporaryBuffers: new Set(),
    modules: new Map(),
    fieldless: new Set(),
    order: null,
    seenNames: [],
    seenValues: [],
    forwardPreHooks: new HookList(),
    forwardHooks: new HookList(),
    backwardPreHooks: new HookList(),
    backwardHooks: new HookList(),
    stateDictPreHooks: new HookList(),
    stateDictHooks: new HookList(),
    loadStateDictPreHooks: new HookList(),
    loadStateDictPostHooks: new HookList(),
  };
}

/** A module's children by name, null for places kept empty; a child in two places appears twice. */
export function childrenByName(module: Registers): ReadonlyMap<string, AnyModule | null> {
  return registered(module).modules;
}

/** A module's own parameters by name; null for places kept empty. */
export function parametersByName(module: Registers): ReadonlyMap<string, Parameter | null> {
  return registered(module).parameters;
}

/** A module's own buffers by name; null for places kept empty. */
export function buffersByName(module: Registers): ReadonlyMap<string, Tensor | null> {
  return registered(module).buffers;
}

/** Registers a child without making it a field. */
export function registerWithoutField(module: Registers, name: string, child: AnyModule | null): void {
  checkModule(child);
  const members = registered(module);
  members.modules.set(name, child);
  members.fieldless.add(name);
  members.order = null;
}

/** The children in order, by position: empty places left out. */
export function childrenInOrder(module: Registers): readonly AnyModule[] {
  const members = registered(module);
  return (members.order ??= [...members.modules.values()].filter((child) => child !== null));
}

/** Takes a child, parameter or buffer away. */
export function unregister(module: Registers, name: string): void {
  const { parameters, buffers, modules, temporaryBuffers, fieldless } = module[internals];
  fieldless.delete(name);
  module[internals].order = null;
  for (const members of [parameters, buffers, modules]) members.delete(name);
  temporaryBuffers.delete(name);
  delete (module as unknown as Record<string, unknown>)[name];
}

/** What a module holds now. Fields are assigned behind its back, so that what is registered is brought in line with them here, whenever it is read. */
export function registered(module: Registers): Internals {
  const fields = module as unknown as Record<string, unknown>;
  const names = Object.keys(fields);
  if (!isUpToDate(module[internals], fields, names)) update(module[internals], fields, names);
  return module[internals];
}

/** True when the fields hold what they held. A number, string or boolean in another's place changes no member. */
function isUpToDate({ seenNames, seenValues }: Internals, fields: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  if (names.length !== seenNames.length) return false;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (name !== seenNames[i]) return false;
    const value = fields[name];
    const seen = seenValues[i];
    if (value !== seen && !(isPlain(value) && isPlain(seen))) return false;
  }
  return true;
}

function isPlain(value: unknown): boolean {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean";
}

/** Brings the members in line with the fields: each field is at most one kind of member, and what is no field any more is none. */
function update(members: Internals, fields: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const { parameters, buffers, modules, fieldless } = members;
  members.order = null;
  for (const name of names) {
    const value = fields[name];
    const own = value instanceof Parameter ? parameters : isModule(value) ? modules : null;
    if (own === null && buffers.has(name)) {
      if (value === null || value instanceof Tensor) buffers.set(name, value);
      continue;
    }
    for (const register of [parameters, modules] as readonly Map<string, unknown>[]) {
      if (register === own) register.set(name, value);
      // What is empty keeps its place.
      else if (value == null && register.has(name)) register.set(name, null);
      else register.delete(name);
    }
  }
  for (const register of [parameters, buffers, modules]) {
    for (const name of register.keys()) if (!Object.hasOwn(fields, name) && !fieldless.has(name)) register.delete(name);
  }
  members.seenNames = names;
  members.seenValues = names.map((name) => fields[name]);
}

/** Makes a field of what is registered, over a getter or a read-only field of the class too. */
export function define(module: AnyModule, name: string, value: unknown): void {
  Object.defineProperty(module, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Whether a value is a module. (Module itself, which is built on this file, cannot be asked for here.) */
function isModule(value: unknown): value is AnyModule {
  return typeof value === "function" && internals in value;
}

/** Throws PyTorch's error for a child that is no module. */
export function checkModule(module: unknown): void {
  if (module !== null && !isModule(module)) throw new TypeError(`${typeInPython(module)} is not a Module subclass`);
}
