import { describe, expect, test } from "vitest";
import { operationNamed, type ModelSnapshot, type OperationStep, type TraceStep, type TraceValue } from "../../src/protocol/index.js";
import { originOf } from "../../src/describe/valueOrigin.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { net } from "./snapshots.js";

/** net's pass, and after it `y = net(x); y.at(0).fill_(1); y.at(1).mul_(2); y.view(2)`, all in the model's own forward. */
function written(): { model: ModelSnapshot; row: number; again: number; view: number } {
  const model = net();
  const trace = model.trace!;
  const values: TraceValue[] = [...trace.values];
  const steps: TraceStep[] = [...trace.steps];
  const run = (name: string, input: number, shape: readonly number[], effect: OperationStep["effect"], index?: string): number => {
    const step: OperationStep = {
      kind: "operation",
      name: operationNamed(name),
      arguments: [],
      effect,
      view: effect !== "writes",
      ...(index === undefined ? {} : { parts: [{ index }] }),
      writes: effect === "writes" ? [{ operand: 0, value: values.length }] : [],
      multiplyAdds: 0,
      parent: 0,
      location: null,
      inputs: [{ value: input, label: "" }],
      outputs: [{ value: values.length, label: "" }],
    };
    values.push({ shape, dtype: "float32", source: { kind: "step", step: steps.length } });
    steps.push(step);
    return values.length - 1;
  };
  const version = (): number => {
    values.push({ shape: [2, 1], dtype: "float32", source: { kind: "step", step: steps.length - 1 } });
    return values.length - 1;
  };
  const row = run("at", trace.outputs[0]!.value, [1], "part", "[0]");
  run("fill_", row, [1], "writes");
  const again = run("at", version(), [1], "part", "[1]");
  run("mul_", again, [1], "writes");
  const view = run("view", version(), [2], "view");
  return { model: { ...model, trace: { ...trace, values, steps } }, row, again, view };
}

describe("where a value comes from", () => {
  const { model, row, again, view } = written();
  const index = indexOf(model);
  const output = { kind: "module", path: "2" };

  test("the model's input, a parameter, what a module gave out", () => {
    expect(originOf(index, 0)).toEqual({ views: [], source: { kind: "input" } });
    expect(originOf(index, model.trace!.outputs[0]!.value)).toEqual({ views: [], source: output });
  });

  test("a view of it, also after writes into other views", () => {
    expect(originOf(index, row)).toEqual({ views: ["[0]"], source: output });
    expect(originOf(index, again)).toEqual({ views: ["[1]"], source: output });
    expect(originOf(index, view)).toEqual({ views: ["view"], source: output });
  });
});
