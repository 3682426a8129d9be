import { describe, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { dtype, expectTensor, loadCases, lookup, type EncodedTensor, type Tolerance } from "./replay.js";

interface RandomCase {
  readonly id: string;
  readonly seed: number;
  readonly calls: readonly (readonly [name: string, args: readonly unknown[], keywords: { readonly dtype?: string }])[];
  readonly expect: readonly EncodedTensor[];
}

/** V8's logarithm, sine and cosine of doubles differ from glibc's in the last digits. */
function toleranceOf(name: string, dtypeName: string | undefined): Tolerance {
  if (name === "randn" && dtypeName === "float64") return { rtol: 1e-14, atol: 1e-14 };
  return name === "exponential_" ? { rtol: 1.3e-7, atol: 0 } : "exact";
}

describe("random numbers from one seed", () => {
  it.each(loadCases<RandomCase>("rng").map((each) => [each.id, each] as const))("%s", (_, { seed, calls, expect }) => {
    torch.manualSeed(seed);
    calls.forEach(([name, args, keywords], i) => {
      const options = keywords.dtype === undefined ? {} : { dtype: dtype(keywords.dtype) };
      const isInPlace = name.endsWith("_");
      const result = isInPlace ? lookup(name, torch.empty(args[0] as number[], options))(...args.slice(1)) : lookup(name, torch)(...args, options);
      expectTensor(result, expect[i]!, toleranceOf(name, keywords.dtype), `call ${i}, ${name}`);
    });
  });
});
