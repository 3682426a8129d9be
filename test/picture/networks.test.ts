/** Networks of all kinds, with the names, sizes and costs that they were published with; of each the picture must be right. */
import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import type * as torch from "../../src/engine/index.js";
import { inspectHere } from "../inspect/inspector.js";
import { allViews, drawn, drawnAnew, faultsOf, firstViews, written } from "./properties.js";

vi.setConfig({ testTimeout: 600_000 });

interface Published {
  readonly parameters: number;
  /** Billions of multiply-adds of an image of 224 x 224, as torchvision has them. */
  readonly gmacs?: number;
}

const published: Readonly<Record<string, Readonly<Record<string, Published>>>> = {
  alexnet: { alexnet: { parameters: 61_100_840, gmacs: 0.714 } },
  clip: { clip: { parameters: 151_277_313 } },
  convnext: { convnextTiny: { parameters: 28_589_128, gmacs: 4.456 } },
  deit: { deit: { parameters: 5_910_800 } },
  densenet: { densenet121: { parameters: 7_978_856, gmacs: 2.834 } },
  distilbert: { distilbert: { parameters: 66_362_880 } },
  efficientnet: { efficientnetB0: { parameters: 5_288_548, gmacs: 0.386 } },
  gemma: { gemma: { parameters: 2_506_172_416 } },
  googlenet: { googlenet: { parameters: 6_624_904, gmacs: 1.498 } },
  mamba: { mamba: { parameters: 129_135_360 } },
  mixer: { mixer: { parameters: 59_880_472 } },
  mixtral: { mixtral: { parameters: 46_702_792_704 } },
  mnasnet: { mnasnet: { parameters: 4_383_312, gmacs: 0.314 } },
  opt: { opt: { parameters: 125_239_296 } },
  regnet: { regnetX400MF: { parameters: 5_495_976, gmacs: 0.414 } },
  roberta: { roberta: { parameters: 124_645_632 } },
  shufflenet: { shufflenet: { parameters: 2_278_604, gmacs: 0.145 } },
  squeezenet: { squeezenet: { parameters: 1_248_424, gmacs: 0.819 } },
  swin: { swinT: { parameters: 28_288_354, gmacs: 4.491 } },
  t5: { t5: { parameters: 60_506_624 } },
  whisper: { whisper: { parameters: 37_184_640 } },
};

const folder = new URL("../support/models", import.meta.url);
/** A model file whose pass fails; its picture is tested with those of others. */
const failing = "failing";
const inspection = inspectHere();
const isLong = process.env["LAYERSCOPE_RANDOM_MODELS"] !== undefined;

test("every network is looked at", () => {
  const names = readdirSync(folder)
    .map((file) => file.replace(/\.ts$/, ""))
    .filter((name) => name !== failing);
  expect(Object.keys(published).sort()).toEqual(names.sort());
});

test.each(Object.entries(published))("%s", async (file, models) => {
  const exported = (await import(`../support/models/${file}.ts`)) as Record<string, unknown>;
  for (const [name, { parameters, gmacs }] of Object.entries(models)) {
    inspection.setModels([{ name, module: exported[name] as torch.nn.Module, location: null }], { infer: false });
    const [snapshot] = inspection.snapshots();
    expect(snapshot!.trace).toMatchObject({ origin: "recorded", failure: null, truncatedSteps: 0 });
    expect(snapshot!.totals.parameters).toBe(parameters);
    if (gmacs !== undefined) expect(Number((snapshot!.totals.multiplyAdds! / 1e9).toFixed(3))).toBe(gmacs);
    const model = new PictureModel(snapshot!);
    expect(await faultsOf(model, isLong ? allViews(model) : firstViews)).toEqual([]);
    const [first] = firstViews;
    expect(written(await drawnAnew(new PictureModel(snapshot!), first!))).toBe(written(await drawn(model, first!)));
  }
});
