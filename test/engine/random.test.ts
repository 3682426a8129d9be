import { describe, expect, it } from "vitest";
import {
  fillNormal,
  fillNormalSerially,
  fillRandomIntegers,
  fillTruncatedNormal,
  fillUniform,
  integerRange,
  sampleMultinomial,
} from "../../src/engine/random/distributions.js";
import { Generator } from "../../src/engine/random/generator.js";

const seeded = (seed: number) => new Generator().manualSeed(seed);

function drawNormals(generator: Generator, count: number): Float32Array {
  const values = new Float32Array(count);
  fillNormal(values, 0, count, 0, 1, generator);
  return values;
}

function average(values: Iterable<number>): number {
  const list = [...values];
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}

describe("Generator", () => {
  it("is the reference Mersenne Twister", () => {
    // The 10,000th output of mt19937 seeded with 5489, as the C++ standard states it.
    const generator = seeded(5489);
    for (let i = 1; i < 10000; i++) generator.random();
    expect(generator.random()).toBe(4123659995);
  });

  it("draws the same words in bulk as one by one", () => {
    const bulk = seeded(3);
    const single = seeded(3);
    const words = new Int32Array(2000);
    bulk.draw(words, 5);
    for (let i = 0; i < 5; i++) expect(words[i]! >>> 0).toBe(single.random());
    bulk.draw(words, 2000);
    for (let i = 0; i < 2000; i++) expect(words[i]! >>> 0).toBe(single.random());
  });

  it("takes the low 32 bits of any seed", () => {
    expect(seeded(2 ** 32 + 7).random()).toBe(seeded(7).random());
    expect(seeded(-1).random()).toBe(seeded(2 ** 32 - 1).random());
    expect(() => seeded(0.5)).toThrow();
  });

  it("goes on from a saved state, the kept normal included", () => {
    const generator = seeded(1);
    drawNormals(generator, 3);
    const state = generator.getState();
    const expected = drawNormals(generator, 700);
    expect(drawNormals(new Generator().setState(state), 700)).toEqual(expected);
    expect(drawNormals(generator.setState(state), 700)).toEqual(expected);
  });

  it("forgets the kept normal when seeded", () => {
    const generator = seeded(1);
    const first = drawNormals(generator, 3);
    expect(drawNormals(generator.manualSeed(1), 3)).toEqual(first);
  });
});

describe("fills", () => {
  it("leave what lies outside of the range", () => {
    const values = new Float32Array(60).fill(9);
    fillNormal(values, 10, 37, 0, 1, seeded(0));
    expect(values.subarray(0, 10).every((value) => value === 9)).toBe(true);
    expect(values.subarray(47).every((value) => value === 9)).toBe(true);
    expect(values.subarray(10, 47).every((value) => value !== 9)).toBe(true);
  });

  it("stay below the upper bound of a uniform range as PyTorch does", () => {
    const values = new Float32Array(100_000);
    fillUniform(values, 0, values.length, 0, 1, seeded(0));
    expect(Math.max(...values.subarray(0, 50_000))).toBeLessThan(1);
    expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
  });

  it("have the mean and the deviation asked for", () => {
    for (const values of [new Float32Array(100_000), new Float64Array(100_000)]) {
      for (const fill of [fillNormal, fillNormalSerially]) {
        fill(values, 0, values.length, 3, 0.5, seeded(11));
        const mean = average(values);
        const variance = average(values.map((value: number) => (value - mean) ** 2));
        expect(mean).toBeCloseTo(3, 2);
        expect(Math.sqrt(variance)).toBeCloseTo(0.5, 2);
      }
    }
  });

  it("reach large integer ranges with 64 bits", () => {
    const values = new Float64Array(1000);
    fillRandomIntegers(values, 0, 1000, -(2 ** 40), integerRange(-(2 ** 40), 2 ** 40), seeded(0));
    expect(values.every((value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 40)).toBe(true);
    expect(values.some((value) => Math.abs(value) > 2 ** 38)).toBe(true);
  });
});

describe("truncated normals", () => {
  it.each([
    [0, 1, -2, 2],
    [0, 1, 6, 7],
    [0, 1, -3, -2.5],
    [0, 1, 0.3, 0.3001],
    [5, 2, 4, Infinity],
  ])("of mean %d and deviation %d lie within %d and %d", (mean, std, low, high) => {
    const values = new Float32Array(500);
    fillTruncatedNormal(values, 0, values.length, mean, std, low, high, seeded(0));
    expect(values.every((value) => value >= Math.fround(low) && value <= Math.fround(high))).toBe(true);
  });

  it("follow the density between bounds that hold little of it", () => {
    const values = new Float64Array(20_000);
    fillTruncatedNormal(values, 0, values.length, 0, 1, 2, 4, seeded(0));
    const density = (x: number) => Math.exp((-x * x) / 2);
    // Mean of a standard normal within [2, 4], by the trapezoidal rule.
    const grid = Array.from({ length: 2001 }, (_, i) => 2 + i / 1000);
    const mass = grid.reduce((sum, x) => sum + density(x), 0);
    expect(average(values)).toBeCloseTo(grid.reduce((sum, x) => sum + x * density(x), 0) / mass, 2);
  });

  it("refuse bounds that uniform proposals cannot cover", () => {
    expect(() => fillTruncatedNormal(new Float32Array(4), 0, 4, 0, 1, 9, Infinity, seeded(0))).toThrow("exceed the limit");
  });
});

describe("multinomial samples", () => {
  it("never repeat an index without replacement and never take a weight of zero", () => {
    const generator = seeded(0);
    for (let i = 0; i < 50; i++) {
      const indices = sampleMultinomial(Float32Array.of(1, 0, 3, 0, 2), 3, false, generator);
      expect(new Set(indices)).toEqual(new Set([0, 2, 4]));
    }
  });

  it("follow the weights with replacement", () => {
    const indices = sampleMultinomial(Float32Array.of(1, 3), 40_000, true, seeded(0));
    expect(indices.filter((index) => index === 1).length / 40_000).toBeCloseTo(0.75, 1);
  });
});
