import { inspect } from "../inspect.js";
import { checkedOptions, collect } from "../arguments.js";
import { enableGrad } from "../autograd/gradMode.js";
import { float32, type DType } from "../dtype.js";
import { KeyError, nameInPython, RuntimeError, TypeError, ValueError } from "../errors.js";
import { copy } from "../kernels/elementwise.js";
import type { Run } from "../kernels/wasm/elementwise.js";
import { HookList, type PrependOptions, type RemovableHandle } from "../nn/hooks.js";
import { observer, report } from "../observer.js";
import { writing } from "../operation.js";
import { formatFloat } from "../print/numbers.js";
import { PythonFloat, repr, type PythonValue } from "../print/python.js";
import { Tensor } from "../tensor.js";
import { warn } from "../warnings.js";

/** Parameters that are updated alike, and how. */
export interface ParameterGroup {
  params: Tensor[];
  /** Learning rate. */
  lr: number;
  /** The learning rate that a scheduler started from. */
  initialLr?: number;
  /** Between what a schedule takes rate and momentum. */
  maxLr?: number;
  minLr?: number;
  maxMomentum?: number;
  baseMomentum?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** What an optimizer remembers of one parameter. */
export type ParameterState = Record<string, Tensor | number | readonly (Tensor | number)[]>;

/** Parameters, names with parameters, or groups of them with options of their own. */
export type OptimizerParameters<Options> =
  | Iterable<Tensor>
  | Iterable<readonly [name: string, parameter: Tensor]>
  | Iterable<{ readonly params: Tensor | Iterable<Tensor> } & Partial<Options>>;

type GroupOptions<Group> = { readonly params: Tensor | Iterable<Tensor> } & Partial<Omit<Group, "params">>;

/** An optimizer's state as plain data and tensors; parameters are their positions. */
export interface OptimizerStateDict {
  readonly state: Readonly<Record<number, Readonly<ParameterState>>>;
  readonly paramGroups: readonly { readonly params: readonly number[] }[];
}

/** Runs before or after a step; gets the closure that the step was given. */
export type StepHook = (optimizer: Optimizer, closure: (() => unknown) | undefined) => void;

/** Runs before a state dict is made, or after one was loaded. */
export type StateHook = (optimizer: Optimizer) => void;

/** Runs on a state dict, after it was made or before it is loaded; what it returns, if anything, takes its place. */
export type StateDictHook = (optimizer: Optimizer, stateDict: OptimizerStateDict) => OptimizerStateDict | null | undefined | void;

interface ZeroGradOptions {
  /** Drop the gradients instead of filling them with zeros. Default true. */
  readonly setToNone?: boolean;
}

/**
 * Options given by position or by name, and the defaults of the others. The defaults stand in the order of the positions; `maximize` and what follows it are
 * given by name alone.
 */
export function overDefaults<Options extends object>(optimizer: string, defaults: Options, args: readonly unknown[]): Options {
  const names = Object.keys(defaults) as (keyof Options & string)[];
  const positions = names.indexOf("maximize" as keyof Options & string);
  return { ...defaults, ...collect<Partial<Options>>(optimizer, names.slice(0, positions), args, names.slice(positions)) };
}

/** The base of all optimizers (torch.optim.Optimizer). */
export abstract class Optimizer<Group extends ParameterGroup = ParameterGroup> {
  readonly paramGroups: Group[] = [];
  /** By parameter; empty before the first step. */
  readonly state = new Map<Tensor, ParameterState>();
  private readonly stepPreHooks = new HookList<StepHook>();
  private readonly stepPostHooks = new HookList<StepHook>();
  private readonly stateDictPreHooks = new HookList<StateHook>();
  private readonly stateDictPostHooks = new HookList<StateDictHook>();
  private readonly loadStateDictPreHooks = new HookList<StateDictHook>();
  private readonly loadStateDictPostHooks = new HookList<StateHook>();

