import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { findingsOf } from "../../src/describe/findings/findings.js";
import { gradientRatio, type ModelSnapshot } from "../../src/protocol/index.js";
import { loadCases } from "../reference/replay.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;
const [depth, width] = [50, 128];

interface SignalCase {
  readonly id: string;
  readonly shape: readonly number[];
  readonly layers: readonly { readonly path: string; readonly std: number; readonly gradientStd: number | null }[];
  readonly ratios: Readonly<Record<string, number>>;
}

function mlp(activation: () => torch.nn.Module, layers: number, initialize: (weight: torch.nn.Parameter) => void) {
  const net = new nn.Sequential(...Array.from({ length: layers }, () => new nn.Sequential(new nn.Linear(width, width), activation())));
  for (const parameter of net.parameters()) {
    if (parameter.ndim === 2) initialize(parameter);
    else nn.init.zeros_(parameter);
  }
  return net;
}

class Residual extends nn.Module {
  first = new nn.Linear(width, width);
  second = new nn.Linear(width, width);
  constructor(scale: number) {
    super();
    for (const layer of [this.first, this.second]) {
      nn.init.kaimingNormal_(layer.weight, { nonlinearity: "relu" });
      nn.init.zeros_(layer.bias);
    }
    torch.noGrad(() => this.second.weight.mul_(scale));
  }
  override forward(x: torch.Tensor): torch.Tensor {
    return x.add(this.second(torch.relu(this.first(x))));
  }
}

const residual = (scale: number) => new nn.Sequential(...Array.from({ length: 20 }, () => new Residual(scale)));

/** The feed-forward half of a block of GPT-2. */
class Block extends nn.Module {
  norm = new nn.LayerNorm(width);
  fc = new nn.Linear(width, 4 * width);
  proj = new nn.Linear(4 * width, width);
  constructor(projectionStd: number) {
    super();
    nn.init.normal_(this.fc.weight, 0, 0.5 / Math.sqrt(width));
    nn.init.normal_(this.proj.weight, 0, projectionStd);
    nn.init.zeros_(this.fc.bias);
    nn.init.zeros_(this.proj.bias);
  }
  override forward(x: torch.Tensor): torch.Tensor {
    return x.add(this.proj(nn.functional.gelu(this.fc(this.norm(x)), { approximate: "tanh" })));
  }
}

function gpt(blocks: number, scaled: boolean) {
  const std = 1 / Math.sqrt(width);
  return new nn.Sequential(...Array.from({ length: blocks }, () => new Block(scaled ? std / Math.sqrt(2 * blocks) : std)));
}

function transformer(normFirst: boolean) {
  const layer = new nn.TransformerEncoderLayer(32, 2, { dimFeedforward: 64, dropout: 0, batchFirst: true, normFirst });
  const net = new nn.TransformerEncoder(layer, 6);
  for (const parameter of net.parameters()) if (parameter.ndim === 2) nn.init.xavierUniform_(parameter);
  return net;
}

class LastStep extends nn.Module {
  lstm = new nn.LSTM(16, 32, { batchFirst: true });
  start: torch.nn.Linear;
  constructor(forgetBias: number) {
    super();
    const parameters = new Map(this.lstm.namedParameters());
    torch.noGrad(() => {
      parameters.get("bias_hh_l0")!.zero_();
      parameters.get("bias_ih_l0")!.zero_();
      parameters.get("bias_ih_l0")!.at(torch.slice(32, 64)).fill_(forgetBias);
    });
    this.start = new nn.Linear(16, 16);
  }
  override forward(x: torch.Tensor): torch.Tensor {
    return this.lstm(this.start(x))[0].select(1, -1);
  }
}

