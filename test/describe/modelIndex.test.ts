import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { ModelIndex } from "../../src/describe/modelIndex.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import { linear, net, rgnet, sequential, snapshot, tied } from "./snapshots.js";

describe("places", () => {
  const index = new ModelIndex(rgnet());

  test("parents come before children, in declaration order", () => {
    expect(index.modules.slice(0, 4).map(({ path }) => path)).toEqual(["", "0", "0.block 0", "0.block 0.0"]);
    expect(index.modules.at(-1)?.path).toBe("1");
  });

  test("ancestry leads from the root", () => {
    expect(index.ancestry("0.block 1.0").map(({ path }) => path)).toEqual(["", "0", "0.block 1", "0.block 1.0"]);
  });

  test("the nearest existing place above a lost one", () => {
    expect(index.nearest("0.block 1.9.weight").path).toBe("0.block 1");
    expect(index.nearest("9").path).toBe("");
  });
});

test("what lies in a module comes with it, in declaration order, and nothing beside it", () => {
  const index = new ModelIndex(rgnet());
  expect(index.within("0.block 1").map(({ path }) => path)).toEqual(["0.block 1", "0.block 1.0", "0.block 1.1", "0.block 1.2", "0.block 1.3"]);
  expect(index.within("")).toEqual(index.modules);
  expect(index.within("9")).toEqual([]);
});

test("a line of the code leads to the modules made there and to the calls made there", () => {
  const at = (line: number) => ({ file: "/work/net.ts", line, column: 3 });
  const model = net();
  const [first, second, ...others] = model.root.children;
  const index = new ModelIndex({
    ...model,
    root: { ...model.root, children: [{ ...first!, location: at(4) }, { ...second!, location: at(4) }, ...others] },
    trace: { ...model.trace!, steps: model.trace!.steps.map((step, id) => ({ ...step, location: id === 0 ? at(9) : null })) },
  });
  expect(index.madeAt("/work/net.ts", 4).map(({ path }) => path)).toEqual(["0", "1"]);
  expect(index.stepsAt("/work/net.ts", 9)).toEqual([0]);
  expect(index.madeAt("/work/net.ts", 9)).toEqual([]);
  expect(index.madeAt("/work/other.ts", 4)).toEqual([]);
});

describe("sharing", () => {
  const index = new ModelIndex(tied());

  test("one module in two places has both, and its weights have both", () => {
    expect(index.samePlaces(index.module("2")!)).toEqual(["2", "4"]);
    const weight = index.module("2")!.parameters[0]!;
    expect(index.places(weight.tensor)).toEqual([
      { path: "2", name: "weight" },
      { path: "4", name: "weight" },
    ]);
  });

  test("a use knows the other names of its tensor", () => {
    const [weight] = index.module("4")!.parameters;
    expect(index.otherNames("4", weight!)).toEqual(["2.weight"]);
    expect(index.otherNames("0", index.module("0")!.parameters[0]!)).toEqual([]);
  });

  test("parameters beneath a module are each there once, and named as seen from it in each of their places", () => {
    expect(index.parametersWithin("").reduce((sum, { count }) => sum + count, 0)).toBe(40 + 72 + 9);
    expect(index.parameterPlacesWithin("").map(({ name }) => name)).toContain("4.weight");
    expect(index.parameterPlacesWithin("4").map(({ name }) => name)).toEqual(["weight", "bias"]);
  });

  test("classes with parameters of their own are counted by module, not by place", () => {
    expect([...index.typesWithParameters()]).toEqual([["Linear", 3]]);
  });

  test("totals count it once", () => {
    expect(index.totals("")).toMatchObject({ parameters: 40 + 72 + 9, modules: 7, sharedOutside: 0 });
    expect(index.totals("").parameters).toBe(index.model.totals.parameters);
    expect(index.totals("2").sharedOutside).toBe(72);
  });
});

describe("calls", () => {
  test("every call of a place, with shapes", () => {
    const index = new ModelIndex(net());
    const [call] = index.calls("0");
    expect(call!.step.inputs.map((operand) => index.shape(operand))).toEqual([[2, 4]]);
    expect(call!.step.outputs.map((operand) => index.shape(operand))).toEqual([[2, 8]]);
  });

  test("an operation knows the module it ran in", () => {
    const index = new ModelIndex(net());
    const step = index.model.trace!.steps.findIndex((each) => each.kind === "operation");
    expect(index.enclosing(step)).toBe("0");
    expect(index.operation(step)?.name).toBe("linear");
    expect(index.operation(0)).toBeUndefined();
  });

  test("without a forward pass nothing is claimed", () => {
    const index = new ModelIndex(snapshot("quiet", sequential(linear(4, 8)), null));
    expect(index.calls("0")).toEqual([]);
    expect(index.totals("").multiplyAdds).toBeNull();
  });
});

test("what takes the tensors of modules that are not called is known by step and name", () => {
  const { nn } = torch;
  const inspection = inspectHere();
  const attention = new nn.MultiheadAttention(16, 4);
  const x = torch.rand(3, 1, 16);
  attention(x, x, x);
  const index = new ModelIndex(snapshotOf(inspection, attention));
  const step = index.model.trace!.steps.findIndex((each) => each.kind === "operation" && `${each.name}` === "multiHeadAttentionForward");
  expect(index.directUses).toEqual(
    new Map([
      [
        "out_proj",
        [
          { step, tensor: "weight" },
          { step, tensor: "bias" },
        ],
      ],
    ]),
  );
  expect(index.directUsesWithin("").map(({ tensor }) => tensor)).toEqual(["out_proj.weight", "out_proj.bias"]);
});
