import { expect, test } from "vitest";
import { formatSummary, summarize } from "../../src/describe/summary.js";
import { shapeSource, sourceText, sourceWord } from "../../src/describe/shapeSource.js";
import { linear, sequential, snapshot } from "./snapshots.js";
import { passes } from "./sources.js";

test.each(passes)("%#: the table and JSON say the same of where shapes come from", (model, text, word) => {
  const { origin, inferredFrom, changedSince } = model.trace!;
  expect([sourceText(model.trace!), sourceWord(model.trace!)]).toEqual([text, word]);
  const [first] = formatSummary(summarize(model), Infinity).split("\n");
  expect(first).toBe(`${text}. ${origin === "inferred" ? "Assumed input" : "Input"}: [2, 4]`);
  const data = JSON.parse(JSON.stringify(summarize(model))) as { shapes: unknown };
  expect(data.shapes).toEqual({ origin, inferredFrom, changedSince, inputs: [{ label: "", shape: [2, 4] }], failed: false, text });
});

test("without a pass there is no source", () => {
  expect(shapeSource(snapshot("net", sequential(linear(4, 8), linear(8, 1)), null))).toBeNull();
});
