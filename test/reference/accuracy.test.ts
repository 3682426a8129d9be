import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Tensor } from "../../src/engine/index.js";
import { values } from "./replay.js";

const F = torch.nn.functional;

type Reduction = "none" | "mean" | "sum";
type Case = readonly [
  name: string,
  elements: number,
  layout: string,
  magnitude: number,
  reduction: Reduction | null,
  /** The results; of more than five a number made of all their bytes. */
  result: readonly (number | string)[] | number,
];

/** Written by generateAccuracy.py. */
const cases = JSON.parse(readFileSync(new URL("data/accuracy.json", import.meta.url), "utf8")) as readonly Case[];

const [numbers, others] = [torch.manualSeed(0) && torch.randn(20000), torch.randn(20000)];

/** As the script's `laid`. */
function laid(x: Tensor, layout: string): Tensor {
  if (layout === "dense") return x;
  if (layout === "every other") return x.at(torch.slice(null, null, 2));
  if (layout === "rows of seven") return x.reshape(-1, 7).at(torch.slice(), torch.slice(null, -1));
  const rows = x.reshape(2, -1);
  return layout === "halves" ? rows.at(torch.slice(), torch.slice(0, rows.shape[1]! >> 1)) : rows.t();
}

const probability = (x: Tensor): Tensor => x.clamp(-1e4, 1e4).mul(7.3).frac().abs();
const truth = (x: Tensor): Tensor => x.gt(0).float();
const norm = (order: number) => (x: Tensor) => torch.linalg.vectorNorm(x, order);

const functions: Readonly<Record<string, (x: Tensor, y: Tensor) => Tensor>> = {
  log1p: (x) => x.abs().log1p(),
  "log1p of negative": (x) => x.abs().clamp({ max: 1 }).neg().log1p(),
  expm1: (x) => x.expm1(),
  sigmoid: (x) => x.sigmoid(),
  silu: (x) => F.silu(x),
  logsigmoid: (x) => F.logsigmoid(x),
  softplus: (x) => F.softplus(x),
  "softplus 2 5": (x) => F.softplus(x, 2, 5),
  rsqrt: (x) => x.abs().rsqrt(),
  "pow tensor": (x, y) => x.abs().pow(y),
  "power of number": (x) => torch.pow(2.5, x),
  norms: (x) => torch.linalg.vectorNorm(x, 3, -1),
  logsumexp: (x) => x.logsumexp(-1),
  exp: (x) => x.exp(),
  log: (x) => x.abs().log(),
};

const columns = (x: Tensor): Tensor => {
  const rows = Math.floor(x.numel() / 11);
  return x
    .reshape(-1)
    .at(torch.slice(0, rows * 11))
    .reshape(rows, 11);
};

const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  softmax: (x) => x.softmax(-1),
  log_softmax: (x) => x.logSoftmax(-1),
  "softmax of columns": (x) => columns(x).softmax(0),
  "log_softmax of columns": (x) => columns(x).logSoftmax(0),
  gelu: (x) => F.gelu(x),
  "gelu by tanh": (x) => F.gelu(x, { approximate: "tanh" }),
  "elu 0.7": (x) => F.elu(x, 0.7),
  "celu 1.3": (x) => F.celu(x, 1.3),
  selu: (x) => F.selu(x),
  mish: (x) => F.mish(x),
  hardswish: (x) => F.hardswish(x),
  hardsigmoid: (x) => F.hardsigmoid(x),
  softsign: (x) => F.softsign(x),
  glu: (x) => F.glu(torch.cat([x, x.flip(-1)], -1)),
  silu: (x) => F.silu(x),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => F.softplus(x),
  logsigmoid: (x) => F.logsigmoid(x),
  tanh: (x) => x.tanh(),
  cross_entropy: (x) => F.crossEntropy(columns(x), torch.arange(Math.floor(x.numel() / 11)).remainder(11)),
};

