import { describe, expect, it } from "vitest";
import { familyNamed, type FamilyName } from "../../src/protocol/index.js";
import { layerKind } from "../../src/picture/model/kinds.js";
import { shapeText, shortArguments } from "../../src/picture/model/labels.js";
import { layer } from "../support/layers.js";
import { estimateText, fit, wrap } from "../../src/picture/text.js";
import * as torch from "../../src/engine/index.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { traced } from "./traced.js";

describe("arguments on a box", () => {
  it.each([
    ["Linear", "in_features=4, out_features=8, bias=True", "4 → 8"],
    ["Linear", "in_features=4, out_features=8, bias=False", "4 → 8, bias: false"],
    ["Conv2d", "3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False", "3 → 64, 7×7, stride: 2, padding: 3, bias: false"],
    ["Conv2d", "3, 64, kernel_size=(3, 5), stride=(2, 1)", "3 → 64, 3×5, stride: [2, 1]"],
    ["Conv1d", "3, 64, kernel_size=(5,)", "3 → 64, kernelSize: 5"],
    ["MaxPool2d", "kernel_size=(3, 3), stride=2, padding=1, dilation=1, ceil_mode=False", "3×3, stride: 2, padding: 1"],
    ["BatchNorm2d", "64, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True", "numFeatures: 64"],
    ["LayerNorm", "(768,), eps=1e-06, elementwise_affine=True", "normalizedShape: 768, eps: 1e-6"],
    ["Embedding", "50257, 768", "50257 → 768"],
    ["Dropout", "p=0.1, inplace=False", "p: 0.1"],
    ["LSTM", "16, 32, num_layers=2, batch_first=True", "inputSize: 16, hiddenSize: 32, numLayers: 2, batchFirst: true"],
    ["ReLU", "", ""],
    ["MyBlock", "heads=2, causal", "heads=2, causal"],
  ])("%s(%s)", (type, text, short) => expect(shortArguments(layer(type, text), "typescript")).toBe(short));

  it("are Python's in a model of a Python file", () => {
    expect(shortArguments(layer("Linear", "in_features=4, out_features=8, bias=False"), "python")).toBe("4 → 8, bias=False");
  });
});

it("operations are called as the language of the model file calls them", async () => {
  class Masked extends torch.nn.Module {
    override forward(x: torch.Tensor): torch.Tensor {
      return torch.nn.functional.leakyRelu(x.maskedFill(x.gt(0), 1).triu(1));
    }
  }
  const { snapshot } = traced(new Masked(), [2, 3]);
  const texts = async (language: "python" | "typescript") =>
    [...(await renderSvg({ ...snapshot, language }, { depth: "all" })).matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);
  expect(await texts("python")).toEqual(expect.arrayContaining(["masked_fill", "leaky_relu", "diagonal=1"]));
  expect(await texts("typescript")).toEqual(expect.arrayContaining(["maskedFill", "leakyRelu", "diagonal: 1"]));
});

it("shapes read as products, a scalar as ()", () => {
  expect(shapeText([2, 8])).toBe("2×8");
  expect(shapeText([])).toBe("()");
  expect(shapeText(null)).toBe("");
});

it("a layer has the colour of its family, and what holds other modules that of a container", () => {
  const kind = (name: FamilyName, isAround = false) => layerKind(familyNamed(name), isAround);
  expect([kind("linear"), kind("normalization"), kind("dropout"), kind("module")]).toEqual(["dense", "normalization", "structure", "container"]);
  expect([kind("linear", true), kind("attention", true)]).toEqual(["container", "attention"]);
});

it("texts are cut to fit, never beyond", () => {
  for (const width of [0, 10, 30, 60, 200])
    expect(estimateText(fit("a_rather_long_module_name", width, "title", estimateText), "title")).toBeLessThanOrEqual(width);
  const lines = wrap("The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1", 120, "detail", 3, estimateText);
  expect(lines).toHaveLength(3);
  expect(lines.at(-1)).toMatch(/…$/);
  for (const line of lines) expect(estimateText(line, "detail")).toBeLessThanOrEqual(120);
});
