import { collect, refuseMore, type Arguments } from "../arguments.js";
import { grad as gradientsOf } from "../autograd/backward.js";
import { enableGrad, isGradEnabled } from "../autograd/gradMode.js";
import { RuntimeError, TypeError, typeInPython } from "../errors.js";
import { stack } from "../ops/joining.js";
import { Tensor } from "../tensor.js";
import { zerosLike } from "../ops/creation.js";
import type { Module } from "../nn/module.js";
import { namedBuffersOf, namedParametersOf } from "../nn/walk.js";
import { jacobian, jvp as jacobianTimes, type Tensors } from "./functional.js";

/** Tensors in objects and lists, as parameters by name are. */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** Which arguments are differentiated by: a position or several. */
export type ArgumentNumbers = number | readonly number[];

export interface GradTransformOptions {
  /** Which arguments are differentiated by. Default 0. */
  readonly argnums?: ArgumentNumbers;
  /** Whether the function gives [result, more], of which the second is handed on. Default false. */
  readonly hasAux?: boolean;
}

type AnyFunction = (...args: never[]) => unknown;
type Call = (...args: readonly unknown[]) => unknown;
type TransformArguments = Arguments<[argnums: ArgumentNumbers, hasAux: boolean], GradTransformOptions>;

function leavesOf(tree: Tree, into: Tensor[] = []): Tensor[] {
  if (tree instanceof Tensor) into.push(tree);
  else for (const each of Object.values(tree)) leavesOf(each, into);
  return into;
}

/** The same structure around other tensors, in order. */
function rebuilt(tree: Tree, next: () => Tensor): Tree {
  if (tree instanceof Tensor) return next();
  if (Array.isArray(tree)) return (tree as readonly Tree[]).map((each) => rebuilt(each, next));
  return Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, rebuilt(each, next)]));
}

function around(tree: Tree, tensors: readonly Tensor[]): Tree {
  let at = 0;
  return rebuilt(tree, () => tensors[at++]!);
}

/** The arguments at some positions as tensors of their own that are differentiated by. */
function separated(args: readonly unknown[], argnums: ArgumentNumbers): { readonly own: Tensor[]; readonly all: unknown[]; readonly trees: readonly Tree[] } {
  const positions = (typeof argnums === "number" ? [argnums] : argnums).map((position) => (position < 0 ? position + args.length : position));
  for (const position of positions) {
    if (!(position in args)) throw new RuntimeError(`Got argnum=${position}, but only ${args.length} positional inputs`);
  }
  const trees = positions.map((position) => args[position] as Tree);
  // Inside of another transform what is differentiated by is part of its history.
  const own = trees.flatMap((tree) => leavesOf(tree)).map((tensor) => (tensor.requiresGrad ? tensor.viewAs(tensor) : tensor.detach().requiresGrad_()));
  const all = [...args];
  let at = 0;
  positions.forEach((position, i) => (all[position] = rebuilt(trees[i]!, () => own[at++]!)));
  return { own, all, trees };
}

/**
 * The function that gives the gradient of `func`, a function that gives one number, by its first argument or those that `argnums` says; arguments may be objects
 * and lists of tensors. (torch.func.grad)
 */
export function grad(func: AnyFunction, ...args: TransformArguments): Call {
  const both = differentiated("grad", func, args);
  return (...given) => {
    const { gradients, aux, hasAux } = both(given);
    return hasAux ? [gradients, aux] : gradients;
  };
}

/** The function that gives gradient and value: [gradient, value], with more [gradient, [value, more]]. (torch.func.grad_and_value) */
export function gradAndValue(func: AnyFunction, ...args: TransformArguments): Call {
  const both = differentiated("gradAndValue", func, args);
  return (...given) => {
    const { gradients, value, aux, hasAux } = both(given);
    return [gradients, hasAux ? [value, aux] : value];
  };
}

function requireFunction(operation: string, func: unknown): void {
  if (typeof func !== "function") throw new TypeError(`${operation}() expected a function, but got ${typeInPython(func)}`);
}

function differentiated(operation: string, func: AnyFunction, args: readonly unknown[]) {
  requireFunction(operation, func);
  const { argnums = 0, hasAux = false } = collect<GradTransformOptions>(operation, ["argnums", "hasAux"], args);
  return (given: readonly unknown[]) => {
    // Recorded where something beyond the function asks for it, as a transform around this one does.
    const isNested = isGradEnabled() && given.some((each) => hasHistory(each));
    return enableGrad(() => {
      const { own, all, trees } = separated(given, argnums);
      const output = (func as unknown as Call)(...all);
      const [value, aux] = hasAux ? (output as readonly [unknown, unknown]) : [output, undefined];
      if (!(value instanceof Tensor)) throw new RuntimeError("Expected the function to return a Tensor");
      if (value.dim() !== 0)
        throw new RuntimeError(
          `Expected f(*args) to return a scalar tensor, got tensor with ${value.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?`,
        );
      const found = value.requiresGrad ? gradientsOf(value, own, { allowUnused: true, createGraph: isNested }) : own.map(() => null);
      const whole = found.map((each, i) => each ?? zerosLike(own[i]!));
      const trail = trees.map((tree) => around(tree, whole.splice(0, leavesOf(tree).length)));
      return { gradients: typeof argnums === "number" ? trail[0] : trail, value: isNested ? value : value.detach(), aux, hasAux };
    });
  };
}

