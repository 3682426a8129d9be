import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { camelCase, errorMessage, expectTensor, type EncodedTensor } from "./replay.js";

const { distributions } = torch;

type Arguments = Readonly<Record<string, unknown>>;

interface Case {
  readonly name: string;
  readonly arguments: Arguments;
  readonly text: string;
  readonly batchShape: readonly number[];
  readonly samples: readonly {
    readonly sampleShape: readonly number[];
    readonly value: EncodedTensor;
    readonly logProb: EncodedTensor;
    readonly cdf?: EncodedTensor;
    readonly icdf?: EncodedTensor;
    readonly next: number;
  }[];
  readonly rsample?: EncodedTensor;
  readonly gradients: Readonly<Record<string, EncodedTensor>>;
  readonly mean: EncodedTensor;
  readonly variance: EncodedTensor;
  readonly stddev: EncodedTensor;
  readonly mode?: EncodedTensor;
  readonly entropy?: EncodedTensor;
  readonly perplexity?: EncodedTensor;
  readonly pathwise?: Readonly<Record<string, EncodedTensor>>;
}

/** Written by generateDistributions.py. */
const data = JSON.parse(readFileSync(new URL("data/torch_distributions.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
  readonly pairs: readonly { readonly p: readonly [string, Arguments]; readonly q: readonly [string, Arguments]; readonly value: EncodedTensor }[];
  readonly errors: readonly {
    readonly name: string;
    readonly arguments: Arguments;
    readonly value: unknown;
    readonly error: string;
    readonly message: string;
  }[];
};

const floats = (value: unknown) => torch.tensor(value as number[], { dtype: torch.float32 });

function make(
  name: string,
  given: Arguments,
  parameter: (value: unknown, name: string) => unknown = (value) => (Array.isArray(value) ? floats(value) : value),
): torch.distributions.Distribution {
  const values = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, parameter(value, key)]));
  const classes = distributions as unknown as Readonly<Record<string, new (...args: readonly unknown[]) => torch.distributions.Distribution>>;
  const make = classes[name]!;
  if (byName.includes(name)) return new make(values);
  if (!partlyByName.includes(name)) return new make(...Object.values(values));
  const [[, first], ...rest] = Object.entries(values) as [[string, unknown], ...[string, unknown][]];
  return new make(first, Object.fromEntries(rest.map(([key, value]) => [camelCase(key), value])));
}

/** Those that take their parameters by name alone. */
const byName = ["Bernoulli", "Categorical", "Geometric", "OneHotCategorical"];
/** Those that take all but the first by name. */
const partlyByName = ["Binomial", "Multinomial", "MultivariateNormal"];

/** Where PyTorch's vectorized logarithms and powers round otherwise, one unit or two in the last place. */
const exactly = (name: string) =>
  ["Exponential", "Normal", "Uniform", "Bernoulli", "Categorical"].includes(name) ? { rtol: 0, atol: 0 } : { rtol: 5e-7, atol: 5e-7 };

const close = { rtol: 1e-5, atol: 2e-6 };

describe.each(data.cases)("$name $arguments", (given) => {
  const distribution = make(given.name, given.arguments);

  it("prints, and has the shape and the moments, of PyTorch's", () => {
    expect(String(distribution)).toBe(given.text);
    expect([...distribution.batchShape]).toEqual(given.batchShape);
    for (const name of ["mean", "variance", "stddev", "mode"] as const) {
      const expected = given[name];
      if (expected) expectTensor(distribution[name], expected, close, name);
    }
    if (given.entropy) expectTensor(distribution.entropy(), given.entropy, close, "entropy");
    if (given.perplexity) expectTensor(distribution.perplexity(), given.perplexity, close, "perplexity");
  });

  it("draws the same samples and leaves the generator where PyTorch does", () => {
    for (const { sampleShape, value, logProb, cdf, icdf, next } of given.samples) {
      torch.manualSeed(11);
      const sample = distribution.sample(sampleShape);
      expectTensor(sample, value, exactly(given.name));
      expect(torch.rand(1).item()).toBe(next);
      expectTensor(distribution.logProb(sample), logProb, close);
      if (cdf) expectTensor(distribution.cdf(sample), cdf, close, "cdf");
      if (icdf) expectTensor(distribution.icdf(distribution.cdf(sample).clamp(0.01, 0.99)), icdf, { rtol: 1e-4, atol: 1e-5 }, "icdf");
    }
    if (given.rsample) {
      torch.manualSeed(11);
      expectTensor(distribution.rsample([4]), given.rsample, exactly(given.name));
    }
  });

  it("gives PyTorch's gradients to its parameters", () => {
    const leaves: torch.Tensor[] = [];
    const grown = make(given.name, given.arguments, (value, name) => {
      if (given.name === "Multinomial" && name === "total_count") return value;
      const leaf = floats(value).requiresGrad_();
      leaves.push(leaf);
      return leaf;
    });
    torch.manualSeed(11);
    grown
      .logProb(grown.sample([3]))
      .sum()
      .backward({ retainGraph: true });
    const check = (gradients: Readonly<Record<string, EncodedTensor>>, tolerance: { rtol: number; atol: number }): void => {
      const names = Object.keys(given.arguments).filter((name) => !(given.name === "Multinomial" && name === "total_count"));
      names.forEach((name, i) => gradients[name] && expectTensor(leaves[i]!.grad!, gradients[name], tolerance, name));
    };
    check(given.gradients, { rtol: 1e-4, atol: 1e-5 });
    if (!given.pathwise) return;
    for (const leaf of leaves) leaf.grad = null;
    torch.manualSeed(12);
    grown.rsample([3]).sum().backward();
    // PyTorch approximates how a gamma number moves with its shape.
    check(given.pathwise, { rtol: 2e-3, atol: 1e-3 });
  });
});

it.each(data.pairs)("the divergence of $p from $q", ({ p, q, value }) => {
  expectTensor(distributions.klDivergence(make(...p), make(...q)), value, { rtol: 1e-5, atol: 1e-6 });
});

it.each(data.errors)("$name $arguments, $value: $error", ({ name, arguments: given, value, message }) => {
  // A whole number of JavaScript's cannot be told from 2.0.
  const dtype = name === "Categorical" ? torch.int64 : torch.float32;
  const attempt = () => make(name, given).logProb(torch.tensor(value === "NaN" ? NaN : (value as number), { dtype }));
  expect(errorMessage(attempt)).toBe(message);
});

it("a divergence that nobody stated is an error, and one can be stated", () => {
  const [normal, bernoulli] = [new distributions.Normal(0, 1), new distributions.Bernoulli(0.5)];
  expect(() => distributions.klDivergence(normal, bernoulli)).toThrow("No KL(p || q) is implemented for p type Normal and q type Bernoulli");
  class Cold extends distributions.Normal {}
  distributions.registerKl(Cold, distributions.Bernoulli, () => torch.tensor(7));
  expect(distributions.klDivergence(new Cold(0, 1), bernoulli).item()).toBe(7);
});

it("checks can be left out", () => {
  expect(() => new distributions.Normal(0, -1, { validateArgs: false })).not.toThrow();
  expect(() => new distributions.Normal(0, 1, { bogus: 1 } as object)).toThrow("got an unexpected keyword argument 'bogus'");
});
