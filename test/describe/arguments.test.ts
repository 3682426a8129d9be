import { expect, it } from "vitest";
import { writeArguments } from "../../src/describe/arguments.js";
import type { NamedArguments } from "../../src/protocol/index.js";

const values: NamedArguments = {
  inFeatures: 4,
  bias: true,
  eps: 1e-5,
  negativeSlope: 1 / 3,
  kernelSize: [3, 3],
  mode: "nearest",
  momentum: null,
  activation: { code: "gelu" },
  minVal: { code: "-Infinity" },
};

it("arguments are written in the language of the model file", () => {
  expect(writeArguments(values, "typescript")).toBe(
    'inFeatures: 4, bias: true, eps: 1e-5, negativeSlope: 0.333333, kernelSize: [3, 3], mode: "nearest", momentum: null, activation: gelu, minVal: -Infinity',
  );
  expect(writeArguments(values, "python")).toBe(
    "in_features=4, bias=True, eps=1e-5, negative_slope=0.333333, kernel_size=[3, 3], mode='nearest', momentum=None, activation=gelu, min_val=-math.inf",
  );
});

it("no arguments are no text", () => expect(writeArguments({}, "typescript")).toBe(""));