function hasHistory(value: unknown): boolean {
  if (value instanceof Tensor) return value.requiresGrad;
  return typeof value === "object" && value !== null && Object.values(value).some(hasHistory);
}

/** `func(...primals)` and the function that multiplies its Jacobian by what is given for each output: a list with a gradient for each primal. (torch.func.vjp) */
export function vjp<Out extends Tensors>(
  func: (...primals: never[]) => Out,
  ...primals: readonly Tensor[]
): [output: Out, vjp: (cotangents: Tensors) => Tensor[]] {
  return enableGrad(() => {
    const { own, all } = separated(
      primals,
      primals.map((_, i) => i),
    );
    const output = (func as unknown as (...args: readonly unknown[]) => Out)(...all);
    const outputs: readonly Tensor[] = output instanceof Tensor ? [output] : output;
    const pull = (cotangents: Tensors): Tensor[] => {
      const incoming = cotangents instanceof Tensor ? [cotangents] : cotangents;
      const found = gradientsOf(outputs, own, { gradOutputs: incoming, allowUnused: true, retainGraph: true });
      return found.map((each, i) => each ?? zerosLike(own[i]!));
    };
    const plain = outputs.map((each) => each.detach());
    return [(output instanceof Tensor ? plain[0]! : plain) as Out, pull];
  });
}

/** `func(...primals)` and its Jacobian times `tangents`. (torch.func.jvp) */
export function jvp<Out extends Tensors>(
  func: (...primals: never[]) => Out,
  primals: readonly Tensor[],
  tangents: readonly Tensor[],
  ...further: never[]
): [output: Out, jvp: Out] {
  if (further.length > 0) refuseMore("jvp", ["func", "primals", "tangents"], [func, primals, tangents, ...further]);
  return jacobianTimes<readonly Tensor[], Out>(func as unknown as (...primals: Tensor[]) => Out, primals, tangents) as unknown as [Out, Out];
}

/** The function that gives the Jacobian of `func` by one argument, or a list of them by several. Computed row by row. (torch.func.jacrev) */
export function jacrev(func: AnyFunction, ...args: Arguments<[argnums: ArgumentNumbers], Pick<GradTransformOptions, "argnums">>): Call {
  return jacobianFunction("jacrev", func, args);
}

/** The same Jacobian as `jacrev`'s; here too it is computed by backward passes. (torch.func.jacfwd) */
export function jacfwd(func: AnyFunction, ...args: Arguments<[argnums: ArgumentNumbers], Pick<GradTransformOptions, "argnums">>): Call {
  return jacobianFunction("jacfwd", func, args);
}

/** The function that gives the Hessian of `func`. (torch.func.hessian) */
export function hessian(func: AnyFunction, ...args: Arguments<[argnums: ArgumentNumbers], Pick<GradTransformOptions, "argnums">>): Call {
  return jacobianFunction("hessian", jacobianFunction("hessian", func, args), args);
}

function jacobianFunction(operation: string, func: AnyFunction, args: readonly unknown[]): Call {
  requireFunction(operation, func);
  const { argnums = 0 } = collect<GradTransformOptions>(operation, ["argnums"], args);
  const positions = typeof argnums === "number" ? [argnums] : argnums;
  return (...given) => {
    const inputs = positions.map((position) => given[position] as Tensor);
    const createGraph = inputs.some((input) => input.requiresGrad);
    const f = (...moved: readonly Tensor[]): Tensors => {
      const all = [...given];
      positions.forEach((position, i) => (all[position] = moved[i]));
      return (func as unknown as (...args: readonly unknown[]) => Tensors)(...all);
    };
    return typeof argnums === "number"
      ? jacobian<Tensor, Tensors>(f, inputs[0]!, { createGraph })
      : jacobian<readonly Tensor[], Tensors>(f, inputs, { createGraph });
  };
}

/** The parameters and buffers of several modules of one kind, each stacked along a new first dimension: [parameters, buffers] by name. (torch.func.stack_module_state) */
export function stackModuleState(models: readonly Module[], ...further: never[]): [parameters: Record<string, Tensor>, buffers: Record<string, Tensor>] {
  if (further.length > 0) refuseMore("stackModuleState", ["models"], [models, ...further]);
  if (models.length === 0) throw new RuntimeError("stack_module_state: Expected at least one model, got 0.");
  if (new Set(models.map(({ training }) => training)).size > 1) {
    throw new RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.");
  }
  if (new Set(models.map(({ constructor }) => constructor)).size > 1)
    throw new RuntimeError("stack_module_state: Expected all models to be of the same class.");
  const joined = (entriesOf: (model: Module) => Iterable<readonly [string, Tensor]>): Record<string, Tensor> => {
    const all = models.map((model) => new Map(entriesOf(model)));
    return Object.fromEntries(
      [...all[0]!].map(([name, tensor]) => [
        name,
        stack(all.map((each) => each.get(name)!))
          .detach()
          .requiresGrad_(tensor.requiresGrad),
      ]),
    );
  };
  return [joined((model) => namedParametersOf(model)), joined((model) => namedBuffersOf(model))];
}
