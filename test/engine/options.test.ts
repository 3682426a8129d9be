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
  sum: (o) => torch.sum(x, o),
  mean: (o) => x.mean(o),
  std: (o) => torch.std(x, o),
  max: (o) => torch.max(x, o),
  norm: (o) => x.norm(o),
  prod: (o) => torch.prod(x, o),
  argmax: (o) => x.argmax(o),
  cumsum: (o) => x.cumsum(0, o),
  sort: (o) => x.sort(o),
  topk: (o) => x.topk(2, o),
  unique: (o) => torch.unique(x, o),
  aminmax: (o) => torch.aminmax(x, o),
  add: (o) => x.add(1, o),
  sub_: (o) => x.clone().sub_(1, o),
  div: (o) => x.div(2, o),
  addmm: (o) => torch.addmm(x, torch.eye(3), x, o),
  addcmul: (o) => torch.addcmul(x, x, x, o),
  round: (o) => x.round(o),
  clamp: (o) => x.clamp(0, 1, o),
  nonzero: (o) => torch.nonzero(x, o),
  isin: (o) => torch.isin(x, x, o),
  isclose: (o) => torch.isclose(x, x, o),
  "mul, which has none": (o) => loose(torch.mul)(x, 2, o),
  "exp, which has none": (o) => loose(torch.exp)(x, o),
  "relu_, which has none": (o) => loose(torch.relu_)(x.clone(), o),
  zeros: (o) => torch.zeros([2], o),
  tensor: (o) => torch.tensor([1], o),
  arange: (o) => torch.arange(3, o),
  linspace: (o) => torch.linspace(0, 1, 3, o),
  eye: (o) => torch.eye(2, o),
  full: (o) => torch.full([2], 1, o),
  zerosLike: (o) => torch.zerosLike(x, o),
  randn: (o) => torch.randn([2], o),
  randint: (o) => torch.randint(3, [2], o),
  randperm: (o) => torch.randperm(3, o),
  normal: (o) => torch.normal(0, 1, [2], o),
  multinomial: (o) => torch.multinomial(v, 2, o),
  bernoulli: (o) => torch.bernoulli(v, o),
  normal_: (o) => x.clone().normal_(0, 1, o),
  cat: (o) => torch.cat([x, x], o),
  split: (o) => x.split(2, o),
  repeatInterleave: (o) => x.repeatInterleave(2, o),
  flip: (o) => x.flip(o),
  meshgrid: (o) => torch.meshgrid(v, v, o),
  transpose: (o) => x.transpose(o),
  reshape: (o) => x.reshape(o),
  searchsorted: (o) => torch.searchsorted(v, v, o),
  cov: (o) => torch.cov(x, o),
  quantile: (o) => torch.quantile(x, 0.5, o),
  softmax: (o) => F.softmax(x, 1, o),
  gelu: (o) => F.gelu(x, o),
  dropout: (o) => F.dropout(x, o),
  mseLoss: (o) => F.mseLoss(x, x, o),
  crossEntropy: (o) => F.crossEntropy(x, labels, o),
  huberLoss: (o) => F.huberLoss(x, x, o),
  layerNorm: (o) => F.layerNorm(x, [4], o),
  batchNorm: (o) => F.batchNorm(image, v, v, o),
  conv2d: (o) => F.conv2d(image, image, o),
  maxPool2d: (o) => F.maxPool2d(image, 2, o),
  interpolate: (o) => F.interpolate(image, o),
  pad: (o) => F.pad(x, [1, 1], o),
  oneHot: (o) => F.oneHot(labels, o),
  scaledDotProductAttention: (o) => F.scaledDotProductAttention(x, x, x, o),
  vectorNorm: (o) => torch.linalg.vectorNorm(x, o),
  svd: (o) => torch.linalg.svd(x, o),
  Linear: (o) => new nn.Linear(2, 2, o),
  Conv2d: (o) => new nn.Conv2d(1, 1, 1, o),
  LSTM: (o) => new nn.LSTM(2, 2, o),
  BatchNorm1d: (o) => new nn.BatchNorm1d(2, o),
  CrossEntropyLoss: (o) => new nn.CrossEntropyLoss(o),
  TransformerEncoderLayer: (o) => new nn.TransformerEncoderLayer(4, 2, o),
  "Sigmoid, which has none": (o) => new nn.Sigmoid(...([o] as unknown as [])),
  uniform_: (o) => nn.init.uniform_(v.clone(), o),
  clipGradNorm_: (o) => nn.utils.clipGradNorm_([v], 1, o),
  SGD: (o) => new torch.optim.SGD([v.clone()], o),
  StepLR: (o) => new torch.optim.lrScheduler.StepLR(new torch.optim.SGD([v.clone()], { lr: 1 }), 1, o),
};

describe("an unknown option is an error", () => {
  test.each(Object.entries(calls))("%s", (_, call) => {
    expect(() => call({ notAnOption: 1 } as never)).toThrow(/unexpected keyword argument 'notAnOption'|takes \d positional/);
  });
});

