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

/** What was drawn wrongly once: a line that a later turn takes, the order of operands beside the shortest lines, and links that had to be looked for far around. */
test.each([
  [1196, "first view, down"],
  [5062, "everything, right"],
  [5190, "everything, right"],
  [5108, "all open, rows folded"],
  [5266, "everything, right"],
] as const)("a generated model (%i) in one view (%s) is drawn as it ran", async (seed, name) => {
  const model = generated(seed);
  const views = allViews(model).filter((view) => view.name === name);
  expect(views).toHaveLength(1);
  expect(await faultsOf(model, views)).toEqual([]);
});
