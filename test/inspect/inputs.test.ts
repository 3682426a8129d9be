import { beforeEach, describe, expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import type { ModelSnapshot, StatedInput } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = engine;
type Tensor = engine.Tensor;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
});

function state(...inputs: StatedInput[]): ModelSnapshot {
  return inspection.forward({ model: "model", seed: null, input: { kind: "stated", inputs } });
}

const random = (...shape: number[]): StatedInput => ({ shape, dtype: "float32", fill: "randn" });
const recorded = (dtype: StatedInput["dtype"], ...shape: number[]): StatedInput => ({ shape, dtype, fill: "recorded" });
const inputShapes = ({ trace }: ModelSnapshot) => trace!.inputs.map(({ value, label }) => [label, ...trace!.values[value]!.shape]);

describe("stated inputs", () => {
  test("filled as recorded repeat the values of the last pass", () => {
    const seen: number[][] = [];
    class Masked extends nn.Module {
      override forward(x: Tensor, mask: Tensor): Tensor {
        seen.push(mask.flatten().tolist() as number[]);
        return x.mul(mask);
      }
    }
    const masked = new Masked();
    masked(
      engine.rand([2, 2]),
      engine.tensor(
        [
          [1, 0],
          [1, 1],
        ],
        { dtype: engine.int64 },
      ),
    );
    snapshotOf(inspection, masked);
    expect(state(random(3, 2), recorded("int64", 3, 2)).trace!.failure).toBeNull();
    expect(seen.at(-1)).toEqual([1, 0, 1, 1, 1, 0]);
  });

  test("take the places of tensors in lists, maps and objects; what else is in there stays, and so does what the code holds", () => {
    interface Batch {
      readonly tokens: Tensor;
      readonly image: { readonly pixels: Tensor; readonly size: number };
      readonly past: readonly Tensor[];
      readonly named: ReadonlyMap<string, Tensor>;
    }
    const seen: [Batch, number][] = [];
    class Structured extends nn.Module {
      override forward(batch: Batch, scale: number): Tensor {
        seen.push([batch, scale]);
        return batch.tokens.add(batch.image.pixels).add(batch.past[1]!).add(batch.named.get("bias")!).mul(scale);
      }
    }
    const model = new Structured();
    const batch: Batch = {
      tokens: engine.ones(2, 3),
      image: { pixels: engine.ones(2, 3), size: 16 },
      past: [engine.ones(1), engine.ones(3)],
      named: new Map([["bias", engine.ones(3)]]),
    };
    model(batch, 0.5);
    snapshotOf(inspection, model);
    const snapshot = state(random(5, 3), random(5, 3), recorded("float32", 1), recorded("float32", 3), recorded("float32", 3));
    expect(inputShapes(snapshot)).toEqual([
      ["batch.tokens", 5, 3],
      ["batch.image.pixels", 5, 3],
      ["batch.past[0]", 1],
      ["batch.past[1]", 3],
      ["batch.named.bias", 3],
    ]);
    expect(snapshot.trace!.failure).toBeNull();
    const [changed, scale] = seen.at(-1)!;
    expect([scale, changed.image.size, changed.past[1]!.tolist()]).toEqual([0.5, 16, [1, 1, 1]]);
    expect(batch.image.pixels.shape).toEqual(engine.Size.fromArray([2, 3]));
  });

  test("that stand for one tensor in several places stay one where they are stated alike", () => {
    let isOne = false;
    class Attention extends nn.Module {
      override forward(query: Tensor, key: Tensor): Tensor {
        isOne = query === key;
        return query.matmul(key.transpose(0, 1));
      }
    }
    const model = new Attention();
    const x = engine.rand(2, 4);
    model(x, x);
    snapshotOf(inspection, model);
    state(random(3, 4), random(3, 4));
    expect(isOne).toBe(true);
    state(random(3, 4), random(5, 4));
    expect(isOne).toBe(false);
  });

  test("are one argument each where the last pass had another number of tensors", () => {
    const model = new nn.Bilinear(4, 4, 2);
    model(engine.rand(2, 4), engine.rand(2, 4));
    snapshotOf(inspection, model);
    expect(inputShapes(state(random(3, 4))).length).toBe(1);
    expect(inputShapes(state(random(3, 4), random(3, 4)))).toEqual([
      ["x1", 3, 4],
      ["x2", 3, 4],
    ]);
  });

  test("take the places of tensors that were too large to keep, too", () => {
    class Structured extends nn.Module {
      override forward({ x }: { x: Tensor }): Tensor {
        return x.relu();
      }
    }
    const model = new Structured();
    model({ x: engine.empty([20_000_000], { device: "meta" }) });
    snapshotOf(inspection, model);
    expect(() => inspection.forward({ model: "model", seed: null, input: { kind: "recorded" } })).toThrow("too large to keep");
    const snapshot = state(recorded("float32", 3));
    expect(inputShapes(snapshot)).toEqual([["x", 3]]);
    expect(snapshot.trace!.values[0]!.statistics!.finite!.std).toBeGreaterThan(0);
  });
});

describe("the pass that the model came with", () => {
  test("is shown again after others, failed ones too, and is what the next one starts from", () => {
    const seen: unknown[] = [];
    class Net extends nn.Module {
      fc = new nn.Linear(2, 2);
      override forward(x: Tensor): Tensor {
        seen.push(x.tolist());
        return this.fc(x);
      }
    }
    const net = new Net();
    net(engine.tensor([[1, 2]], { dtype: engine.float32 }));
    const before = snapshotOf(inspection, net);
    expect([before.ownPass, before.trace!.origin]).toEqual(["recorded", "recorded"]);

    const failed = state(random(1, 3));
    expect([failed.ownPass, failed.trace!.origin]).toEqual(["recorded", "stated"]);
    expect(failed.trace!.failure).not.toBeNull();
    expect(inspection.showOwnPass("model")).toEqual(before);
    expect(seen).toHaveLength(2);

    inspection.forward({ model: "model", seed: null, input: { kind: "recorded" } });
    expect(seen.at(-1)).toEqual([[1, 2]]);
  });

  test("has inferred inputs where the code ran none", () => {
    const before = snapshotOf(inspection, new nn.Sequential(new nn.Linear(4, 2)));
    expect(before.ownPass).toBe("inferred");
    expect(inputShapes(state(random(7, 4)))).toEqual([["", 7, 4]]);
    expect(inspection.showOwnPass("model")).toEqual(before);
  });

  test("does not bring back activations of parameters that are gone", () => {
    const net = new nn.Linear(2, 2);
    net(engine.rand(1, 2));
    snapshotOf(inspection, net);
    const stated = state(random(1, 2));
    expect(stated.trace!.values.some(({ statistics }) => statistics)).toBe(true);
    inspection.reinitialize({ model: "model", target: { kind: "module", path: "" }, choice: { kind: "asConstructed" }, seed: null });
    expect(inspection.showOwnPass("model").trace!.values.some(({ statistics }) => statistics)).toBe(false);
  });

  test("is none where nothing is known of the inputs", () => {
    const before = snapshotOf(inspection, new nn.Sequential(new nn.ReLU()));
    expect([before.ownPass, before.hasForward]).toEqual([null, true]);
    expect(state(random(2)).ownPass).toBeNull();
    expect(() => inspection.showOwnPass("model")).toThrow("No layer says which input the model takes.");
  });
});
