/** Networks of all kinds, with the names, sizes and costs that they were published with; of each the picture must be right. */
import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { findingsOf } from "../../src/describe/findings/findings.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { countOfModels } from "./modelCount.js";
import { modelsOf } from "./modelFile.js";
import { allViews, drawn, drawnAnew, faultsOf, firstViews, written } from "./properties.js";

vi.setConfig({ testTimeout: 600_000 });

interface Published {
  readonly parameters: number;
  /** Billions of multiply-adds of an image of 224 x 224, as torchvision has them. */
  readonly gmacs?: number;
}

const published: Readonly<Record<string, Published>> = {
  alexnet: { parameters: 61_100_840, gmacs: 0.714 },
  clip: { parameters: 151_277_313 },
  convnextTiny: { parameters: 28_589_128, gmacs: 4.456 },
  deit: { parameters: 5_910_800 },
  densenet121: { parameters: 7_978_856, gmacs: 2.834 },
  discriminator: { parameters: 2_765_568 },
  distilbert: { parameters: 66_362_880 },
  dqn: { parameters: 1_686_180 },
  efficientnetB0: { parameters: 5_288_548, gmacs: 0.386 },
  gcn: { parameters: 23_063 },
  gemma: { parameters: 2_506_172_416 },
  generator: { parameters: 3_576_704 },
  googlenet: { parameters: 6_624_904, gmacs: 1.498 },
  mamba: { parameters: 129_135_360 },
  mixer: { parameters: 59_880_472 },
  mixtral: { parameters: 46_702_792_704 },
  mnasnet: { parameters: 4_383_312, gmacs: 0.314 },
  opt: { parameters: 125_239_296 },
  regnetX400MF: { parameters: 5_495_976, gmacs: 0.414 },
  roberta: { parameters: 124_645_632 },
  shufflenet: { parameters: 2_278_604, gmacs: 0.145 },
  squeezenet: { parameters: 1_248_424, gmacs: 0.819 },
  swinT: { parameters: 28_288_354, gmacs: 4.491 },
  t5: { parameters: 60_506_624 },
  whisper: { parameters: 37_184_640 },
};

/** What their runs prove about them on purpose, by "code (path)"; nothing is found in the others. */
const findings: Readonly<Record<string, readonly string[]>> = { twoLists: ["never-called (mixes.4)"] };

/** A model file whose pass fails on purpose; failures.test.ts looks at such. */
const failing = "failing";
const names = readdirSync(new URL("../support/models", import.meta.url))
  .map((file) => file.replace(/\.ts$/, ""))
  .filter((name) => name !== failing);
const { isLong } = countOfModels(0);
const seen = new Set<string>();

test.each(names.map((name, place) => [name, place] as const))("%s", async (file, place) => {
  const models = await modelsOf(`support/models/${file}`);
  expect(models.size).toBeGreaterThan(0);
  for (const [name, model] of models) {
    seen.add(name);
    const { snapshot } = model;
    expect(snapshot.trace, name).toMatchObject({ origin: "recorded", failure: null, truncatedSteps: 0 });
    const found = findingsOf(snapshot).all.map(({ code, place }) => `${code} (${place.path})`);
    expect(found, name).toEqual(findings[name] ?? []);
    const { parameters, gmacs } = published[name] ?? { parameters: snapshot.totals.parameters };
    expect(snapshot.totals.parameters, name).toBe(parameters);
    if (gmacs !== undefined) expect(Number((snapshot.totals.multiplyAdds! / 1e9).toFixed(3)), name).toBe(gmacs);
    const view = firstViews[place % firstViews.length]!;
    expect(await faultsOf(model, isLong ? allViews(model) : [view]), name).toEqual([]);
    if (isLong) expect(written(await drawnAnew(new PictureModel(snapshot), view)), name).toBe(written(await drawn(model, view)));
  }
});

test("every published network was looked at", () => {
  expect(Object.keys(published).filter((name) => !seen.has(name))).toEqual([]);
});
