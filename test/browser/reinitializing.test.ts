import { expect, test } from "vitest";
import { formatValue } from "../../src/describe/format.js";
import type { TensorStatistics } from "../../src/protocol/index.js";
import type { Answers } from "../support/webview.js";
import { button, fileState, inspector, models, open } from "./page.js";

test("a module is reinitialized in place: what, how and the seed in one form, by keyboard alone", async () => {
  // What would come of it: weights of half the size.
  const halved = (statistics: TensorStatistics): TensorStatistics => {
    const half = (value: number) => value / 2;
    const { finite, histogram } = statistics;
    return {
      ...statistics,
      finite: finite && { min: half(finite.min), max: half(finite.max), mean: half(finite.mean), std: half(finite.std) },
      histogram: histogram && { ...histogram, low: half(histogram.low), high: half(histogram.high) },
    };
  };
  const previewReinitialize: Answers["previewReinitialize"] = ({ tensors }) => tensors.map((id) => halved(models[0]!.tensors[id]!.statistics!));
  const webview = await open(fileState(), { width: 420, selection: { model: "net", path: "2" }, answers: { previewReinitialize } });
  const { page } = webview;
  await button(webview, "Reinitialize…").click();
  const form = inspector(webview).getByRole("form", { name: "Reinitialize" });
  await form.waitFor();
  expect(await form.innerText()).toContain("Between what keeps the size of the signal forward and what keeps that of the gradient backward");
  const preview = form.getByRole("region", { name: "Preview" });
  const { std } = models[0]!.tensors.find(({ names }) => names.includes("2.weight"))!.statistics!.finite!;
  await expect.poll(() => preview.innerText()).toContain(`then: std ${formatValue(std / 2)}`);
  expect(await preview.innerText()).toContain(`now: std ${formatValue(std)}`);
  expect(await preview.locator(":scope > figure").count()).toBe(1);
  await preview.getByRole("button", { name: "Show all 2" }).click();
  await expect
    .poll(() => preview.locator(":scope > figure > figcaption").allInnerTexts())
    .toEqual([expect.stringContaining("weight"), expect.stringContaining("bias")]);
  expect(webview.asked("reinitialize")).toEqual([]);
  const gain = form.getByRole("textbox", { name: "gain" });
  await gain.fill("two");
  expect(await form.getByRole("alert").innerText()).toBe("gain is a number, e.g. 0.02 or 1e-3.");
  await gain.press("Enter");
  expect(webview.asked("reinitialize")).toEqual([]);
  await gain.fill("2");
  await gain.press("Enter");
  const asked = {
    model: "net",
    target: { kind: "module", path: "2" },
    choice: { kind: "scheme", function: "xavierUniform_", arguments: { gain: 2 } },
    seed: 0,
  };
  await expect.poll(() => webview.asked("reinitialize")).toEqual([asked]);
  await expect.poll(() => webview.asked("forward")).toEqual([{ model: "net", input: { kind: "recorded" }, seed: null }]);
  await form.getByRole("button", { name: "Copy as Code" }).click();
  await expect.poll(() => webview.asked("copyAsCode")).toEqual([asked]);
  await gain.press("Escape");
  await form.waitFor({ state: "detached" });
  expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("2");
  for (const width of [230, 300, 560]) {
    await webview.resize(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});

test.each([
  [230, 760],
  [300, 420],
  [560, 760],
])("the form's buttons come after its fields and stand over none of them, at %d x %d px", async (width, height) => {
  const webview = await open(fileState(), { width, height, selection: { model: "net", path: "2" } });
  await button(webview, "Reinitialize…").click();
  const form = inspector(webview).getByRole("form", { name: "Reinitialize" });
  const fields = [form.getByRole("combobox", { name: "How" }), form.getByRole("textbox", { name: "gain" }), form.getByRole("textbox", { name: "Seed" })];
  const apply = form.getByRole("button", { name: "Apply" });
  const bottoms = async () => Promise.all(fields.map(async (field) => field.boundingBox().then((box) => box!.y + box!.height)));
  await expect.poll(async () => (await apply.boundingBox())!.y - Math.max(...(await bottoms()))).toBeGreaterThanOrEqual(0);
});
