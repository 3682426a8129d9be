/** What must hold of the picture of any model, of models that the dice made. `npm run test:long` looks at thousands, in every view. */
import { expect, test, vi } from "vitest";
import { generated } from "./generated.js";
import { countOfModels } from "./modelCount.js";
import { allViews, drawn, drawnAnew, everythingViews, faultsOf, firstViews, written } from "./properties.js";

vi.setConfig({ testTimeout: 300_000 });

const { count, first, isLong } = countOfModels(36);

test.each(Array.from({ length: count }, (_, at) => first + at))("a generated model (%i) is drawn as it ran", async (seed) => {
  const model = generated(seed);
  const views = isLong ? allViews(model) : [firstViews[seed % firstViews.length]!, everythingViews(model)[seed % everythingViews(model).length]!];
  expect(await faultsOf(model, views)).toEqual([]);
  const [view] = views;
  expect(written(await drawnAnew(generated(seed), view!))).toBe(written(await drawn(model, view!)));
});
