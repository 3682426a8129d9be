import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { expectTensor, lookup } from "./replay.js";

interface Case {
  readonly name: string;
  readonly args: readonly (readonly (number | string)[])[];
  readonly value: readonly (number | string)[];
}

/** Written by generateSpecial.py. */
const cases = JSON.parse(readFileSync(new URL("data/special.json", import.meta.url), "utf8")) as readonly Case[];

const inDoubles = (values: readonly (number | string)[]): torch.Tensor => torch.tensor(values.map(Number), { dtype: torch.float64 });

/** PyTorch's own are right to single precision alone, and so is its incomplete gamma function of large shapes to nine digits. */
const single = /^(airy|bessel_)/;

test.each(cases.map((each): [string, Case] => [each.name, each]))("torch.special.%s", (name, { args, value }) => {
  const tolerance = single.test(name) ? { rtol: 1e-5, atol: 1e-6 } : { rtol: name.startsWith("gammainc") ? 1e-8 : 1e-12, atol: 1e-14 };
  const found = lookup(name, torch.special)(...args.map(inDoubles));
  expectTensor(found, { shape: [value.length], dtype: "float64", data: value }, tolerance);
  const half = lookup(name, torch.special)(...args.map((each) => inDoubles(each).float())) as torch.Tensor;
  expect(half.dtype).toBe(torch.float32);
});

test("numbers stand on either side, and whole numbers compute in float32", () => {
  expect(torch.special.xlog1py(2, torch.tensor([0.5])).item()).toBeCloseTo(2 * Math.log1p(0.5), 6);
  expect(torch.special.zeta(torch.tensor([2, 3]), 1).dtype).toBe(torch.float32);
});

test("what PyTorch has no derivative of says so", () => {
  const leaf = torch.tensor([2.5]).requiresGrad_();
  expect(() =>
    torch.special
      .gammainc(leaf, torch.tensor([1.5]))
      .sum()
      .backward(),
  ).toThrow("the derivative for 'igamma: input' is not implemented.");
  expect(torch.special.besselJ0(leaf).requiresGrad).toBe(false);
});
