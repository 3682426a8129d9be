import * as torch from "layerscope";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsDefined } from "../../src/engine/dispatch/index.js";
import { keepWhole } from "../../src/engine/dispatch/savedArguments.js";
import { layerSamples } from "../support/layerSamples.js";
import { expectNumericalGradients } from "../support/numericalGradients.js";
import { operationSamples } from "../support/operationSamples.js";
import type { OperationSample } from "../support/samples.js";

/**
 * Every operation of the engine, by its row: the gradient against numerical differentiation in float64, and the shape rule (all that runs
 * on the meta device) against the real result. A row that no sample reaches fails, so that none is added without.
 */

interface Row {
  readonly name: string;
  readonly infer?: (...args: never[]) => unknown;
  readonly window?: (...args: never[]) => unknown;
  /** Of a view, the default where there is none; else null where there is no gradient. */
  readonly backward?: ((...args: never[]) => unknown) | null;
}

const reached = { forward: new Set<Row>(), backward: new Set<Row>() };

/** Notes each row when its shape rule or its gradient runs. */
function watch(row: Row): void {
  const noted = row as { -readonly [Key in keyof Row]: Row[Key] };
  const { infer, window, backward } = row;
  const noting =
    (set: Set<Row>, original: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      set.add(row);
      return original.apply(row, args);
    };
  if (infer) noted.infer = noting(reached.forward, infer);
  if (window) noted.window = noting(reached.forward, window);
  if (backward) noted.backward = noting(reached.backward, backward);
  // A view without a gradient of its own gets zeros with the gradient in its window.
  if (window && !backward) reached.backward.add(row);
}

const rows = rowsDefined() as ReadonlySet<Row>;
beforeAll(() => {
  rows.forEach(watch);
  torch.setDefaultDtype(torch.float64);
});
afterAll(() => torch.setDefaultDtype(torch.float32));

const samples = [...operationSamples, ...layerSamples];

function outputsOf({ call }: OperationSample, inputs: readonly torch.Tensor[]): torch.Tensor[] {
  const result = call(...inputs);
  return result instanceof torch.Tensor ? [result] : [...result];
}

/** A sample's outputs through which gradients flow, as one vector. */
function differentiableParts(sample: OperationSample): (...inputs: torch.Tensor[]) => torch.Tensor {
  const counts = outputsOf(sample, sample.inputs).map((output) => output.requiresGrad);
  return (...inputs) => {
    const parts = outputsOf(sample, inputs).filter((_, i) => counts[i]);
    return torch.cat(parts.map((part) => part.reshape([-1])));
  };
}

const differentiable = samples.filter((sample) => outputsOf(sample, sample.inputs).some((output) => output.requiresGrad));

describe("gradients agree with numerical differentiation", () => {
  test.each(differentiable.map((sample) => [sample.name, sample] as const))("%s", (_, sample) => {
    expectNumericalGradients(differentiableParts(sample), ...sample.inputs);
  });
});

/** What arrives at each input of a sample, from a gradient whose elements differ. */
function gradientsOf(sample: OperationSample): unknown[] {
  torch.manualSeed(7);
  const output = differentiableParts(sample)(...sample.inputs);
  const incoming = torch.linspace(0.5, -1.5, output.numel());
  const wanted = sample.inputs.filter((input) => input.requiresGrad);
  const found = torch.autograd.grad(output, wanted, { gradOutputs: incoming, allowUnused: true });
  return found.map((gradient) => gradient?.tolist() ?? null);
}

describe("gradients need of the arguments only what the row reads: the rest is let go", () => {
  test.each(differentiable.map((sample) => [sample.name, sample] as const))("%s", (_, sample) => {
    const expected = gradientsOf(sample);
    const before = keepWhole(-1);
    try {
      expect(gradientsOf(sample)).toEqual(expected);
    } finally {
      keepWhole(before);
    }
  });
});

describe("the shape rule agrees with the result", () => {
  test.each(samples.filter(({ onMeta }) => onMeta).map((sample) => [sample.name, sample] as const))("%s", (_, sample) => {
    const real = outputsOf(sample, sample.inputs);
    const leaves = sample.inputs.map((input) => torch.empty([...input.shape], { dtype: input.dtype, device: "meta", requiresGrad: input.requiresGrad }));
    const inferred = outputsOf(sample, leaves);
    const describe = (outputs: readonly torch.Tensor[]): string[] =>
      outputs.map((output) => `${String(output.dtype)} ${String(output.shape)} ${output.requiresGrad}`);
    expect(describe(inferred)).toEqual(describe(real));
    expect(inferred.every((output) => output.isMeta)).toBe(true);
    for (const output of inferred.filter((each) => each.requiresGrad)) {
      output.backward(torch.empty([...output.shape], { dtype: output.dtype, device: "meta" }), { retainGraph: true });
    }
    leaves.forEach((leaf) => leaf.grad === null || expect([...leaf.grad.shape]).toEqual([...leaf.shape]));
  });
});

test("every row has a sample", () => {
  for (const sample of samples) outputsOf(sample, sample.inputs);
  const missing = (set: ReadonlySet<Row>, of: readonly Row[]): string[] => of.filter((row) => !set.has(row)).map(({ name }) => name);
  const place = "add a sample that calls it to test/support/operationSamples.ts, or for a function of layers to test/support/layerSamples.ts";
  expect(missing(reached.forward, [...rows]), `the shape rule of a row runs in no sample: ${place}`).toEqual([]);
  expect(
    missing(
      reached.backward,
      [...rows].filter((row) => row.backward != null),
    ),
    `the gradient of a row runs in no sample: ${place}, with inputs that require a gradient`,
  ).toEqual([]);
});
