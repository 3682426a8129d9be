import { expect, test } from "vitest";
import { ModelIndex } from "../../src/describe/modelIndex.js";
import { overlay, overlayIds } from "../../src/describe/overlays.js";
import { linear, net, sequential, snapshot, tensor, tied } from "./snapshots.js";

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
