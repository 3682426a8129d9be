import { describe, expect, test } from "vitest";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { ModelIndex } from "../../src/describe/modelIndex.js";
import { search, searchTensors } from "../../src/describe/search.js";
import { unrolled } from "../picture/fixtures.js";
import { linear, relu, rgnet, sequential, snapshot, tensor, tied } from "./snapshots.js";

const nested = new ModelIndex(rgnet());
const paths = (query: string, index = nested) => search(query, index).paths;

describe("search by text", () => {
  test("an empty query finds nothing", () => {
    expect(paths("  ")).toEqual([]);
  });

  test("a name finds the modules of that name, not all that lie beneath them", () => {
    expect(paths('"block 1"')).toEqual(["0.block 1"]);
    expect(paths("block")).toEqual(["0.block 0", "0.block 1", "0.block 2", "0.block 3"]);
  });

  test("a path finds one place in a collapsed box", () => {
    expect(paths('"0.block 1.2"')).toEqual(["0.block 1.2"]);
  });

  test("a type is found in any case and from a part of it", () => {
    expect(paths("relu")).toHaveLength(8);
    expect(paths("Lin")).toHaveLength(9);
  });

  test.each(["inFeatures:8", "inFeatures: 8", '"inFeatures: 8"', "in_features=8", "IN_FEATURES = 8"])(
    "%s finds an argument, as either language writes it",
    (query) => {
      expect(paths(query)).toEqual(["0.block 0.2", "0.block 1.2", "0.block 2.2", "0.block 3.2"]);
    },
  );

  test("a parameter by its full name", () => {
    expect(paths("1.weight")).toEqual(["1"]);
  });

  test("every word must hold", () => {
    expect(paths('linear "in_features=4" 2x8')).toEqual(["0.block 0.0", "0.block 1.0", "0.block 2.0", "0.block 3.0"]);
    expect(paths("relu linear")).toEqual([]);
  });

  test("the root is found by the model's name", () => {
    expect(paths("rgnet")).toEqual([""]);
  });
});

describe("search by shape and dtype", () => {
  test.each(["1x4", "1×4", "[1, 4]", "[1,4]", "shape:1x4", "shape:[1, 4]"])("%s finds the last weight", (query) => {
    expect(paths(query)).toEqual(["1"]);
  });

  test("an output's shape counts too", () => {
    expect(paths("shape:2x1")).toEqual(["", "1"]);
  });

  test("a plain number is a name, not a shape", () => {
    expect(paths("1")).not.toContain("0");
    expect(paths("path:1")).toContain("1");
  });

  const convolution = new ModelIndex(outputShapes([1, 64, 56, 56], [1, 64, 28, 28], [1, 128, 56, 56], [2, 10]));

  test.each(["56x56", "64x56x56", "1×64×56×56", "*x64x56x56", "?x64x56x56", "64x*x56", "shape:?,64,56,*", "[*, 64, 56, 56]", "[?,?,?,56] 64x*x56"])(
    "%s finds a shape by its end, any size by a sign",
    (query) => {
      expect(paths(query, convolution)[0]).toBe("0");
      expect(paths(query, convolution)).not.toContain("1");
    },
  );

  test("what is before the end may be anything, but in brackets nothing may be", () => {
    expect(paths("56x56", convolution)).toEqual(["0", "2"]);
    expect(paths("shape:28", convolution)).toEqual(["1"]);
    for (const query of ["[56, 56]", "[64,56,56]", "*x1x64x56x56", "56x", "x56", "1x64", "*", "?"]) expect(paths(query, convolution)).toEqual([]);
  });

  test("dtype", () => {
    expect(paths("dtype:float32")).toHaveLength(9);
    expect(paths("int64")).toEqual([]);
  });
});

/** A model with one layer for each shape that it gives out. */
function outputShapes(...shapes: readonly (readonly number[])[]): ModelSnapshot {
  const model = snapshot("shapes", sequential(...shapes.map(() => relu())), [1]);
  const { steps, values } = model.trace!;
  const outputs = new Map(steps.flatMap((step) => (step.kind === "module" && step.path !== "" ? [[step.outputs[0]!.value, shapes[Number(step.path)]!]] : [])));
  return { ...model, trace: { ...model.trace!, values: values.map((value, id) => ({ ...value, shape: outputs.get(id) ?? value.shape })) } };
}