  /** `defaults` are the options of groups that state none. */
  constructor(
    params: OptimizerParameters<Omit<Group, "params">>,
    protected readonly defaults: Omit<Group, "params">,
  ) {
    if (params instanceof Tensor || typeof (params as Iterable<unknown>)?.[Symbol.iterator] !== "function") {
      const given = params instanceof Tensor ? `torch.${params.dtype.scalarType}Tensor` : typeof params;
      throw new TypeError(`params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${given}`);
    }
    const list: readonly unknown[] = [...params];
    if (list.length === 0) throw new ValueError("optimizer got an empty parameter list");
    const groups = isGroup(list[0]) ? list : [{ params: list.map((item) => (Array.isArray(item) ? (item[1] as unknown) : item)) }];
    for (const group of groups) this.addParamGroup(group as GroupOptions<Group>);
  }

  /** Adds parameters to be updated with options of their own, e.g. when layers are unfrozen later. */
  addParamGroup(group: GroupOptions<Group>): void {
    const params = group.params instanceof Tensor ? [group.params] : [...group.params];
    if (new Set(params).size < params.length) {
      warn(
        "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information",
      );
    }
    const taken = new Set(this.paramGroups.flatMap((other) => other.params));
    for (const param of params) {
      if (!(param instanceof Tensor)) throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${typeof param}`);
      if (!param.isLeaf) throw new ValueError("can't optimize a non-leaf Tensor");
      if (taken.has(param)) throw new ValueError("some parameters appear in more than one parameter group");
    }
    const complete = { ...this.defaults, ...group, params } as unknown as Group;
    this.checkOptions(complete);
    this.paramGroups.push(complete);
  }

  /**
   * What PyTorch prints besides the options: those that concern its processors and compilers alone, at their defaults. An option that is named here is printed
   * so where it has that value: `float(1)` for a default that is a float there.
   */
  protected readonly printed: Readonly<Record<string, PythonValue>> = {};

  /** Throws ValueError for options out of range. */
  protected abstract checkOptions(options: Group): void;

  /** Updates one parameter's values by its gradient. `state` is empty the first time. */
  protected abstract update(param: Elements, gradient: Elements, state: ParameterState, group: Group): void;

  /** Updates all parameters that have a gradient. `closure` computes the loss anew, with gradients, and is run first; its result is returned. */
  step(): void;
  step<Loss>(closure: () => Loss): Loss;
  step<Loss>(closure?: () => Loss): Loss | void {
    for (const hook of this.stepPreHooks) hook(this, closure);
    const taken = observer()?.optimizerStep?.(this, this.constructor.name);
    const loss = this.updateAll(closure);
    taken?.();
    for (const hook of this.stepPostHooks) hook(this, closure);
    return loss;
  }

  /** Runs before every step. (Optimizer.register_step_pre_hook) */
  registerStepPreHook(hook: StepHook): RemovableHandle {
    return this.stepPreHooks.register(hook);
  }

  /** Runs after every step. (Optimizer.register_step_post_hook) */
  registerStepPostHook(hook: StepHook): RemovableHandle {
    return this.stepPostHooks.register(hook);
  }

  /** Runs before a state dict is made; with `prepend`, before all others. (Optimizer.register_state_dict_pre_hook) */
  registerStateDictPreHook(hook: StateHook, options: PrependOptions = {}): RemovableHandle {
    return this.stateDictPreHooks.register(hook, checkedOptions<PrependOptions>("registerStateDictPreHook", options, "prepend").prepend);
  }

  /** Runs on a state dict that was made, and may give another in its place. (Optimizer.register_state_dict_post_hook) */
  registerStateDictPostHook(hook: StateDictHook, options: PrependOptions = {}): RemovableHandle {
    return this.stateDictPostHooks.register(hook, checkedOptions<PrependOptions>("registerStateDictPostHook", options, "prepend").prepend);
  }

  /** Runs on a copy of a state dict before it is loaded, and may give another in its place. (Optimizer.register_load_state_dict_pre_hook) */
  registerLoadStateDictPreHook(hook: StateDictHook, options: PrependOptions = {}): RemovableHandle {
    return this.loadStateDictPreHooks.register(hook, checkedOptions<PrependOptions>("registerLoadStateDictPreHook", options, "prepend").prepend);
  }

  /** Runs after a state dict was loaded. (Optimizer.register_load_state_dict_post_hook) */
  registerLoadStateDictPostHook(hook: StateHook, options: PrependOptions = {}): RemovableHandle {
    return this.loadStateDictPostHooks.register(hook, checkedOptions<PrependOptions>("registerLoadStateDictPostHook", options, "prepend").prepend);
  }

  /** What a step does, between its hooks. */
  protected updateAll<Loss>(closure?: () => Loss): Loss | void {
    const loss = closure && enableGrad(closure);
    const operation = writing({ name: `${this.constructor.name}.step`, arguments: ["param", "grad"] });
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        const { grad } = param;
        if (grad === null) continue;
        let state = this.state.get(param);
        if (state === undefined) this.state.set(param, (state = {}));
        if (param.device === "cpu") {
          const elements = elementsOf(param);
          this.update(elements, elementsOf(grad), state, group);
          if (elements.tensor !== param) copy(param, elements.tensor);
        }
        param.version.value++;
        report(operation, [param, grad], param);
      }
    }
    return loss;
  }

  /** Forgets all gradients; with `setToNone: false` they are filled with zeros instead. */
  zeroGrad(options: ZeroGradOptions = {}): void {
    const { setToNone = true } = checkedOptions<ZeroGradOptions>("zeroGrad", options, "setToNone");
    for (const { params } of this.paramGroups) {
      for (const param of params) {
        if (setToNone) param.grad = null;
        else if (param.grad !== null) param.grad = param.grad.allocateLike();
      }
    }
  }

  /** State and options, with each parameter's position in its place. Tensors are shared with the optimizer, not copied. */
  stateDict(): OptimizerStateDict {
    for (const hook of this.stateDictPreHooks) hook(this);
    const positions = new Map(this.paramGroups.flatMap((group) => group.params).map((param, i) => [param, i]));
    const state: Record<number, ParameterState> = {};
    for (const [param, entries] of this.state) state[positions.get(param)!] = { ...entries };
    const made = { state, paramGroups: this.paramGroups.map((group) => ({ ...group, params: group.params.map((param) => positions.get(param)!) })) };
    return this.#passedThrough(this.stateDictPostHooks, made);
  }

  #passedThrough(hooks: Iterable<StateDictHook>, stateDict: OptimizerStateDict): OptimizerStateDict {
    let result = stateDict;
    for (const hook of hooks) result = hook(this, result) ?? result;
    return result;
  }

  /** Takes state and options from `stateDict`, for as many groups of as many parameters. Tensors are copied. */
  loadStateDict(stateDict: OptimizerStateDict): void {
    const { state, paramGroups } = this.#passedThrough(this.loadStateDictPreHooks, { ...stateDict });
    if (paramGroups.length !== this.paramGroups.length) throw new ValueError("loaded state dict has a different number of parameter groups");
    if (paramGroups.some((group, i) => group.params.length !== this.paramGroups[i]!.params.length)) {
      throw new ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group");
    }
    const params = new Map<number, Tensor>();
    paramGroups.forEach((group, i) => group.params.forEach((position, k) => params.set(position, this.paramGroups[i]!.params[k]!)));
    this.state.clear();
    for (const [position, entries] of Object.entries(state)) {
      const param = params.get(Number(position));
      if (param === undefined) throw new KeyError(`the state names parameter ${position}, which no parameter group has`);
      const copied = Object.entries(entries).map(([name, value]) => [name, value instanceof Tensor ? this.loadedState(value, param, name) : value] as const);
      this.state.set(param, Object.fromEntries(copied));
    }
    paramGroups.forEach((group, i) => Object.assign(this.paramGroups[i]!, { ...group, params: this.paramGroups[i]!.params }));
    for (const hook of this.loadStateDictPostHooks) hook(this);
  }

  /** What a tensor of a loaded state becomes here. */
  protected loadedState(value: Tensor, param: Tensor, name: string): Tensor {
    return fitState(value, param, name);
  }

  toString(): string {
    const groups = this.paramGroups.map((group, i) => {
      const options = Object.entries({ ...this.printed, ...group }).filter(([name]) => name !== "params");
      const texts = options.map(([name, value]): [name: string, text: string] => {
        const like = this.printed[name];
        return [nameInPython(name), like instanceof PythonFloat && like.value === value ? String(like) : describe(value)];
      });
      const lines = texts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `    ${name}: ${text}\n`);
      return `\nParameter Group ${i}\n${lines.join("")}`;
    });
    return `${this.constructor.name} (${groups.join("")})`;
  }

  [inspect](): string {
    return this.toString();
  }
}

function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Tensor) && "params" in value;
}

/** A group's name is printed as it is. */
function describe(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" && !Number.isInteger(value) ? formatFloat(value) : repr(value as PythonValue);
}

function fitState(value: Tensor, param: Tensor, name: string): Tensor {
  if (value.numel() !== param.numel()) {
    throw new RuntimeError(`the state '${name}' has ${value.numel()} elements, but its parameter has ${param.numel()}`);
  }
  return values(value, param);
}

/** A tensor's elements as the update loops read and write them: row-major in `data` from `offset` on. */
export interface Elements {
  readonly tensor: Tensor;
  readonly data: Float32Array | Float64Array;
  readonly offset: number;
  readonly length: number;
  readonly single: Rounding;
}

/** How numbers are kept between the steps of an update: true in float32, false in float64, else in a floating-point dtype of two bytes. */
export type Rounding = boolean | DType;

/** An intermediate result as the dtype would hold it. (A branch: a function per dtype would be called, and not inlined, once both dtypes are in use.) */
export function round(single: Rounding, value: number): number {
  return single === true ? Math.fround(value) : single === false ? value : single.held(value);
}

/** What stays inside of one of PyTorch's operations, a number of the group's among it: with numbers of two bytes that is in float32. */
export function scalarOf(single: Rounding, value: number): number {
  return single === false ? value : Math.fround(value);
}

/** A running average with a new value in it, as torch.lerp computes it. */
export function movingAverage(single: Rounding, average: number, value: number, entering: number): number {
  const difference = scalarOf(single, value - average);
  return entering < 0.5 ? round(single, average + entering * difference) : round(single, value - difference * scalarOf(single, 1 - entering));
}

/** A running average of squares with that of a new value in it. */
export function movingSquare(single: Rounding, average: number, value: number, kept: number, entering: number): number {
  return round(single, round(single, average * kept) + scalarOf(single, entering * value) * value);
}

/** The elements of a tensor; those of a tensor that is not contiguous are a copy. */
function elementsOf(tensor: Tensor): Elements {
  const held = tensor.isContiguous() ? tensor : values(tensor, tensor);
  const { data } = held.storage;
  if (!held.dtype.isFloatingPoint) {
    throw new RuntimeError(`optimizers update floating-point tensors, but got ${tensor.dtype}`);
  }
  const single = held.dtype.isNarrow ? held.dtype : held.dtype === float32;
  return { tensor: held, data: data as Float32Array | Float64Array, offset: held.offset, length: held.numel(), single };
}

/** Elements that are float32 ones, for the kernels. */
export function runOf({ data, offset }: Elements): Run {
  return { data: data as Float32Array, start: offset };
}

function values(source: Tensor, like: Tensor): Tensor {
  const result = Tensor.allocate(source.sizes, like.dtype, like.device);
  copy(result, source);
  return result;
}

/** The state tensor of that name, made with zeros in the parameter's shape the first time. */
export function stateElements(state: ParameterState, name: string, param: Elements): Elements {
  const tensor = (state[name] ??= Tensor.allocate(param.tensor.sizes, param.tensor.dtype, "cpu"));
  return elementsOf(tensor as Tensor);
}

/** Throws unless `value` is at least zero. */
export function requireNonNegative(what: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`Invalid ${what}: ${value}`);
}

/** Throws where a number of an optimizer that keeps averages of the gradient and of its square is out of range. */
export function requireAverages({
  lr,
  betas,
  eps,
  weightDecay,
}: Readonly<Record<"lr" | "eps" | "weightDecay", number>> & { readonly betas: readonly number[] }): void {
  requireNonNegative("learning rate", lr);
  requireNonNegative("epsilon value", eps);
  betas.forEach((beta, i) => {
    if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${beta}`);
  });
  requireNonNegative("weight_decay value", weightDecay);
}
