import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/protocol/index.js";
import { cumulative, density, deviates } from "../../src/describe/density.js";
import { histogramGeometry } from "../../webview/inspector/histogramGeometry.js";
import { statistics, tensor } from "./snapshots.js";

const uniform: Distribution = { kind: "uniform", low: -0.5, high: 0.5 };
const normal: Distribution = { kind: "normal", mean: 1, std: 2 };
const truncated: Distribution = { kind: "truncatedNormal", mean: 0, std: 1, low: -2, high: 1 };
const constant: Distribution = { kind: "constant", value: 3 };

const sampleOf = (distribution: Distribution, count = 4000) => statistics(tensor([count], distribution).values);

describe("density", () => {
  test.each([uniform, normal, truncated])("$kind integrates to one and to its own cumulative", (distribution) => {
    const integral = (high: number) => {
      const steps = 20_000;
      const width = (high + 12) / steps;
      return Array.from({ length: steps }, (_, step) => density(distribution, -12 + (step + 0.5) * width) * width).reduce((a, b) => a + b);
    };
    expect(integral(14)).toBeCloseTo(1, 3);
    expect(cumulative(distribution, 14)).toBeCloseTo(1, 6);
    expect(integral(0.3)).toBeCloseTo(cumulative(distribution, 0.3), 3);
  });

  test("normal at known points", () => {
    expect(cumulative({ kind: "normal", mean: 0, std: 1 }, 1.96)).toBeCloseTo(0.9750021, 6);
    expect(density({ kind: "normal", mean: 0, std: 1 }, 0)).toBeCloseTo(0.3989423, 7);
  });
});

describe("a sample that does not fit", () => {
  test.each([uniform, normal, constant])("a sample of $kind fits it", (distribution) => {
    expect(deviates(distribution, sampleOf(distribution))).toBe(false);
  });

  test("even a small one", () => {
    expect(deviates(uniform, sampleOf(uniform, 8))).toBe(false);
  });

  test("another distribution, scale or mean does not", () => {
    expect(deviates(normal, sampleOf(uniform))).toBe(true);
    expect(deviates({ ...normal, std: 2.4 }, sampleOf(normal))).toBe(true);
    expect(deviates({ ...normal, mean: 1.4 }, sampleOf(normal))).toBe(true);
    expect(deviates(constant, sampleOf(uniform))).toBe(true);
  });

  test("one value outside the bounds is enough", () => {
    const { values } = tensor([100], uniform);
    values[3] = 0.6;
    expect(deviates(uniform, statistics(values))).toBe(true);
  });

  test("zeros where a spread was declared do not fit", () => {
    expect(deviates(normal, sampleOf({ kind: "constant", value: 0 }, 64))).toBe(true);
  });

  test("NaN never fits", () => {
    const { values } = tensor([100], uniform);
    values[0] = Number.NaN;
    expect(deviates(uniform, statistics(values))).toBe(true);
  });
});

describe("histogram", () => {
  test("bars and curve share one scale: where the sample fits, they meet", () => {
    const { bars, curve } = histogramGeometry(sampleOf(normal, 40_000), normal)!;
    const middle = bars.reduce((best, bar) => (Math.abs(bar.from + bar.to - 2) < Math.abs(best.from + best.to - 2) ? bar : best));
    const peak = Math.max(...curve.map(({ y }) => y));
    expect(middle.height).toBeGreaterThan(peak * 0.9);
    expect(middle.height).toBeLessThan(peak * 1.1);
    expect(Math.max(peak, ...bars.map((bar) => bar.height))).toBe(1);
  });

  test("the area of the bars is the area under the curve", () => {
    const { bars, curve } = histogramGeometry(sampleOf(uniform, 40_000), uniform)!;
    const ofBars = bars.reduce((sum, bar) => sum + bar.width * bar.height, 0);
    const ofCurve = curve.slice(1).reduce((sum, { x, y }, at) => sum + ((x - curve[at]!.x) * (y + curve[at]!.y)) / 2, 0);
    expect(ofBars / ofCurve).toBeCloseTo(1, 2);
  });

  test("the range covers what was declared, and the sample where it goes beyond", () => {
    expect(histogramGeometry(sampleOf(uniform), uniform)).toMatchObject({ low: -0.5, high: 0.5, zero: 0.5 });
    const beyond = histogramGeometry(sampleOf({ kind: "uniform", low: -2, high: 2 }), uniform)!;
    expect(beyond.low).toBeLessThan(-1.9);
    expect(beyond.high).toBeGreaterThan(1.9);
  });

  test("constants are a spike at their value", () => {
    const geometry = histogramGeometry(sampleOf(constant, 12), constant)!;
    expect(geometry.bars).toEqual([]);
    expect(geometry.spike).toEqual({ value: 3, count: 12, x: 0.5 });
    expect(geometry.curve).toEqual([]);
  });

  test("few values get few bars, and none is lost", () => {
    const few = histogramGeometry(sampleOf(uniform, 32), null)!;
    expect(few.bars).toHaveLength(8);
    expect(few.bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(32);
    expect(histogramGeometry(sampleOf(uniform, 40_000), null)!.bars).toHaveLength(32);
  });

  test("nothing to draw without finite values", () => {
    expect(histogramGeometry(statistics(Float32Array.of(Number.NaN, Infinity)), uniform)).toBeNull();
  });
});
