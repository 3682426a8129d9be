import { checkedOptions } from "../arguments.js";
import { RuntimeError, TypeError, typeInPython } from "../errors.js";
import { zerosLike } from "../ops/creation.js";
import { stack } from "../ops/joining.js";
import { Tensor } from "../tensor.js";
import { grad } from "../autograd/backward.js";
import { enableGrad } from "../autograd/gradMode.js";

/** Derivatives of functions of tensors (torch.autograd.functional). */

/** A tensor, or a list of them. */
export type Tensors = Tensor | readonly Tensor[];

/** One result for each tensor of `Of`: by itself where that is one tensor, else in a list. */
export type ForEach<Of extends Tensors, Result> = Of extends Tensor ? Result : Result[];

/** A function of one tensor or, by position, of several. */
export type Differentiable<In extends Tensors, Out extends Tensors> = (...inputs: In extends readonly Tensor[] ? [...In] : [In]) => Out;

export interface FunctionalOptions {
  /** Records how the result is computed, so that it can be differentiated in turn. Default false. */
  readonly createGraph?: boolean;
  /** Throws RuntimeError where an output does not depend on an input, instead of giving zeros. Default false. */
  readonly strict?: boolean;
}

const isOne = (tensors: Tensors): tensors is Tensor => tensors instanceof Tensor;

function listOf(tensors: Tensors, what: string, operation: string): readonly Tensor[] {
  const list: readonly unknown[] = Array.isArray(tensors) ? tensors : [tensors];
  list.forEach((each, i) => {
    if (each instanceof Tensor) return;
    const place = Array.isArray(tensors) ? `value at index ${i}` : `given ${what}`;
    throw new TypeError(
      `The ${what} given to ${operation} must be either a Tensor or a tuple of Tensors but the ${place} has type <class '${typeInPython(each)}'>.`,
    );
  });
  return list as readonly Tensor[];
}

const shaped = <Result>(like: Tensors, results: readonly Result[]): Result | Result[] => (isOne(like) ? results[0]! : [...results]);

function options(operation: string, given: FunctionalOptions | undefined): Required<FunctionalOptions> {
  const { createGraph = false, strict = false } = checkedOptions<FunctionalOptions>(operation, given, "createGraph", "strict");
  return { createGraph, strict };
}

/** Tensors of their own, so that the function's use of the same ones from elsewhere is told apart. */
function leaves(inputs: readonly Tensor[], createGraph: boolean): Tensor[] {
  return inputs.map((input) => (createGraph && input.requiresGrad ? input.viewAs(input) : input.detach().requiresGrad_()));
}

function evaluated<Out extends Tensors>(
  operation: string,
  func: (...inputs: never[]) => Out,
  inputs: readonly Tensor[],
  strict: boolean,
): { readonly given: Out; readonly outputs: readonly Tensor[] } {
  const given = (func as unknown as (...inputs: readonly Tensor[]) => Out)(...inputs);
  const outputs = listOf(given, "outputs of the user-provided function", operation);
  outputs.forEach((output, i) => {
    if (!strict || output.requiresGrad) return;
    throw new RuntimeError(
      `Output ${i} of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner from the input when running in strict mode.`,
    );
  });
  return { given, outputs };
}

/** The gradients of those outputs that have any; null where an input has none. */
function gradients(outputs: readonly Tensor[], inputs: readonly Tensor[], incoming: readonly (Tensor | null)[], createGraph: boolean): (Tensor | null)[] {
  const used = outputs.flatMap((output, i) => (output.requiresGrad ? [i] : []));
  if (used.length === 0) return inputs.map(() => null);
  return grad(
    used.map((i) => outputs[i]!),
    inputs,
    { gradOutputs: used.map((i) => incoming[i] ?? null), allowUnused: true, createGraph, retainGraph: true },
  );
}

/** Zeros, or in strict mode an error, where there is no gradient. */
function filled(found: readonly (Tensor | null)[], like: readonly Tensor[], strict: boolean, why: (i: number) => string): Tensor[] {
  return found.map((each, i) => {
    if (each === null && strict) throw new RuntimeError(why(i));
    return each ?? zerosLike(like[i]!);
  });
}

const independent = (i: number): string => `The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`;

const kept = (tensors: readonly Tensor[], createGraph: boolean): Tensor[] => tensors.map((tensor) => (createGraph ? tensor : tensor.detach()));

