import { expect, test } from "vitest";
import { overviewOf } from "../../src/describe/overview.js";
import { linear, net, sequential, snapshot, tensor, tied } from "./snapshots.js";

test("a model says how its parameters were initialized, which are shared, and what was reinitialized here", () => {
  const { parameters, initialized, shared, reinitialized } = overviewOf(tied());
  expect(parameters).toMatch(/^\d+ parameters, all trainable$/);
  expect(initialized).toMatch(/^\d+ kaimingUniform, \d+ uniform/);
  expect(shared).toBe("2 = 4 (72 parameters counted once)");
  expect(reinitialized).toBe(0);
  expect(overviewOf(net()).shared).toBeNull();
});

test("who made the instance is said where the file does not", () => {
  expect(overviewOf({ ...net(), madeHere: true }).instance).toBe("made by Layerscope: the file makes none");
  expect(overviewOf(net()).instance).toBeNull();
});

test("what changed since, and what was filled from the editor", () => {
  const filled = tensor([2, 4], { kind: "constant", value: 0 }, { function: "zeros_", by: "layerscope", modifiedBy: ["add_"] });
  const model = overviewOf(snapshot("net", sequential(linear(4, 2, filled)), [1, 4]));
  expect(model.initialized).toContain("1 changed since (add_)");
  expect(model.reinitialized).toBe(1);
});