const models: Readonly<Record<string, () => torch.nn.Module>> = {
  "relu, kaiming": () =>
    mlp(
      () => new nn.ReLU(),
      depth,
      (weight) => nn.init.kaimingNormal_(weight, { nonlinearity: "relu" }),
    ),
  "relu, normal 0.01": () =>
    mlp(
      () => new nn.ReLU(),
      depth,
      (weight) => nn.init.normal_(weight, 0, 0.01),
    ),
  "tanh, xavier": () =>
    mlp(
      () => new nn.Tanh(),
      depth,
      (weight) => nn.init.xavierNormal_(weight, { gain: 5 / 3 }),
    ),
  constant: () =>
    mlp(
      () => new nn.ReLU(),
      3,
      (weight) => nn.init.constant_(weight, 0.01),
    ),
  residual: () => residual(1),
  "residual, scaled": () => residual(1 / 20),
  gpt: () => gpt(12, false),
  "gpt, scaled": () => gpt(12, true),
  "transformer, pre-norm": () => transformer(true),
  "transformer, post-norm": () => transformer(false),
  "lstm, forget bias 0": () => new LastStep(0),
  "lstm, forget bias 1": () => new LastStep(1),
};

/** The model of that name with its signal measured on a random batch. */
function measured(make: () => torch.nn.Module, shape: readonly number[]): ModelSnapshot {
  const inspection = inspectHere();
  torch.manualSeed(1);
  const module = make();
  const { dtype } = [...module.parameters()][0]!;
  (module as unknown as (x: torch.Tensor) => unknown)(torch.randn(shape, { dtype }));
  snapshotOf(inspection, module);
  return inspection.showSignal({ model: "model", input: { kind: "random", batches: 1 }, seed: 0 });
}

const cases = new Map(loadCases<SignalCase>("signals").map((each) => [each.id, each]));
const known = new Map<string, ModelSnapshot>();
function model(id: string): ModelSnapshot {
  let found = known.get(id);
  if (!found) known.set(id, (found = measured(models[id]!, cases.get(id)!.shape)));
  return found;
}

/** What the layers of a model give out, by the end of their paths: standard deviations of activations, and of gradients. */
function stds(id: string, end = ""): { readonly activations: readonly number[]; readonly gradients: readonly number[] } {
  const layers = model(id).signal!.layers.filter(({ path, operation }) => operation === null && path.endsWith(end));
  return { activations: layers.map(({ activation }) => activation!.finite!.std), gradients: layers.map(({ gradient }) => gradient?.finite?.std ?? 0) };
}

const found = (id: string): string[] => findingsOf(model(id)).all.map(({ code }) => code);

describe("figures are PyTorch's for the same seeds", () => {
  test.each([...cases.keys()])("%s", (id) => {
    const { layers, ratios } = cases.get(id)!;
    const mine = model(id).signal!.layers.filter(({ operation }) => operation === null);
    const byPath = new Map(mine.map((layer) => [layer.path, layer]));
    // What single precision holds with all of its digits.
    const close = (value: number | undefined, expected: number): void => {
      if (expected > 1e-30) expect(Math.abs((value ?? NaN) / expected - 1)).toBeLessThan(1e-3);
    };
    for (const { path, std, gradientStd } of layers) {
      const layer = byPath.get(path);
      // PyTorch calls the projection inside of attention as a module nowhere either.
      expect(layer, path).toBeDefined();
      close(layer!.activation!.finite!.std, std);
      if (gradientStd !== null) close(layer!.gradient?.finite?.std, gradientStd);
    }
    for (const { path, parameters } of mine) {
      for (const parameter of parameters) {
        const expected = ratios[path === "" ? parameter.name : `${path}.${parameter.name}`];
        if (expected !== undefined) close(gradientRatio(parameter) ?? undefined, expected);
      }
    }
  });
});

