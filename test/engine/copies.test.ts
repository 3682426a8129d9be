import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";

/** Element by element, as the index says it. */
function elements(x: torch.Tensor): unknown[] {
  const index = (sizes: readonly number[]): number[][] =>
    sizes.reduce<number[][]>((all, size) => all.flatMap((each) => Array.from({ length: size }, (_, i) => [...each, i])), [[]]);
  return index(x.shape).map((each) => x.at(...each).item());
}

describe("copies of tensors that do not lie in row-major order", () => {
  it.each([
    ["transposed", (x: torch.Tensor) => x.view([40, 66]).t()],
    ["transposed, few columns", (x: torch.Tensor) => x.view([3, 880]).t()],
    ["permuted", (x: torch.Tensor) => x.view([2, 33, 5, 8]).permute(0, 2, 3, 1)],
    ["permuted the other way round", (x: torch.Tensor) => x.view([2, 33, 5, 8]).permute(3, 2, 1, 0)],
    ["sliced", (x: torch.Tensor) => x.view([40, 66]).at(torch.slice(1, 40, 3), torch.slice(5, 50))],
    [
      "sliced in steps and transposed",
      (x: torch.Tensor) =>
        x
          .view([40, 66])
          .at(torch.slice(1, 40, 3), torch.slice(5, 60, 2))
          .t(),
    ],
    ["expanded", (x: torch.Tensor) => x.at(torch.slice(0, 40)).view([40, 1]).expand([3, 40, 35])],
    ["expanded and transposed", (x: torch.Tensor) => x.at(torch.slice(0, 40)).view([40, 1]).expand([3, 40, 35]).permute(2, 0, 1)],
    ["one element", (x: torch.Tensor) => x.at(torch.slice(7, 8)).view([1, 1, 1])],
    ["no elements", (x: torch.Tensor) => x.view([40, 66]).at(torch.slice(0, 0)).t()],
  ] as const)("%s", (_, view) => {
    for (const dtype of [torch.float32, torch.float64, torch.int64, torch.bool]) {
      const seen = view(torch.arange(2640).remainder(7).to(dtype));
      expect(elements(seen.contiguous())).toEqual(elements(seen));
      const target = torch.zeros([...seen.shape].reverse(), { dtype }).permute(seen.shape.map((_, i) => seen.shape.length - 1 - i));
      expect(elements(target.copy_(seen))).toEqual(elements(seen));
    }
  });
});

describe("conversions between dtypes", () => {
  const values = [0, -0, 1, -1, 0.5, -0.5, 2.75, -2.75, 200, 255, 1e-40, 3];
  const wanted: Readonly<Record<string, (value: number) => number | boolean>> = {
    float32: Math.fround,
    float64: (value) => value,
    int64: (value) => Math.trunc(value) + 0,
    int32: (value) => Math.trunc(value) + 0,
    bool: (value) => value !== 0,
  };

  it.each(Object.keys(wanted) as ("float32" | "float64" | "int64" | "int32" | "bool")[])("to %s, of few and of many, dense and not", (name) => {
    const x = torch.tensor(values, { dtype: torch.float64 });
    const expected = values.map(wanted[name]!).map((value) => (value === 0 ? 0 : value));
    for (const count of [1, 20]) {
      const many = x.repeat(count).view([count, values.length]);
      const all = Array.from({ length: count }, () => expected);
      expect(
        many
          .to(torch[name])
          .add(name === "bool" ? false : 0)
          .tolist(),
      ).toEqual(all);
      const transposed = many.t().to(torch[name]);
      expect(
        transposed
          .t()
          .contiguous()
          .add(name === "bool" ? false : 0)
          .tolist(),
      ).toEqual(all);
    }
  });

  it("between integers and truth values", () => {
    const x = torch.tensor([0, 1, 2, 300], { dtype: torch.int64 }).repeat(30);
    expect(x.to(torch.bool).to(torch.int32).sum().item()).toBe(90);
    expect(x.to(torch.uint8).sum().item()).toBe(30 * (1 + 2 + 44));
    expect(x.to(torch.float32).sum().item()).toBe(30 * 303);
    expect(torch.zeros([120], { dtype: torch.bool }).copy_(x).sum().item()).toBe(90);
    expect(
      torch
        .zeros([4, 120], { dtype: torch.int32 })
        .t()
        .copy_(x.view([120, 1]))
        .sum()
        .item(),
    ).toBe(4 * 30 * 303);
  });
});

describe("positions of what is not zero", () => {
  it("in three dimensions, and the elements there", () => {
    const x = torch.arange(60).remainder(7).view([3, 4, 5]);
    const mask = x.gt(4);
    const positions = mask.nonzero();
    expect(positions.tolist()).toEqual([...Array(60).keys()].filter((i) => i % 7 > 4).map((i) => [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5]));
    expect(x.at(mask).tolist()).toEqual([...Array(60).keys()].map((i) => i % 7).filter((each) => each > 4));
    expect(x.maskedSelect(mask).tolist()).toEqual(x.at(mask).tolist());
  });

  it("whether there are any, whether it is all, along a dimension too", () => {
    const x = torch.tensor([
      [0, 0, 0],
      [0, 1, 0],
      [1, NaN, -2],
    ]);
    expect(x.any(1).tolist()).toEqual([false, true, true]);
    expect(x.all(1).tolist()).toEqual([false, false, true]);
    expect([x.any().item(), x.all().item(), torch.zeros(0).any().item(), torch.zeros(0).all().item()]).toEqual([1, 0, 0, 1]);
  });
});
