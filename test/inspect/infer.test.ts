import { beforeEach, describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

function inputShapes(model: torch.nn.Module): (readonly number[])[] {
  const { trace } = snapshotOf(inspection, model);
  expect(trace!.origin).toBe("inferred");
  return trace!.inputs.map(({ value }) => trace!.values[value]!.shape);
}

describe("an input is inferred", () => {
  test("from a linear layer", () => {
    expect(inputShapes(new nn.Sequential(new nn.ReLU(), new nn.Linear(7, 3)))).toEqual([[1, 7]]);
  });

  test("from a linear layer behind a Flatten, as an image where it can be one", () => {
    expect(inputShapes(new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10)))).toEqual([[1, 1, 28, 28]]);
    expect(inputShapes(new nn.Sequential(new nn.Flatten(), new nn.Linear(783, 10)))).toEqual([[1, 783]]);
  });

  test.each([torch.float16, torch.bfloat16, torch.float64])("in the dtype of the model: %s", (dtype) => {
    const { trace, tensors } = snapshotOf(inspection, new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4)).to(dtype));
    expect(trace!.inputs.map(({ value }) => trace!.values[value]!.dtype)).toEqual([dtype.name]);
    expect(tensors[0]!.dtype).toBe(dtype.name);
  });

  test.each([
    [
      "images, as large as the layers behind need them",
      () => new nn.Sequential(new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.AvgPool2d(2), new nn.Flatten(), new nn.Linear(6 * 14 * 14, 10)),
      [[1, 1, 28, 28]],
    ],
    [
      "images in colours",
      () => new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(8, 10)),
      [[1, 3, 224, 224]],
    ],
    ["tokens", () => new nn.Sequential(new nn.Embedding(100, 16), new nn.Linear(16, 4)), [[1, 16]]],
    ["sequences", () => new nn.LSTM(10, 20, { batchFirst: true }), [[1, 16, 10]]],
    [
      "queries, keys and values",
      () => new nn.MultiheadAttention(32, 4),
      [
        [16, 1, 32],
        [16, 1, 32],
        [16, 1, 32],
      ],
    ],
    ["a batch of two where statistics of a batch are needed", () => new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8)), [[2, 4]]],
    ["what lazy layers can be made for", () => new nn.Sequential(new nn.LazyConv2d(8, 3), new nn.Flatten(), new nn.LazyLinear(10)), [[1, 3, 224, 224]]],
  ])("for %s", (_, build, shapes) => {
    expect(inputShapes(build())).toEqual(shapes);
  });

  test("for as many arguments as forward has", () => {
    class Net extends nn.Module {
      fc = new nn.Linear(5, 2);
      override forward(a: Tensor, b: Tensor): Tensor {
        return this.fc(a.add(b));
      }
    }
    expect(inputShapes(new Net())).toEqual([
      [1, 5],
      [1, 5],
    ]);
  });

  test("for code that looks at values", () => {
    class Net extends nn.Module {
      fc = new nn.Linear(5, 2);
      override forward(x: Tensor): Tensor {
        return x.sum().item() > 1 ? x : this.fc(x);
      }
    }
    const { trace } = snapshotOf(inspection, new Net());
    expect(trace!.origin).toBe("inferred");
    expect(trace!.steps.some((step) => step.kind === "module" && step.path === "fc")).toBe(true);
  });

  test("on the meta device", () => {
    const model = torch.withDevice("meta", () => new nn.Sequential(new nn.Linear(5, 2), new nn.Linear(2, 100_000)));
    expect(inputShapes(model)).toEqual([[1, 5]]);
  });
});

describe("what is unknown stays unknown", () => {
  test("without a layer that says", () => {
    const { trace, traceMissing } = snapshotOf(inspection, new nn.Sequential(new nn.ReLU(), new nn.Flatten()));
    expect(trace).toBeNull();
    expect(traceMissing).toBe("No layer says which input the model takes. Call the model in the code, or state an input.");
  });

  test("says of modules that only hold others that they have no pass", () => {
    const { traceMissing, hasForward } = snapshotOf(inspection, new nn.ModuleList([new nn.Linear(2, 2)]));
    expect(traceMissing).toBe(
      "ModuleList defines no forward: it holds modules and parameters that other code uses. To see shapes and data flow, use it in a module that defines forward.",
    );
    expect(hasForward).toBe(false);
    expect(() => inspection.forward({ model: "model", seed: null, input: { kind: "recorded" } })).toThrow("nothing to run");
  });

  test("where nothing tried fits", () => {
    class Net extends nn.Module {
      fc = new nn.Linear(5, 2);
      override forward(x: Tensor): Tensor {
        throw new Error(`not for ${x.ndim} dimensions`);
      }
    }
    const { trace, traceMissing, totals } = snapshotOf(inspection, new Net());
    expect(trace).toBeNull();
    expect(traceMissing).toMatch(
      /^None of the inputs tried fits\. The first was \[1, 5\]: not for 2 dimensions\. Call the model in the code, or state an input\.$/,
    );
    expect(totals.multiplyAdds).toBeNull();
  });
});

test("looking changes nothing", () => {
  let hookCalls = 0;
  class Net extends nn.Module {
    fc = new nn.Linear(4, 4);
    lazy = new nn.LazyLinear(3);
    calls = 0;
    last: Tensor | null = null;
    constructor() {
      super();
      this.registerBuffer("count", torch.zeros(1));
      this.registerForwardHook(() => void hookCalls++);
    }
    override forward(x: Tensor): Tensor {
      this.calls++;
      (this as unknown as { count: Tensor }).count.add_(1);
      this.last = x;
      if (x.mean().item() > 5) return x;
      return this.lazy(nn.functional.dropout(this.fc(x), 0.5, true));
    }
  }
  const net = new Net();
  net.train();
  net.fc(torch.ones(1, 4)).sum().backward();
  const grad = net.fc.weight.grad!;
  const before = {
    weight: net.fc.weight.tolist(),
    grad: grad.tolist(),
    version: net.fc.weight.version.value,
    generator: torch.getRngState(),
    names: Object.keys(net),
  };

  const { trace, tensors } = snapshotOf(inspection, net);

  expect(trace!.origin).toBe("inferred");
  expect(hookCalls).toBe(0);
  expect(net.calls).toBe(0);
  expect(net.last).toBeNull();
  expect((net as unknown as { count: Tensor }).count.tolist()).toEqual([0]);
  expect(net.lazy).toBeInstanceOf(nn.LazyLinear);
  expect(tensors.find(({ names }) => names[0] === "lazy.weight")!.shape).toBeNull();
  expect(net.fc.weight.grad).toBe(grad);
  expect({
    weight: net.fc.weight.tolist(),
    grad: grad.tolist(),
    version: net.fc.weight.version.value,
    generator: torch.getRngState(),
    names: Object.keys(net),
  }).toEqual(before);
  expect(net.fc.weight.requiresGrad && net.fc.weight.isLeaf && net.fc.weight.device === "cpu").toBe(true);
  // It still runs, and is still lazy in the same way.
  expect(net(torch.ones(2, 4)).shape).toEqual(torch.Size.fromArray([2, 3]));
  expect(hookCalls).toBe(1);
});
