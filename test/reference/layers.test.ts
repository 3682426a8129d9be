import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { buildModule, cotangent, expectTensor, gradientTolerance, loadCases, lookup, type EncodedTensor, type ModuleSpec } from "./replay.js";

interface LayerCase {
  readonly id: string;
  readonly spec: ModuleSpec;
  readonly inputs: readonly (readonly [fill: string, ...args: unknown[]])[];
  readonly opts: { readonly train?: boolean; readonly repeat_first?: number };
  readonly seed: number;
  readonly parameters: readonly (readonly [name: string, value: EncodedTensor])[];
  readonly output: EncodedTensor;
  readonly grads?: readonly (readonly [name: string, gradient: EncodedTensor | null])[];
  readonly input_grads?: readonly (EncodedTensor | null)[];
  readonly buffers_after: readonly (readonly [name: string, value: EncodedTensor])[];
}

function makeInput(fill: string, args: readonly unknown[]): torch.Tensor {
  if (fill === "randint") return lookup(fill, torch)(...args) as torch.Tensor;
  return (lookup(fill, torch)(args) as torch.Tensor).requiresGrad_();
}

describe("layers", () => {
  it.each(loadCases<LayerCase>("layers").map((each) => [each.id, each] as const))("%s", (_, expected) => {
    torch.manualSeed(expected.seed);
    const module = buildModule(expected.spec);
    module.train(expected.opts.train ?? true);
    const inputs = expected.inputs.map(([fill, ...args]) => makeInput(fill, args));
    const repeat = expected.opts.repeat_first;
    const result = module(...(repeat === undefined ? inputs : Array.from({ length: repeat }, () => inputs[0]))) as torch.Tensor | readonly torch.Tensor[];
    const output = result instanceof torch.Tensor ? result : result[0]!;

    const parameters = new Map<string, torch.Tensor>(module.namedParameters());
    for (const [name, value] of expected.parameters) expectTensor(parameters.get(name), value, "exact", `parameter ${name}`);
    expectTensor(output, expected.output, undefined, "output");
    if (expected.grads !== undefined) {
      output.backward(cotangent(output));
      for (const [name, gradient] of expected.grads) {
        if (gradient !== null) expectTensor(parameters.get(name)!.grad, gradient, gradientTolerance, `gradient of ${name}`);
      }
      expected.input_grads!.forEach((gradient, i) => {
        if (gradient !== null) expectTensor(inputs[i]!.grad, gradient, gradientTolerance, `gradient of input ${i}`);
      });
    }
    const buffers = new Map<string, torch.Tensor>(module.namedBuffers());
    expect([...buffers.keys()]).toEqual(expected.buffers_after.map(([name]) => name));
    for (const [name, value] of expected.buffers_after) expectTensor(buffers.get(name), value, undefined, `buffer ${name}`);
  });
});
