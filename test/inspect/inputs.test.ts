import { expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = engine;

test("an input filled as recorded repeats the values of the last pass", () => {
  const seen: number[][] = [];
  class Masked extends nn.Module {
    override forward(x: engine.Tensor, mask: engine.Tensor): engine.Tensor {
      seen.push(mask.flatten().tolist() as number[]);
      return x.mul(mask);
    }
  }
  const inspection = inspectHere();
  const masked = new Masked();
  masked(engine.rand([2, 2]), engine.tensor([[1, 0], [1, 1]], { dtype: engine.int64 }));
  snapshotOf(inspection, masked);
  const { trace } = inspection.forward({
    model: "model",
    seed: null,
    input: { kind: "stated", inputs: [{ shape: [3, 2], dtype: "float32", fill: "randn" }, { shape: [3, 2], dtype: "int64", fill: "recorded" }] },
  });
  expect(trace!.failure).toBeNull();
  expect(seen.at(-1)).toEqual([1, 0, 1, 1, 1, 0]);
});