describe("what is known of initializations holds", () => {
  test("50 layers with ReLU keep the size of activations and gradients with He's weights, and lose it with normal_(0, 0.01)", () => {
    const { activations, gradients } = stds("relu, kaiming", ".0");
    for (const std of activations) expect(Math.max(std / activations[0]!, activations[0]! / std)).toBeLessThan(2);
    // In PyTorch with this seed: from 0.8766 to 1.6432 times what the first layer gives out.
    expect(Math.min(...activations) / activations[0]!).toBeCloseTo(0.8766, 3);
    expect(Math.max(...activations) / activations[0]!).toBeCloseTo(1.6432, 3);
    expect(gradients[0]! / gradients.at(-1)!).toBeGreaterThan(0.2);
    expect(found("relu, kaiming")).not.toContain("vanishing-signal");
    const lost = stds("relu, normal 0.01", ".0").activations;
    expect(lost.at(-1)! / lost[0]!).toBeLessThan(1e-6);
    expect(found("relu, normal 0.01")).toContain("vanishing-signal");
  });

  test("50 layers with tanh keep the size of activations with Glorot's weights at a gain of 5/3", () => {
    const { activations } = stds("tanh, xavier", ".1");
    expect(activations.at(-1)! / activations[0]!).toBeGreaterThan(0.5);
    expect(found("tanh, xavier")).not.toContain("vanishing-signal");
  });

  test("units of a constant stay one", () => {
    expect(found("constant")).toContain("unbroken-symmetry");
  });

  test("orthogonal weights keep norms through deep linear networks exactly", () => {
    const linear = measured(() => {
      const net = new nn.Sequential(...Array.from({ length: depth }, () => new nn.Linear(64, 64, { bias: false, dtype: torch.float64 })));
      for (const parameter of net.parameters()) nn.init.orthogonal_(parameter);
      return net;
    }, [16, 64]);
    const size = ({ finite }: { readonly finite: { readonly mean: number; readonly std: number } | null }): number => Math.hypot(finite!.mean, finite!.std);
    const { given, layers } = linear.signal!;
    for (const { activation } of layers) expect(size(activation!) / size(given!)).toBeCloseTo(1, 5);
    for (const { gradient } of layers) expect(size(gradient!) / size(layers.at(-1)!.gradient!)).toBeCloseTo(1, 5);
  });

  test("residual networks without normalization grow, and do not with a scaled last layer", () => {
    const { activations } = stds("residual");
    expect(activations.at(-1)!).toBeGreaterThan(1e4);
    expect(stds("residual, scaled").activations.at(-1)!).toBeLessThan(2);
    expect(found("residual, scaled")).toEqual([]);
  });

  test("GPT-2's scaled residual projections keep the size of the stream over depth", () => {
    expect(stds("gpt, scaled").activations.at(-1)!).toBeLessThan(1.2);
    expect(stds("gpt").activations.at(-1)!).toBeGreaterThan(2);
  });

  test("transformers that normalize first grow in their stream; those that normalize last do not, and pay in gradients at the first layer", () => {
    const outputs = (id: string): ReturnType<typeof stds> => {
      const layers = model(id).signal!.layers.filter(({ path }) => /^layers\.\d+$/.test(path));
      return { activations: layers.map(({ activation }) => activation!.finite!.std), gradients: layers.map(({ gradient }) => gradient!.finite!.std) };
    };
    const [pre, post] = [outputs("transformer, pre-norm"), outputs("transformer, post-norm")];
    expect(pre.activations.at(-1)! / pre.activations[0]!).toBeGreaterThan(1.5);
    expect(post.activations.at(-1)! / post.activations[0]!).toBeCloseTo(1, 1);
    expect(post.gradients[0]! / post.gradients.at(-1)!).toBeLessThan(pre.gradients[0]! / pre.gradients.at(-1)!);
  });

  test("an LSTM with a forget bias of 1 sends more of its gradient back to the steps before", () => {
    const [without, withBias] = [stds("lstm, forget bias 0", "start"), stds("lstm, forget bias 1", "start")];
    expect(withBias.gradients[0]! / without.gradients[0]!).toBeGreaterThan(1.2);
  });
});