describe("what JavaScript would make NaN is an error", () => {
  const wrong = { notANumber: 2 } as never;
  test.each<[string, () => unknown]>([
    ["a factor", () => x.mul(wrong)],
    ["an exponent", () => x.pow(wrong)],
    ["a value to fill with", () => torch.full([2], wrong)],
    ["a filled value", () => x.clone().fill_(wrong)],
    ["a masked value", () => x.maskedFill(x.gt(0), wrong)],
    ["a bound", () => x.clampMin(wrong)],
    ["a length", () => x.narrow(0, 0, wrong)],
    ["a comparison", () => x.gt(wrong)],
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

  const index = torch.tensor([[0, 1, 1, 0]]);
  const order = torch.tensor([1, 0]);
  const mask = x.gt(4);
  const bits = torch.tensor([6, 3]);
  const square = torch.arange(9).reshape([3, 3]).float().add(torch.eye(3));
  const batch = torch.stack([square, square]);
  const other = x.mul(0.5).add(1);
  type Named = readonly [first: torch.Tensor, ...named: (readonly [name: string, value: unknown])[]];
  const two =
    "add sub mul div rsub eq ne lt le gt ge greater less maximum minimum max min fmax fmin atan2 hypot copysign logaddexp xlogy remainder fmod floorDivide subtract multiply divide logicalAnd logicalOr logicalXor isclose ldexp inner kron add_ mul_ gt_ hypot_ dist viewAs reshapeAs expandAs typeAs copy_";
  const methods: Readonly<Record<string, Named>> = {
    ...Object.fromEntries(two.split(" ").map((name) => [name, [name === "inner" ? v : x, ["other", name === "inner" ? v.mul(2) : other]] as const])),
    ...Object.fromEntries(
      ["gcd", "lcm", "bitwiseAnd", "bitwiseOr", "bitwiseXor", "bitwiseLeftShift", "bitwiseRightShift", "bitwiseAnd_"].map((name) => [
        name,
        [bits, ["other", bits.flip(0)]] as const,
      ]),
    ),
    gather: [x, ["dim", 0], ["index", index]],
    scatter: [x, ["dim", 0], ["index", index], ["src", other]],
    scatter_: [x, ["dim", 0], ["index", index], ["value", 7]],
    scatterAdd: [x, ["dim", 0], ["index", index], ["src", other]],
    indexSelect: [x, ["dim", 0], ["index", order]],
    take: [x, ["index", index]],
    takeAlongDim: [x, ["indices", index], ["dim", 0]],
    indexAdd: [x, ["dim", 0], ["index", order], ["source", other.narrow(0, 0, 2)]],
    indexCopy: [x, ["dim", 0], ["index", order], ["source", other.narrow(0, 0, 2)]],
    indexFill: [x, ["dim", 0], ["index", order], ["value", 3]],
    put: [x, ["index", order], ["source", v.narrow(0, 0, 2)], ["accumulate", true]],
    maskedFill: [x, ["mask", mask], ["value", 2]],
    maskedFill_: [x, ["mask", mask], ["value", 2]],
    maskedSelect: [x, ["mask", mask]],
    maskedScatter: [x, ["mask", mask], ["source", other]],
    where: [x, ["condition", mask], ["other", other]],
    lerp: [x, ["end", other], ["weight", 0.3]],
    heaviside: [x, ["values", other]],
    floatPower: [x, ["exponent", 2]],
    pow_: [x, ["exponent", 2]],
    addcmul: [x, ["tensor1", other], ["tensor2", other]],
    addmm: [square, ["mat1", square], ["mat2", square]],
    addmv: [square.at(0), ["mat", square], ["vec", square.at(1)]],
    addbmm: [square, ["batch1", batch], ["batch2", batch]],
    baddbmm: [batch, ["batch1", batch], ["batch2", batch]],
    addr: [square, ["vec1", square.at(0)], ["vec2", square.at(1)]],
    mm: [square, ["mat2", square]],
    bmm: [batch, ["mat2", batch]],
    mv: [square, ["vec", square.at(0)]],
    dot: [v, ["tensor", v]],
    vdot: [v, ["other", v]],
    matmul: [square, ["other", square]],
    outer: [v, ["vec2", v]],
    ger: [v, ["vec2", v]],
    cross: [square, ["other", square.t()], ["dim", 1]],
    matrixPower: [square, ["n", 2]],
    kthvalue: [x, ["k", 2], ["dim", 0]],
    quantile: [x, ["q", 0.3], ["dim", 1]],
    renorm: [x, ["p", 2], ["dim", 0], ["maxnorm", 3]],
    polygamma: [other, ["n", 1]],
    mvlgamma: [other.add(2), ["p", 2]],
    swapaxes: [x, ["axis0", 0], ["axis1", 1]],
    swapdims: [x, ["dim0", 0], ["dim1", 1]],
    moveaxis: [x, ["source", 0], ["destination", 1]],
    unfold: [x, ["dimension", 1], ["size", 2], ["step", 1]],
    asStrided: [x, ["size", [2]], ["stride", [3]], ["storageOffset", 1]],
    view: [x, ["size", [4, 3]]],
    repeat: [x, ["repeats", [2, 1]]],
    sumToSize: [x, ["size", [1, 4]]],
    splitWithSizes: [x, ["splitSizes", [1, 2]], ["dim", 0]],
    fill_: [x, ["value", 2]],
    fillDiagonal_: [square, ["fillValue", 2]],
    prelu: [x, ["weight", torch.tensor([0.1])]],
    transpose_: [x.clone(), ["dim0", 0], ["dim1", 1]],
  };
  const functions: Readonly<Record<string, readonly [...named: (readonly [name: string, value: unknown])[]]>> = {
    linspace: [
      ["start", 0],
      ["end", 1],
      ["steps", 3],
    ],
    logspace: [
      ["start", 0],
      ["end", 1],
      ["steps", 3],
      ["base", 2],
    ],
    trilIndices: [
      ["row", 3],
      ["col", 2],
      ["offset", -1],
    ],
    triuIndices: [
      ["row", 3],
      ["col", 2],
    ],
    randint: [
      ["low", 2],
      ["high", 9],
      ["size", [4]],
    ],
    randperm: [["n", 4]],
    normal: [
      ["mean", 1],
      ["std", 2],
      ["size", [3]],
    ],
  };
  const inputs: Readonly<Record<string, Named>> = {
    mseLoss: [x, ["target", other]],
    huberLoss: [x, ["target", other]],
    crossEntropy: [x, ["target", labels]],
    nllLoss: [x, ["target", labels]],
    klDiv: [x, ["target", other], ["reduction", "sum"]],
    cosineSimilarity: [x, ["x2", other], ["dim", 1]],
    marginRankingLoss: [v, ["input2", v.mul(2)], ["target", v]],
    tripletMarginLoss: [x, ["positive", other], ["negative", x.neg()]],
    gaussianNllLoss: [x, ["target", other], ["var", other]],
    conv2d: [image, ["weight", image], ["bias", v.narrow(0, 0, 1)]],
    convTranspose2d: [image, ["weight", image.reshape([4, 1, 2, 2])]],
    adaptiveAvgPool2d: [image, ["outputSize", 1]],
    adaptiveMaxPool2d: [image, ["outputSize", 1]],
    pixelShuffle: [image, ["upscaleFactor", 2]],
    embedding: [labels, ["weight", x]],
    linear: [x, ["weight", x], ["bias", v.narrow(0, 0, 3)]],
    bilinear: [v, ["input2", v], ["weight", x.reshape([3, 2, 2]).repeat(1, 2, 2)], ["bias", null]],
    scaledDotProductAttention: [x, ["key", x], ["value", other], ["attnMask", null]],
  };
  const spread = (result: unknown): string[] => (result instanceof torch.Tensor ? [result] : [...(result as Iterable<unknown>)]).map(String);
  /** The last arguments by name, the first by position: every way to divide them. */
  function expectSame(call: (...args: readonly unknown[]) => unknown, named: readonly (readonly [name: string, value: unknown])[], positional: number): void {
    const withoutNames = named.slice(0, positional).map(([, value]) => value);
    const rest = named.slice(positional);
    const expected = spread(call(...withoutNames, ...(rest.length === 0 ? [] : [Object.fromEntries(rest)])));
    for (let byPosition = 0; byPosition < positional; byPosition++) {
      const args = [...withoutNames.slice(0, byPosition), Object.fromEntries(named.slice(byPosition))];
      expect(spread(call(...args)), `${byPosition} by position`).toEqual(expected);
    }
    const names = named.map(([name]) => name);
    expect(() => call({ ...Object.fromEntries(named.slice(1)), notAnOption: 1 }), names.join()).toThrow(torch.TypeError);
  }
  /** Options without a position. */
  const optionsAlone = (name: string): boolean => ["reduction"].includes(name);

  test.each(Object.entries(methods))("%s", (name, [self, ...named]) => {
    const method = loose((self as unknown as Record<string, unknown>)[name]);
    expectSame((...args) => method.apply(name.endsWith("_") ? self.clone() : self, args as []), named, named.length);
  });

  test.each(Object.entries(functions))("torch.%s", (name, named) => {
    const call = loose((torch as unknown as Record<string, unknown>)[name]);
    expectSame((...args) => (torch.manualSeed(0), call(...args)), named, named.length);
  });

  test.each(Object.entries(inputs))("nn.functional.%s", (name, [first, ...named]) => {
    const call = loose((F as unknown as Record<string, unknown>)[name]);
    expectSame((...args) => call(first, ...args), named, named.filter(([each]) => !optionsAlone(each)).length);
  });

  test("what was given twice, what is left out, what is too much", () => {
    expect(() => loose(torch.gather)(x, 0, { dim: 0, index })).toThrow("gather() got multiple values for argument 'dim'");
    expect(() => loose(torch.gather)(x, 0)).toThrow('gather() missing 1 required positional arguments: "index"');
    expect(() => loose(torch.mul)(x)).toThrow('mul() missing 1 required positional arguments: "other"');
    expect(() => loose(torch.gather)(x, 0, index, 1)).toThrow("gather() takes 3 positional arguments but 4 were given");
    expect(() => loose(torch.permute)(x, {})).toThrow('missing 1 required positional arguments: "dims"');
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
