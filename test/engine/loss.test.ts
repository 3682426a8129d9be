import * as torch from "layerscope";
import { beforeEach, describe, expect, test } from "vitest";
import { expectNumericalGradients, variable } from "../support/numericalGradients.js";

const { nn } = torch;
const F = nn.functional;

beforeEach(() => void torch.manualSeed(1));

const reductions = ["none", "mean", "sum"] as const;
const signs = (...sizes: number[]): torch.Tensor => torch.randint(0, 2, sizes).mul(2).sub(1).double();
const probabilities = (...sizes: number[]): torch.Tensor => torch.rand(sizes, { dtype: torch.float64 }).mul(0.8).add(0.1).requiresGrad_();

describe.each(reductions)("gradients, reduction %s", (reduction) => {
  test("of losses element by element", () => {
    const [x, y] = [variable(3, 4), variable(3, 4)];
    expectNumericalGradients((a, b) => F.mseLoss(a, b, { reduction }), x, y);
    expectNumericalGradients((a, b) => F.l1Loss(a, b, { reduction }), x, y);
    expectNumericalGradients((a, b) => F.smoothL1Loss(a, b, { reduction, beta: 0.7 }), x, y);
    expectNumericalGradients((a, b) => F.huberLoss(a, b, { reduction, delta: 0.7 }), x, y);
    expectNumericalGradients((a) => F.softMarginLoss(a, signs(3, 4), { reduction }), x);
    expectNumericalGradients((a, b) => F.klDiv(a, b, { reduction }), x, probabilities(3, 4));
    expectNumericalGradients((a, b) => F.klDiv(a, b, { reduction, logTarget: true }), x, y);
    expectNumericalGradients((a, b) => F.poissonNllLoss(a, b, { reduction, full: true }), x, y.detach().abs().add(1.5).requiresGrad_());
    expectNumericalGradients((a, b) => F.poissonNllLoss(a, b, { reduction, logInput: false }), probabilities(3, 4), y);
    expectNumericalGradients((a, b, v) => F.gaussianNllLoss(a, b, v, { reduction, full: true }), x, y, probabilities(3, 4));
    expectNumericalGradients((a, b, v) => F.gaussianNllLoss(a, b, v, { reduction }), x, y, probabilities(3));
  });

  test("of binary cross entropies", () => {
    const weight = torch.rand([4], { dtype: torch.float64 });
    expectNumericalGradients((a, b) => F.binaryCrossEntropy(a, b, { reduction }), probabilities(3, 4), probabilities(3, 4));
    expectNumericalGradients((a, b) => F.binaryCrossEntropy(a, b, { reduction, weight }), probabilities(3, 4), probabilities(3, 4));
    expectNumericalGradients((a, b) => F.binaryCrossEntropyWithLogits(a, b, { reduction }), variable(3, 4), probabilities(3, 4));
    expectNumericalGradients(
      (a, b) => F.binaryCrossEntropyWithLogits(a, b, { reduction, weight, posWeight: weight.mul(3) }),
      variable(3, 4),
      probabilities(3, 4),
    );
    expectNumericalGradients((a) => F.multilabelSoftMarginLoss(a, probabilities(3, 4).detach(), { reduction, weight }), variable(3, 4));
  });

  test("of losses of classes", () => {
    const weight = torch.rand([4], { dtype: torch.float64 });
    const target = torch.tensor([1, 0, 3]);
    for (const options of [{}, { weight }, { ignoreIndex: 0 }, { weight, ignoreIndex: 3 }]) {
      expectNumericalGradients((x) => F.nllLoss(x, target, { reduction, ...options }), variable(3, 4));
      expectNumericalGradients((x) => F.crossEntropy(x, target, { reduction, labelSmoothing: 0.2, ...options }), variable(3, 4));
    }
    expectNumericalGradients((x) => F.crossEntropy(x, torch.tensor(2), { reduction }), variable(4));
    expectNumericalGradients((x) => F.crossEntropy(x, torch.randint(0, 4, [2, 3, 2]), { reduction, weight, labelSmoothing: 0.1 }), variable(2, 4, 3, 2));
    expectNumericalGradients((x, y) => F.crossEntropy(x, y, { reduction, weight, labelSmoothing: 0.1 }), variable(2, 4, 3), probabilities(2, 4, 3));
    for (const p of [1, 2]) expectNumericalGradients((x) => F.multiMarginLoss(x, target, { reduction, p, weight, margin: 0.8 }), variable(3, 4));
    expectNumericalGradients(
      (x) =>
        F.multilabelMarginLoss(
          x,
          torch.tensor([
            [3, 0, -1, 1],
            [1, -1, 0, 2],
          ]),
          { reduction },
        ),
      variable(2, 4),
    );
  });

  test("of losses of pairs and triplets", () => {
    const [a, b, c] = [variable(3, 4), variable(3, 4), variable(3, 4)];
    expectNumericalGradients((x) => F.hingeEmbeddingLoss(x, signs(3, 4), { reduction, margin: 0.7 }), a);
    expectNumericalGradients((x, y, z) => F.marginRankingLoss(x, y, z, { reduction, margin: 0.3 }), a, b, signs(3, 4).requiresGrad_());
    expectNumericalGradients((x, y) => F.cosineEmbeddingLoss(x, y, torch.tensor([1, -1, 1]), { reduction, margin: -0.5 }), a, b);
    expectNumericalGradients((x, y, z) => F.tripletMarginLoss(x, y, z, { reduction, swap: true }), a, b, c);
    expectNumericalGradients((x, y, z) => F.tripletMarginWithDistanceLoss(x, y, z, { reduction, distanceFunction: (u, v) => u.sub(v).abs().sum(-1) }), a, b, c);
  });

  test("of sequences", () => {
    // As PyTorch's, the gradient holds for normalized log-probabilities.
    const targets = torch.tensor([
      [1, 2, 2],
      [3, 1, 0],
    ]);
    expectNumericalGradients((x) => F.ctcLoss(F.logSoftmax(x, 2), targets, [6, 5], [3, 2], { reduction }), variable(6, 2, 4));
    expectNumericalGradients((x) => F.ctcLoss(F.logSoftmax(x, 1), torch.tensor([1, 1]), 4, 2, { blank: 2, reduction }), variable(4, 3));
  });
});

