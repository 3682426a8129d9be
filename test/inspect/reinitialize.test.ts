import { beforeEach, describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import { initializationSchemes, type InitializationChoice, type InitializationTarget } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

function reinitialize(choice: InitializationChoice, target: InitializationTarget = { kind: "model" }, seed: number | null = null) {
  return inspection.reinitialize({ model: "model", target, choice, seed });
}

const constant: InitializationChoice = { kind: "scheme", function: "constant_", arguments: { val: 3 } };

describe("a scheme", () => {
  test.each(initializationSchemes)("$function fills the weights that it takes and zeroes their biases", (scheme) => {
    const net = new nn.Sequential(new nn.Linear(8, 6), new nn.LayerNorm(6));
    const snapshot = snapshotOf(inspection, net);
    const choice: InitializationChoice = { kind: "scheme", function: scheme.function, arguments: {} };
    if (scheme.minDimensions > 2) {
      expect(() => reinitialize(choice)).toThrow(
        `No weight here has the ${scheme.minDimensions} to ${scheme.maxDimensions} dimensions that ${scheme.function} needs.`,
      );
      expect(inspection.snapshots()[0]!.tensors).toEqual(snapshot.tensors);
      return;
    }
    const { tensors } = reinitialize(choice);
    expect(tensors[0]!.initialization).toMatchObject({ kind: "recorded", function: scheme.function, by: "layerscope" });
    expect(tensors[1]!.statistics!.finite).toMatchObject({ min: 0, max: 0 });
    // Normalization starts from ones, and a scheme for matrices leaves it there.
    expect(tensors.slice(2)).toEqual(snapshot.tensors.slice(2));
  });

  test("fills one-dimensional weights when their layer is asked for", () => {
    const net = new nn.Sequential(new nn.Linear(2, 6), new nn.LayerNorm(6));
    snapshotOf(inspection, net);
    reinitialize(constant, { kind: "type", type: "LayerNorm" });
    expect(net[1].weight.tolist()).toEqual([3, 3, 3, 3, 3, 3]);
    expect(() => reinitialize({ kind: "scheme", function: "xavierUniform_", arguments: {} }, { kind: "type", type: "LayerNorm" })).toThrow(
      /2 or more dimensions/,
    );
  });

  test("reaches a module with all beneath it, and nothing else", () => {
    const net = new nn.Sequential(new nn.Sequential(new nn.Linear(2, 2)), new nn.Linear(2, 2));
    const before = snapshotOf(inspection, net).tensors;
    const { tensors } = reinitialize(constant, { kind: "module", path: "0" });
    expect(tensors[0]!.statistics!.finite!.mean).toBe(3);
    expect(tensors.slice(2)).toEqual(before.slice(2));
  });

  test("fills shared weights once", () => {
    const shared = new nn.Linear(4, 4);
    const net = new nn.Sequential(shared, shared);
    snapshotOf(inspection, net);
    reinitialize({ kind: "scheme", function: "normal_", arguments: {} }, { kind: "model" }, 5);
    torch.manualSeed(5);
    expect(shared.weight.tolist()).toEqual(nn.init.normal_(torch.empty(4, 4)).tolist());
  });

  test("that fails leaves everything as it was", () => {
    const net = new nn.Sequential(new nn.Linear(4, 4), new nn.Linear(4, 4));
    const before = snapshotOf(inspection, net).tensors;
    expect(() => reinitialize({ kind: "scheme", function: "sparse_", arguments: { sparsity: "much" } })).toThrow();
    expect(() => reinitialize({ kind: "scheme", function: "toString", arguments: {} })).toThrow(/no function toString/);
    expect(inspection.snapshots()[0]!.tensors).toEqual(before);
    expect(inspection.snapshots()[0]!.undoDepth).toBe(0);
  });
});

test("as constructed, from the same seed, gives the values of the first time", () => {
  const build = () => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
  torch.manualSeed(3);
  const net = build();
  const { tensors } = snapshotOf(inspection, net);
  reinitialize(constant);
  const again = reinitialize({ kind: "asConstructed" }, { kind: "model" }, 3);
  expect(again.tensors.map(({ statistics }) => statistics)).toEqual(tensors.map(({ statistics }) => statistics));
  expect(again.tensors[0]!.initialization).toMatchObject({ function: "kaimingUniform_", by: "layerscope" });
});

test("undo gives back values and where they came from, step by step", () => {
  const net = new nn.Sequential(new nn.Linear(4, 8));
  const states = [snapshotOf(inspection, net).tensors];
  for (let i = 0; i < 3; i++) states.push(reinitialize({ kind: "scheme", function: "normal_", arguments: { std: i + 1 } }).tensors);
  for (let i = 2; i >= 0; i--) {
    const undone = inspection.undoReinitialize("model");
    expect(undone.tensors).toEqual(states[i]);
    expect(undone.undoDepth).toBe(i);
  }
});

test("undo is bounded", () => {
  const net = new nn.Linear(4, 8);
  snapshotOf(inspection, net);
  for (let i = 0; i < 50; i++) reinitialize(constant);
  expect(inspection.snapshots()[0]!.undoDepth).toBe(20);
});

test("activations of before are not shown as those of now, and undoing brings them back", () => {
  const net = new nn.Linear(4, 8);
  net(torch.rand(2, 4));
  const { trace } = snapshotOf(inspection, net);
  expect(trace!.values.some(({ statistics }) => statistics)).toBe(true);
  const after = reinitialize(constant);
  expect(after.trace!.steps).toEqual(trace!.steps);
  expect(after.trace!.values.some(({ statistics }) => statistics)).toBe(false);
  const again = inspection.forward({ model: "model", input: { kind: "recorded" }, seed: null });
  expect(again.trace!.values.some(({ statistics }) => statistics)).toBe(true);
  // Those of the pass that ran meanwhile are of the values that undoing takes away.
  expect(inspection.undoReinitialize("model").trace!.values.some(({ statistics }) => statistics)).toBe(false);
  expect(inspection.showOwnPass("model").trace).toEqual(trace);
  reinitialize(constant);
  reinitialize(constant);
  inspection.undoReinitialize("model");
  expect(inspection.snapshots()[0]!.trace!.values.some(({ statistics }) => statistics)).toBe(false);
  expect(inspection.undoReinitialize("model").trace).toEqual(trace);
});

test.each([{ kind: "scheme", function: "normal_", arguments: { std: 2 } }, { kind: "asConstructed" }] as const)(
  "a preview ($kind) is what reinitializing then gives, and leaves no trace: values, where they came from, activations, the generator",
  (choice) => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
    net(torch.rand(2, 4));
    const before = snapshotOf(inspection, net);
    const generator = torch.getRngState();
    const drawn = inspection.trials.previewReinitialize({ model: "model", tensors: [2, 3], target: { kind: "module", path: "2" }, choice, seed: 5 });
    expect(inspection.snapshots()[0]).toEqual(before);
    expect(torch.getRngState()).toEqual(generator);
    const { tensors } = reinitialize(choice, { kind: "module", path: "2" }, 5);
    expect(drawn).toEqual(tensors.slice(2).map(({ statistics }) => statistics));
  },
);

