import { describe, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { decode, dtype, expectTensor, loadCases, lookup, withOptions, type EncodedTensor, type KeywordArguments, type Tolerance } from "./replay.js";

type Layout = "contiguous" | "transposed" | "strided";

type DistributionCase = { readonly id: string; readonly expect: EncodedTensor } & (
  | { readonly kind: "fill"; readonly name: string; readonly args: readonly unknown[]; readonly layout: Layout }
  | { readonly kind: "init"; readonly name: string; readonly options: KeywordArguments }
  | { readonly kind: "multinomial"; readonly samples: number; readonly replacement: boolean; readonly weights: EncodedTensor }
  | { readonly kind: "bernoulli"; readonly p: EncodedTensor }
);

/** A tensor of that shape: in order, transposed, or every second column of a wider one. */
function laidOut(layout: Layout, { shape, dtype: name }: EncodedTensor): torch.Tensor {
  const options = { dtype: dtype(name) };
  const [rows, columns] = shape as [number, number];
  if (layout === "transposed") return torch.zeros([columns, rows], options).t();
  if (layout === "strided") return torch.zeros([rows, 2 * columns], options).at("...", torch.slice(null, null, 2));
  return torch.zeros([rows, columns], options);
}

function draw(given: DistributionCase): unknown {
  switch (given.kind) {
    case "fill":
      return lookup(given.name, laidOut(given.layout, given.expect))(...given.args);
    case "init":
      return lookup(given.name, torch.nn.init)(torch.empty([...given.expect.shape]), ...withOptions([], given.options));
    case "multinomial":
      return torch.multinomial(decode(given.weights), given.samples, { replacement: given.replacement });
    case "bernoulli":
      return torch.bernoulli(decode(given.p));
  }
}

/** Where V8's logarithm, exponential or tangent of doubles may differ from glibc's in the last digits, and QR by rounding. */
function toleranceOf(given: DistributionCase): Tolerance {
  if ("name" in given && given.name === "orthogonal_") return { rtol: 1e-4, atol: 1e-6 };
  const isExact = given.kind !== "fill" || !/normal_|exponential_|cauchy_/.test(given.name);
  if (isExact) return "exact";
  return given.expect.dtype === "float64" ? { rtol: 1e-13, atol: 1e-15 } : { rtol: 1.3e-7, atol: 0 };
}

describe("random fills and initializers", () => {
  it.each(loadCases<DistributionCase>("distributions").map((each) => [each.id, each] as const))("%s", (_, given) => {
    torch.manualSeed(11);
    expectTensor(draw(given), given.expect, toleranceOf(given));
  });
});
