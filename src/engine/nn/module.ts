import { inspect } from "../inspect.js";
import { bfloat16, DType, float16, float32, float64 } from "../dtype.js";
import { AttributeError, NotImplementedError, RuntimeError, TypeError, typeInPython, ValueError } from "../errors.js";
import { checkedOptions, collect, refuseMore, type Arguments } from "../arguments.js";
import { observer } from "../observer.js";
import type { Device } from "../storage.js";
import { Tensor } from "../tensor.js";
import type { FullBackwardHook, FullBackwardPreHook } from "./backwardHooks.js";
import { declaration, type ModuleDeclaration } from "./declaration.js";
import {
  HookList,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardHookWithKwargs,
  type ForwardPreHook,
  type ForwardPreHookWithKwargs,
  type HookOptions,
  type PrependOptions,
  type RemovableHandle,
} from "./hooks.js";
import {
  checkModule,
  checkName,
  define,
  internals,
  isModule,
  registered,
  setBuffer,
  setModule,
  setParameter,
  typeName,
  watchFields,
  type Internals,
  type StateDictHook,
} from "./members.js";
import { mapTensors, moveOf, type ModuleToOptions } from "./conversion.js";
import { attributeOf, memberAt, submoduleAt } from "./dottedNames.js";
import { callModule } from "./moduleCall.js";
import { formatModule, indent } from "./moduleText.js";
import { Parameter } from "./parameter.js";
import { collectState, loadState } from "./moduleState.js";
import { IncompatibleKeys, StateDict } from "./stateDict.js";
import { modulesOf, namedBuffersOf, namedChildrenOf, namedModulesOf, namedParametersOf, type NamedOptions } from "./walk.js";

export interface ZeroGradOptions {
  /** Drop the gradients instead of filling them with zeros. Default true. */
  readonly setToNone?: boolean;
}

export interface StateDictOptions {
  /** Put before every name. Default "". */
  readonly prefix?: string;
  /** Give the parameters and buffers themselves instead of tensors without history that share their memory. Default false. */
  readonly keepVars?: boolean;
}

export interface LoadStateDictOptions {
  /** Throw when names are missing or unexpected. Default true. */
  readonly strict?: boolean;
  /** Take the given tensors themselves instead of copying their values. Default false. */
  readonly assign?: boolean;
}

/** What `forward` takes. Of one of several modules, what all of them take. */
type ArgumentsOf<Forward> = (Forward extends (...args: infer Args) => unknown ? (args: Args) => void : never) extends (args: infer Args) => void
  ? Args extends readonly unknown[]
    ? Args
    : never
  : never;

/** Calling a module runs its hooks and `forward`, with the types of `forward`. */
interface ModuleClass {
  (...args: ArgumentsOf<this["forward"]>): ReturnType<this["forward"]>;
}

/** A tensor, except where the caller expects something that a tensor is not. (The first question is whether `Result` is anything: see below.) */
type Expected<Result> = 0 extends 1 & Result ? Result : Tensor extends Result ? Tensor : Result;

/**
 * A call of a module whose type says no more than that it is one (`layers: nn.Module[]`): it takes what it is given, and gives what is expected where it
 * is called, a tensor if nothing is said.
 */
interface UnknownCall {
  <Result = Tensor, Args extends readonly unknown[] = readonly unknown[]>(...args: Args): Expected<Result>;
  // Every function is one of these. Beside a second signature the first is compared without its type parameters, so that every layer has both.
  (...args: never[]): unknown;
}

/** Any module (torch.nn.Module). One whose class is not known can be called with anything, and gives a tensor where nothing else is expected of it. */
export interface Module extends UnknownCall, ModuleClass {}

declare module "./anyModule.js" {
  interface AnyModule extends Module {}
}

/**
 * The base of all layers and models (torch.nn.Module). Parameters, buffers and child modules are found in the fields they are
 * assigned to; `forward` says what a call does. Private fields (`#weight`) cannot be seen and are not registered.
 */
class ModuleClass {
  /** What is known of the class, for those who look at models. */
  static readonly [declaration]: ModuleDeclaration = { family: "module", arguments: () => ({}) };

  /** False after `eval()`: dropout and batch normalization behave differently. */
  training!: boolean;
  /** @internal */
  readonly [internals]!: Internals;

