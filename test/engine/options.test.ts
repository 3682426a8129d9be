import * as torch from "layerscope";
import { describe, expect, test } from "vitest";

/** What is asked for by name is done, or refused: nothing is passed over in silence. */

const { nn } = torch;
const F = nn.functional;
const x = torch.arange(12).reshape([3, 4]).float();
const image = torch.ones([1, 4, 2, 2]);
const v = torch.ones([4]);
const labels = torch.tensor([0, 1, 2]);

type Call = (options: never) => unknown;

/** A function as JavaScript sees it, which lets any arguments through. */
const loose = (fn: unknown): ((...args: readonly unknown[]) => unknown) => fn as (...args: readonly unknown[]) => unknown;

/** Calls whose last argument is options, by what is called. */
const calls: Readonly<Record<string, Call>> = {
  sum: (o) => torch.sum(x, o), mean: (o) => x.mean(o), std: (o) => torch.std(x, o), max: (o) => torch.max(x, o), norm: (o) => x.norm(o), prod: (o) => torch.prod(x, o),
  argmax: (o) => x.argmax(o), cumsum: (o) => x.cumsum(0, o), sort: (o) => x.sort(o), topk: (o) => x.topk(2, o), unique: (o) => torch.unique(x, o), aminmax: (o) => torch.aminmax(x, o),
  add: (o) => x.add(1, o), sub_: (o) => x.clone().sub_(1, o), div: (o) => x.div(2, o), addmm: (o) => torch.addmm(x, torch.eye(3), x, o), addcmul: (o) => torch.addcmul(x, x, x, o),
  round: (o) => x.round(o), clamp: (o) => x.clamp(0, 1, o), nonzero: (o) => torch.nonzero(x, o), isin: (o) => torch.isin(x, x, o), isclose: (o) => torch.isclose(x, x, o),
  "mul, which has none": (o) => loose(torch.mul)(x, 2, o), "exp, which has none": (o) => loose(torch.exp)(x, o), "relu_, which has none": (o) => loose(torch.relu_)(x.clone(), o),
  zeros: (o) => torch.zeros([2], o), tensor: (o) => torch.tensor([1], o), arange: (o) => torch.arange(3, o), linspace: (o) => torch.linspace(0, 1, 3, o), eye: (o) => torch.eye(2, o),
  full: (o) => torch.full([2], 1, o), zerosLike: (o) => torch.zerosLike(x, o), randn: (o) => torch.randn([2], o), randint: (o) => torch.randint(3, [2], o), randperm: (o) => torch.randperm(3, o),
  normal: (o) => torch.normal(0, 1, [2], o), multinomial: (o) => torch.multinomial(v, 2, o), bernoulli: (o) => torch.bernoulli(v, o), normal_: (o) => x.clone().normal_(0, 1, o),
  cat: (o) => torch.cat([x, x], o), split: (o) => x.split(2, o), repeatInterleave: (o) => x.repeatInterleave(2, o), flip: (o) => x.flip(o), meshgrid: (o) => torch.meshgrid(v, v, o),
  transpose: (o) => x.transpose(o), reshape: (o) => x.reshape(o), searchsorted: (o) => torch.searchsorted(v, v, o), cov: (o) => torch.cov(x, o), quantile: (o) => torch.quantile(x, 0.5, o),
  softmax: (o) => F.softmax(x, 1, o), gelu: (o) => F.gelu(x, o), dropout: (o) => F.dropout(x, o), mseLoss: (o) => F.mseLoss(x, x, o), crossEntropy: (o) => F.crossEntropy(x, labels, o),
  huberLoss: (o) => F.huberLoss(x, x, o), layerNorm: (o) => F.layerNorm(x, [4], o), batchNorm: (o) => F.batchNorm(image, v, v, o), conv2d: (o) => F.conv2d(image, image, o),
  maxPool2d: (o) => F.maxPool2d(image, 2, o), interpolate: (o) => F.interpolate(image, o), pad: (o) => F.pad(x, [1, 1], o), oneHot: (o) => F.oneHot(labels, o),
  scaledDotProductAttention: (o) => F.scaledDotProductAttention(x, x, x, o), vectorNorm: (o) => torch.linalg.vectorNorm(x, o), svd: (o) => torch.linalg.svd(x, o),
  Linear: (o) => new nn.Linear(2, 2, o), Conv2d: (o) => new nn.Conv2d(1, 1, 1, o), LSTM: (o) => new nn.LSTM(2, 2, o), BatchNorm1d: (o) => new nn.BatchNorm1d(2, o),
  CrossEntropyLoss: (o) => new nn.CrossEntropyLoss(o), TransformerEncoderLayer: (o) => new nn.TransformerEncoderLayer(4, 2, o), "Sigmoid, which has none": (o) => new nn.Sigmoid(...([o] as unknown as [])),
  uniform_: (o) => nn.init.uniform_(v.clone(), o), clipGradNorm_: (o) => nn.utils.clipGradNorm_([v], 1, o), SGD: (o) => new torch.optim.SGD([v.clone()], o),
  StepLR: (o) => new torch.optim.lrScheduler.StepLR(new torch.optim.SGD([v.clone()], { lr: 1 }), 1, o),
};

