import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";

/** What torch.utils.flop_counter counted, halved; see generate_multiply_adds.py. */
type Case = { readonly shapes: readonly number[][]; readonly multiplyAdds: number } & (
  | { readonly layer: string; readonly arguments: readonly unknown[] }
  | { readonly function: string; readonly before: readonly unknown[] }
);

type Call = (...args: unknown[]) => unknown;

const cases = JSON.parse(readFileSync(new URL("data/multiply_adds.json", import.meta.url), "utf8")) as Case[];

afterEach(() => void torch.observe(null));

test.each(["cpu", "meta"] as const)("operations on %s count the multiply-adds that PyTorch counts", (device) => {
  const counts = cases.map((each) =>
    torch.withDevice(device, () => {
      const inputs = each.shapes.map((shape) => torch.zeros(shape));
      const run =
        "layer" in each
          ? new (torch.nn as unknown as Record<string, new (...args: readonly unknown[]) => Call>)[each.layer]!(...each.arguments)
          : (...args: unknown[]) => (torch as unknown as Record<string, Call>)[each.function]!(...each.before, ...args);
      let multiplyAdds = 0;
      torch.observe({ operation: (_operation, _args, _output, count) => void (multiplyAdds += count) });
      run(...inputs);
      torch.observe(null);
      return { ...each, multiplyAdds };
    }),
  );
  expect(counts.length).toBeGreaterThan(100);
  expect(counts).toEqual(cases);
});