/** The pass as it is where the modules at `paths` give out NaN. */
function withNonFinite({ trace }: ModelSnapshot, paths: ReadonlySet<string>): ModelSnapshot["trace"] {
  const values = [...trace!.values];
  const steps = trace!.steps.map((step) => {
    if (step.kind !== "module") return step;
    const value = values.length;
    values.push({
      shape: [1],
      dtype: "float32",
      source: { kind: "constant", name: null },
      statistics: { finite: null, zeros: 0, nonFinite: paths.has(step.path) ? 1 : 0, negativeInfinity: 0 },
    });
    return { ...step, outputs: [{ value, label: "" }] };
  });
  return { ...trace!, values, steps };
}

describe("search by predicate", () => {
  test("type: means the whole name", () => {
    expect(paths("type:Lin")).toEqual([]);
    expect(paths("type:linear")).toHaveLength(9);
  });

  test("params counts what is beneath, with a unit or without", () => {
    expect(paths("params>100")).toEqual(["", "0"]);
    expect(paths("params>0.1k")).toEqual(["", "0"]);
    expect(paths("params=5")).toEqual(["1"]);
    expect(paths("params>1M")).toEqual([]);
    expect(paths("params<=5 type:Linear")).toEqual(["1"]);
  });

  test("spaces around the sign of a comparison change nothing", () => {
    expect(paths("params > 100")).toEqual(["", "0"]);
    expect(paths("type:Linear params <= 5")).toEqual(["1"]);
    expect(paths("params>= 100 type:Linear")).toEqual([]);
    expect(paths("in_features = 4")).toEqual(paths("in_features=4"));
  });

  test("depth", () => {
    expect(paths("depth<=1")).toEqual(["", "0", "1"]);
  });

  test("shared finds every place of a shared weight", () => {
    expect(paths("shared", new ModelIndex(tied()))).toEqual(["2", "4"]);
    expect(paths("shared")).toEqual([]);
    expect(paths("shared", new ModelIndex(unrolled(5)))).toEqual(["cell.input", "cell.state"]);
  });

  test("frozen, nan and zeros look at the values", () => {
    const frozen = tensor([2, 2], { kind: "constant", value: 0 }, { requiresGrad: false });
    const broken = tensor([2, 2], { kind: "uniform", low: -1, high: 1 });
    broken.values[1] = Number.NaN;
    const index = new ModelIndex(snapshot("odd", sequential(linear(2, 2, frozen), relu(), linear(2, 2, broken)), [1, 2]));
    expect(paths("frozen", index)).toEqual(["0"]);
    expect(paths("nan", index)).toEqual(["2"]);
    expect(paths("zeros>=50%", index)).toEqual(["0"]);
  });

  test("nan finds what holds it first, then what gives it out in the order of the calls, and no box around these", () => {
    const broken = tensor([2, 2], { kind: "constant", value: Number.NaN });
    const model = snapshot("odd", sequential(["early", relu()], ["outer", sequential(["late", linear(2, 2, broken)])], ["last", linear(2, 2)]), [1, 2]);
    const gives = new Set(["", "outer", "outer.late", "last", "early"]);
    const index = new ModelIndex({ ...model, trace: withNonFinite(model, gives) });
    expect(paths("nan", index)).toEqual(["outer.late", "early", "last"]);
    expect(paths("NaN type:Linear", index)).toEqual(["outer.late", "last"]);
    expect([...searchTensors("nan", index)!]).toHaveLength(1);
  });

  test("nan finds a box whose own code makes it", () => {
    const model = snapshot("odd", sequential(relu(), linear(2, 2)), [1, 2]);
    expect(paths("nan", new ModelIndex({ ...model, trace: withNonFinite(model, new Set([""])) }))).toEqual([""]);
  });

  test.each([
    ["param>1M", "unknownNumber"],
    ["params>many", "notANumber"],
    ["kind:Linear", "unknownAspect"],
    ["constructor:Linear", "unknownAspect"],
    ["constructor>1", "unknownNumber"],
  ])("%s is explained as %s, not searched", (query, problem) => {
    expect(search(query, nested)).toEqual({ paths: [], error: { word: query, problem } });
  });
});
