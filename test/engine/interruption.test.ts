import { afterEach, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { withWasm } from "./bothWays.js";

afterEach(() => torch.interruptBy(null));

const many = 1 << 19;
const ascending = torch.arange(many).to(torch.float32);

/** Each works on half a million numbers in a single call. */
const calls: Readonly<Record<string, () => unknown>> = {
  sort: () => torch.sort(ascending),
  argsort: () => torch.argsort(ascending, { descending: true }),
  topk: () => torch.topk(ascending, 1000),
  unique: () => torch.unique(ascending),
  "unique rows": () => torch.unique(ascending.reshape(-1, 4), { dim: 0 }),
  median: () => torch.median(ascending),
  kthvalue: () => torch.kthvalue(ascending, 7),
  mode: () => torch.mode(ascending),
  quantile: () => torch.quantile(ascending, 0.3),
  exp: () => ascending.exp(),
  add: () => ascending.add(ascending),
  "add of rows": () => ascending.reshape(-1, 64).t().add(ascending.reshape(64, -1)),
};

const ways = ["where faster", "never"] as const;

test.each(ways.flatMap((use) => Object.keys(calls).map((name) => [name, use] as const)))(
  "%s asks again and again within one call, and ends where it is told to: WebAssembly %s",
  (name, use) =>
    withWasm(use, () => {
      let asked = 0;
      torch.interruptBy(() => void asked++);
      calls[name]!();
      expect(asked).toBeGreaterThan(8);
      torch.interruptBy(() => {
        if (--asked < 4) throw new Error("enough");
      });
      expect(() => calls[name]!()).toThrow("enough");
      torch.interruptBy(null);
      calls[name]!();
    }),
);

/** Comparison by comparison, as PyTorch has it: NaN last, equal ones as they stand. */
function expected(values: readonly number[], descending: boolean): number[] {
  const later = (a: number, b: number): number => (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0) || (a < b ? -1 : a > b ? 1 : 0);
  const sign = descending ? -1 : 1;
  return [...values.keys()].sort((i, j) => sign * later(values[i]!, values[j]!) || i - j);
}

test.each([0, 1, 2, 3, 7, 64, 1000, 70_001])("%i numbers come in order, equal ones as they stand, NaN as the largest", (count) => {
  torch.manualSeed(count);
  const found = torch.randint(0, Math.max(2, count >> 1), [count]).to(torch.float64);
  const values = found.tolist() as number[];
  for (let i = 0; i < count; i += 5) values[i] = [NaN, Infinity, -Infinity, -0][(i / 5) % 4]!;
  const x = torch.tensor(values, { dtype: torch.float64 });
  for (const descending of [false, true]) expect(torch.argsort(x, { descending }).tolist()).toEqual(expected(values, descending));
});

test.each([true, false])("the few of many are those that sorting gives, however they come: largest %s", (largest) => {
  torch.manualSeed(1);
  const count = 5000;
  for (const x of [torch.randint(0, 300, [3, count]).to(torch.float32), torch.arange(count).to(torch.float32), torch.arange(count).to(torch.float32).flip(0)]) {
    for (const k of [1, 2, 31, 300]) {
      const { values, indices } = torch.topk(x, k, { largest });
      const sorted = torch.sort(x, { descending: largest });
      expect(values.equal(sorted.values.narrow(-1, 0, k))).toBe(true);
      expect(indices.equal(sorted.indices.narrow(-1, 0, k))).toBe(true);
    }
  }
});

test("distinct numbers come in order, and each NaN is one of them", () => {
  expect(torch.unique(torch.tensor([NaN, 3, 1, NaN, 3, -Infinity])).tolist()).toEqual([-Infinity, 1, 3, NaN, NaN]);
});