describe("an unknown option is an error", () => {
  test.each(Object.entries(calls))("%s", (_, call) => {
    expect(() => call({ notAnOption: 1 } as never)).toThrow(/unexpected keyword argument 'notAnOption'|takes \d positional/);
  });
});

describe("what JavaScript would make NaN is an error", () => {
  const wrong = { other: 2 } as never;
  test.each<[string, () => unknown]>([
    ["a factor", () => x.mul(wrong)], ["an exponent", () => x.pow(wrong)], ["a value to fill with", () => torch.full([2], wrong)], ["a filled value", () => x.clone().fill_(wrong)],
    ["a masked value", () => x.maskedFill(x.gt(0), wrong)], ["a bound", () => x.clampMin(wrong)], ["a length", () => x.narrow(0, 0, wrong)], ["a comparison", () => x.gt(wrong)],
  ])("%s", (_, call) => {
    expect(call).toThrow(torch.TypeError);
  });
});

describe("required arguments by name", () => {
  test.each<[string, () => torch.Tensor | readonly torch.Tensor[], () => torch.Tensor | readonly torch.Tensor[]]>([
    ["split", () => torch.split(x, { splitSizeOrSections: [1, 3], dim: 1 }), () => x.split([1, 3], 1)],
    ["Tensor.split", () => x.split({ splitSize: 3, dim: 1 }), () => x.split(3, 1)],
    ["tensorSplit", () => torch.tensorSplit(x, { indicesOrSections: 3, dim: 1 }), () => torch.tensorSplit(x, 3, 1)],
    ["tensorSplit at indices", () => torch.tensorSplit(x, { indices: [1], dim: 1 }), () => torch.tensorSplit(x, [1], 1)],
    ["repeatInterleave", () => x.repeatInterleave({ repeats: 2, dim: 0, outputSize: 6 }), () => x.repeatInterleave(2, 0)],
    ["pow", () => x.pow({ exponent: 3 }), () => x.pow(3)],
    ["lerp", () => x.lerp(x.neg(), { weight: 0.25 }), () => x.lerp(x.neg(), 0.25)],
    ["clampMin", () => x.clampMin({ min: 3 }), () => x.clampMin(3)],
    ["expand", () => v.expand({ size: [2, 4] }), () => v.expand(2, 4)],
    ["layerNorm", () => F.layerNorm(x, { normalizedShape: [4], eps: 0.1 }), () => F.layerNorm(x, [4], null, null, 0.1)],
    ["groupNorm", () => F.groupNorm(image, { numGroups: 2 }), () => F.groupNorm(image, 2)],
    ["batchNorm", () => F.batchNorm(image, { runningMean: v, runningVar: v.mul(4) }), () => F.batchNorm(image, v, v.mul(4))],
    ["localResponseNorm", () => F.localResponseNorm(image, { size: 2 }), () => F.localResponseNorm(image, 2)],
    ["arange", () => torch.arange({ start: 1, end: 4, step: 2 }), () => torch.arange(1, 4, 2)],
    ["full", () => torch.full({ size: [2], fillValue: 3 }), () => torch.full([2], 3)],
    ["eye", () => torch.eye({ n: 2, m: 3 }), () => torch.eye(2, 3)],
  ])("%s", (_, byName, byPosition) => {
    const values = (result: torch.Tensor | readonly torch.Tensor[]) => [result].flat().map((each) => String(each));
    expect(values(byName())).toEqual(values(byPosition()));
  });

  test("bounds of random fills", () => {
    const drawn = (fill: (x: torch.Tensor) => torch.Tensor): unknown => {
      torch.manualSeed(0);
      return fill(torch.empty([5])).tolist();
    };
    expect(drawn((t) => t.uniform_({ from: 1, to: 2 }))).toEqual(drawn((t) => t.uniform_(1, 2)));
    expect(drawn((t) => t.normal_({ std: 3 }))).toEqual(drawn((t) => t.normal_(0, 3)));
    expect(drawn((t) => t.random_({ to: 9 }))).toEqual(drawn((t) => t.random_(9)));
  });

  test("a schedule's", () => {
    const optimizer = new torch.optim.SGD([v.clone()], { lr: 1 });
    const schedule = new torch.optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
    for (let epoch = 0; epoch < 4; epoch++) schedule.step();
    expect(schedule.getLastLr()).toEqual([0.25]);
  });
});
