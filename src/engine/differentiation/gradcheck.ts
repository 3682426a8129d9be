import { checkedOptions } from "../arguments.js";
import { grad } from "../autograd/backward.js";
import { noGrad } from "../autograd/gradMode.js";
import { float64 } from "../dtype.js";
import { TorchError, ValueError } from "../errors.js";
import { allclose } from "../ops/comparison.js";
import { stack } from "../ops/joining.js";
import { rand } from "../ops/random.js";
import { Tensor } from "../tensor.js";
import { warn } from "../warnings.js";
import type { Differentiable, Tensors } from "./functional.js";

/** What gradcheck throws where gradients are wrong. (torch.autograd.gradcheck.GradcheckError) */
export class GradcheckError extends TorchError {}

export interface GradcheckOptions {
  /** How far each element is moved to either side. Default 1e-6. */
  readonly eps?: number;
  /** Largest absolute difference. Default 1e-5. */
  readonly atol?: number;
  /** Largest difference relative to the numerical derivative. Default 0.001. */
  readonly rtol?: number;
  /** Throw where they differ; else false is returned. Default true. */
  readonly raiseException?: boolean;
}

const names = ["eps", "atol", "rtol", "raiseException"] as const;

type Function = (...inputs: readonly Tensor[]) => Tensors;

const listOf = (tensors: Tensors): readonly Tensor[] => (tensors instanceof Tensor ? [tensors] : tensors);
const differentiable = (tensors: Tensors): readonly Tensor[] => listOf(tensors).filter(({ requiresGrad }) => requiresGrad);

/** By differences: a row for each element of the input, a column for each of the output. */
function numerical(f: Function, inputs: readonly Tensor[], input: number, output: (results: Tensors) => Tensor, eps: number): Tensor {
  const rows = Array.from({ length: inputs[input]!.numel() }, (_, i) => {
    const [after, before] = [eps, -eps].map((step) => {
      const moved = inputs.map((each) => each.detach().clone().requiresGrad_(each.requiresGrad));
      noGrad(() => moved[input]!.view([-1]).select(0, i).add_(step));
      return output(f(...moved))
        .detach()
        .reshape([-1])
        .clone();
    });
    return after!.sub(before!).div(2 * eps);
  });
  return stack(rows);
}

/** The same by backward passes. */
function analytical(output: Tensor, input: Tensor): Tensor {
  const columns = Array.from({ length: output.numel() }, (_, i) => {
    const [found] = grad(output.reshape([-1]).select(0, i), input, { allowUnused: true, retainGraph: true });
    return (found ?? input.newZeros([input.numel()])).reshape([-1]);
  });
  return stack(columns, 1);
}

/**
 * Whether the gradients of a function agree with differences, at inputs that require a gradient and should be float64. Throws GradcheckError with both
 * Jacobians where they do not. (torch.autograd.gradcheck)
 */
export function gradcheck<In extends Tensors>(func: Differentiable<In, Tensors>, inputs: In, given?: GradcheckOptions): boolean {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, raiseException = true } = checkedOptions<GradcheckOptions>("gradcheck", given, ...names);
  const f = func as unknown as Function;
  const list = listOf(inputs);
  list.forEach(({ requiresGrad, dtype }, i) => {
    if (requiresGrad && dtype !== float64) {
      warn(
        `Input #${i} requires gradient and is not a double precision floating point or complex. This check will likely fail if all the inputs are not of double precision floating point or complex. `,
      );
    }
  });
  if (!list.some(({ requiresGrad }) => requiresGrad)) {
    throw new ValueError("gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.");
  }
  const outputs = differentiable(f(...list));
  for (const [at, output] of outputs.entries()) {
    for (const [i, input] of list.entries()) {
      if (!input.requiresGrad) continue;
      const expected = numerical(f, list, i, (results) => differentiable(results)[at]!, eps);
      const found = analytical(output, input);
      if (allclose(found, expected, rtol, atol)) continue;
      if (!raiseException) return false;
      throw new GradcheckError(`Jacobian mismatch for output ${at} with respect to input ${i},\nnumerical:${expected}\nanalytical:${found}\n`);
    }
  }
  return true;
}

/**
 * Whether the gradients of the gradients agree with differences. `gradOutputs`: what the function's outputs are weighted with, by default drawn from [-1, 1).
 * (torch.autograd.gradgradcheck)
 */
export function gradgradcheck<In extends Tensors>(
  func: Differentiable<In, Tensors>,
  inputs: In,
  gradOutputs: Tensors | null = null,
  given?: GradcheckOptions,
): boolean {
  checkedOptions<GradcheckOptions>("gradgradcheck", given, ...names);
  const f = func as unknown as Function;
  const list = listOf(inputs);
  const incoming =
    gradOutputs === null ? differentiable(f(...list)).map(({ sizes, dtype }) => rand(sizes, { dtype }).mul(2).sub(1).requiresGrad_()) : listOf(gradOutputs);
  const gradientsOf = (...all: readonly Tensor[]): Tensor[] => {
    const own = all.slice(0, list.length);
    const outputs = differentiable(f(...own));
    const wanted = own.filter(({ requiresGrad }) => requiresGrad);
    return grad(outputs, wanted, { gradOutputs: all.slice(list.length), createGraph: true, allowUnused: true }).filter((each) => each !== null);
  };
  return gradcheck(gradientsOf as Differentiable<readonly Tensor[], Tensors>, [...list, ...incoming], given);
}