/** The vectors that are multiplied with, held against what they belong to. */
function vectors(v: Tensors | null, beside: Tensors, list: readonly Tensor[], operation: string, missing: string): (Tensor | null)[] {
  if (v === null) {
    if (list.length !== 1 || list[0]!.numel() !== 1) throw new RuntimeError(missing);
    return [null];
  }
  const given = listOf(v, "v", operation);
  if (given.length !== list.length) {
    throw new RuntimeError(
      isOne(beside) ? "The given v should contain a single Tensor." : `v is a tuple of invalid length: should be ${list.length} but got ${given.length}.`,
    );
  }
  given.forEach((each, i) => {
    if (String(each.shape) === String(list[i]!.shape)) return;
    throw new RuntimeError(`${isOne(beside) ? "" : `Entry ${i} in `}v has invalid size: should be ${list[i]!.shape} but got ${each.shape}.`);
  });
  return [...given];
}

/** `func(inputs)`, and v times its Jacobian: a gradient for each input. `v` may be null for a single number. (torch.autograd.functional.vjp) */
export function vjp<In extends Tensors, Out extends Tensors>(
  func: Differentiable<In, Out>,
  inputs: In,
  v: Tensors | null = null,
  given?: FunctionalOptions,
): [outputs: Out, vjp: ForEach<In, Tensor>] {
  const { createGraph, strict } = options("vjp", given);
  return enableGrad(() => {
    const own = leaves(listOf(inputs, "inputs", "vjp"), createGraph);
    const { given: results, outputs } = evaluated("vjp", func as unknown as (...inputs: never[]) => Out, own, strict);
    const incoming = vectors(
      v,
      results,
      outputs,
      "vjp",
      "The vector v can only be None if the user-provided function returns a single Tensor with a single element.",
    );
    const found = filled(gradients(outputs, own, incoming, createGraph), own, strict, independent);
    return [shaped(results, kept(outputs, createGraph)) as Out, shaped(inputs, kept(found, createGraph)) as ForEach<In, Tensor>];
  });
}

/** `func(inputs)`, and its Jacobian times v: a direction for each output, by differentiating the vector-Jacobian product. (torch.autograd.functional.jvp) */
export function jvp<In extends Tensors, Out extends Tensors>(
  func: Differentiable<In, Out>,
  inputs: In,
  v: Tensors | null = null,
  given?: FunctionalOptions,
): [outputs: Out, jvp: ForEach<Out, Tensor>] {
  const { createGraph, strict } = options("jvp", given);
  return enableGrad(() => {
    const list = listOf(inputs, "inputs", "jvp");
    const own = leaves(list, createGraph);
    const incoming = vectors(
      v,
      inputs,
      list,
      "jvp",
      "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.",
    );
    const { given: results, outputs } = evaluated("jvp", func as unknown as (...inputs: never[]) => Out, own, strict);
    const dummies = outputs.map((output) => zerosLike(output).requiresGrad_());
    const backwards = filled(gradients(outputs, own, dummies, true), own, strict, independent);
    const found = filled(gradients(backwards, dummies, incoming, createGraph), outputs, strict, independent);
    return [shaped(results, kept(outputs, createGraph)) as Out, shaped(results, kept(found, createGraph)) as ForEach<Out, Tensor>];
  });
}

/**
 * The derivative of every element of the outputs by every element of the inputs, of shape output + input: for each output a result for each input.
 * (torch.autograd.functional.jacobian)
 */
export function jacobian<In extends Tensors, Out extends Tensors>(
  func: Differentiable<In, Out>,
  inputs: In,
  given?: FunctionalOptions,
): ForEach<Out, ForEach<In, Tensor>> {
  const { createGraph, strict } = options("jacobian", given);
  return enableGrad(() => {
    const own = leaves(listOf(inputs, "inputs", "jacobian"), createGraph);
    const { given: results, outputs } = evaluated("jacobian", func as unknown as (...inputs: never[]) => Out, own, strict);
    const rows = outputs.map((output) => {
      const parts = own.map((): Tensor[] => []);
      for (let element = 0; element < output.numel(); element++) {
        const found = filled(gradients([output.reshape([-1]).select(0, element)], own, [null], createGraph), own, strict, independent);
        found.forEach((each, i) => parts[i]!.push(each));
      }
      const blocks = parts.map((each, i) => stacked(each, output, own[i]!));
      return shaped(inputs, kept(blocks, createGraph));
    });
    return shaped(results, rows) as ForEach<Out, ForEach<In, Tensor>>;
  });
}

