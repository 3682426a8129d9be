/** The properties of pictures hold for every example: in `npm test` in a first view of those that take no training, in `npm run test:long` in every view of all. */
import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { countOfModels } from "../picture/modelCount.js";
import { modelsOf } from "../picture/modelFile.js";
import { allViews, faultsOf, firstViews } from "../picture/properties.js";

vi.setConfig({ testTimeout: 600_000 });

const { isLong } = countOfModels(0);
/** They export nothing: their models are found in their variables, see snapshots.test.ts. */
const withoutExports = "parameter-management";
const trained = new Set(["train", "lstm-language-model"]);
const names = readdirSync(new URL("../../examples", import.meta.url))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replace(/\.ts$/, ""))
  .filter((name) => !name.startsWith(withoutExports) && (isLong || !trained.has(name)));

test.each(names.map((name, place) => [name, place] as const))("%s", async (file, place) => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const models = await modelsOf(`../examples/${file}`);
  expect(models.size).toBeGreaterThan(0);
  for (const [name, model] of models) {
    const views = isLong ? allViews(model) : [firstViews[place % firstViews.length]!];
    expect(await faultsOf(model, views), name).toEqual([]);
  }
});
