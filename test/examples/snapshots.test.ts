import { readdirSync } from "node:fs";
import { afterAll, expect, test, vi } from "vitest";
import { ModelRunner } from "../../src/runner/client.js";
import { findingsOf } from "../../src/describe/findings/findings.js";
import { indexOf } from "../../src/describe/modelIndex.js";

vi.setConfig({ testTimeout: 120_000 });

const examples = new URL("../../examples/", import.meta.url);
const runner = new ModelRunner({ dist: new URL("../../dist", import.meta.url).pathname, timeLimit: 110_000, memoryLimit: 4096 });

afterAll(() => runner.dispose());

/** Each parameter once, however often it is used; of published networks the published numbers. */
const expected: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "bert.ts": { bert: 109_482_240, miniature: 21_984 },
  "gpt2.ts": { gpt2: 124_439_808, miniature: 170_560 },
  "initialization.ts": { small: 125_122, xavier: 125_122, kaiming: 125_122 },
  "lenet.ts": { lenet: 61_706 },
  "llama3.ts": { llama3_8B: 8_030_261_248, llama3_70B: 70_553_706_496 },
  "lstm-language-model.ts": { model: 39_004 },
  "mixture-of-experts.ts": { model: 270_724 },
  "mobilenetv2.ts": { mobilenetv2: 3_504_872 },
  "parameter-management.ts": { net: 49, rgnet: 309, tied: 121 },
  "parameter-management.zh-cn.ts": { net: 49, rgnet: 309, tied: 121 },
  "resnet.ts": { resnet18: 11_689_512, resnet50: 25_557_032 },
  "train.ts": { net: 4_547 },
  "unet.ts": { unet: 31_037_698, miniature: 486_418 },
  "vgg16.ts": { vgg16: 138_357_544 },
  "vit.ts": { vit: 86_567_656, miniature: 67_594 },
};

/** What the run of an example proves about its models on purpose, by "model: code (path)"; nothing is found in the others. */
const findings: Readonly<Record<string, readonly string[]>> = {};

test("there are totals for every example", () => {
  expect(Object.keys(expected)).toEqual(readdirSync(examples).filter((name) => name.endsWith(".ts")));
});

test.each(Object.entries(expected))(
  "%s: the model view's totals count each parameter once, and nothing is found wrong that is not meant",
  async (file, totals) => {
    const { models, failure } = await runner.run(new URL(file, examples).pathname);
    expect(failure).toBeNull();
    expect(Object.fromEntries(models.map((model) => [model.name, model.totals.parameters]))).toEqual(totals);
    // What the picture and the inspector say of the whole model.
    for (const model of models) expect(indexOf(model).totals("").parameters).toBe(model.totals.parameters);
    const found = models.flatMap((model) => findingsOf(model).all.map(({ code, place, text }) => `${model.name}: ${code} (${place.path}) ${text}`));
    expect(found).toEqual(findings[file] ?? []);
  },
);
