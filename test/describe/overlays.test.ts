import { expect, test } from "vitest";
import { ModelIndex } from "../../src/describe/modelIndex.js";
import { overlay, overlayIds } from "../../src/describe/overlays.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import * as torch from "../../src/engine/index.js";
import { linear, net, sequential, snapshot, tensor, tied } from "./snapshots.js";

const { nn } = torch;

test("containers carry what is rolled up in them, shared weights once", () => {
  const values = overlay("parameters", new ModelIndex(tied()))!.values;
  expect(values.get("2")).toBe(72);
  expect(values.get("")).toBe(40 + 72 + 9);
  expect(values.has("1")).toBe(false);
});

test("the spread of several tensors is that of all their values together", () => {
  const low = tensor([1, 500], { kind: "constant", value: -1 });
  const high = tensor([1, 500], { kind: "constant", value: 1 });
  const index = new ModelIndex(
    snapshot(
      "two",
      sequential(linear(500, 1, low, tensor([1], { kind: "constant", value: 0 })), linear(500, 1, high, tensor([1], { kind: "constant", value: 0 }))),
      null,
    ),
  );
  const values = overlay("weightStd", index)!.values;
  expect(values.get("")).toBeCloseTo(1, 2);
  expect(values.get("0")).toBeCloseTo(0, 1);
});

test("bytes of outputs follow shape and dtype", () => {
  expect(overlay("activationBytes", new ModelIndex(net()))!.values.get("0")).toBe(2 * 8 * 4);
});

test("bytes of outputs are rolled up, what passes from a module to its container once", () => {
  const values = overlay("activationBytes", new ModelIndex(net()))!.values;
  expect(["0", "1", "2"].map((path) => values.get(path))).toEqual([64, 64, 8]);
  expect(values.get("")).toBe(64 + 64 + 8);
});

test("without a forward pass nothing is claimed about outputs", () => {
  const index = new ModelIndex(snapshot("quiet", sequential(linear(2, 2)), null));
  expect(overlayIds.filter((id) => overlay(id, index) === null)).toEqual(
    expect.arrayContaining(["activationBytes", "multiplyAdds", "gradientNorm", "activationMean", "activationStd", "activationZeros", "time"]),
  );
});

test("as sizes, values stand in proportion from zero on", () => {
  const { mark, title } = overlay("parameters", new ModelIndex(tied()), "size")!;
  expect([mark, title]).toEqual(["size", "Parameters"]);
});

test("figures of a measured signal stand at the module whose calls they are of, each call as much", () => {
  const shared = new nn.Linear(3, 3);
  const inspection = inspectHere();
  snapshotOf(inspection, new nn.Sequential(shared, new nn.Tanh(), shared, new nn.Sequential(new nn.ReLU())));
  const model = inspection.showSignal({ model: "model", input: null, seed: 0 });
  const index = new ModelIndex(model);
  const std = (at: number): number => model.signal!.layers[at]!.activation!.finite!.std;
  expect([...overlay("signalStd", index)!.values]).toEqual([
    ["", std(5)],
    ["0", std(0)],
    ["1", std(1)],
    ["2", std(2)],
    ["3", std(4)],
    ["3.0", std(3)],
  ]);
  expect([...overlay("gradientRatio", index)!.values.keys()]).toEqual(["0", "2"]);
  expect([...overlay("saturation", index)!.values.keys()]).toEqual(["1"]);
  expect(overlay("signalGradient", new ModelIndex({ ...model, signal: null }))).toBeNull();
});
