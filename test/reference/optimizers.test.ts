import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { dtype, expectTensor, loadCases, withOptions, type EncodedTensor, type KeywordArguments } from "./replay.js";

type OptimizerCase = { readonly id: string; readonly name: string; readonly options: KeywordArguments } & (
  | { readonly kind: "optimizer"; readonly expect: EncodedTensor }
  | { readonly kind: "schedule"; readonly args: readonly unknown[]; readonly expect: readonly (readonly [lr: number, momentum: number])[] }
);

type Constructor<T> = new (...args: readonly unknown[]) => T;

function make<T>(holder: object, name: string, ...args: readonly unknown[]): T {
  return new (holder as Record<string, Constructor<T>>)[name]!(...args);
}

function train(name: string, options: KeywordArguments, expected: EncodedTensor): void {
  torch.manualSeed(0);
  const draw = () => torch.randn(expected.shape, { dtype: dtype(expected.dtype) });
  const parameter = new torch.nn.Parameter(draw());
  const optimizer = make<torch.optim.Optimizer>(torch.optim, name, [parameter], ...withOptions([], options));
  for (let step = 0; step < 5; step++) {
    parameter.grad = draw();
    optimizer.step();
  }
  // PyTorch's square root of float32 vectors is its math library's, which rounds differently from machine to machine.
  const exact = name === "SGD" && expected.dtype === "float32";
  expectTensor(parameter, expected, exact ? "exact" : { rtol: expected.dtype === "float32" ? 2e-6 : 1e-12, atol: 1e-12 });
}

function schedule(name: string, args: readonly unknown[], options: KeywordArguments, expected: readonly (readonly [number, number])[]): void {
  const optimizer = new torch.optim.SGD([new torch.nn.Parameter(torch.zeros(1))], { lr: 0.5, momentum: 0.9 });
  const scheduler = make<{ step(): void }>(torch.optim.lrScheduler, name, optimizer, ...withOptions(args, options));
  for (const [lr, momentum] of expected) {
    const group = optimizer.paramGroups[0]!;
    expect(group.lr).toBeCloseTo(lr, 14);
    expect(group.momentum).toBeCloseTo(momentum, 14);
    optimizer.step();
    scheduler.step();
  }
}

describe("optimizers and schedules", () => {
  it.each(loadCases<OptimizerCase>("optimizers").map((each) => [each.id, each] as const))("%s", (_, given) => {
    if (given.kind === "optimizer") train(given.name, given.options, given.expect);
    else schedule(given.name, given.args, given.options, given.expect);
  });
});

interface TextCase {
  readonly name: string;
  readonly options: KeywordArguments;
  readonly text: string;
}

describe("what optimizers print", () => {
  it.each(loadCases<TextCase>("optimizer_texts").map(({ name, options, text }) => [name, options, text] as const))("%s %j", (name, options, text) => {
    const parameters = [new torch.nn.Parameter(torch.zeros(2))];
    expect(String(make<torch.optim.Optimizer>(torch.optim, name, parameters, ...withOptions([], options)))).toBe(text);
  });

  it("groups with names, and what a schedule started from", () => {
    const [a, b] = [new torch.nn.Parameter(torch.zeros(2)), new torch.nn.Parameter(torch.zeros(1))];
    const optimizer = new torch.optim.Rprop([{ params: [a], lr: 0.5, name: "a" } as { params: torch.Tensor[]; lr: number }, { params: [b] }]);
    new torch.optim.lrScheduler.StepLR(optimizer, 1);
    const group = (lr: number, name = ""): string =>
      `    capturable: False\n    differentiable: False\n    etas: (0.5, 1.2)\n    foreach: None\n    initial_lr: ${lr}\n    lr: ${lr}\n    maximize: False\n${name}    step_sizes: (1e-06, 50)\n`;
    expect(String(optimizer)).toBe(`Rprop (\nParameter Group 0\n${group(0.5, "    name: a\n")}\nParameter Group 1\n${group(0.01)})`);
  });
});