  /** A subclass without a constructor of its own hands its arguments on to this one, which takes none. */
  constructor() {
    // eslint-disable-next-line prefer-rest-params -- A rest parameter would be part of the type, and hide what a subclass forgot to take.
    if (arguments.length > 0) refuseMore(`${new.target.name}.__init__`, [], [...arguments], 1);
    const self = bareModule(new.target.prototype as this);
    self.training = true;
    observer()?.moduleConstructed?.(self);
    return self;
  }

  /** What a call computes. Every model states its own. */
  forward(..._args: never[]): unknown {
    throw new NotImplementedError(`Module [${this.constructor.name}] is missing the required "forward" function`);
  }

  /** What `stateDict` keeps besides parameters and buffers, if the subclass defines it. (Module.get_extra_state) */
  getExtraState?(): Tensor;

  /** Takes back what `getExtraState` gave. (Module.set_extra_state) */
  setExtraState?(state: Tensor): void;

  /** Version of what the class keeps in state dicts, for the hooks that load older ones. */
  get stateVersion(): number {
    return 1;
  }

  /** The arguments in the printed form: "in_features=4, out_features=8, bias=True". */
  extraRepr(): string {
    return "";
  }

  // ---- registering

  /** Registers a parameter under a name; null keeps the place empty, as a layer without bias does. */
  registerParameter(name: string, parameter: Parameter | null): void {
    checkName(this, "parameter", name, registered(this).parameters);
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new TypeError(`cannot assign '${typeName(parameter)}' object to parameter '${name}' (torch.nn.Parameter or None required)`);
    }
    if (parameter !== null && !parameter.isLeaf) {
      throw new ValueError(
        `Cannot assign non-leaf Tensor to parameter '${name}'. Model parameters must be created explicitly. To express '${name}' as a function of another Tensor, compute the value in the forward() method.`,
      );
    }
    define(this, name, setParameter(this, name, parameter));
  }

  /** Registers a tensor that belongs to the module's state but is not learned. `persistent: false` keeps it out of the state dict. */
  registerBuffer(name: string, tensor: Tensor | null, ...args: Arguments<[persistent: boolean], { readonly persistent?: boolean }>): void {
    const { persistent = true } = collect<{ readonly persistent?: boolean }>("registerBuffer", ["persistent"], args);
    checkName(this, "buffer", name, registered(this).buffers);
    if (tensor !== null && !(tensor instanceof Tensor)) {
      throw new TypeError(`cannot assign '${typeName(tensor)}' object to buffer '${name}' (torch Tensor or None required)`);
    }
    define(this, name, setBuffer(this, name, tensor, persistent));
  }

  /** Adds a child under a name, which becomes a field too. */
  addModule(name: string, module: Module | null): void {
    checkModule(module);
    checkName(this, "module", name, registered(this).modules);
    define(this, name, setModule(this, name, module));
  }

  /** `addModule` under PyTorch's newer name. */
  registerModule(name: string, module: Module | null): void {
    this.addModule(name, module);
  }

  // ---- looking through

  /** Names and parameters in the order of registration: the module's own, then its children's. */
  namedParameters(options: NamedOptions = {}): IterableIterator<[string, Parameter]> {
    return namedParametersOf(this, options);
  }

  /** The parameters in the order of registration, each once; the module's own alone where `recurse` is false. */
  *parameters(recurse = true): IterableIterator<Parameter> {
    for (const [, parameter] of namedParametersOf(this, { recurse })) yield parameter;
  }

  /** Names and buffers, as `namedParameters`. */
  namedBuffers(options: NamedOptions = {}): IterableIterator<[string, Tensor]> {
    return namedBuffersOf(this, options);
  }

  /** The buffers, as `parameters`. */
  *buffers(recurse = true): IterableIterator<Tensor> {
    for (const [, buffer] of namedBuffersOf(this, { recurse })) yield buffer;
  }

  /** Names and direct children; a child in two places once, under its first name. */
  *namedChildren(): IterableIterator<[string, Module]> {
    yield* namedChildrenOf(this);
  }

  /** The direct children, each once. */
  *children(): IterableIterator<Module> {
    for (const [, child] of namedChildrenOf(this)) yield child;
  }

  /** Dotted names and all modules: this one first (named ""), then each child with all beneath it. */
  namedModules(options: Omit<NamedOptions, "recurse"> = {}): IterableIterator<[string, Module]> {
    return namedModulesOf(this, options);
  }

  /** This module and all beneath it, each once. */
  *modules(): IterableIterator<Module> {
    yield* modulesOf(this);
  }

  /** The module at a dotted name. Throws AttributeError where there is none. */
  getSubmodule(target: string): Module {
    return submoduleAt(this, target);
  }

  /**
   * Puts a module in the place that a dotted name says. The module that holds the place must exist; with `strict`, so must the place.
   * (Module.set_submodule)
   */
  setSubmodule(target: string, module: Module, ...args: Arguments<[strict: boolean], { readonly strict?: boolean }>): void {
    const { strict = false } = collect<{ readonly strict?: boolean }>("setSubmodule", ["strict"], args);
    if (target === "") throw new ValueError("Cannot set the submodule without a target name!");
    if (!isModule(module)) throw new ValueError(`\`module\` is not an nn.Module, found <class '${typeName(module)}'>`);
    const dot = target.lastIndexOf(".");
    const parent = this.getSubmodule(dot < 0 ? "" : target.slice(0, dot));
    const name = target.slice(dot + 1);
    if (strict) attributeOf(parent, name);
    if (name in parent && !isModule(attributeOf(parent, name))) throw new AttributeError(`\`${name}\` is not an nn.Module`);
    (parent as unknown as Record<string, unknown>)[name] = module;
  }

  /** The parameter at a dotted name. Throws AttributeError where there is none. */
  getParameter(target: string): Parameter {
    const [module, name, value] = memberAt(this, target);
    if (!(value instanceof Parameter)) throw new AttributeError(`\`${name}\` is not an nn.Parameter`);
    return registered(module).parameters.get(name) ?? value;
  }

  /** The buffer at a dotted name. Throws AttributeError where there is none. */
  getBuffer(target: string): Tensor {
    const [module, name] = memberAt(this, target);
    const buffer = registered(module).buffers.get(name);
    if (buffer == null) throw new AttributeError(`\`${name}\` is not a buffer`);
    return buffer;
  }

  // ---- changing all at once

  /** Calls `fn` with every module beneath this one, children before parents, and with this one last. Returns this module. */
  apply(fn: (module: Module) => void): this {
    for (const [, child] of namedChildrenOf(this)) child.apply(fn);
    fn(this);
    return this;
  }

  /** Sets training mode here and beneath. */
  train(mode = true): this {
    if (typeof mode !== "boolean") throw new ValueError("training mode is expected to be boolean");
    this.training = mode;
    for (const [, child] of namedChildrenOf(this)) child.train(mode);
    return this;
  }

  /** Sets evaluation mode here and beneath: dropout passes on, batch normalization uses its running statistics. */
  eval(): this {
    return this.train(false);
  }

  /** Freezes (false) or unfreezes every parameter. */
  requiresGrad_(requiresGrad = true): this {
    for (const [, parameter] of namedParametersOf(this)) parameter.requiresGrad_(requiresGrad);
    return this;
  }

  /** Forgets all gradients; with `setToNone: false` they become zeros instead. */
  zeroGrad(options: ZeroGradOptions = {}): void {
    const { setToNone = true } = checkedOptions<ZeroGradOptions>("zeroGrad", options, "setToNone");
    forgetGradients(this, setToNone);
  }

  /**
   * Moves floating-point parameters and buffers to a dtype, everything to a device, or both: `to(torch.float64)`, `to("cpu", torch.float64)`,
   * `to({ device, dtype })`, or as a tensor is. Parameters stay the same objects.
   */
  to(target: DType | Device | Tensor | ModuleToOptions, ...rest: readonly (DType | ModuleToOptions | boolean)[]): this {
    const { device, dtype } = moveOf([target, ...rest]);
    if (dtype !== undefined && !dtype.isFloatingPoint) {
      throw new TypeError(`nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${dtype}`);
    }
    mapTensors(this, (tensor) => {
      if (tensor.device === "meta" && !tensor.storage.isLeftOut && device !== undefined && device !== "meta") {
        throw new NotImplementedError(
          "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving module from meta to a different device.",
        );
      }
      const converted = dtype !== undefined && tensor.dtype.isFloatingPoint ? tensor.to(dtype) : tensor;
      return device === undefined ? converted : converted.to(device);
    });
    return this;
  }

  /** Moves all parameters and buffers to the CPU. */
  cpu(): this {
    return this.to("cpu");
  }

  /** Gives all parameters and buffers a dtype, those of whole numbers too. */
  type(dtype: DType): this {
    mapTensors(this, (tensor) => tensor.to(dtype));
    return this;
  }

  /** Moves to a device without values: what is there afterwards is zero and wants initializing. */
  toEmpty({ device }: { readonly device: Device }): this {
    mapTensors(this, (tensor) => Tensor.allocate(tensor.sizes, tensor.dtype, device));
    return this;
  }

  /** Moves floating-point parameters and buffers to float32. */
  float(): this {
    return this.to(float32);
  }

  /** Moves floating-point parameters and buffers to float64. */
  double(): this {
    return this.to(float64);
  }

  /** Moves floating-point parameters and buffers to float16. */
  half(): this {
    return this.to(float16);
  }

  /** Moves floating-point parameters and buffers to bfloat16. */
  bfloat16(): this {
    return this.to(bfloat16);
  }

  // ---- state

  /** Every parameter and persistent buffer by dotted name, sharing memory with the module. Shared ones appear under each name. */
  stateDict(options: StateDictOptions = {}): StateDict {
    const { prefix = "", keepVars = false } = checkedOptions<StateDictOptions>("stateDict", options, "prefix", "keepVars");
    const result = new StateDict();
    collectState(this, prefix, keepVars, result);
    return result;
  }

  /** Copies values in by name. Throws an error that lists every name and shape that does not fit. */
  loadStateDict(stateDict: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>, options: LoadStateDictOptions = {}): IncompatibleKeys {
    if (typeof stateDict !== "object" || stateDict === null)
      throw new TypeError(`Expected state_dict to be dict-like, got <class '${typeInPython(stateDict)}'>.`);
    const source = new StateDict(stateDict instanceof Map ? stateDict : Object.entries(stateDict as Readonly<Record<string, Tensor>>));
    if (stateDict instanceof StateDict) source.versions = stateDict.versions;
    const { strict = true, assign = false } = checkedOptions<LoadStateDictOptions>("loadStateDict", options, "strict", "assign");
    const missingKeys: string[] = [];
    const unexpectedKeys: string[] = [];
    const errors: string[] = [];
    loadState(this, source, "", { assign, missingKeys, unexpectedKeys, errors });
    const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
    if (strict && unexpectedKeys.length > 0) errors.unshift(`Unexpected key(s) in state_dict: ${list(unexpectedKeys)}. `);
    if (strict && missingKeys.length > 0) errors.unshift(`Missing key(s) in state_dict: ${list(missingKeys)}. `);
    if (errors.length > 0) {
      throw new RuntimeError(`Error(s) in loading state_dict for ${this.constructor.name}:\n\t${errors.join("\n\t")}`);
    }
    return new IncompatibleKeys(missingKeys, unexpectedKeys);
  }

  // ---- hooks

  /** Runs before `forward`. `withKwargs` hands it the options that the call ends with apart, and takes [args, options] back. */
  registerForwardPreHook(hook: ForwardPreHook, options?: HookOptions & { readonly withKwargs?: false }): RemovableHandle;
  registerForwardPreHook(hook: ForwardPreHookWithKwargs, options: HookOptions & { readonly withKwargs: true }): RemovableHandle;
  registerForwardPreHook(hook: ForwardPreHook | ForwardPreHookWithKwargs, options: HookOptions = {}): RemovableHandle {
    const given = checkedOptions<HookOptions>("registerForwardPreHook", options, "prepend", "withKwargs");
    return this[internals].forwardPreHooks.register(hook, given.prepend, given);
  }

  /**
   * Runs after `forward`. `withKwargs` hands it the options that the call ends with apart; `alwaysCall` runs it also where `forward` throws, with what
   * there is of a result, and makes a warning of what it throws itself then.
   */
  registerForwardHook(hook: ForwardHook, options?: ForwardHookOptions & { readonly withKwargs?: false }): RemovableHandle;
  registerForwardHook(hook: ForwardHookWithKwargs, options: ForwardHookOptions & { readonly withKwargs: true }): RemovableHandle;
  registerForwardHook(hook: ForwardHook | ForwardHookWithKwargs, options: ForwardHookOptions = {}): RemovableHandle {
    const given = checkedOptions<ForwardHookOptions>("registerForwardHook", options, "prepend", "withKwargs", "alwaysCall");
    return this[internals].forwardHooks.register(hook, given.prepend, given);
  }

  /** Runs in the backward pass once the gradients of this module's inputs are known. */
  registerFullBackwardHook(hook: FullBackwardHook, options: PrependOptions = {}): RemovableHandle {
    return this[internals].backwardHooks.register(hook, checkedOptions<PrependOptions>("registerFullBackwardHook", options, "prepend").prepend);
  }

  /** Runs in the backward pass once the gradients of this module's outputs are known. */
  registerFullBackwardPreHook(hook: FullBackwardPreHook, options: PrependOptions = {}): RemovableHandle {
    return this[internals].backwardPreHooks.register(hook, checkedOptions<PrependOptions>("registerFullBackwardPreHook", options, "prepend").prepend);
  }

  /** Runs before this module's entries are added to a state dict. */
  registerStateDictPreHook(hook: (module: Module, prefix: string, keepVars: boolean) => void): RemovableHandle {
    return this[internals].stateDictPreHooks.register(hook);
  }

  /** Runs on the state dict after this module's entries were added. */
  registerStateDictPostHook(hook: StateDictHook): RemovableHandle {
    return this[internals].stateDictHooks.register(hook);
  }

  /** Runs before this module's entries are loaded and may change them. */
  registerLoadStateDictPreHook(hook: StateDictHook): RemovableHandle {
    return this[internals].loadStateDictPreHooks.register(hook);
  }

  /** Runs after this module's entries were loaded; may take names out of the lists of those that do not fit. */
  registerLoadStateDictPostHook(hook: (module: Module, incompatibleKeys: IncompatibleKeys) => void): RemovableHandle {
    return this[internals].loadStateDictPostHooks.register(hook);
  }

  /** As PyTorch prints it: the class with its arguments, and the children. */
  toString(): string {
    const extra = this.extraRepr();
    const extraLines = extra === "" ? [] : extra.split("\n");
    return formatModule(
      this.constructor.name,
      extraLines,
      [...registered(this).modules].map(([name, child]) => `(${name}): ${indent(String(child ?? "None"))}`),
    );
  }

  [inspect](): string {
    return this.toString();
  }
}

