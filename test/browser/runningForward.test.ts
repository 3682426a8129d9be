/** Running forward in place: inputs, seed, and what came of it, in the inspector. */
import { expect, test } from "vitest";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { relu, sequential, snapshot } from "../describe/snapshots.js";
import { type Answers, type Webview } from "../support/webview.js";
import { button, failingNet, fileState, inspector, models, open, stated } from "./page.js";

/** Answers a pass as the host does: the model first, then that it is done. */
function answering(model: () => ModelSnapshot): { readonly answers: Answers; readonly on: (webview: Webview) => void } {
  let page: Webview | null = null;
  return {
    answers: {
      forward: async () => {
        await page!.send({ kind: "model", model: model() });
        return null;
      },
    },
    on: (webview) => (page = webview),
  };
}

test("shape, dtype, values and seed in one form by keyboard alone, and what came out beneath", async () => {
  const host = answering(() => stated(models[0]!));
  const webview = await open(fileState(), { width: 420, selection: { model: "net", path: "2" }, answers: host.answers });
  host.on(webview);
  await button(webview, "Run Forward…").first().click();
  const form = inspector(webview).getByRole("form", { name: "Run forward" });
  const shape = form.getByRole("textbox", { name: "Shape of Input" });
  await expect.poll(() => shape.evaluate((field) => field === (field.getRootNode() as Document | ShadowRoot).activeElement)).toBe(true);
  const values = form.getByRole("combobox", { name: "Values of Input" });
  await expect.poll(() => values.evaluate((dropdown) => (dropdown as HTMLSelectElement).value)).toBe("recorded");
  await webview.page.keyboard.press("Control+a");
  await webview.page.keyboard.type("3, four");
  expect(await form.getByRole("alert").innerText()).toBe("Give whole numbers with commas between them, e.g. 2, 4.");
  await webview.page.keyboard.press("Enter");
  expect(webview.asked("forward")).toEqual([]);
  await webview.page.keyboard.press("Control+a");
  await webview.page.keyboard.type("3, 4");
  await form.getByRole("textbox", { name: "Seed" }).fill("7");
  await webview.page.keyboard.press("Enter");
  const asked = { model: "net", input: { kind: "stated", inputs: [{ shape: [3, 4], dtype: "float32", fill: "randn" }] }, seed: 7 };
  await expect.poll(() => webview.asked("forward")).toEqual([asked]);
  await expect.poll(() => form.getByRole("status").innerText()).toContain("Gave 2×");
  await webview.page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("2");
  expect(await webview.page.evaluate(() => document.activeElement?.className)).toBe("inspector-body");
});

test("what a pass was filled with stays chosen after it", async () => {
  const of = (rows: number) => snapshot("net", sequential(relu()), [rows, 4]);
  const host = answering(() => of(3));
  const webview = await open(fileState({ models: [of(2)] }), { width: 420, answers: host.answers });
  host.on(webview);
  await webview.send({ kind: "select", selection: { model: "net", path: "" } });
  await button(webview, "Run Forward…").first().click();
  const form = inspector(webview).getByRole("form", { name: "Run forward" });
  await form.getByRole("textbox", { name: "Shape of Input" }).fill("3, 4");
  await form.getByRole("textbox", { name: "Shape of Input" }).press("Enter");
  await expect.poll(() => form.getByRole("status").innerText()).toContain("Gave 3×4");
  const values = form.getByRole("combobox", { name: "Values of Input" });
  expect(await values.evaluate((dropdown) => (dropdown as HTMLSelectElement).value)).toBe("randn");
});

test("why a pass failed stands in the form, in words, until something else is filled in", async () => {
  const host = answering(failingNet);
  const webview = await open(fileState(), { width: 420, answers: host.answers });
  host.on(webview);
  await webview.send({ kind: "select", selection: { model: "net", path: "" } });
  await button(webview, "Run Forward…").first().click();
  const form = inspector(webview).getByRole("form", { name: "Run forward" });
  await form.getByRole("textbox", { name: "Seed" }).press("Enter");
  await expect.poll(() => webview.asked("forward")).toEqual([{ model: "net", input: { kind: "recorded" }, seed: null }]);
  expect(await form.getByRole("alert").innerText()).toContain("mat1 and mat2 shapes cannot be multiplied");
  await form.getByRole("textbox", { name: "Shape of Input" }).fill("9, 4");
  await expect.poll(() => form.getByRole("alert").count()).toBe(0);
});

test("a model without a pass takes inputs of any number and dtype, in a sidebar of 230 pixels too", async () => {
  const webview = await open(fileState({ models: [snapshot("quiet", sequential(relu()), null)] }), { width: 230 });
  await button(webview, "State Inputs…").first().click();
  const form = inspector(webview).getByRole("form", { name: "Run forward" });
  await form.getByRole("textbox", { name: "Shape of Input" }).fill("2, 5");
  await form.getByRole("combobox", { name: "Dtype of Input" }).press("ArrowDown");
  const values = form.getByRole("combobox", { name: "Values of Input" });
  await expect.poll(() => values.evaluate((dropdown) => (dropdown as HTMLSelectElement).value)).toBe("randint");
  await form.getByRole("button", { name: "Add an Input" }).click();
  await form.getByRole("textbox", { name: "Shape of Input 2" }).fill("3");
  expect(await webview.overflows()).toEqual([]);
  await form.getByRole("button", { name: "Run Forward" }).click();
  const inputs = [
    { shape: [2, 5], dtype: "int64", fill: "randint", high: 10 },
    { shape: [3], dtype: "int64", fill: "randint", high: 10 },
  ];
  await expect.poll(() => webview.asked("forward")).toEqual([{ model: "quiet", input: { kind: "stated", inputs }, seed: null }]);
});