function stacked(rows: readonly Tensor[], output: Tensor, input: Tensor): Tensor {
  const sizes = [...output.sizes, ...input.sizes];
  return rows.length === 0 ? input.newZeros(sizes) : stack(rows).reshape(sizes);
}

/** A function of one number: what is differentiated twice. */
function ofNumber<In extends Tensors>(operation: string, func: Differentiable<In, Tensor>): (...inputs: readonly Tensor[]) => Tensor {
  return (...inputs) => {
    const output = (func as unknown as (...inputs: readonly Tensor[]) => Tensor)(...inputs);
    if (!(output instanceof Tensor)) throw new RuntimeError(`The function given to ${operation} should return a single Tensor`);
    if (output.numel() !== 1) throw new RuntimeError(`The Tensor returned by the function given to ${operation} should contain a single element`);
    return output.squeeze();
  };
}

/** The second derivatives of a function of one number by every pair of elements of the inputs. (torch.autograd.functional.hessian) */
export function hessian<In extends Tensors>(func: Differentiable<In, Tensor>, inputs: In, given?: FunctionalOptions): ForEach<In, ForEach<In, Tensor>> {
  const { createGraph, strict } = options("hessian", given);
  const list = listOf(inputs, "inputs", "hessian");
  const single = ofNumber("hessian", func);
  const first = (...own: readonly Tensor[]): Tensor[] => {
    const output = single(...own);
    if (strict && !output.requiresGrad) evaluated("hessian", () => output, [], true);
    return filled(gradients([output], own, [null], true), own, strict, independent);
  };
  const rows = jacobian(first as unknown as Differentiable<readonly Tensor[], readonly Tensor[]>, list, { createGraph, strict });
  return shaped(
    inputs,
    rows.map((row) => shaped(inputs, row)),
  ) as ForEach<In, ForEach<In, Tensor>>;
}

/** The first derivatives of a function of one number, recorded. */
function slopes<In extends Tensors>(
  operation: string,
  func: Differentiable<In, Tensor>,
  list: readonly Tensor[],
  { createGraph, strict }: Required<FunctionalOptions>,
) {
  const own = leaves(list, createGraph);
  const output = ofNumber(operation, func)(...own);
  if (strict) evaluated(operation, () => output, [], true);
  return { own, output, first: filled(gradients([output], own, [null], true), own, strict, independent) };
}

/** `func(inputs)`, and v times its Hessian. (torch.autograd.functional.vhp) */
export function vhp<In extends Tensors>(
  func: Differentiable<In, Tensor>,
  inputs: In,
  v: Tensors | null = null,
  given?: FunctionalOptions,
): [output: Tensor, vhp: ForEach<In, Tensor>] {
  const asked = options("vhp", given);
  return enableGrad(() => {
    const list = listOf(inputs, "inputs", "vhp");
    const incoming = vectors(
      v,
      inputs,
      list,
      "vhp",
      "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.",
    );
    const { own, output, first } = slopes("vhp", func, list, asked);
    const found = filled(gradients(first, own, incoming, asked.createGraph), own, asked.strict, independent);
    return [kept([output], asked.createGraph)[0]!, shaped(inputs, kept(found, asked.createGraph)) as ForEach<In, Tensor>];
  });
}

/** `func(inputs)`, and its Hessian times v; `vhp` costs less and is the same where second derivatives are continuous. (torch.autograd.functional.hvp) */
export function hvp<In extends Tensors>(
  func: Differentiable<In, Tensor>,
  inputs: In,
  v: Tensors | null = null,
  given?: FunctionalOptions,
): [output: Tensor, hvp: ForEach<In, Tensor>] {
  const asked = options("hvp", given);
  return enableGrad(() => {
    const list = listOf(inputs, "inputs", "hvp");
    const incoming = vectors(
      v,
      inputs,
      list,
      "hvp",
      "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.",
    );
    const { own, output, first } = slopes("hvp", func, list, asked);
    const dummies = first.map((each) => zerosLike(each).requiresGrad_());
    const backwards = filled(gradients(first, own, dummies, true), own, asked.strict, independent);
    const found = filled(gradients(backwards, dummies, incoming, asked.createGraph), own, asked.strict, independent);
    return [kept([output], asked.createGraph)[0]!, shaped(inputs, kept(found, asked.createGraph)) as ForEach<In, Tensor>];
  });
}
