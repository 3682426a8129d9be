import { afterEach, describe, expect, it, vi } from "vitest";
import * as torch from "../../src/engine/index.js";

const { init } = torch.nn;

afterEach(() => {
  torch.observe(null);
  vi.restoreAllMocks();
});

/** What the observer hears while `body` runs. */
function heard(body: () => void): unknown[] {
  const reports: unknown[] = [];
  torch.observe({
    initialized: (_, { name }, args) => reports.push([name, args]),
    operation: ({ name }) => reports.push(name),
  });
  body();
  torch.observe(null);
  return reports;
}

describe("nn.init", () => {
  it("takes arguments in order, by name, or both", () => {
    const fill = (...args: unknown[]) => {
      torch.manualSeed(1);
      return (init.kaimingUniform_ as (...all: unknown[]) => torch.Tensor)(torch.empty(3, 4), ...args).tolist();
    };
    const byName = fill({ a: 0.5, mode: "fan_out", nonlinearity: "leaky_relu" });
    expect(fill(0.5, "fan_out")).toEqual(byName);
    expect(fill(0.5, { mode: "fan_out" })).toEqual(byName);
    expect(fill(0.5, { mode: undefined })).toEqual(fill(0.5));
    expect(fill()).not.toEqual(byName);
  });

  it("refuses arguments it does not have", () => {
    const w = torch.empty(2, 2);
    expect(() => init.normal_(w, { sigma: 1 } as never)).toThrow("normal_() got an unexpected keyword argument 'sigma'");
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- without it the code does not compile
    expect(() => init.normal_(w, 0, 1, 2 as never)).toThrow("normal_() takes at most 3 arguments, but 4 were given");
    expect(() => init.normal_(w, "0" as never)).toThrow("argument 'mean' must be a number, but got 0");
    expect(() => init.constant_(w)).toThrow("constant_() missing 1 required positional argument: 'val'");
    expect(() => init.kaimingNormal_(w, { mode: "x" as never })).toThrow("Mode x not supported, please use one of ['fan_in', 'fan_out']");
    expect(() => init.kaimingNormal_(w, { nonlinearity: "x" as never })).toThrow("Unsupported nonlinearity x");
    expect(() => init.sparse_(torch.empty(3), 0.1)).toThrow("Only tensors with 2 dimensions are supported");
    expect(() => init.orthogonal_(torch.empty(3))).toThrow("Only tensors with 2 or more dimensions are supported");
    expect(() => init.dirac_(torch.empty(5, 2, 3), 2)).toThrow("dim 0 must be divisible by groups");
  });

  it("tells the observer of each call as a whole, with all arguments by name", () => {
    const w = new torch.nn.Parameter(torch.empty(3, 4));
    expect(heard(() => init.kaimingNormal_(w, { nonlinearity: "relu" }))).toEqual([["kaimingNormal_", { a: 0, mode: "fan_in", nonlinearity: "relu" }]]);
    expect(heard(() => init.truncNormal_(w, 0, 0.02))).toEqual([["truncNormal_", { mean: 0, std: 0.02, a: -2, b: 2 }]]);
    expect(heard(() => init.zeros_(w))).toEqual([["zeros_", {}]]);
    expect(heard(() => init.sparse_(w, 0.5))).toEqual([["sparse_", { sparsity: 0.5, std: 0.01 }]]);
  });

  it("fills parameters without touching their gradients and gives them back", () => {
    const w = new torch.nn.Parameter(torch.empty(3, 4));
    expect(init.ones_(w)).toBe(w);
    expect(w.requiresGrad && w.isLeaf).toBe(true);
    expect(w.sum().item()).toBe(12);
  });

  it("draws from the generator given, and from no other", () => {
    torch.manualSeed(1);
    const expected = torch.randn(20).tolist();
    const generator = new torch.Generator().manualSeed(1);
    torch.manualSeed(2);
    expect(init.normal_(torch.empty(20), { generator }).tolist()).toEqual(expected);
    expect(torch.randn(20).tolist()).not.toEqual(expected);
  });

  it("draws nothing on the meta device", () => {
    torch.manualSeed(1);
    const w = torch.empty(3, 4, { device: "meta" });
    for (const fill of [init.normal_, init.truncNormal_, init.orthogonal_, init.xavierUniform_, init.kaimingNormal_, init.eye_]) fill(w);
    init.sparse_(w, 0.5);
    const next = torch.rand(1).item();
    torch.manualSeed(1);
    expect(torch.rand(1).item()).toBe(next);
  });

  it("writes through views, and only there", () => {
    const w = torch.zeros(4, 6);
    init.constant_(w.at(torch.slice(1, 3), torch.slice(null, null, 2)), 7);
    expect(w.sum().item()).toBe(7 * 6);
    expect(w.at(1).tolist()).toEqual([7, 0, 7, 0, 7, 0]);
  });

  it("makes the same orthogonal matrix however the tensor lies in memory", () => {
    const made = (w: torch.Tensor): torch.Tensor => {
      torch.manualSeed(0);
      return init.orthogonal_(w, 2);
    };
    const right = made(torch.empty(2, 3));
    // PyTorch 2.13.0
    expect(Array.from(right.flatten().tolist() as number[], (value) => value.toFixed(3))).toEqual(["1.148", "-0.219", "-1.623", "-0.691", "-1.862", "-0.238"]);
    expect(made(torch.empty(3, 2).t()).tolist()).toEqual(right.tolist());
    expect(made(torch.empty(2, 6).at(torch.slice(), torch.slice(0, 6, 2))).tolist()).toEqual(right.tolist());
    expect(() => made(torch.empty(3, 4, 2).permute(2, 1, 0))).toThrow("view size is not compatible with input tensor's size and stride");
    expect(made(torch.empty(3, 2, { device: "meta" }).t()).shape).toEqual([2, 3]);
  });

  it.each([
    [64, 64],
    [30, 70],
    [70, 30],
  ])("makes orthonormal rows or columns of %d by %d", (rows, columns) => {
    const w = init.orthogonal_(torch.empty(rows, columns, { dtype: torch.float64 }));
    const gram = rows < columns ? w.matmul(w.t()) : w.t().matmul(w);
    const size = Math.min(rows, columns);
    expect(
      gram
        .sub(torch.eye(size, { dtype: torch.float64 }))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-12);
  });

  it("refuses parameters that have no shape yet", () => {
    const lazy = new torch.nn.LazyLinear(3);
    for (const fill of [init.normal_, init.xavierUniform_, init.kaimingNormal_, init.zeros_, init.orthogonal_]) {
      expect(() => fill(lazy.weight)).toThrow(/^Attempted to use an uninitialized parameter in \w+_\. .* with a dummy batch/);
    }
  });

  it("warns where PyTorch does", () => {
    const warning = vi.spyOn(console, "warn").mockImplementation(() => {});
    init.truncNormal_(torch.empty(2), 0, 1, 3, 4);
    expect(warning).toHaveBeenCalledWith(expect.stringContaining("mean is more than 2 std from [a, b]"));
    init.kaimingUniform_(torch.empty(0, 3));
    expect(warning).toHaveBeenLastCalledWith(expect.stringContaining("Initializing zero-element tensors is a no-op"));
  });
});

describe("calculateGain", () => {
  it("knows PyTorch's nonlinearities", () => {
    expect(init.calculateGain("tanh")).toBe(5 / 3);
    expect(init.calculateGain("leaky_relu")).toBe(Math.sqrt(2 / 1.0001));
    expect(init.calculateGain("leaky_relu", 0.2)).toBe(Math.sqrt(2 / (1 + 0.2 ** 2)));
    expect(init.calculateGain("selu")).toBe(0.75);
    expect(() => init.calculateGain("leaky_relu", "x" as never)).toThrow("negative_slope x not a valid number");
  });
});