interface ModuleConstructor {
  readonly [declaration]: ModuleDeclaration;
  new (): ModuleClass;
  readonly prototype: Module;
}

function forgetGradients(module: { readonly [internals]: Internals }, setToNone: boolean): void {
  const { parameters, modules } = registered(module);
  for (const parameter of parameters.values()) {
    if (parameter !== null && parameter.ownGrad !== null) parameter.ownGrad = setToNone ? null : parameter.ownGrad.detach().zero_();
  }
  for (const child of modules.values()) if (child !== null) forgetGradients(child, setToNone);
}

export const Module = ModuleClass as unknown as ModuleConstructor;

/** A module without fields: callable, of the class with that prototype, with nothing registered. */
function bareModule<M extends Module>(prototype: M): M {
  const fields = ((...args: unknown[]) => callModule(self, args, fields[internals])) as unknown as M;
  // A function's own `name` and `length` would shadow fields that models like to have.
  delete (fields as { name?: unknown }).name;
  delete (fields as { length?: unknown }).length;
  Object.setPrototypeOf(fields, prototype);
  const self = watchFields(fields);
  return self;
}

/**
 * A module of the same class whose fields are what `copy` makes of the original's. `remember` gets the new module before its fields
 * are copied, since they may lead back to it. Hooks are taken over as they are.
 */
export function copyModule<M extends Module>(original: M, remember: (copied: M) => void, copy: (value: unknown) => unknown): M {
  const copied = bareModule(Object.getPrototypeOf(original) as M);
  observer()?.moduleConstructed?.(copied);
  remember(copied);
  const from = registered(original);
  const to = copied[internals];
  for (const [name, parameter] of from.parameters) to.parameters.set(name, copy(parameter) as Parameter | null);
  for (const [name, buffer] of from.buffers) to.buffers.set(name, copy(buffer) as Tensor | null);
  for (const [name, module] of from.modules) to.modules.set(name, copy(module) as Module | null);
  for (const name of from.temporaryBuffers) to.temporaryBuffers.add(name);
  for (const name of from.fieldless) to.fieldless.add(name);
  const hookLists = from as unknown as Record<string, unknown>;
  for (const [name, list] of Object.entries(hookLists)) {
    if (list instanceof HookList) (to as unknown as Record<string, HookList<unknown, unknown>>)[name]!.addAll(list);
  }
  for (const [name, value] of Object.entries(original)) define(copied, name, copy(value));
  return copied;
}