test("the mean counts weights, and nothing for ignored targets", () => {
  const logits = torch.log(
    torch.tensor([
      [0.25, 0.75],
      [0.5, 0.5],
      [0.1, 0.9],
    ]),
  );
  const target = torch.tensor([0, 1, 1]);
  const weight = torch.tensor([3, 1]).float();
  const losses = [Math.log(4), Math.log(2), -Math.log(0.9)] as const;
  expect(F.crossEntropy(logits, target).item()).toBeCloseTo((losses[0] + losses[1] + losses[2]) / 3, 5);
  expect(F.crossEntropy(logits, target, weight).item()).toBeCloseTo((3 * losses[0] + losses[1] + losses[2]) / 5, 5);
  expect(F.crossEntropy(logits, target, { ignoreIndex: 0 }).item()).toBeCloseTo((losses[1] + losses[2]) / 2, 5);
  expect(F.crossEntropy(logits, torch.tensor([0, 0, 0]), { ignoreIndex: 0 }).item()).toBeNaN();
});

test("class indices and their one-hot probabilities have the same loss, smoothed or not", () => {
  const logits = torch.randn(5, 4);
  const target = torch.randint(0, 4, [5]);
  const oneHot = torch.eye(4).indexSelect(0, target);
  for (const labelSmoothing of [0, 0.3]) {
    expect(F.crossEntropy(logits, oneHot, { labelSmoothing }).item()).toBeCloseTo(F.crossEntropy(logits, target, { labelSmoothing }).item(), 5);
  }
});

test("CTC sums over all alignments", () => {
  // Two steps and one label: "1 1", "1 -" and "- 1" all read as 1.
  const logProbs = torch.log(
    torch.tensor([
      [0.6, 0.4],
      [0.3, 0.7],
    ]),
  );
  const expected = -Math.log(0.4 * 0.7 + 0.4 * 0.3 + 0.6 * 0.7);
  expect(F.ctcLoss(logProbs, torch.tensor([1]), 2, 1).item()).toBeCloseTo(expected, 5);
  // Three equal labels need five steps.
  expect(F.ctcLoss(logProbs, torch.tensor([1, 1, 1]), 2, 3).item()).toBe(Infinity);
  expect(F.ctcLoss(logProbs, torch.tensor([1, 1, 1]), 2, 3, { zeroInfinity: true }).item()).toBe(0);
});

test("logits far out give finite losses", () => {
  expect(F.binaryCrossEntropyWithLogits(torch.tensor([1000, -1000]).float(), torch.tensor([0, 1]).float()).item()).toBe(1000);
  expect(F.binaryCrossEntropy(torch.tensor([0, 1]).float(), torch.tensor([1, 0]).float()).item()).toBe(100);
});

