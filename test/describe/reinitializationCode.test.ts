import { describe, expect, test } from "vitest";
import * as torch from "layerscope";
import { reinitializationCode } from "../../src/describe/reinitializationCode.js";
import type { Reinitialization } from "../../src/protocol/index.js";
import { net } from "./snapshots.js";

const xavier: Reinitialization["choice"] = { kind: "scheme", function: "xavierUniform_", arguments: { gain: 2 } };

describe("the code of a reinitialization", () => {
  test.each<[string, Reinitialization]>([
    ["a module", { target: { kind: "module", path: "2" }, choice: xavier, seed: 3 }],
    ["the model", { target: { kind: "model" }, choice: xavier, seed: null }],
    ["a type", { target: { kind: "type", type: "Linear" }, choice: { kind: "scheme", function: "zeros_", arguments: {} }, seed: 1 }],
    ["as constructed", { target: { kind: "type", type: "Linear" }, choice: { kind: "asConstructed" }, seed: 0 }],
  ])("%s: does it", (_name, reinitialization) => {
    const model = new torch.nn.Sequential(new torch.nn.Linear(4, 8), new torch.nn.ReLU(), new torch.nn.Linear(8, 1));
    const before = String(model[2].weight);
    const [first, bias] = [String(model[0].weight), String(model[0].bias)];
    // The lines of the user's file, run as it runs them.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    (new Function("torch", "nn", "net", reinitializationCode(net(), reinitialization)) as (...given: unknown[]) => void)(torch, torch.nn, model);
    expect(String(model[2].weight)).not.toBe(before);
    expect(String(model[0].weight) === first).toBe(reinitialization.target.kind === "module");
    if (reinitialization.choice === xavier) expect(String(model[0].bias)).toBe(bias);
  });

  test("in Python", () => {
    const python = { ...net(), language: "python" } as const;
    expect(reinitializationCode(python, { target: { kind: "module", path: "2" }, choice: xavier, seed: 0 })).toBe(
      'torch.manual_seed(0)\nfor parameter in net.get_submodule("2").parameters():\n    if parameter.dim() >= 2:\n        nn.init.xavier_uniform_(parameter, gain=2)',
    );
  });
});
