import { checkedOptions } from "../../arguments.js";
import { noGrad } from "../../autograd/gradMode.js";
import { ValueError } from "../../errors.js";
import { equalSizes, Size } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { ModuleDict, ModuleList } from "../modules/containers.js";
import { buffersByName, parametersByName, unregister } from "../members.js";
import { Module } from "../module.js";
import { Parameter } from "../parameter.js";

/**
 * Parameters that are computed from others (torch.nn.utils.parametrize): `layer.weight` becomes what a module makes of
 * `layer.parametrizations.weight.original`, anew at every use.
 */

/** Computes a tensor from one or several originals; `rightInverse`, where there is one, gives originals that the tensor follows from. */
export interface Parametrization extends Module {
  forward(...originals: never[]): Tensor;
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

/** The originals of one tensor and the modules that make it, the first one first (torch.nn.utils.parametrize.ParametrizationList). */
export class ParametrizationList extends ModuleList<Parametrization> {
  /** How many originals there are; null for one alone, which is then named "original" and not "original0". */
  readonly originalCount: number | null;

  constructor(parametrizations: readonly Parametrization[], original: Tensor, unsafe = false) {
    super(parametrizations);
    const originals = noGrad(() => this.invert(original, true));
    this.originalCount = originals instanceof Tensor ? null : originals.length;
    const list = originals instanceof Tensor ? [originals] : originals;
    this.originalNames.forEach((name, i) => {
      const tensor = list[i]!;
      if (!(original instanceof Parameter)) this.registerBuffer(name, tensor);
      // A single original keeps the parameter's identity, which optimizers may hold already.
      else if (originals === original) this.registerParameter(name, original);
      else this.registerParameter(name, new Parameter(tensor.detach(), original.requiresGrad));
    });
    if (!unsafe) this.check(original);
  }

  /** Names of the originals among the parameters. */
  get originalNames(): string[] {
    return this.originalCount === null ? ["original"] : Array.from({ length: this.originalCount }, (_, i) => `original${i}`);
  }

  /** The originals as they are. */
  get originals(): Tensor[] {
    return this.originalNames.map((name) => parametersByName(this).get(name) ?? buffersByName(this).get(name)!);
  }

  /** `first`: the parametrizations are being registered; what one of them cannot invert it is given as it is then. */
  private invert(value: Tensor, first = false): Tensor | readonly Tensor[] {
    let result: Tensor | readonly Tensor[] = value;
    for (const parametrization of [...this].reverse()) {
      if (parametrization.rightInverse === undefined) continue;
      if (!(result instanceof Tensor)) throw new ValueError("Only the first parametrization may have several originals.");
      try {
        result = parametrization.rightInverse(result);
      } catch (error) {
        if (!first || (error as Error).name !== "NotImplementedError") throw error;
      }
    }
    return result;
  }

  private check(original: Tensor): void {
    const made = noGrad(() => this.forward());
    if (made.dtype !== original.dtype) {
      throw new ValueError(
        `Registering a parametrization may not change the dtype of the tensor, unless \`unsafe\` flag is enabled.\nunparametrized dtype: ${original.dtype}\nparametrized dtype: ${made.dtype}`,
      );
    }
    if (!equalSizes(made.sizes, original.sizes)) {
      throw new ValueError(
        `Registering a parametrization may not change the shape of the tensor, unless \`unsafe\` flag is enabled.\nunparametrized shape: ${Size.fromArray(original.sizes)}\nparametrized shape: ${Size.fromArray(made.sizes)}`,
      );
    }
  }

  /** Sets the originals so that the tensor becomes `value`, as assigning to the parameter does. */
  assign(value: Tensor): void {
    noGrad(() => {
      const given = this.invert(value);
      const list = given instanceof Tensor ? [given] : given;
      this.originals.forEach((original, i) => original.copy_(list[i]!));
    });
  }

