import { KeyError, TypeError, typeInPython } from "../errors.js";
import { observer } from "../observer.js";
import { Tensor } from "../tensor.js";
import type { FullBackwardHook, FullBackwardPreHook } from "./backwardHooks.js";
import {
  HookList,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardHookWithKwargs,
  type ForwardPreHook,
  type ForwardPreHookWithKwargs,
  type HookOptions,
} from "./hooks.js";
import type { AnyModule } from "./anyModule.js";
import { Buffer, Parameter } from "./parameter.js";
import { registrationHooks } from "./registrationHooks.js";
import type { IncompatibleKeys, StateDict } from "./stateDict.js";

/**
 * What a module holds: parameters, buffers, children and hooks. An assignment to a field registers what is assigned, or is refused, as
 * PyTorch's `Module.__setattr__` does: a module is a Proxy whose one concern that is.
 */

declare module "../observer.js" {
  interface Observer {
    /** A module registered a parameter under a name, in the place of `before`. */
    parameterRegistered?(module: AnyModule, name: string, parameter: Parameter | null, before: Parameter | null): void;
  }
}

/** Where a module keeps what PyTorch keeps in `_parameters`, `_buffers`, `_modules` and the hook dictionaries. */
export const internals: unique symbol = Symbol("module internals");

export interface Internals {
  /** The module as everybody holds it, and what is beneath, whose fields are written unwatched. */
  readonly module: AnyModule & Registers;
  readonly fields: Record<PropertyKey, unknown>;
  readonly parameters: Map<string, Parameter | null>;
  readonly buffers: Map<string, Tensor | null>;
  readonly temporaryBuffers: Set<string>;
  readonly modules: Map<string, AnyModule | null>;
  /** Children that are no fields, because a number in brackets means their position and not their name. */
  readonly fieldless: Set<string>;
  /** The children in order; null after a change, until somebody asks. */
  order: readonly AnyModule[] | null;
  readonly forwardPreHooks: HookList<ForwardPreHook | ForwardPreHookWithKwargs, HookOptions>;
  readonly forwardHooks: HookList<ForwardHook | ForwardHookWithKwargs, ForwardHookOptions>;
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
function noMembers(module: unknown, fields: unknown): Internals {
  return {
    module: module as AnyModule & Registers,
    fields: fields as Record<PropertyKey, unknown>,
    parameters: new Map(),
    buffers: new Map(),
    temporaryBuffers: new Set(),
    modules: new Map(),
    fieldless: new Set(),
    order: null,
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

/** The children in order, by position: empty places left out. */
export function childrenInOrder(module: Registers): readonly AnyModule[] {
  const members = module[internals];
  return (members.order ??= [...members.modules.values()].filter((child) => child !== null));
}

/** What a module holds. */
export function registered(module: Registers): Internals {
  return module[internals];
}

/** How a container takes an assignment to a position: `net[2] = layer`. */
export const assignPosition: unique symbol = Symbol("assign position");

/** Makes a module of a function: gives it a place for its members, and watches over its fields from now on. */
export function watchFields<M extends AnyModule>(fields: M): M {
  const module = new Proxy(fields, fieldsAsMembers);
  Object.defineProperty(fields, internals, { value: noMembers(module, fields) });
  return module as unknown as M;
}

/** Assignments, and fields that a class declares, all come by `defineProperty`; those that a setter of the class takes do not. */
const fieldsAsMembers: ProxyHandler<AnyModule & Registers> = {
  defineProperty(fields, name, descriptor) {
    if (typeof name === "symbol" || !("value" in descriptor)) return Reflect.defineProperty(fields, name, descriptor);
    const { module } = fields[internals];
    const container = module as Partial<Record<typeof assignPosition, (index: number, value: unknown) => void>>;
    if (container[assignPosition] !== undefined && /^-?\d+$/.test(name)) {
      container[assignPosition](Number(name), descriptor.value);
      return true;
    }
    const value = assign(module, name, descriptor.value);
    return Reflect.defineProperty(fields, name, { ...descriptor, value });
  },
  deleteProperty(fields, name) {
    if (typeof name === "string") forget(fields[internals], name);
    return Reflect.deleteProperty(fields, name);
  },
};

/** Registers a value that is assigned under a name. Gives back what becomes the field: a registration hook may have replaced the value. */
function assign(module: AnyModule & Registers, name: string, value: unknown): unknown {
  const members = module[internals];
  const { parameters, buffers, modules } = members;
  const isEmpty = value === null || value === undefined;
  const refuse = (kind: string, expected: string): never => {
    throw new TypeError(`cannot assign '${typeName(value)}' as ${kind} '${name}' (${expected} or None expected)`);
  };
  if (value instanceof Parameter) return setParameter(module, name, value);
  if (parameters.has(name)) {
    if (!isEmpty) refuse("parameter", "torch.nn.Parameter");
    setParameter(module, name, null);
  } else if (isModule(value)) return setModule(module, name, value);
  else if (modules.has(name)) {
    if (!isEmpty) refuse("child module", "torch.nn.Module");
    setModule(module, name, null);
  } else if (value instanceof Buffer) {
    checkName(module, "buffer", name, buffers);
    return setBuffer(module, name, value, value.persistent);
  }
  if (buffers.has(name)) {
    if (!isEmpty && !(value instanceof Tensor)) refuse("buffer", "torch.nn.Buffer, torch.Tensor");
    return setBuffer(module, name, (value ?? null) as Tensor | null);
  }
  return value;
}

/** Registers a parameter under a name that is free for it. What was another kind of member under that name is none any more. */
export function setParameter(module: AnyModule & Registers, name: string, parameter: Parameter | null): Parameter | null {
  const { parameters } = module[internals];
  // A constructor may assign what it registers too: one that is there already, and an empty place, are nothing new.
  const registeredParameter = parameter === null || parameters.get(name) === parameter ? parameter : registrationHooks.parameter.run(module, name, parameter);
  forget(module[internals], name, parameters);
  observer()?.parameterRegistered?.(module, name, registeredParameter, parameters.get(name) ?? null);
  parameters.set(name, registeredParameter);
  return registeredParameter;
}

/** As `setParameter`, for a child. */
export function setModule(module: AnyModule & Registers, name: string, child: AnyModule | null): AnyModule | null {
  const members = module[internals];
  const registeredChild = registrationHooks.module.run(module, name, child);
  forget(members, name, members.modules);
  members.modules.set(name, registeredChild);
  members.order = null;
  return registeredChild;
}

/** As `setParameter`, for a buffer. It stays out of state dicts, or in, where `persistent` does not say. */
export function setBuffer(module: AnyModule & Registers, name: string, buffer: Tensor | null, persistent?: boolean): Tensor | null {
  const members = module[internals];
  const registeredBuffer = registrationHooks.buffer.run(module, name, buffer);
  const { buffers, temporaryBuffers } = members;
  const isTemporary = persistent === undefined ? temporaryBuffers.has(name) : !persistent;
  forget(members, name, buffers);
  buffers.set(name, registeredBuffer);
  if (isTemporary) temporaryBuffers.add(name);
  return registeredBuffer;
}

/** Registers a child without making it a field. */
export function registerWithoutField(module: AnyModule & Registers, name: string, child: AnyModule | null): void {
  checkModule(child);
  setModule(module, name, child);
  module[internals].fieldless.add(name);
}

/** Takes a child, parameter or buffer away. */
export function unregister(module: Registers, name: string): void {
  forget(module[internals], name);
  delete module[internals].fields[name];
}

/**
 * What an assignment in another language registers, whose own rules for names have been heard: the field is made over whatever the class has of that name.
 * `persistent` is of buffers alone.
 */
export function setMember(module: AnyModule & Registers, name: string, value: Parameter | null, kind: "parameter"): void;
export function setMember(module: AnyModule & Registers, name: string, value: AnyModule | null, kind: "module"): void;
export function setMember(module: AnyModule & Registers, name: string, value: Tensor | null, kind: "buffer", persistent?: boolean): void;
export function setMember(module: AnyModule & Registers, name: string, value: unknown, kind: "parameter" | "module" | "buffer", persistent?: boolean): void {
  if (kind === "parameter") define(module, name, setParameter(module, name, value as Parameter | null));
  else if (kind === "buffer") define(module, name, setBuffer(module, name, value as Tensor | null, persistent));
  else {
    setModule(module, name, value as AnyModule | null);
    if (/^\d+$/.test(name)) module[internals].fieldless.add(name);
    else define(module, name, value);
  }
}

/** Drops what is registered under a name, except in `kept`, where its place in the order stays. */
function forget(members: Internals, name: string, kept?: ReadonlyMap<string, unknown>): void {
  const { parameters, buffers, modules, temporaryBuffers, fieldless } = members;
  for (const map of [parameters, buffers, modules]) if (map !== kept) map.delete(name);
  temporaryBuffers.delete(name);
  fieldless.delete(name);
  members.order = null;
}

/** Makes a field of what is registered, over a getter or a read-only field of the class too. */
export function define(module: Registers, name: string, value: unknown): void {
  Object.defineProperty(module[internals].fields, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Remembers a module's fields and members as they are now. Returns what puts them back. */
export function rememberMembers(module: Registers): () => void {
  const members = module[internals];
  const { fields, parameters, buffers, modules, temporaryBuffers, fieldless } = members;
  const properties = Object.getOwnPropertyDescriptors(fields);
  const maps = [parameters, buffers, modules].map((map) => [map as Map<string, unknown>, new Map<string, unknown>(map)] as const);
  const sets = [temporaryBuffers, fieldless].map((set) => [set, new Set(set)] as const);
  return () => {
    for (const key of Reflect.ownKeys(fields)) if (!Object.hasOwn(properties, key)) Reflect.deleteProperty(fields, key);
    for (const key of Reflect.ownKeys(properties)) if (key !== internals) Object.defineProperty(fields, key, properties[key as string]!);
    for (const [map, before] of maps) {
      map.clear();
      for (const [name, value] of before) map.set(name, value);
    }
    for (const [set, before] of sets) {
      set.clear();
      for (const name of before) set.add(name);
    }
    members.order = null;
  };
}

/** Whether a value is a module. (Module itself, which is built on this file, cannot be asked for here.) */
export function isModule(value: unknown): value is AnyModule & Registers {
  return typeof value === "function" && internals in value;
}

/** Throws PyTorch's error for a child that is no module. */
export function checkModule(module: unknown): void {
  if (module !== null && !isModule(module)) throw new TypeError(`${typeName(module)} is not a Module subclass`);
}

/** Throws PyTorch's errors for names that a member cannot have. */
export function checkName(module: Registers, kind: "parameter" | "buffer" | "module", name: unknown, members: ReadonlyMap<string, unknown>): void {
  if (typeof name !== "string") throw new TypeError(`${kind} name should be a string. Got ${typeName(name)}`);
  // A field that was declared without a value is a place to register in, not a clash.
  const { parameters, buffers, modules } = module[internals];
  const isOther = [parameters, buffers, modules].some((map) => map !== members && map.has(name));
  const isTaken = isOther || (name in module && !members.has(name) && (module as unknown as Readonly<Record<string, unknown>>)[name] != null);
  if (kind === "module" && isTaken) throw new KeyError(`attribute '${name}' already exists`);
  if (name.includes(".")) throw new KeyError(kind === "module" ? `module name can't contain ".", got: ${name}` : `${kind} name can't contain "."`);
  if (name === "") throw new KeyError(`${kind} name can't be empty string ""`);
  if (isTaken) throw new KeyError(`attribute '${name}' already exists`);
}

/** A value as PyTorch's errors on assignments call it (torch.typename): a tensor by its legacy name. */
export function typeName(value: unknown): string {
  if (value instanceof Tensor) return `torch.${value.dtype.scalarType}Tensor`;
  return isModule(value) ? value.constructor.name : typeInPython(value);
}
