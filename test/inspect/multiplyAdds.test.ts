import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { summarize } from "../../src/describe/summary.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;

type Call = (...args: unknown[]) => unknown;

/** What a pass through the module counts, on values and on shapes alone, in the totals, the index and the summary. */
function counted(make: () => torch.nn.Module, run: (call: Call) => void): number {
  const counts = (["cpu", "meta"] as const).map((device) => {
    const inspection = inspectHere();
    return torch.withDevice(device, () => {
      const module = make();
      run((...args) => (module as unknown as Call)(...args));
      const snapshot = snapshotOf(inspection, module);
      const { multiplyAdds } = snapshot.totals;
      expect(indexOf(snapshot).totals("").multiplyAdds).toBe(multiplyAdds);
      expect(summarize(snapshot).totals.multiplyAdds).toBe(multiplyAdds);
      return multiplyAdds!;
    });
  });
  expect(counts[1]).toBe(counts[0]);
  return counts[0]!;
}

/** Of one call with inputs of these shapes. */
function of(make: () => torch.nn.Module, ...shapes: readonly number[][]): number {
  return counted(make, (call) => void call(...shapes.map((shape) => torch.zeros(shape))));
}

describe("multiply-adds are those of the operations that ran", () => {
  test("of a linear layer, without its biases", () => {
    expect(of(() => new nn.Linear(4, 8), [2, 4])).toBe(64);
    expect(of(() => new nn.Linear(4, 8), [4])).toBe(32);
    expect(of(() => new nn.Linear(4, 8), [2, 3, 4])).toBe(192);
  });

  test("of recurrent layers, with and without a batch, of packed sequences and of cells", () => {
    expect(of(() => new nn.LSTM(3, 5), [7, 3])).toBe(1120);
    expect(of(() => new nn.LSTM(3, 5), [7, 2, 3])).toBe(2240);
    expect(of(() => new nn.GRU(3, 5), [7, 3])).toBe(840);
    expect(of(() => new nn.RNN(3, 5), [7, 3])).toBe(280);
    expect(of(() => new nn.LSTM(3, 5, { bidirectional: true, projSize: 2 }), [7, 3])).toBe(2 * 7 * (20 * 3 + 20 * 2 + 2 * 5));
    expect(of(() => new nn.LSTMCell(3, 5), [2, 3])).toBe(320);
    expect(of(() => new nn.GRUCell(3, 5), [2, 3])).toBe(240);
  });

  test("of a packed sequence, for the steps that each sequence has", () => {
    const inspection = inspectHere();
    const lstm = new nn.LSTM(3, 5);
    lstm(nn.utils.rnn.packPaddedSequence(torch.zeros(7, 2, 3), [7, 4]));
    expect(snapshotOf(inspection, lstm).totals.multiplyAdds).toBe(11 * 160);
  });

  test("of convolutions, with and without a batch, and of transposed ones", () => {
    expect(of(() => new nn.Conv2d(3, 4, 3), [3, 10, 12])).toBe(8640);
    expect(of(() => new nn.Conv2d(3, 4, 3), [1, 3, 10, 12])).toBe(8640);
    expect(of(() => new nn.Conv2d(4, 8, 3, { groups: 4 }), [1, 4, 5, 5])).toBe(8 * 9 * 9);
    expect(of(() => new nn.ConvTranspose2d(3, 6, 4, { stride: 2, padding: 1 }), [1, 3, 8, 8])).toBe(18_432);
  });

  test("of layers whose weight is computed by a norm", () => {
    const { weightNorm, spectralNorm } = nn.utils.parametrizations;
    expect(of(() => weightNorm(new nn.Conv1d(4, 8, 3, { padding: 1 })), [1, 4, 16])).toBe(1536);
    expect(of(() => spectralNorm(new nn.Linear(4, 8)), [2, 4])).toBe(64);
  });

  test("of attention, its projections and its two products", () => {
    const attend = (needWeights: boolean) =>
      counted(
        () => new nn.MultiheadAttention(64, 4, { batchFirst: true }),
        (call) => {
          const x = torch.zeros(2, 10, 64);
          call(x, x, x, { needWeights });
        },
      );
    expect(attend(true)).toBe(353_280);
    expect(attend(false)).toBe(353_280);
  });

  test("of a bilinear form; looking up rows multiplies nothing", () => {
    expect(of(() => new nn.Bilinear(3, 4, 5), [2, 3], [2, 4])).toBe(2 * 3 * 4 * 5);
    expect(
      counted(
        () => new nn.Embedding(1000, 32),
        (call) => void call(torch.zeros(2, 5, { dtype: torch.int64 })),
      ),
    ).toBe(0);
  });

  test("of functions and in-place products in a module's own forward", () => {
    class Products extends nn.Module {
      override forward(x: torch.Tensor): torch.Tensor {
        const product = torch.einsum("ij,kj->ik", x, x);
        product.addmm_(x, x.t());
        return product.matmul(product).mul(2).relu();
      }
    }
    expect(of(() => new Products(), [3, 4])).toBe(36 + 36 + 27);
  });

  test("of a normalization, pooling or activation, none", () => {
    expect(of(() => new nn.Sequential(new nn.BatchNorm2d(3), new nn.ReLU(), new nn.AvgPool2d(2)), [2, 3, 4, 4])).toBe(0);
  });
});
