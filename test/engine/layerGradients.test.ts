import * as torch from "layerscope";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectNumericalGradients, variable } from "../support/numericalGradients.js";

const { nn } = torch;
const F = nn.functional;

beforeAll(() => torch.setDefaultDtype(torch.float64));
afterAll(() => torch.setDefaultDtype(torch.float32));
beforeEach(() => void torch.manualSeed(1));

type Callable = torch.nn.Module & ((...inputs: torch.Tensor[]) => unknown);

/** With respect to the inputs and every parameter, whose values are drawn so that none is at a special place. */
function expectLayerGradients(layer: torch.nn.Module, ...inputs: torch.Tensor[]): void {
  const parameters = [...layer.parameters()];
  for (const parameter of parameters) nn.init.normal_(parameter);
  const call = layer as Callable;
  expectNumericalGradients(
    (...all) => {
      const output = call(...all.slice(0, inputs.length));
      return (Array.isArray(output) ? output[0] : output) as torch.Tensor;
    },
    ...inputs,
    ...parameters,
  );
}

describe("normalization", () => {
  test.each([
    ["BatchNorm1d", () => new nn.BatchNorm1d(3), [5, 3]],
    ["BatchNorm2d without bias", () => new nn.BatchNorm2d(3, { bias: false }), [2, 3, 2, 3]],
    ["BatchNorm2d in evaluation mode", () => new nn.BatchNorm2d(3).eval(), [2, 3, 2, 3]],
    ["InstanceNorm2d", () => new nn.InstanceNorm2d(3, { affine: true }), [2, 3, 2, 3]],
    ["InstanceNorm1d without a batch", () => new nn.InstanceNorm1d(3, { affine: true, trackRunningStats: true }), [3, 4]],
    ["LayerNorm", () => new nn.LayerNorm([2, 3]), [4, 2, 3]],
    ["GroupNorm", () => new nn.GroupNorm(2, 4), [3, 4, 2]],
    ["RMSNorm", () => new nn.RMSNorm([2, 3]), [4, 2, 3]],
    ["LocalResponseNorm", () => new nn.LocalResponseNorm(3, { alpha: 0.5, k: 2 }), [2, 5, 2, 2]],
  ])("%s", (_, make, sizes) => expectLayerGradients(make(), variable(...sizes)));

  test("LayerNorm of a transposed input", () => {
    const layer = new nn.LayerNorm(3);
    expectNumericalGradients(
      (x, ...parameters) => F.layerNorm(x.t(), [3], ...(parameters as [torch.Tensor, torch.Tensor])),
      variable(3, 4),
      ...layer.parameters(),
    );
  });
});

describe("embedding", () => {
  const indices = torch.tensor([
    [1, 2, 2],
    [0, 4, 1],
  ]);
  const flat = indices.reshape([-1]);
  test("Embedding", () => expectNumericalGradients((table) => F.embedding(indices, table), variable(5, 3)));
  test.each(["sum", "mean", "max"] as const)("EmbeddingBag, %s", (mode) => {
    expectNumericalGradients((table) => F.embeddingBag(indices, table, { mode }), variable(5, 3));
    expectNumericalGradients((table) => F.embeddingBag(flat, table, { mode, offsets: torch.tensor([0, 2, 2, 5]) }), variable(5, 3));
  });
  test("EmbeddingBag with a weight for each sample", () => {
    expectNumericalGradients((table, weights) => F.embeddingBag(indices, table, { mode: "sum", perSampleWeights: weights }), variable(5, 3), variable(2, 3));
  });
});

describe("recurrent", () => {
  const options = [{}, { batchFirst: true }, { bias: false }, { numLayers: 2, bidirectional: true }, { numLayers: 2, dropout: 0.3 }];
  test.each(options)("RNN, GRU and LSTM with %o", (given) => {
    expectLayerGradients(new nn.RNN(3, 4, given), variable(3, 2, 3));
    expectLayerGradients(new nn.RNN(3, 4, { ...given, nonlinearity: "relu" }), variable(3, 2, 3));
    expectLayerGradients(new nn.GRU(3, 4, given), variable(3, 2, 3));
    expectLayerGradients(new nn.LSTM(3, 4, given), variable(3, 2, 3));
  });
  test("LSTM with projections, through all results and initial states", () => {
    const lstm = new nn.LSTM(3, 4, { numLayers: 2, projSize: 3, bidirectional: true });
    expectNumericalGradients(
      (x, h, c) => {
        const [output, [hn, cn]] = lstm(x, [h, c]);
        return torch.cat([output, hn, cn].map((part) => part.reshape([-1])));
      },
      variable(3, 2, 3),
      variable(4, 2, 3),
      variable(4, 2, 4),
      ...lstm.parameters(),
    );
  });
  test("cells", () => {
    expectLayerGradients(new nn.RNNCell(3, 4), variable(3), variable(4));
    expectLayerGradients(new nn.GRUCell(3, 4), variable(2, 3), variable(2, 4));
    const cell = new nn.LSTMCell(3, 4);
    expectNumericalGradients((x, h, c) => torch.cat(cell(x, [h, c]), 1), variable(2, 3), variable(2, 4), variable(2, 4), ...cell.parameters());
  });
});

