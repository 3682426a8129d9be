import { expect, describe, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { dtype, loadCases, withOptions, type KeywordArguments } from "./replay.js";

interface Run {
  readonly problem: "rosenbrock" | "quadratic";
  readonly dtype: "float32" | "float64";
  readonly options: KeywordArguments;
  readonly steps: readonly { readonly loss: number; readonly x: readonly number[]; readonly evaluations: number; readonly iterations: number }[];
}

const problems: Readonly<Record<Run["problem"], (x: torch.Tensor) => torch.Tensor>> = {
  rosenbrock(x) {
    const [left, right] = [x.narrow(0, 0, x.numel() - 1), x.narrow(0, 1, x.numel() - 1)];
    return right.sub(left.pow(2)).pow(2).mul(100).add(left.neg().add(1).pow(2)).sum();
  },
  quadratic: (x) =>
    x
      .sub(3)
      .pow(2)
      .mul(torch.arange(1, x.numel() + 1).to(x.dtype))
      .sum(),
};

type Optimizer = new (params: readonly torch.Tensor[], ...args: readonly unknown[]) => torch.optim.LBFGS;

describe("LBFGS goes the way that PyTorch's goes", () => {
  it.each(loadCases<Run>("lbfgs"))("$problem $dtype $options", (given) => {
    const x = new torch.nn.Parameter(torch.tensor([-1.2, 1, 0.5], { dtype: dtype(given.dtype) }));
    const optimizer = new (torch.optim.LBFGS as unknown as Optimizer)([x], ...withOptions([], given.options));
    // Float32 sums are added in another order than PyTorch's vectors are, which each further iteration enlarges: there the first step alone is compared.
    const tolerance = given.dtype === "float64" ? 1e-6 : 2e-2;
    for (const step of given.dtype === "float64" ? given.steps : given.steps.slice(0, 1)) {
      const loss = optimizer.step(() => {
        optimizer.zeroGrad();
        const value = problems[given.problem](x);
        value.backward();
        return value;
      });
      expect(Math.abs(loss.item() - step.loss)).toBeLessThanOrEqual(tolerance * Math.abs(step.loss) + 1e-6);
      (x.tolist() as number[]).forEach((value, i) => expect(Math.abs(value - step.x[i]!)).toBeLessThanOrEqual(tolerance));
      if (given.dtype === "float64") expect(optimizer.state.get(x)).toMatchObject({ funcEvals: step.evaluations, nIter: step.iterations });
    }
  });

  it("goes on from its state dict", () => {
    const run = (x: torch.nn.Parameter, optimizer: torch.optim.LBFGS) =>
      optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = problems.rosenbrock(x);
        loss.backward();
        return loss;
      });
    const make = (values: torch.Tensor): [torch.nn.Parameter, torch.optim.LBFGS] => {
      const x = new torch.nn.Parameter(values);
      return [x, new torch.optim.LBFGS([x], { maxIter: 3, lineSearchFn: "strong_wolfe" })];
    };
    const [x, optimizer] = make(torch.tensor([-1.2, 1, 0.5]));
    run(x, optimizer);
    const [y, resumed] = make(x.detach().clone());
    resumed.loadStateDict(torch.load(torch.save(optimizer.stateDict())));
    run(x, optimizer);
    run(y, resumed);
    expect(y.tolist()).toEqual(x.tolist());
  });

  it("needs a closure, one group and a line search that is known", () => {
    const [a, b] = [new torch.nn.Parameter(torch.ones(1)), new torch.nn.Parameter(torch.ones(1))];
    expect(() => new torch.optim.LBFGS([a]).step()).toThrow("LBFGS.step() needs a closure");
    expect(() => new torch.optim.LBFGS([{ params: a }, { params: b }])).toThrow("LBFGS doesn't support per-parameter options (parameter groups)");
    const optimizer = new torch.optim.LBFGS([a], { lineSearchFn: "bisection" as "strong_wolfe" });
    expect(() => optimizer.step(() => 1)).toThrow("only 'strong_wolfe' is supported");
  });
});
