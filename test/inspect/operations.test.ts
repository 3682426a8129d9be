import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { writeStepArguments } from "../../src/describe/arguments.js";
import { defineOperation } from "../../src/engine/dispatch/index.js";
import { operationNamed } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;
const { functional: F } = nn;

/** The operations of a pass that runs `body`, with their arguments, as in "sum dim=1". */
function shown(body: (x: torch.Tensor) => void): string[] {
  class Net extends nn.Module {
    lstm = new nn.LSTM(3, 2, { batchFirst: true });
    cell = new nn.GRUCell(3, 2);
    override forward(x: torch.Tensor): torch.Tensor {
      body(x);
      this.lstm(x);
      this.cell(x.select(1, 0));
      return x;
    }
  }
  const inspection = inspectHere();
  const net = new Net();
  net(torch.rand(2, 4, 3));
  return snapshotOf(inspection, net).trace!.steps.flatMap((step) =>
    step.kind === "operation" ? [`${step.name} ${writeStepArguments(step.arguments, "typescript")}`.trim()] : [],
  );
}

test("arguments are named after what they are, though one before them is left out", () => {
  const steps = shown((x) => {
    x.max();
    x.sum(1, true);
    x.clamp({ max: 1 });
    x.norm();
    F.embedding(torch.zeros(2, { dtype: torch.int64 }), torch.rand(3, 2), { paddingIdx: 0 });
    torch.zeros(2, 4, 3).scatterReduce(0, torch.zeros(2, 4, 3, { dtype: torch.int64 }), x, "amax", { includeSelf: false });
  });
  expect(steps.filter((step) => !/^zeros|^rand/.test(step))).toEqual([
    "max",
    "sum dim: 1, keepdim: true",
    "clamp max: 1",
    "norm",
    "embedding paddingIdx: 0",
    'scatterReduce dim: 0, reduce: "amax", includeSelf: false',
    "lstm batchFirst: true",
    "select dim: 1, index: 0",
    "gruCell",
  ]);
});

test("arguments have the names that PyTorch's have", () => {
  const steps = shown((x) => {
    x.tril(-1);
    torch.triu(x, 1);
    torch.diag(torch.ones(3), 1);
    torch.diag(torch.ones(3, 3), 1);
    F.pixelUnshuffle(torch.ones(1, 1, 4, 4), 2);
    torch.multinomial(torch.ones(3), 2);
    x.asStrided([2], [1], 3);
    nn.utils.rnn.padSequence([torch.ones(2), torch.ones(1)], { paddingValue: 7, paddingSide: "left" });
  });
  for (const step of [
    "tril diagonal: -1",
    "triu diagonal: 1",
    "diag diagonal: 1",
    "pixelUnshuffle downscaleFactor: 2",
    "multinomial numSamples: 2",
    "asStrided size: [2], stride: [1], storageOffset: 3",
    'padSequence paddingValue: 7, paddingSide: "left"',
  ])
    expect(steps).toContain(step);
});

test("what is as by default is left out, and so is what a number has beyond six digits", () => {
  const steps = shown((x) => {
    F.maxPool2d(x, 2, { stride: 2 });
    F.scaledDotProductAttention(x, x, x);
    F.softplus(x);
    F.layerNorm(x, [3]);
    F.layerNorm(x, [3], { eps: 1e-6 });
    x.mul(24 ** -0.5);
    x.add(1e-9);
    x.addcmul(x, x);
    x.addcdiv(x, x, { value: 0.5 });
    x.tril();
    F.lpPool1d(x, 2, 2);
  });
  expect(steps.slice(0, 11)).toEqual([
    "maxPool2d kernelSize: 2, stride: 2",
    "scaledDotProductAttention",
    "softplus",
    "layerNorm normalizedShape: [3]",
    "layerNorm normalizedShape: [3], eps: 1e-6",
    "mul 0.204124",
    "add 1e-9",
    "addcmul",
    "addcdiv value: 0.5",
    "tril",
    "lpPool1d normType: 2, kernelSize: 2",
  ]);
});

test("a number in the place of a tensor is an argument, at its place, and no tensor from elsewhere", () => {
  const steps = shown((x) => {
    x.rsub(1);
    torch.rsub(x, x.mul(2));
    torch.pow(2, x);
    torch.where(x.gt(0), 0, x);
    torch.zeros(3, 4).indexPut_([0, torch.slice(0, 2)], 3);
    torch.zeros(3, 4).indexPut_([torch.tensor([0, 2])], 4);
    torch.fill(x, 5);
  });
  expect(steps.filter((step) => !/^(zeros|mul|gt|tensor|lstm|select|gruCell|slice)/.test(step))).toEqual([
    "sub 1, …",
    "sub",
    "pow 2, …",
    "where input: 0",
    "copy_ 3",
    "indexPut_ values: 4, dims: [0]",
    "fill value: 5",
  ]);
});

test("arguments are written in the language of the model file", () => {
  const given = [
    { name: "dim", value: [0, 2] },
    { name: "keepdim", value: true },
    { name: "reduction", value: "mean" },
    { name: "fillValue", value: { code: "-Infinity" } },
    { name: null, value: 1e-9 },
    { name: null, value: null },
  ] as const;
  expect(writeStepArguments(given, "typescript")).toBe('dim: [0, 2], keepdim: true, reduction: "mean", fillValue: -Infinity, 1e-9, null');
  expect(writeStepArguments(given, "python")).toBe("dim=[0, 2], keepdim=True, reduction='mean', fill_value=-math.inf, 1e-9, None");
});

test("an operation's name cannot be compared with text, and an operation of which nothing is known does not compile", () => {
  const name = operationNamed("add");
  expect(`${name}`).toBe("add");
  const names: string[] = [];
  const byName: Record<string, number> = {};
  // What is known of an operation is said by its step.
  void (() => {
    // @ts-expect-error: no text is equal to it.
    void (name === "add");
    switch (name) {
      // @ts-expect-error: as above.
      case "add":
    }
    // @ts-expect-error: nothing is found by it.
    void (name in byName);
    // @ts-expect-error: as above.
    void byName[name];
    // @ts-expect-error: as above.
    void names.includes(name);
    // @ts-expect-error: as above.
    void new Map<string, number>().get(name);
    // @ts-expect-error: it is no text that could be asked.
    void /add/.test(name);
    // @ts-expect-error: as above.
    void name.startsWith;
  });
  const rule = (x: torch.Tensor) => ({ sizes: x.sizes, dtype: x.dtype });
  // @ts-expect-error: a row says what the operation does, and names its arguments.
  defineOperation<[x: torch.Tensor]>({ name: "unknown", infer: rule, forward: () => undefined });
  defineOperation<[x: torch.Tensor, dim: number]>({
    name: "unnamed",
    effect: { kind: "computes" },
    // @ts-expect-error: every argument has a name.
    arguments: ["input"],
    infer: rule,
    forward: () => undefined,
  });
});
