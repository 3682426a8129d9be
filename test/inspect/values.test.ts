import { expect, test } from "vitest";
import { nn } from "../../src/engine/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const inspection = inspectHere();
const layer = new nn.Conv2d(3, 4, 2);
snapshotOf(inspection, layer);
const read = (index?: readonly number[]) => inspection.tensorValues({ model: "model", tensor: 0, maxRows: 8, maxColumns: 8, index });

test("values are of the first slice, or of the stated one", () => {
  expect(read()).toMatchObject({ rows: 2, columns: 2, truncated: true, values: layer.weight.at(0, 0).flatten().tolist() });
  expect(read([2, 1]).values).toEqual(layer.weight.at(2, 1).flatten().tolist());
  expect(read([3]).values).toEqual(layer.weight.at(3, 0).flatten().tolist());
});

test("values are of the tensor that the snapshot has under its number, also when the model has others since", () => {
  const net = new nn.Sequential(new nn.Linear(2, 2, { bias: false }));
  const inspected = inspectHere();
  const { tensors } = snapshotOf(inspected, net);
  expect(tensors[0]!.names).toEqual(["0.weight"]);
  const { weight } = net[0];
  net.insert(0, new nn.Linear(2, 5));
  expect(inspected.tensorValues({ model: "model", tensor: 0, maxRows: 8, maxColumns: 8 }).values).toEqual(weight.flatten().tolist());
});

test("a slice that does not exist is refused", () => {
  expect(() => read([4, 0])).toThrow("Index 4 is out of bounds for dimension 0 with size 4.");
  expect(() => read([0, 0.5])).toThrow("Index 0.5 is out of bounds for dimension 1 with size 3.");
  expect(() => read([0, 0, 0])).toThrow("There is no dimension 2 before the last two of 4.");
});