describe("code that goes on with the same modules, as a cell does,", () => {
  const net = () => new nn.Sequential(new nn.Linear(4, 3), new nn.Linear(3, 2));
  const again = (module: torch.nn.Module) => inspection.setModels([{ name: "model", module, location: null }], { infer: true });

  test("leaves what can be undone", () => {
    const module = net();
    const before = snapshotOf(inspection, module);
    reinitialize(constant, { kind: "module", path: "0" });
    again(module);
    expect(inspection.snapshots()[0]!.undoDepth).toBe(1);
    expect(inspection.undoReinitialize("model").tensors.map(({ statistics }) => statistics)).toEqual(before.tensors.map(({ statistics }) => statistics));
    again(net());
    expect(inspection.snapshots()[0]!.undoDepth).toBe(0);
  });

  test("leaves it where the module was a part of another meanwhile", () => {
    const module = net();
    const before = snapshotOf(inspection, module);
    reinitialize(constant, { kind: "model" });
    again(new nn.Sequential(module, new nn.ReLU()));
    expect(inspection.snapshots()[0]!.undoDepth).toBe(0);
    again(module);
    expect(inspection.undoReinitialize("model").tensors.map(({ statistics }) => statistics)).toEqual(before.tensors.map(({ statistics }) => statistics));
  });

  test("has nothing to undo once it wrote to what was filled", () => {
    const module = net();
    snapshotOf(inspection, module);
    reinitialize(constant, { kind: "module", path: "0" });
    torch.noGrad(() => module[1].weight.zero_());
    again(module);
    expect(inspection.snapshots()[0]!.undoDepth).toBe(1);
    torch.noGrad(() => module[0].weight.zero_());
    again(module);
    expect(inspection.snapshots()[0]!.undoDepth).toBe(0);
    expect(() => inspection.undoReinitialize("model")).toThrow("There is no reinitialization to undo.");
  });
});