  override forward(): Tensor {
    const [first, ...others] = [...this] as unknown as ((...tensors: Tensor[]) => Tensor)[];
    return others.reduce((tensor, parametrization) => parametrization(tensor), first!(...this.originals));
  }
}

/** A module with parametrized tensors: their originals are in `parametrizations`. */
export interface Parametrized {
  readonly parametrizations: ModuleDict<ParametrizationList>;
}

function listsOf(module: Module): ModuleDict<ParametrizationList> | null {
  const { parametrizations } = module as Partial<Parametrized>;
  return parametrizations instanceof ModuleDict ? parametrizations : null;
}

/** Whether any tensor of the module, or the one of that name, is parametrized. */
export function isParametrized(module: Module, tensorName?: string): boolean {
  const lists = listsOf(module);
  return lists !== null && (tensorName === undefined ? lists.length > 0 : lists.has(tensorName));
}

/** Gives this one module a class of its own, "ParametrizedLinear" for a Linear, where its tensors can be computed. */
function injectClass(module: Module): void {
  const base = module.constructor as new (...args: never[]) => Module;
  const type = class extends base {};
  Object.defineProperty(type, "name", { value: `Parametrized${base.name}` });
  Object.setPrototypeOf(module, type.prototype);
}

function injectProperty(module: Module, tensorName: string): void {
  Object.defineProperty(Object.getPrototypeOf(module), tensorName, {
    get(this: Parametrized) {
      return this.parametrizations.get(tensorName)();
    },
    set(this: Parametrized, value: Tensor) {
      this.parametrizations.get(tensorName).assign(value);
    },
    configurable: true,
  });
}

export interface RegisterOptions {
  /** Lets the parametrization change shape and dtype. Default false. */
  readonly unsafe?: boolean;
}

/**
 * Has a parameter or buffer be computed by `parametrization` from now on; a second one is applied to what the first one gives. Returns the
 * module. (torch.nn.utils.parametrize.register_parametrization)
 */
export function registerParametrization<M extends Module>(module: M, tensorName: string, parametrization: Parametrization, options: RegisterOptions = {}): M {
  const { unsafe } = checkedOptions<RegisterOptions>("registerParametrization", options, "unsafe");
  parametrization.train(module.training);
  if (isParametrized(module, tensorName)) {
    listsOf(module)!.get(tensorName).append(parametrization);
    return module;
  }
  const original = parametersByName(module).get(tensorName) ?? buffersByName(module).get(tensorName) ?? null;
  if (original === null) {
    throw new ValueError(`Module '${module}' does not have a parameter, a buffer, or a parametrized element with name '${tensorName}'`);
  }
  const list = new ParametrizationList([parametrization], original, unsafe);
  unregister(module, tensorName);
  if (!isParametrized(module)) {
    injectClass(module);
    module.addModule("parametrizations", new ModuleDict<ParametrizationList>());
  }
  injectProperty(module, tensorName);
  listsOf(module)!.set(tensorName, list);
  return module;
}

export interface RemoveOptions {
  /** Whether the tensor keeps the computed values; else it gets the original back. Default true. */
  readonly leaveParametrized?: boolean;
}

/** Turns a computed tensor into an ordinary parameter or buffer again. Returns the module. (torch.nn.utils.parametrize.remove_parametrizations) */
export function removeParametrizations<M extends Module>(module: M, tensorName: string, options: RemoveOptions = {}): M {
  const { leaveParametrized = true } = checkedOptions<RemoveOptions>("removeParametrizations", options, "leaveParametrized");
  if (!isParametrized(module, tensorName)) throw new ValueError(`Module ${module} does not have a parametrization on ${tensorName}`);
  const lists = listsOf(module)!;
  const list = lists.get(tensorName);
  const [original] = list.originals as [Tensor];
  let restored = original;
  if (leaveParametrized) {
    const value = noGrad(() => list()).clone();
    if (list.originalCount !== null) restored = original instanceof Parameter ? new Parameter(value, original.requiresGrad) : value;
    else original.data = value;
  } else if (list.originalCount !== null) {
    throw new ValueError("Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.");
  }
  delete (Object.getPrototypeOf(module) as Record<string, unknown>)[tensorName];
  lists.pop(tensorName);
  if (lists.length === 0) {
    unregister(module, "parametrizations");
    Object.setPrototypeOf(module, Object.getPrototypeOf(Object.getPrototypeOf(module)) as object);
  }
  if (restored instanceof Parameter) module.registerParameter(tensorName, restored);
  else module.registerBuffer(tensorName, restored);
  return module;
}
