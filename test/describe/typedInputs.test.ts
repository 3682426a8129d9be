import { describe, expect, test } from "vitest";
import { fillOf, fillsOf, inputsToType, readInput } from "../../src/describe/typedInputs.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { net, relu, sequential, snapshot } from "./snapshots.js";

/** `net` with a pass that was given integers, as of tokens. */
function withIntegers(): ModelSnapshot {
  const model = net();
  const trace = model.trace!;
  const values = trace.values.map((value, id) => (id === trace.inputs[0]!.value ? { ...value, dtype: "int64" as const } : value));
  return { ...model, trace: { ...trace, values } };
}

describe("inputs for forward begin with those of the shown pass", () => {
  test("which are given again, until their shape changes: then floats are drawn, and integers repeated", () => {
    for (const [model, changed] of [
      [net(), "randn"],
      [withIntegers(), "recorded"],
    ] as const) {
      const { trace } = model;
      const [input] = inputsToType(model);
      expect(input).toMatchObject({ shape: "2, 4", fill: null });
      expect(fillOf(input!, 0, trace)).toBe("recorded");
      expect(fillOf({ ...input!, shape: "(2,4)" }, 0, trace)).toBe("recorded");
      expect(fillOf({ ...input!, shape: "5, 4" }, 0, trace)).toBe(changed);
      expect(fillOf({ ...input!, shape: "5, 4", fill: "ones" }, 0, trace)).toBe("ones");
    }
  });

  test("what was chosen for floats is not taken for integers", () => {
    const { trace } = net();
    const input = { ...inputsToType(net())[0]!, fill: "randn", dtype: "int64" } as const;
    expect(fillsOf("int64", trace)).not.toContain("randn");
    expect(readInput({ ...input, high: "7" }, 0, trace)).toEqual({ input: { shape: [2, 4], dtype: "int64", fill: "randint", high: 7 } });
    expect(readInput({ ...input, high: "0" }, 0, trace)).toMatchObject({ problem: expect.stringContaining("at least 1") as string });
    expect(readInput({ ...input, dtype: "bool", fill: "randint" }, 0, trace)).toEqual({ input: { shape: [2, 4], dtype: "bool", fill: "randint", high: 2 } });
  });
});

test("without a pass there is one input, whose shape is asked for", () => {
  const model = snapshot("quiet", sequential(relu()), null);
  const [input, ...others] = inputsToType(model);
  expect(others).toEqual([]);
  expect(readInput(input!, 0, null)).toMatchObject({ problem: "Give a shape, e.g. 2, 4." });
  expect(readInput({ ...input!, shape: "2, 5" }, 0, null)).toEqual({ input: { shape: [2, 5], dtype: "float32", fill: "randn" } });
});

test("where a table of embeddings is the model's first parameter, integers below its number of rows", () => {
  const model = net();
  const [first, ...others] = model.root.children;
  const table: ModelSnapshot = {
    ...model,
    trace: null,
    root: { ...model.root, children: [{ ...first!, parameters: first!.parameters.map((use) => ({ ...use, axes: ["index", "feature"] })) }, ...others] },
  };
  expect(inputsToType(table)).toEqual([{ label: "", shape: "", dtype: "int64", fill: null, high: "8" }]);
});
