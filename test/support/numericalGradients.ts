import * as torch from "layerscope";
import { expect } from "vitest";

/**
 * Holds the gradients of `fn` against central differences in float64. Only inputs that require a gradient are checked; random numbers are
 * the same at every call.
 */
export function expectNumericalGradients(fn: (...inputs: torch.Tensor[]) => torch.Tensor, ...inputs: torch.Tensor[]): void {
  const run = (): torch.Tensor => {
    torch.manualSeed(7);
    return fn(...inputs);
  };
  const output = run();
  const weights = torch.linspace(-1, 1, output.numel(), { dtype: torch.float64 }).reshape([...output.shape]);
  for (const input of inputs) input.grad = null;
  output.backward(weights);
  inputs.forEach((input, position) => {
    if (!input.requiresGrad) return;
    const values = input.data.view([-1]);
    const gradient = input.grad === null ? null : input.grad.reshape([-1]);
    let worst = { error: 0, text: "" };
    for (let i = 0; i < input.numel(); i++) {
      const element = values.select(0, i);
      const before = element.item();
      const at = (value: number): number => {
        element.fill_(value);
        return torch.noGrad(() => run().mul(weights).sum().item());
      };
      const expected = (at(before + step) - at(before - step)) / (2 * step);
      element.fill_(before);
      const actual = gradient === null ? 0 : gradient.select(0, i).item();
      const error = Math.abs(actual - expected) / (1 + Math.abs(expected));
      if (!(error <= worst.error)) worst = { error, text: `input ${position}, element ${i}: ${actual}, numerically ${expected}` };
    }
    expect(worst.error, worst.text).toBeLessThan(1e-6);
  });
}

const step = 1e-6;

/** Standard normal, float64, requiring a gradient. */
export function variable(...sizes: number[]): torch.Tensor {
  return torch.randn(sizes, { dtype: torch.float64, requiresGrad: true });
}
