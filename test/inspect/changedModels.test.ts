import { beforeEach, describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

function outputShapes({ trace }: ModelSnapshot): (readonly number[])[] {
  return trace!.outputs.map(({ value }) => trace!.values[value]!.shape);
}

const earlierInputs = { origin: "inferred", inferredFrom: { kind: "earlierPass" }, changedSince: [] };

describe("a model that the code changed after it ran", () => {
  const net = () => {
    const made = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Dropout(), new nn.Linear(8, 1));
    made(torch.rand(2, 4));
    return made as torch.nn.Sequential & Record<number, torch.nn.Module>;
  };

  test("is shown by its pass where nothing changed, in whichever mode", () => {
    const snapshot = snapshotOf(inspection, net().eval());
    expect(snapshot.trace).toMatchObject({ origin: "recorded", inferredFrom: null, changedSince: [] });
  });

  test("has no pass where that took away what it went through", () => {
    class Leaves extends nn.Module {
      l: torch.nn.Linear | null = new nn.Linear(3, 3);
      override forward(x: Tensor): Tensor {
        const y = this.l!(x);
        this.l = null;
        return y;
      }
    }
    const model = new Leaves();
    model(torch.rand(2, 3));
    const snapshot = snapshotOf(inspection, model);
    expect(snapshot.trace).toBeNull();
    expect(snapshot.traceMissing).not.toBe("");
  });

  test.each<[string, (model: ReturnType<typeof net>) => void, readonly number[], number]>([
    [
      "modules in the places of others",
      (model) => {
        model[1] = new nn.Identity();
        model[3] = new nn.Linear(8, 9);
      },
      [2, 9],
      2 * (4 * 8 + 8 * 9),
    ],
    ["a parameter of another shape", (model) => ((model[3] as torch.nn.Linear).weight = new nn.Parameter(torch.ones(1, 8))), [2, 1], 2 * (4 * 8 + 8)],
    ["one more module", (model) => model.append(new nn.Linear(1, 5)), [2, 5], 2 * (4 * 8 + 8 + 5)],
    ["a module of another class and the same shapes", (model) => (model[1] = new nn.Tanh()), [2, 1], 2 * (4 * 8 + 8)],
  ])("runs again with the inputs it had: %s", (_, change, shape, multiplyAdds) => {
    const model = net();
    change(model);
    const snapshot = snapshotOf(inspection, model);
    expect(snapshot.trace).toMatchObject(earlierInputs);
    expect(outputShapes(snapshot)).toEqual([shape]);
    expect(snapshot.trace!.inputs.map(({ value }) => snapshot.trace!.values[value]!.shape)).toEqual([[2, 4]]);
    expect(snapshot.totals.multiplyAdds).toBe(multiplyAdds);
  });

  test("runs again where an argument of a layer changed", () => {
    const model = new nn.Sequential(new nn.MaxPool2d(2));
    model(torch.rand(1, 3, 8, 8));
    (model[0] as { kernelSize: unknown; stride: unknown }).kernelSize = 4;
    (model[0] as { kernelSize: unknown; stride: unknown }).stride = 4;
    const snapshot = snapshotOf(inspection, model);
    expect(snapshot.trace).toMatchObject(earlierInputs);
    expect(outputShapes(snapshot)).toEqual([[1, 3, 2, 2]]);
  });

  test("has its inputs worked out where it does not take those any more", () => {
    const model = net();
    model[0] = new nn.Linear(6, 8);
    const snapshot = snapshotOf(inspection, model);
    expect(snapshot.trace).toMatchObject({ origin: "inferred", inferredFrom: { kind: "layer", path: "0", type: "Linear" }, changedSince: [] });
    expect(outputShapes(snapshot)).toEqual([[1, 1]]);
  });

  test("is shown by the old pass, marked as one of an earlier model, where no other can be had", () => {
    class Net extends nn.Module {
      a: torch.nn.Module = new nn.Linear(4, 4);
      b: torch.nn.Module = new nn.Linear(4, 4);
      override forward(x: Tensor): Tensor {
        return (this.b as torch.nn.Linear)((this.a as torch.nn.Linear)(x));
      }
    }
    const model = new Net();
    model(torch.rand(3, 4));
    model.b = new nn.Linear(7, 4);
    const snapshot = snapshotOf(inspection, model);
    expect(snapshot.trace).toMatchObject({ origin: "recorded", changedSince: ["b"] });
    expect(snapshot.trace!.values.every(({ statistics }) => statistics === undefined)).toBe(true);
  });

  test("is marked where it changed after it was looked at", () => {
    const model = net();
    inspection.setModels([{ name: "model", module: model, location: null }], { infer: true });
    expect(inspection.snapshots()[0]!.trace!.changedSince).toEqual([]);
    model[1] = new nn.Tanh();
    expect(inspection.snapshots()[0]!.trace!.changedSince).toEqual(["1"]);
    const again = inspection.forward({ model: "model", input: { kind: "recorded" }, seed: null });
    expect(again.trace!.changedSince).toEqual([]);
  });

  test("is shown by the pass of the code's that is one of the model as it is", () => {
    const model = net();
    model[3] = new nn.Linear(8, 7);
    model(torch.rand(5, 4));
    const snapshot = snapshotOf(inspection, model);
    expect(snapshot.trace).toMatchObject({ origin: "recorded", changedSince: [] });
    expect(outputShapes(snapshot)).toEqual([[5, 7]]);
  });

  test("is not taken for changed by what its own forward does: lazy layers, buffers assigned anew, counters", () => {
    class Net extends nn.Module {
      declare mean: Tensor;
      steps = 0;
      lazy = new nn.LazyLinear(3);
      constructor() {
        super();
        this.registerBuffer("mean", torch.zeros(3));
      }
      override forward(x: Tensor): Tensor {
        this.steps++;
        this.mean = this.mean.mul(0.9);
        return this.lazy(x).add(this.mean);
      }
    }
    const model = new Net();
    for (let pass = 0; pass < 8; pass++) model(torch.rand(2, 4));
    expect(snapshotOf(inspection, model).trace).toMatchObject({ origin: "recorded", changedSince: [] });
    const unrun = new Net();
    expect(snapshotOf(inspection, unrun).trace).toMatchObject({ origin: "inferred", inferredFrom: { kind: "layer", path: "lazy" }, changedSince: [] });
  });
});
