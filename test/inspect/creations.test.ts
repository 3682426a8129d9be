import { beforeEach, describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import type { Initialization } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
});

/** How the values of a parameter made from `tensor` came about. */
function initializationOf(make: () => torch.Tensor, then: (parameter: torch.Tensor) => void = () => {}): Initialization {
  class Net extends nn.Module {
    weight = new nn.Parameter(make());
  }
  const net = new Net();
  then(net.weight);
  return snapshotOf(inspection, net).tensors[0]!.initialization;
}

describe("parameters that the code makes from tensors", () => {
  test.each<[string, () => torch.Tensor, object | null]>([
    ["randn(1, 64, 32)", () => torch.randn(1, 64, 32), { kind: "normal", mean: 0, std: 1 }],
    ["randn([4, 8]).mul(0.02)", () => torch.randn([4, 8]).mul(0.02), { kind: "normal", mean: 0, std: 0.02 }],
    ["rand(4, 4).mul(2).sub(1)", () => torch.rand(4, 4).mul(2).sub(1), { kind: "uniform", low: -1, high: 1 }],
    ["rand(3).neg()", () => torch.rand(3).neg(), { kind: "uniform", low: -1, high: 0 }],
    ["randn(2, 3).div(4)", () => torch.randn(2, 3).t().contiguous().div(4), { kind: "normal", mean: 0, std: 0.25 }],
    ["zeros(1, 1, 8)", () => torch.zeros(1, 1, 8), { kind: "constant", value: 0 }],
    ["full([3], 0.5)", () => torch.full([3], 0.5), { kind: "constant", value: 0.5 }],
    ["normal(1, 3, [2, 2])", () => torch.normal(1, 3, [2, 2]), { kind: "normal", mean: 1, std: 3 }],
    ["rand(4).log()", () => torch.rand(4).log(), null],
    ["linspace(0, 1, 5)", () => torch.linspace(0, 1, 5), null],
    ["tensor()", () => torch.tensor([0.1, 0.2]), null],
  ])("%s", (expression, make, distribution) => {
    expect(initializationOf(make)).toEqual({ kind: "made", expression, distribution, location: null, modifiedBy: [] });
  });

  test("what is written to them afterwards is told, and a fill counts instead", () => {
    expect(
      initializationOf(
        () => torch.randn(4),
        (weight) => weight.data.mul_(2),
      ),
    ).toMatchObject({ kind: "made", expression: "randn(4)", modifiedBy: ["mul_"] });
    expect(
      initializationOf(
        () => torch.empty(4),
        (weight) => nn.init.uniform_(weight, -1, 1),
      ),
    ).toMatchObject({ kind: "recorded", function: "uniform_" });
    expect(initializationOf(() => torch.empty(4).normal_(0, 2))).toMatchObject({ kind: "recorded", function: "normal_", arguments: { mean: 0, std: 2 } });
  });

  test("what the code filled a parameter with before is told", () => {
    const filled = initializationOf(
      () => torch.empty(4),
      (weight) => {
        nn.init.normal_(weight, 0, 3);
        weight.data.mul_(2);
        nn.init.constant_(weight, 1);
        nn.init.uniform_(weight, -1, 1);
      },
    );
    expect(filled).toMatchObject({
      function: "uniform_",
      modifiedBy: [],
      replaced: [
        { function: "normal_", arguments: { mean: 0, std: 3 }, modifiedBy: ["mul_"] },
        { function: "constant_", arguments: { val: 1 }, modifiedBy: [] },
      ],
    });
  });

  test("values that took the place of all others came about as those did that they are of", () => {
    const [filled, loaded, given, part] = Array.from({ length: 4 }, () => new nn.Linear(4, 2));
    nn.init.normal_(filled!.weight, 0, 0.02);
    loaded!.loadStateDict(filled!.stateDict());
    torch.noGrad(() => given!.weight.copy_(torch.tensor([[1], [2]])));
    torch.noGrad(() => part!.weight.at(0).copy_(torch.ones(4)));
    const of = (layer: torch.nn.Linear): Initialization => snapshotOf(inspection, layer).tensors[0]!.initialization;
    expect(of(loaded!)).toMatchObject({ kind: "recorded", function: "normal_", arguments: { std: 0.02 }, by: "code", modifiedBy: [] });
    expect(of(given!)).toMatchObject({ kind: "made", expression: "copy_()", distribution: null, modifiedBy: [] });
    expect(of(part!)).toMatchObject({ function: "kaimingUniform_", by: "constructor", modifiedBy: ["copy_"] });
  });

  test("what a layer's own constructor filled is not among the calls that were replaced", () => {
    const layer = new nn.Linear(4, 8);
    nn.init.zeros_(layer.weight);
    expect(snapshotOf(inspection, layer).tensors[0]!.initialization).not.toHaveProperty("replaced");
  });

  test("of two tensors together, nothing is claimed", () => {
    expect(initializationOf(() => torch.rand(4).add(torch.rand(4)))).toEqual({ kind: "unknown" });
  });
});
