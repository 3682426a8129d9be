import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;

test.each([NaN, Infinity, -Infinity])("a parameter filled with %d survives JSON, with the value written out", (value) => {
  const inspection = inspectHere();
  const layer = new nn.Linear(1, 2);
  nn.init.constant_(layer.weight, value);
  layer.bias.data.fill_(value);
  const snapshot = snapshotOf(inspection, layer, false);
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  for (const { initialization } of snapshot.tensors) {
    expect(initialization).toMatchObject({ function: "constant_", arguments: { val: String(value) }, distribution: null });
  }
});
