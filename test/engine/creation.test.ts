import { afterEach, describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";

afterEach(() => {
  torch.setDefaultDtype(torch.float32);
  torch.setDefaultDevice("cpu");
});

const outline = (x: torch.Tensor) => [x.dtype.name, x.tolist()];

describe("torch.tensor", () => {
  it("takes the dtype from the values", () => {
    expect(outline(torch.tensor(3))).toEqual(["int64", 3]);
    expect(outline(torch.tensor([1, 2.5]))).toEqual(["float32", [1, 2.5]]);
    expect(outline(torch.tensor([[true], [false]]))).toEqual(["bool", [[true], [false]]]);
    expect(outline(torch.tensor([true, 2]))).toEqual(["int64", [1, 2]]);
    expect(outline(torch.tensor([NaN]))).toEqual(["float32", [NaN]]);
    expect(outline(torch.tensor([]))).toEqual(["float32", []]);
    expect(outline(torch.tensor([[], []]))).toEqual(["float32", [[], []]]);
    torch.setDefaultDtype(torch.float64);
    expect(outline(torch.tensor(0.1))).toEqual(["float64", 0.1]);
  });

  it("takes typed arrays and copies them", () => {
    const source = Float64Array.of(0.1, 2);
    const x = torch.tensor(source);
    source[0] = 9;
    expect(outline(x)).toEqual(["float64", [0.1, 2]]);
    expect(outline(torch.tensor(BigInt64Array.of(-5n)))).toEqual(["int64", [-5]]);
    expect(outline(torch.tensor(Uint8Array.of(255), { dtype: torch.float32 }))).toEqual(["float32", [255]]);
  });

  it("converts to the dtype asked for", () => {
    expect(outline(torch.tensor([0, 2, -0.5], { dtype: torch.bool }))).toEqual(["bool", [false, true, true]]);
    expect(outline(torch.tensor([1.9, -1.9], { dtype: torch.int64 }))).toEqual(["int64", [1, -1]]);
    expect(outline(torch.tensor([1.9, -1.9], { dtype: torch.int32 }))).toEqual(["int32", [1, -1]]);
  });

  it("copies other tensors, and asTensor only where it must", () => {
    const x = torch.ones(2);
    const y = torch.tensor(x);
    y.fill_(5);
    expect(x.tolist()).toEqual([1, 1]);
    expect(torch.asTensor(x)).toBe(x);
    expect(outline(torch.asTensor(x, { dtype: torch.int64 }))).toEqual(["int64", [1, 1]]);
  });

  it.each([
    [[[1, 2], [3]], "expected sequence of length 2 at dim 1 (got 1)"],
    [[[1, 2], 3], "expected a list of length 2 at dim 1, but got 3"],
    [[1, [2]], "expected a number at dim 1, but got a list"],
    [["1"], "expected numbers or booleans, but got a string"],
    [[1, null], "expected numbers or booleans, but got null"],
  ])("refuses %j", (data, message) => expect(() => torch.tensor(data as never)).toThrow(message));
});

describe("shapes", () => {
  it("are given as numbers, as a list or by name", () => {
    for (const x of [torch.zeros(2, 3), torch.zeros([2, 3]), torch.zeros({ size: [2, 3] }), torch.zeros(2, 3, {}), torch.zeros([2, 3], {})]) {
      expect([...x.shape]).toEqual([2, 3]);
    }
    expect([...torch.zeros().shape]).toEqual([]);
    expect(torch.rand({ size: [2, 4], dtype: torch.float64 }).dtype).toBe(torch.float64);
  });

  it("are whole numbers from zero on", () => {
    expect(() => torch.zeros(2, -3)).toThrow("zeros: Dimension size must be non-negative.");
    expect(() => torch.ones(2, -3)).toThrow("Trying to create tensor with negative dimension -3: [2, -3]");
    expect(() => torch.rand(2.5)).toThrow("rand(): argument 'size' (position 1) must be tuple of ints, not float");
    expect(() => torch.eye(-1)).toThrow("n must be greater or equal to 0, got -1");
  });
});

describe("ranges", () => {
  it("arange is of integers if all its numbers are", () => {
    expect(outline(torch.arange(3))).toEqual(["int64", [0, 1, 2]]);
    expect(outline(torch.arange(5, 0, -2))).toEqual(["int64", [5, 3, 1]]);
    expect(outline(torch.arange(1, 2.5, 0.5))).toEqual(["float32", [1, 1.5, 2]]);
    expect(outline(torch.arange(2, { dtype: torch.float64 }))).toEqual(["float64", [0, 1]]);
  });

  it("refuse steps that lead nowhere", () => {
    expect(() => torch.arange(0, 5, 0)).toThrow("step must be nonzero");
    expect(() => torch.arange(5, 0)).toThrow("upper bound and lower bound inconsistent with step sign");
    expect(() => torch.arange(Infinity)).toThrow("unsupported range: 0 -> Infinity");
    expect(() => torch.linspace(0, 1, -1)).toThrow("number of steps must be non-negative");
  });

  it("linspace ends exactly", () => {
    expect(torch.linspace(0, 0.3, 4).at(-1).item()).toBe(Math.fround(0.3));
    expect(torch.linspace(2, 9, 1).tolist()).toEqual([2]);
  });
});

describe("like another tensor", () => {
  it("keeps shape, dtype, device and order of memory", () => {
    const x = torch.zeros(2, 3, { dtype: torch.float64 }).t();
    expect(torch.onesLike(x).stride()).toEqual([1, 3]);
    expect(outline(torch.onesLike(x))).toEqual([
      "float64",
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ]);
    expect(torch.randLike(torch.zeros(2, { device: "meta" })).device).toBe("meta");
    expect(outline(x.newFull([2], 7))).toEqual(["float64", [7, 7]]);
  });
});

describe("the default device", () => {
  it("holds for tensors and layers made inside", () => {
    const layer = torch.withDevice("meta", () => new torch.nn.Linear(2, 3));
    expect(layer.weight.device).toBe("meta");
    expect(torch.zeros(1).device).toBe("cpu");
  });
});

describe("random functions", () => {
  it("refuse what PyTorch refuses, in its words", () => {
    const x = torch.empty(2);
    const integers = torch.zeros(2, { dtype: torch.int64 });
    expect(() => x.normal_(0, -1)).toThrow("normal expects std >= 0.0, but found std -1");
    expect(() => x.uniform_(1, 0)).toThrow("uniform_ expects to return a [from, to) range, but found from=1 > to=0");
    expect(() => integers.normal_()).toThrow("\"normal_kernel_cpu\" not implemented for 'Long'");
    expect(() => integers.exponential_()).toThrow(
      "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you specified Long",
    );
    expect(() => torch.randint(5, 5, [2])).toThrow("random_ expects 'from' to be less than 'to', but got from=5 >= to=5");
    expect(() => x.bernoulli_(2)).toThrow("bernoulli_ expects p to be in [0, 1], but got p=2");
    expect(() => torch.zeros(3).expand(2, 3).normal_()).toThrow("more than one element of the written-to tensor refers to a single memory location");
    expect(() => torch.multinomial(torch.zeros(3), 1)).toThrow("invalid multinomial distribution (sum of probabilities <= 0)");
    expect(() => torch.multinomial(torch.ones(3), 5)).toThrow("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  });

  it("refuse in-place fills of leaves that require a gradient", () => {
    const w = torch.zeros(2, { requiresGrad: true });
    expect(() => w.normal_()).toThrow("a leaf Variable that requires grad is being used in an in-place operation.");
    torch.noGrad(() => w.normal_());
    w.data.uniform_();
  });
});

describe("window functions", () => {
  /** What PyTorch 2.13 gives. */
  it.each([
    ["hannWindow", [6], torch.float32, [0.0, 0.25, 0.75, 1.0, 0.7499999403953552, 0.2500000596046448]],
    ["hannWindow", [6], torch.float64, [0.0, 0.24999999999999994, 0.7499999999999999, 1.0, 0.7500000000000002, 0.25000000000000033]],
    ["hannWindow", [5, false], torch.float32, [0.0, 0.5, 1.0, 0.5, 0.0]],
    ["hannWindow", [5, false], torch.float64, [0.0, 0.49999999999999994, 1.0, 0.5000000000000001, 0.0]],
    ["hammingWindow", [6], torch.float32, [0.08000001311302185, 0.3100000321865082, 0.7700000405311584, 1.0, 0.7699999809265137, 0.31000006198883057]],
    ["hammingWindow", [6], torch.float64, [0.08000000000000002, 0.30999999999999994, 0.7699999999999999, 1.0, 0.7700000000000002, 0.31000000000000033]],
    [
      "hammingWindow",
      [5, false, 0.6, 0.3],
      torch.float32,
      [0.30000001192092896, 0.6000000238418579, 0.9000000357627869, 0.6000000238418579, 0.30000001192092896],
    ],
    ["hammingWindow", [5, false, 0.6, 0.3], torch.float64, [0.3, 0.6, 0.8999999999999999, 0.6, 0.3]],
    ["blackmanWindow", [6], torch.float32, [-2.9802322387695312e-8, 0.12999999523162842, 0.6299999952316284, 1.0, 0.6299999356269836, 0.1300000250339508]],
    ["blackmanWindow", [6], torch.float64, [0.0, 0.12999999999999995, 0.6299999999999999, 1.0, 0.6300000000000003, 0.13000000000000023]],
    ["blackmanWindow", [5, false], torch.float32, [-2.9802322387695312e-8, 0.3400000035762787, 1.0, 0.3399999737739563, -2.9802322387695312e-8]],
    ["blackmanWindow", [5, false], torch.float64, [0.0, 0.33999999999999997, 1.0, 0.3400000000000001, 0.0]],
    ["bartlettWindow", [6], torch.float32, [0.0, 0.3333333432674408, 0.6666666865348816, 1.0, 0.6666666269302368, 0.33333325386047363]],
    ["bartlettWindow", [6], torch.float64, [0.0, 0.3333333333333333, 0.6666666666666666, 1.0, 0.6666666666666667, 0.3333333333333335]],
    ["bartlettWindow", [5, false], torch.float32, [0.0, 0.5, 1.0, 0.5, 0.0]],
    ["bartlettWindow", [5, false], torch.float64, [0.0, 0.5, 1.0, 0.5, 0.0]],
    ["bartlettWindow", [5], torch.float32, [0.0, 0.4000000059604645, 0.800000011920929, 0.7999999523162842, 0.3999999761581421]],
    ["bartlettWindow", [5], torch.float64, [0.0, 0.4, 0.8, 0.7999999999999998, 0.3999999999999999]],
    ["kaiserWindow", [6], torch.float32, [5.2773437346331775e-5, 0.05475931614637375, 0.5188445448875427, 1.0, 0.5188445448875427, 0.05475931614637375]],
    ["kaiserWindow", [6], torch.float64, [5.2773441320097665e-5, 0.054759364131249516, 0.5188447216723606, 1.0, 0.5188447216723606, 0.054759364131249516]],
    ["kaiserWindow", [5, false, 5.5], torch.float32, [0.023422136902809143, 0.5166836380958557, 1.0, 0.5166836380958557, 0.023422136902809143]],
    ["kaiserWindow", [5, false, 5.5], torch.float64, [0.023422141030646812, 0.5166837251508306, 1.0, 0.5166837251508306, 0.023422141030646812]],
  ] as const)("%s(%j)", (name, args, dtype, values) => {
    const make = torch[name] as (...args: unknown[]) => torch.Tensor;
    const window = make(...args, { dtype });
    expect(window.dtype).toBe(dtype);
    const bound = dtype === torch.float32 ? 3e-7 : 1e-14;
    (window.tolist() as number[]).forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(bound));
  });

  it("of one element are one, of none empty", () => {
    expect(torch.hannWindow(1).tolist()).toEqual([1]);
    expect(torch.kaiserWindow(0).tolist()).toEqual([]);
    expect(torch.hammingWindow({ windowLength: 3, periodic: false, device: "meta" }).shape).toEqual([3]);
  });

  it("refuse what PyTorch refuses", () => {
    expect(() => torch.hannWindow(-1)).toThrow("hann_window requires non-negative window_length, got window_length=-1");
    expect(() => torch.kaiserWindow(3, { dtype: torch.int64 })).toThrow("kaiser_window expects floating point dtypes");
  });
});

describe("an error that follows from whole numbers says so, and what to write", () => {
  const { nn } = torch;
  const F = nn.functional;
  const told = "JavaScript does not tell 1.0 from 1. For floating-point numbers write { dtype: torch.float32 }.";
  const whole = (): torch.Tensor => torch.tensor([[1, 2]]);
  it.each<[string, () => unknown]>([
    ["a layer", () => new nn.Linear(2, 1)(whole())],
    ["a convolution", () => new nn.Conv1d(1, 1, 1)(torch.tensor([[[1, 2]]]))],
    ["a recurrent layer", () => new nn.LSTM(2, 2)(whole())],
    ["a product", () => torch.ones(1, 2).mm(torch.full([2, 1], 3))],
    ["a mean", () => whole().mean()],
    ["a standard deviation", () => whole().std()],
    ["a loss", () => F.huberLoss(whole(), whole())],
    ["a view of it", () => F.softmax(whole().reshape(2), 0)],
    ["a gradient for it", () => torch.tensor([1, 2], { requiresGrad: true })],
    ["a gradient later", () => torch.full([2], 1).requiresGrad_()],
    ["a parameter of it", () => new nn.Parameter(whole())],
    ["a fraction added in place", () => whole().add_(0.5)],
  ])("%s", (_, call) => {
    expect(call).toThrow(told);
    expect(call).not.toThrow(`${told}\nThe`);
  });

  it("and not where the dtype was stated, or int64 is right", () => {
    expect(() => torch.tensor([[1, 2]], { dtype: torch.int64 }).mean()).not.toThrow(told);
    expect(() => torch.tensor([[1, 2]], { dtype: torch.int64 }).mean()).toThrow("mean(): could not infer output dtype");
    expect(() => torch.tensor([1, 2]).reshape(3)).not.toThrow(told);
    expect(() => F.crossEntropy(torch.ones(2, 3), torch.tensor([0.5, 1]))).not.toThrow(told);
    expect(() => torch.tensor(new BigInt64Array([1n])).mean()).not.toThrow(told);
  });
});
