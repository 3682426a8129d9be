/** What must hold of the picture of any model, of models that the dice made. `npm run test:long` looks at thousands, in every view. */
import { expect, test, vi } from "vitest";
import { common, generated } from "./generated.js";
import { numbers } from "./generatedNumbers.js";
import { rare } from "./generatedRare.js";
import { countOfModels } from "./modelCount.js";
import { allViews, drawn, drawnAnew, everythingViews, faultsOf, firstViews, written } from "./properties.js";

vi.setConfig({ testTimeout: 300_000 });

const { count, first, isLong } = countOfModels(20);

const seeds = Array.from({ length: count }, (_, at) => first + at);
const repertoires = { common, rare, numbers };

test.each((["common", "rare", "numbers"] as const).flatMap((name) => seeds.map((seed) => [name, seed] as const)))(
  "a generated model (%s, %i) is drawn as it ran",
  async (name, seed) => {
    const kinds = repertoires[name];
    const model = generated(seed, kinds);
    const views = isLong ? allViews(model) : [firstViews[seed % firstViews.length]!, everythingViews(model)[seed % everythingViews(model).length]!];
    expect(await faultsOf(model, views)).toEqual([]);
    const [view] = views;
    expect(written(await drawnAnew(generated(seed, kinds), view!))).toBe(written(await drawn(model, view!)));
  },
);

/** What was drawn wrongly once: a line that a later turn takes, the order of operands beside the shortest lines, links that had to be looked for far around, and a line to a dictionary in a sequence whose members alone are called, a link along a margin beyond both of its boxes, and an open box for two calls that hand on what they are given. */
test.each([
  ["common", 1196, "first view, down"],
  ["common", 5062, "everything, right"],
  ["common", 5190, "everything, right"],
  ["common", 5108, "all open, rows folded"],
  ["common", 5266, "everything, right"],
  ["common", 63001, "first view, down"],
  ["rare", 20089, "everything with bookkeeping"],
  ["rare", 22006, "everything, right"],
] as const)("a generated model (%s, %i) in one view (%s) is drawn as it ran", async (kinds, seed, name) => {
  const model = generated(seed, { common, rare }[kinds]);
  const views = allViews(model).filter((view) => view.name === name);
  expect(views).toHaveLength(1);
  expect(await faultsOf(model, views)).toEqual([]);
});
