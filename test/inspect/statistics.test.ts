import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { activationStatistics, sampleLimit, tensorStatistics } from "../../src/inspect/statistics.js";

describe("statistics of a tensor", () => {
  test("are the population's, of finite elements, with the others counted apart", () => {
    const statistics = tensorStatistics(torch, torch.tensor([1, 2, 3, 4, 0, NaN, Infinity, -Infinity, NaN]), 4);
    expect(statistics).toEqual({
      count: 9,
      sampled: 9,
      nan: 2,
      positiveInfinity: 1,
      negativeInfinity: 1,
      zeros: 1,
      finite: { min: 0, max: 4, mean: 2, std: Math.sqrt(2) },
      histogram: { low: 0, high: 4, bins: [1, 1, 1, 2] },
    });
  });

  test.each([
    [[-1.7e308, 1.7e308, 0], 0, 1.7e308 * Math.sqrt(2 / 3)],
    [[1.7e308, 1.7e308, 1.7e308], 1.7e308, 0],
    [[1.7e308, 1.6e308], 1.65e308, 5e306],
    [[1e-200, 3e-200], 2e-200, 1e-200],
    [[5e-324, 5e-324], 5e-324, 0],
    [[-1e200, 1e200, NaN, Infinity], 0, 1e200],
  ])("are numbers at the ends of float64: %j", (values, mean, std) => {
    const tensor = torch.tensor(values, { dtype: torch.float64 });
    for (const { finite } of [tensorStatistics(torch, tensor), activationStatistics(tensor)!]) {
      expect(Math.abs(finite!.mean - mean)).toBeLessThanOrEqual(Math.abs(mean) * 1e-15);
      expect(Math.abs(finite!.std - std)).toBeLessThanOrEqual(std * 1e-14 + Math.abs(mean) * 1e-15);
    }
  });

  test("count in the bins of a stated range, and leave out of them what lies beyond", () => {
    const { histogram, finite } = tensorStatistics(torch, torch.tensor([-5, 0, 1, 2, 3, 9]), 2, sampleLimit, [0, 4]);
    expect(histogram).toEqual({ low: 0, high: 4, bins: [2, 2] });
    expect(finite).toMatchObject({ min: -5, max: 9 });
  });

  describe("count more values than are looked at together in one pass, as counting over their known range does, and those that are fewer", () => {
    const count = (values: readonly number[], low: number, high: number, bins: number): number[] => {
      const counts = new Array<number>(bins).fill(0);
      for (const value of values) if (value >= low && value <= high) counts[Math.min(Math.floor(((value - low) / (high - low)) * bins), bins - 1)]!++;
      return counts;
    };
    const different = 12_003;
    const sizes = [different, 140_003];
    type Spread = (value: (i: number) => number) => number[];

    const cases: readonly (readonly [of: string, values: (spread: Spread) => readonly number[]])[] = [
      ["rising values, whose range grows with each look", (spread) => spread((i) => i)],
      ["falling ones, whole numbers below zero", (spread) => spread((i) => -i)],
      ["an outlier at the end", (spread) => [...spread((i) => i % 17), 1e9]],
      ["many equal values and few others", (spread) => [...spread(() => 3), 5, 4]],
      ["multiples of a power of two about zero", (spread) => spread((i) => ((i % 1001) - 500) / 1024)],
      ["neighbouring numbers far from zero", (spread) => spread((i) => 1024 + (i % 5) / 8192)],
      ["numbers near the largest", (spread) => spread((i) => (i % 2 === 0 ? -3e38 : 3e38))],
      ["the least numbers that there are", (spread) => spread((i) => (i % 64) * 2 ** -140)],
    ];
    test.each(sizes.flatMap((size) => cases.map(([of, values]) => [size, of, values] as const)))("%i of them: %s", (size, _, of) => {
      const values = of((value) => Array.from({ length: size }, (_, i) => value(Math.floor((i / size) * different))));
      const tensor = torch.tensor(values);
      const { finite, histogram, sampled } = tensorStatistics(torch, tensor, 32);
      expect(sampled).toBe(values.length);
      expect(histogram!.bins).toEqual(count(tensor.tolist() as number[], finite!.min, finite!.max, 32));
    });

    test("random ones, but for the few near a bin's bounds", () => {
      const tensor = torch.randn(500_000);
      const { finite, histogram } = tensorStatistics(torch, tensor, 64);
      const exact = count(tensor.tolist() as number[], finite!.min, finite!.max, 64);
      expect(histogram!.bins.reduce((sum, each) => sum + each, 0)).toBe(500_000);
      histogram!.bins.forEach((each, bin) => expect(Math.abs(each - exact[bin]!)).toBeLessThan(100));
    });
  });

  test("of a constant have no histogram", () => {
    expect(tensorStatistics(torch, torch.full([3], 42))).toMatchObject({ finite: { min: 42, max: 42, mean: 42, std: 0 }, histogram: null });
  });

  test("of nothing, and of nothing finite", () => {
    expect(tensorStatistics(torch, torch.zeros(0))).toMatchObject({ count: 0, sampled: 0, finite: null, histogram: null });
    expect(tensorStatistics(torch, torch.tensor([NaN, Infinity]))).toMatchObject({ finite: null, histogram: null });
  });

  test("keep their precision far from zero", () => {
    const { finite } = tensorStatistics(torch, torch.tensor([1e9, 1e9 + 1, 1e9 + 2], { dtype: torch.float64 }));
    expect(finite!.mean).toBe(1e9 + 1);
    expect(finite!.std).toBeCloseTo(Math.sqrt(2 / 3), 9);
  });

  test("of views and transposes look at their own elements", () => {
    const matrix = torch.arange(12).reshape([3, 4]).to(torch.float32);
    expect(tensorStatistics(torch, matrix.select(1, 1)).finite).toMatchObject({ min: 1, max: 9, mean: 5 });
    expect(tensorStatistics(torch, matrix.transpose(0, 1)).finite).toMatchObject({ min: 0, max: 11, mean: 5.5 });
  });

  test("of booleans and integers count values", () => {
    expect(tensorStatistics(torch, torch.tensor([true, false, true]), 2)).toMatchObject({ zeros: 1, finite: { min: 0, max: 1 }, histogram: { bins: [1, 2] } });
  });

  test("of large tensors are sampled across all rows and columns", () => {
    const columns = 1024;
    const rows = 4096;
    const tensor = torch.arange(columns).to(torch.float32).expand(rows, columns);
    const { count, sampled, finite } = tensorStatistics(torch, tensor);
    expect(count).toBe(rows * columns);
    expect(sampled).toBeLessThanOrEqual(sampleLimit);
    expect(sampled).toBeGreaterThan(sampleLimit / 2);
    expect(finite).toMatchObject({ min: 0, max: columns - 1 });
    expect(finite!.mean).toBeCloseTo((columns - 1) / 2, 0);
    expect(tensorStatistics(torch, tensor, 4, Infinity).sampled).toBe(count);
  });
});