const losses: Readonly<Record<string, (x: Tensor, y: Tensor, reduction: Reduction) => Tensor>> = {
  binary_cross_entropy: (x, y, reduction) => F.binaryCrossEntropy(x, probability(y), { reduction }),
  "weighted binary_cross_entropy": (x, y, reduction) => F.binaryCrossEntropy(x, truth(y), { weight: y.abs(), reduction }),
  binary_cross_entropy_with_logits: (x, y, reduction) => F.binaryCrossEntropyWithLogits(x, probability(y), { reduction }),
  "weighted binary_cross_entropy_with_logits": (x, y, reduction) =>
    F.binaryCrossEntropyWithLogits(x, truth(y), { weight: y.abs(), posWeight: y.abs(), reduction }),
  multilabel_soft_margin_loss: (x, y, reduction) => F.multilabelSoftMarginLoss(x.reshape(1, -1), truth(y).reshape(1, -1), { reduction }),
  soft_margin_loss: (x, y, reduction) => F.softMarginLoss(x, y.sign(), { reduction }),
  kl_div: (x, y, reduction) => F.klDiv(x, probability(y), { reduction }),
  mse_loss: (x, y, reduction) => F.mseLoss(x, y, { reduction }),
  l1_loss: (x, y, reduction) => F.l1Loss(x, y, { reduction }),
  smooth_l1_loss: (x, y, reduction) => F.smoothL1Loss(x, y, { reduction, beta: 0.7 }),
  huber_loss: (x, y, reduction) => F.huberLoss(x, y, { reduction, delta: 1.3 }),
};

/**
 * By how many units in the last place results may differ. Exponentials and logarithms of whole tensors are MKL's in PyTorch, whose last bits depend on the
 * processor; the others differ in what is left over of sixteens. Of these the data has the last twenty numbers.
 */
const ownBits: Readonly<Record<string, number>> = {
  tanh: 1,
  exp: 1,
  log: 1,
  logsumexp: 1,
  "power of number": 1,
  "gradient of smooth_l1_loss": 1,
  "gradient of huber_loss": 1,
  soft_margin_loss: 2,
  "gradient of soft_margin_loss": 3,
};

function run([name, elements, layout, magnitude, reduction]: Case): Tensor {
  const part = torch.slice(0, elements);
  const x = laid(numbers.at(part).mul(magnitude), layout);
  const y = laid(others.at(part).mul(2), layout);
  if (name.startsWith("pow ") && name !== "pow tensor") {
    const exponent = Number(name.slice(4));
    return (exponent % 1 === 0 ? x : x.abs()).pow(exponent);
  }
  if (name.startsWith("norm ")) return norm(Number(name.slice(5)))(x);
  const f = functions[name];
  if (f !== undefined) return f(x, y);
  const plain = name.replace("gradient of ", "");
  const activation = activations[plain];
  if (activation !== undefined) {
    const leaf = x.detach().requiresGrad_();
    const result = activation(leaf);
    if (plain === name) return result;
    result.backward(others.at(torch.slice(0, result.numel())).reshape(result.shape));
    return leaf.grad!;
  }
  const leaf = (plain.endsWith("binary_cross_entropy") ? probability(x) : x).detach().requiresGrad_();
  const result = losses[plain]!(leaf, y, reduction!);
  if (plain === name) return result;
  result.sum().backward();
  return leaf.grad!;
}

const checksum = (bytes: Uint8Array): number => bytes.reduce((sum, byte, i) => sum + byte * ((i % 9973) + 1), 0);

function isAs(found: readonly number[], result: Case[5], tolerance: number): boolean {
  if (typeof result === "number") return checksum(new Uint8Array(Float32Array.from(found).buffer)) === result;
  const right = result.map((value) => Math.fround(Number(String(value).replace("inf", "Infinity"))));
  const unit = (value: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value)))) - 23);
  const isClose = (value: number, wanted: number): boolean => Object.is(value, wanted) || Math.abs(value - wanted) <= tolerance * unit(wanted);
  return found.slice(-right.length).every((value, i) => isClose(value, right[i]!));
}

const byName = new Map<string, Case[]>();
for (const each of cases) byName.set(each[0], [...(byName.get(each[0]) ?? []), each]);

describe("functions of each element have PyTorch's bits, whatever the magnitude, length and layout", () => {
  it.each([...byName])("%s", (name, all) => {
    const wrong = all.filter((each) => !isAs(values(run(each)), each[5], ownBits[name] ?? 0));
    expect(wrong.map(([, elements, layout, magnitude, reduction]) => `${elements} ${layout} x ${magnitude} ${reduction ?? ""}`)).toEqual([]);
  });
});
