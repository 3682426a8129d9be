import { afterEach, describe, expect, it } from "vitest";
import * as dtypes from "../../src/engine/dtype.js";
import { formatExponential, formatFixed, formatFloat } from "../../src/engine/print/numbers.js";
import * as torch from "../../src/engine/index.js";
import { setPrintOptions } from "../../src/engine/print/options.js";
import { float, repr } from "../../src/engine/print/python.js";
import { formatTensor } from "../../src/engine/print/tensor.js";
import { contiguousStrides } from "../../src/engine/size.js";
import { Storage } from "../../src/engine/storage.js";

function print(values: readonly number[], sizes: readonly number[] = [values.length], dtype = dtypes.float32): string {
  const elements = new dtype.array(values.length);
  elements.set(values);
  return formatTensor({
    sizes,
    strides: contiguousStrides(sizes),
    offset: 0,
    storage: Storage.wrap(dtype, elements),
    dtype,
    device: "cpu",
    requiresGrad: false,
    gradFn: null,
  });
}

describe("numbers as Python formats them", () => {
  it.each([
    [0.03125, 4, "0.0312"],
    [0.09375, 4, "0.0938"],
    [-0.03125, 4, "-0.0312"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [-0, 4, "-0.0000"],
    [-0.00001, 4, "-0.0000"],
    [1e22, 2, "10000000000000000000000.00"],
    [NaN, 4, "nan"],
    [-Infinity, 4, "-inf"],
  ])("%d with %d decimals", (value, digits, text) => expect(formatFixed(value, digits)).toBe(text));

  it.each([
    [1.03125, 4, "1.0312e+00"],
    [1.09375, 4, "1.0938e+00"],
    [9.5, 0, "1e+01"],
    [8.5, 0, "8e+00"],
    [1e-8, 4, "1.0000e-08"],
    [1.5e300, 4, "1.5000e+300"],
    [-0, 1, "-0.0e+00"],
  ])("%d with %d digits and an exponent", (value, digits, text) => expect(formatExponential(value, digits)).toBe(text));

  it.each([
    [0.1, "0.1"],
    [1e-5, "1e-05"],
    [0.0001, "0.0001"],
    [1, "1.0"],
    [-2.5, "-2.5"],
    [1e16, "1e+16"],
    [1234567890123456, "1234567890123456.0"],
    [0, "0.0"],
  ])("%d as a float's repr", (value, text) => expect(formatFloat(value)).toBe(text));

  it.each([
    [3, "3"],
    [0.1, "0.1"],
    [float(1), "1.0"],
    [true, "True"],
    [null, "None"],
    [[3, 3], "(3, 3)"],
    [[1], "(1,)"],
    [[[1, 2], "same"], "((1, 2), 'same')"],
    ["zeros", "'zeros'"],
    ["it's", '"it\'s"'],
    ["a\nb\\", "'a\\nb\\\\'"],
  ])("%j in a module's description", (value, text) => expect(repr(value)).toBe(text));
});

describe("printed tensors", () => {
  afterEach(() => setPrintOptions({ profile: "default" }));

  it("take the precision, the threshold and the edge items asked for", () => {
    setPrintOptions({ precision: 2 });
    expect(print([1.12345])).toBe("tensor([1.12])");
    setPrintOptions({ precision: 4, threshold: 5, edgeItems: 2 });
    expect(print([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10], dtypes.int64)).toBe("tensor([0, 1,  ..., 8, 9])");
  });

  it("use scientific notation where told to", () => {
    setPrintOptions({ sciMode: true });
    expect(print([1, 2.5])).toBe("tensor([1.0000e+00, 2.5000e+00])");
    setPrintOptions({ sciMode: false });
    expect(print([1e-6, 100])).toBe("tensor([  0.0000, 100.0000])");
  });

  it("show negative zero", () => {
    expect(print([-0, 0, -0, 1.5], [2, 2])).toBe("tensor([[-0.0000, 0.0000],\n        [-0.0000, 1.5000]])");
  });

  it("say what a meta tensor is without its values", () => {
    expect(String(torch.empty(2, 3, { device: "meta" }))).toBe("tensor(..., device='meta', size=(2, 3))");
    expect(String(torch.empty(2, { device: "meta", dtype: torch.int64 }))).toBe("tensor(..., device='meta', size=(2,), dtype=torch.int64)");
    expect(String(new torch.nn.Parameter(torch.empty(2, { device: "meta" })))).toBe(
      "Parameter containing:\ntensor(..., device='meta', size=(2,), requires_grad=True)",
    );
  });

  it("carry on a line of its own what does not fit behind the values", () => {
    const x = torch.arange(12, { dtype: torch.float32 }).div(7).requiresGrad_().mul(2);
    expect(String(x)).toBe(
      "tensor([0.0000, 0.2857, 0.5714, 0.8571, 1.1429, 1.4286, 1.7143, 2.0000, 2.2857,\n        2.5714, 2.8571, 3.1429], grad_fn=<MulBackward0>)",
    );
    expect(String(x.at(torch.slice(0, 8)))).toBe("tensor([0.0000, 0.2857, 0.5714, 0.8571, 1.1429, 1.4286, 1.7143, 2.0000],\n       grad_fn=<SliceBackward0>)");
    expect(String(x.double().at(torch.slice(0, 4)))).toBe("tensor([0.0000, 0.2857, 0.5714, 0.8571], dtype=torch.float64,\n       grad_fn=<SliceBackward0>)");
  });

  it("state dtypes that the values do not show", () => {
    expect(print([1], [1], dtypes.uint8)).toBe("tensor([1], dtype=torch.uint8)");
    expect(print([], [0], dtypes.int64)).toBe("tensor([], dtype=torch.int64)");
    expect(print([], [2, 0], dtypes.bool)).toBe("tensor([], size=(2, 0), dtype=torch.bool)");
  });
});
