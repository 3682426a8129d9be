import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";

const { init } = torch.nn;

describe("filling with one value", () => {
  it("leaves fractions out of whole numbers, and keeps truth values", () => {
    expect(init.constant_(torch.empty([2], { dtype: torch.int64 }), 1.7).tolist()).toEqual([1, 1]);
    expect(
      init
        .constant_(torch.empty([2], { dtype: torch.bool }), 2)
        .sum()
        .item(),
    ).toBe(2);
    expect(torch.empty([2], { dtype: torch.uint8 }).fill_(-1).tolist()).toEqual([255, 255]);
  });

  it.each([
    ["uint8", 300, "uint8_t"],
    ["uint8", -1.7, "uint8_t"],
    ["int64", Infinity, "int64_t"],
    ["int64", NaN, "int64_t"],
    ["int32", 3e9, "int"],
  ] as const)("refuses what %s cannot hold: %d", (dtype, value, type) => {
    const text = `value cannot be converted to type ${type} without overflow`;
    expect(() => torch.empty([2], { dtype: torch[dtype] }).fill_(value)).toThrow(text);
    expect(() => init.constant_(torch.empty([2], { dtype: torch[dtype] }), value)).toThrow(text);
    expect(() => torch.full([2], value, { dtype: torch[dtype] })).toThrow(text);
  });

  it("reaches elements that share memory", () => {
    const x = torch.ones(1, 2).expand(3, 2);
    expect(x.fill_(2).sum().item()).toBe(12);
    expect(x.zero_().sum().item()).toBe(0);
    expect(init.constant_(x, 3).sum().item()).toBe(18);
  });

  it.each([
    ["copy_", (y: torch.Tensor) => y.copy_(torch.ones(2))],
    ["fill_", (y: torch.Tensor) => y.fill_(torch.tensor(2))],
    ["zero_", (y: torch.Tensor) => y.zero_()],
  ])("leaves the gradient of what it writes over zero: %s", (_, write) => {
    const x = torch.ones(2, { requiresGrad: true });
    write(x.mul(3)).sum().backward();
    expect(x.grad!.tolist()).toEqual([0, 0]);
  });
});

it("options of backward may stand first", () => {
  const x = torch.ones(2, { requiresGrad: true });
  const loss = x.mul(x).sum();
  loss.backward({ retainGraph: true });
  loss.backward();
  expect(x.grad!.tolist()).toEqual([4, 4]);
});

it("atan2 has no slope at the origin", () => {
  const [x, y] = [torch.zeros(1, { requiresGrad: true }), torch.zeros(1, { requiresGrad: true })];
  torch.atan2(x, y).sum().backward();
  expect([x.grad!.item(), y.grad!.item()]).toEqual([0, -0]);
});