describe("attention", () => {
  const attend = F.scaledDotProductAttention;
  test("scaledDotProductAttention", () => {
    expectNumericalGradients((q, k, v) => attend(q, k, v), variable(2, 2, 3, 4), variable(2, 2, 5, 4), variable(2, 2, 5, 3));
    expectNumericalGradients((q, k, v) => attend(q, k, v, { isCausal: true, dropoutP: 0.3 }), variable(2, 3, 4), variable(2, 3, 4), variable(2, 3, 2));
    expectNumericalGradients(
      (q, k, v, mask) => attend(q, k, v, mask, { scale: 0.7 }),
      variable(2, 2, 3, 4),
      variable(2, 2, 5, 4),
      variable(2, 2, 5, 3),
      variable(3, 5),
    );
    expectNumericalGradients((q, k, v) => attend(q, k, v, { enableGqa: true }), variable(2, 4, 3, 2), variable(2, 2, 3, 2), variable(2, 2, 3, 2));
  });
  test("scaledDotProductAttention where a row may attend to nothing", () => {
    const mask = torch.tensor([
      [true, false, true],
      [false, false, false],
    ]);
    expectNumericalGradients((q, k, v) => attend(q, k, v, mask), variable(2, 4), variable(3, 4), variable(3, 4));
  });
  const attnMask = torch.tensor([
    [false, true, false],
    [false, false, false],
    [true, false, false],
  ]);
  const keyPaddingMask = torch.tensor([
    [false, false, true],
    [false, false, false],
  ]);
  test.each([{ needWeights: true }, { needWeights: false }])("MultiheadAttention with masks, %o", (options) => {
    const attention = new nn.MultiheadAttention(4, 2);
    expectNumericalGradients(
      (q, k, v) => attention(q, k, v, { attnMask, keyPaddingMask, ...options })[0],
      variable(3, 2, 4),
      variable(3, 2, 4),
      variable(3, 2, 4),
      ...attention.parameters(),
    );
  });
  test("MultiheadAttention of one input with dropout, appended keys and no batch", () => {
    const attention = new nn.MultiheadAttention(4, 2, { dropout: 0.2, addBiasKv: true, addZeroAttn: true });
    expectNumericalGradients((x) => attention(x, x, x)[0], variable(3, 4), ...attention.parameters());
  });
  test("MultiheadAttention with features of keys and values of their own, its weights", () => {
    const attention = new nn.MultiheadAttention(4, 2, { kdim: 3, vdim: 2 });
    expectNumericalGradients(
      (q, k, v) => attention(q, k, v, { averageAttnWeights: false })[1]!,
      variable(3, 2, 4),
      variable(5, 2, 3),
      variable(5, 2, 2),
      ...attention.parameters(),
    );
  });
});

describe("transformer", () => {
  test.each([{ dimFeedforward: 6 }, { dimFeedforward: 6, normFirst: true, activation: "gelu" as const, bias: false }])("layers with %o", (options) => {
    expectLayerGradients(new nn.TransformerEncoderLayer(4, 2, options), variable(3, 2, 4));
    expectLayerGradients(new nn.TransformerDecoderLayer(4, 2, options), variable(3, 2, 4), variable(4, 2, 4));
  });
});

describe("parametrizations", () => {
  test("weightNorm", () => {
    expectLayerGradients(nn.utils.parametrizations.weightNorm(new nn.Linear(3, 4)), variable(2, 3));
    expectLayerGradients(nn.utils.parametrizations.weightNorm(new nn.Linear(3, 4), { dim: null }), variable(2, 3));
  });
  test("spectralNorm", () => expectLayerGradients(nn.utils.parametrizations.spectralNorm(new nn.Linear(3, 4)).eval(), variable(2, 3)));
});

// Large tensors that backward does not read are let go after forward, small ones are kept: what backward reads must be among the former.
describe("backward with large tensors", () => {
  test.each([
    ["BatchNorm1d", () => new nn.BatchNorm1d(300), [4, 300]],
    ["BatchNorm1d in evaluation mode", () => new nn.BatchNorm1d(300).eval(), [4, 300]],
    ["InstanceNorm1d", () => new nn.InstanceNorm1d(300, { affine: true }), [2, 300, 3]],
    ["LayerNorm", () => new nn.LayerNorm(300), [4, 300]],
    ["GroupNorm", () => new nn.GroupNorm(2, 300), [4, 300]],
    ["RMSNorm", () => new nn.RMSNorm(300), [4, 300]],
    ["LocalResponseNorm", () => new nn.LocalResponseNorm(3), [2, 50, 4]],
    ["RNN", () => new nn.RNN(20, 300), [3, 2, 20]],
    ["GRU", () => new nn.GRU(20, 100), [3, 2, 20]],
    ["LSTM", () => new nn.LSTM(20, 80, { numLayers: 2, projSize: 70, bidirectional: true }), [10, 4, 20]],
    ["TransformerEncoderLayer", () => new nn.TransformerEncoderLayer(32, 4, { dimFeedforward: 300 }), [9, 4, 32]],
  ])("%s", (_, make, sizes) => {
    const layer = make();
    const x = variable(...sizes);
    const output = (layer as unknown as Callable)(x);
    ((Array.isArray(output) ? output[0] : output) as torch.Tensor).square().sum().backward();
    for (const tensor of [x, ...layer.parameters()]) expect(tensor.grad!.isfinite().all().item()).toBe(1);
  });

  test("embeddings and attention", () => {
    const table = variable(300, 4);
    F.embedding(torch.randint(0, 300, [300]), table)
      .sum()
      .backward();
    F.embeddingBag(torch.randint(0, 300, [60, 5]), table, { mode: "sum", perSampleWeights: variable(60, 5) })
      .sum()
      .backward();
    expect(table.grad!.sum().isfinite().item()).toBe(1);
    const [q, k, v, mask] = [variable(2, 20, 16), variable(2, 20, 16), variable(2, 20, 16), variable(20, 20)] as const;
    F.scaledDotProductAttention(q, k, v, mask, 0.1).sum().backward();
    for (const input of [q, k, v, mask]) expect(input.grad!.isfinite().all().item()).toBe(1);
  });
});