test("distances", () => {
  const a = torch
    .tensor([
      [1, 0],
      [0, 0],
    ])
    .float();
  const b = torch
    .tensor([
      [1, 1],
      [3, 4],
    ])
    .float();
  expect(new nn.PairwiseDistance({ eps: 0 })(a, b).tolist() as number[]).toEqual([1, 5]);
  expect([...new nn.PairwiseDistance(1, 1e-6, true)(a, b).shape]).toEqual([2, 1]);
  expect(new nn.CosineSimilarity()(a, b).at(0).item()).toBeCloseTo(Math.SQRT1_2, 6);
  expect(new nn.CosineSimilarity()(a, b).at(1).item()).toBe(0);
});

test("weights are buffers, under PyTorch's names", () => {
  const loss = new nn.BCEWithLogitsLoss({ posWeight: torch.ones(3) });
  expect([...loss.stateDict().keys()]).toEqual(["pos_weight"]);
  expect(loss.posWeight).toBe(loss.getBuffer("pos_weight"));
  expect([...new nn.CrossEntropyLoss().stateDict().keys()]).toEqual([]);
  expect([...new nn.CrossEntropyLoss({ weight: torch.ones(3) }).stateDict().keys()]).toEqual(["weight"]);
});

test("PyTorch's errors", () => {
  const x = torch.randn(3, 5);
  expect(() => F.crossEntropy(x, torch.tensor([0, 1]))).toThrow("Expected input batch_size (3) to match target batch_size (2).");
  expect(() => F.crossEntropy(x, torch.tensor([0, 1, 5]))).toThrow("Target 5 is out of bounds.");
  expect(() => F.crossEntropy(x, torch.tensor([0, 1, 2]).float())).toThrow("expected target dtype to be Long or Byte, but got Float");
  expect(() => F.crossEntropy(x, torch.tensor([0, 1, 2]), torch.ones(4))).toThrow(
    "weight tensor should be defined either for all 5 classes or no classes but got weight tensor of shape: [4]",
  );
  expect(() => F.crossEntropy(torch.randn(2, 5, 3), torch.zeros([2, 4], { dtype: torch.int64 }))).toThrow("Expected target size [2, 3], got [2, 4]");
  expect(() => F.binaryCrossEntropyWithLogits(x, torch.ones(3))).toThrow("Target size (torch.Size([3])) must be the same as input size (torch.Size([3, 5]))");
  expect(() => F.binaryCrossEntropy(x.mul(9), torch.ones(3, 5))).toThrow("all elements of input should be between 0 and 1");
  expect(() => F.mseLoss(x, x, { reduction: "average" as "mean" })).toThrow("average is not a valid value for reduction");
  expect(() => F.gaussianNllLoss(x, x, torch.ones(2))).toThrow("var is of incorrect size");
});

test("infers shapes on meta", () => {
  const logits = torch.zeros([8, 10], { device: "meta", requiresGrad: true });
  const target = torch.zeros([8], { device: "meta", dtype: torch.int64 });
  const loss = F.crossEntropy(logits, target, { labelSmoothing: 0.1 });
  loss.backward();
  expect([[...loss.shape], [...logits.grad!.shape]]).toEqual([[], [8, 10]]);
  expect([...F.mseLoss(logits, logits, { reduction: "none" }).shape]).toEqual([8, 10]);
});

test("the adaptive softmax is a distribution over all classes", () => {
  const layer = new nn.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 6], { divValue: 2, dtype: torch.float64 });
  const x = variable(5, 8);
  expect(torch.allclose(layer.logProb(x).exp().sum(1), torch.ones(5).double())).toBe(true);
  const target = torch.tensor([0, 2, 4, 7, 11]);
  const [output, loss] = layer(x, target);
  expect(loss.item()).toBeCloseTo(-output.mean().item(), 10);
  expect([...layer.predict(x).shape]).toEqual([5]);
  expectNumericalGradients((input) => layer(input, target)[1], x, ...layer.parameters());
  expect(String(layer).split("\n").slice(0, 4)).toEqual([
    "AdaptiveLogSoftmaxWithLoss(",
    "  (head): Linear(in_features=8, out_features=5, bias=False)",
    "  (tail): ModuleList(",
    "    (0): Sequential(",
  ]);
});
