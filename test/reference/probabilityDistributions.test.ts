import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { errorMessage, expectTensor, type EncodedTensor } from "./replay.js";

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
    readonly next: number;
  }[];
  readonly rsample?: EncodedTensor;
  readonly gradients: Readonly<Record<string, EncodedTensor>>;
  readonly mean: EncodedTensor;
  readonly variance: EncodedTensor;
  readonly stddev: EncodedTensor;
  readonly mode: EncodedTensor;
  readonly entropy: EncodedTensor;
  readonly perplexity: EncodedTensor;
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
  parameter: (value: unknown) => unknown = (value) => (Array.isArray(value) ? floats(value) : value),
): torch.distributions.Distribution {
  const values = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, parameter(value)]));
  if (name === "Normal") return new distributions.Normal(values["loc"] as number, values["scale"] as number);
  if (name === "Uniform") return new distributions.Uniform(values["low"] as number, values["high"] as number);
  return name === "Bernoulli" ? new distributions.Bernoulli(values as { probs: number }) : new distributions.Categorical(values as { probs: torch.Tensor });
}

const close = { rtol: 2e-6, atol: 2e-6 };

describe.each(data.cases)("$name $arguments", (given) => {
  const distribution = make(given.name, given.arguments);

  it("prints, and has the shape and the moments, of PyTorch's", () => {
    expect(String(distribution)).toBe(given.text);
    expect([...distribution.batchShape]).toEqual(given.batchShape);
    for (const name of ["mean", "variance", "stddev", "mode"] as const) expectTensor(distribution[name], given[name], close);
    expectTensor(distribution.entropy(), given.entropy, close);
    expectTensor(distribution.perplexity(), given.perplexity, close);
  });

  it("draws the same samples and leaves the generator where PyTorch does", () => {
    for (const { sampleShape, value, logProb, cdf, next } of given.samples) {
      torch.manualSeed(11);
      const sample = distribution.sample(sampleShape);
      expectTensor(sample, value, { rtol: 0, atol: 0 });
      expect(torch.rand(1).item()).toBe(next);
      expectTensor(distribution.logProb(sample), logProb, close);
      if (cdf) expectTensor(distribution.cdf(sample), cdf, close);
    }
    if (given.rsample) {
      torch.manualSeed(11);
      expectTensor(distribution.rsample([4]), given.rsample, { rtol: 0, atol: 0 });
    }
  });

  it("gives PyTorch's gradients to its parameters", () => {
    const leaves: torch.Tensor[] = [];
    const grown = make(given.name, given.arguments, (value) => {
      const leaf = floats(value).requiresGrad_();
      leaves.push(leaf);
      return leaf;
    });
    torch.manualSeed(11);
    grown
      .logProb(grown.sample([3]))
      .sum()
      .backward();
    Object.keys(given.arguments).forEach((name, i) => expectTensor(leaves[i]!.grad!, given.gradients[name]!, { rtol: 1e-5, atol: 1e-5 }));
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
