import type { nn } from "layerscope";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => void vi.restoreAllMocks());

function parameterCount(model: nn.Module): number {
  return [...model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}

test("GPT-2 small has the published number of parameters, its embedding and head being one", async () => {
  const { gpt2, miniature } = await import("../../examples/gpt2.js");
  expect(parameterCount(gpt2)).toBe(124_439_808);
  expect(gpt2.lmHead.weight === gpt2.wte.weight).toBe(true);
  expect(miniature.lmHead.weight === miniature.wte.weight).toBe(true);
  expect(printed[0]).toContain("torch.Size([1, 64, 50257])");
  expect(Number(/loss ([\d.]+)/.exec(printed[1]!)![1])).toBeCloseTo(Math.log(256), 0);
});

test("BERT-base has the published number of parameters, and padding does not change what it gives", async () => {
  const { bert } = await import("../../examples/bert.js");
  expect(parameterCount(bert)).toBe(109_482_240);
  expect(Number(/by (\S+):/.exec(printed[1]!)![1])).toBeLessThan(1e-6);
});

test("ViT-B/16 has the published number of parameters", async () => {
  const { vit } = await import("../../examples/vit.js");
  expect(parameterCount(vit)).toBe(86_567_656);
  expect(printed).toEqual([expect.stringContaining("torch.Size([1, 1000])"), "Miniature: torch.Size([2, 10])"]);
});

test("Llama 3 has the published numbers of parameters and runs on the meta device", async () => {
  const { llama3_8B, llama3_70B } = await import("../../examples/llama3.js");
  expect(parameterCount(llama3_8B)).toBe(8_030_261_248);
  expect(parameterCount(llama3_70B)).toBe(70_553_706_496);
  expect(printed[1]).toContain("torch.Size([1, 32, 128256])");
});

test("the LSTM language model learns its sentence by heart", async () => {
  await import("../../examples/lstm-language-model.js");
  expect(printed.at(-1)).toBe("it writes: the quick brown fox jumps over the lazy dog. ");
}, 60_000);

test("the trained network tells more than 95 % of the points apart that it has not seen", async () => {
  const { accuracy } = await import("../../examples/train.js");
  expect(accuracy).toBeGreaterThan(0.95);
}, 60_000);

test("of a mixture of experts a token meets two experts of 64", async () => {
  const { model } = await import("../../examples/mixture-of-experts.js");
  expect(parameterCount(model)).toBe(270_724);
  expect(printed).toEqual(["270,724 parameters, of which a token meets 16,772; gives torch.Size([256, 100])"]);
});
