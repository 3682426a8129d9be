import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import { linear, sequential, snapshot } from "../describe/snapshots.js";
import { Webview } from "../support/webview.js";
import { button, choose, chosen, fileState, inspector, models, open, showTable } from "./page.js";

describe("the parameter table", () => {
  const grid = ({ page }: Webview) => page.getByRole("grid");

  test("lists every parameter once, sorts, filters and copies what it shows", async () => {
    const webview = await open(fileState({ models: [models[2]!] }), { width: 1200 });
    await showTable(webview);
    await expect.poll(() => grid(webview).getByRole("row").count()).toBe(1 + 6);
    await button(webview, "Elements").click();
    expect(await grid(webview).getByRole("row").nth(1).innerText()).toContain("2.weight");
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("params>=32");
    await expect.poll(() => grid(webview).getByRole("row").count()).toBe(1 + 2);
    await choose(webview, "Export", "Copy Table as CSV");
    await expect.poll(() => webview.asked("copyText").length).toBe(1);
    expect(
      webview
        .asked("copyText")[0]!
        .text.split("\r\n")
        .map((line) => line.split(",")[0]),
    ).toEqual(["name", "2.weight", "0.weight", ""]);
  });

  test("how each was initialized is among the first columns, and the sum is the model's own", async () => {
    const webview = await open(fileState({ models: [models[2]!] }), { width: 560 });
    await showTable(webview);
    const head = () => grid(webview).getByRole("columnheader").allInnerTexts();
    await expect.poll(async () => (await head()).slice(0, 4).join()).toContain("Initialized by");
    expect(await webview.page.locator(".table-foot").innerText()).toContain(`${models[2]!.totals.parameters} elements, each counted once`);
  });

  test("buffers are marked, and what it sums is the model's own count, with weights that are shared counted once", async () => {
    class Tied extends torch.nn.Module {
      first = new torch.nn.Linear(4, 8);
      norm = new torch.nn.BatchNorm1d(8);
      second = new torch.nn.Linear(4, 8);
      constructor() {
        super();
        this.second.weight = this.first.weight;
      }
      override forward(x: torch.Tensor): torch.Tensor {
        return this.norm(this.first(x)).add(this.second(x));
      }
    }
    const inspection = inspectHere();
    const made = new Tied();
    made(torch.rand(2, 4));
    const model = snapshotOf(inspection, made);
    const elements = (tensors: Iterable<torch.Tensor>) => [...tensors].reduce((sum, each) => sum + each.numel(), 0);
    const webview = await open(fileState({ models: [model] }), { width: 1200 });
    await showTable(webview);
    const names = () => grid(webview).locator(".table-row .cell:first-child").allInnerTexts();
    await expect
      .poll(async () => (await names()).map((name) => name.trim()).filter((name) => / buffer$/.test(name)))
      .toEqual(["running_mean", "running_var", "num_batches_tracked"].map((name) => `norm.${name} buffer`));
    const parameters = elements(made.parameters());
    expect(model.totals.parameters).toBe(parameters);
    expect(await webview.page.locator(".table-foot").innerText()).toBe(
      `8 tensors: ${parameters} parameters, and ${elements(made.buffers())} elements in buffers, each counted once`,
    );
  });

  test("the parameter that is picked is what the inspector shows, also in a low sidebar", async () => {
    const webview = await open(fileState({ models: [models[1]!] }), { width: 320, height: 600 });
    await showTable(webview);
    const row = (name: string) =>
      grid(webview)
        .getByRole("row")
        .filter({ has: webview.page.getByText(name, { exact: true }) });
    const offset = (name: string) =>
      inspector(webview)
        .getByRole("article", { name, exact: true })
        .evaluate((card) => Math.round(card.getBoundingClientRect().top - card.closest(".inspector-body")!.getBoundingClientRect().top) + 0);
    for (const name of ["bias", "weight", "bias"]) {
      await row(`0.block 1.0.${name}`).click();
      await expect.poll(() => offset(name), { message: name }).toBe(0);
      expect(await grid(webview).locator("[aria-selected=true]").allInnerTexts()).toEqual([expect.stringContaining(name)]);
    }
    // A module that is chosen elsewhere is shown from its beginning.
    await webview.send({ kind: "select", selection: { model: "rgnet", path: "1" } });
    await expect
      .poll(() =>
        inspector(webview)
          .locator(".inspector-body")
          .evaluate((body) => body.scrollTop),
      )
      .toBe(0);
  });

  test("the keyboard walks it and selects", async () => {
    const webview = await open(fileState({ models: [models[1]!] }), { width: 1200 });
    await showTable(webview);
    await grid(webview).focus();
    await webview.page.keyboard.press("End");
    await expect.poll(() => inspector(webview).locator("[aria-current]").innerText()).toBe("1");
    expect(chosen(webview)).toEqual([{ model: "rgnet", path: "1" }]);
  });

  test("what finds no room is scrolled to while the name stays, and an empty one leads back", async () => {
    const webview = await open(fileState({ models: [models[2]!] }), { width: 320 });
    await showTable(webview);
    const head = (name: string) => grid(webview).getByRole("columnheader", { name });
    expect((await head("Values").boundingBox())!.x).toBeLessThan(260);
    await grid(webview).evaluate((element) => (element.scrollLeft = element.scrollWidth));
    await expect.poll(async () => (await head("NaN, Inf").boundingBox())!.x).toBeLessThan(320);
    expect((await head("Name").boundingBox())!.x).toBe(0);
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("relu");
    await grid(webview).getByText("Clear the Search").click();
    await expect.poll(() => grid(webview).getByRole("row").count()).toBe(1 + 6);
  });

  test("ten thousand parameters keep few elements, scrolled to the end too", async () => {
    const many = snapshot("many", sequential(...Array.from({ length: 5000 }, () => linear(2, 2))), null);
    const webview = await open(fileState({ models: [many] }), { width: 1200 });
    await showTable(webview);
    await grid(webview).focus();
    await webview.page.keyboard.press("End");
    await expect.poll(() => grid(webview).getByRole("row").last().innerText()).toContain("4999.bias");
    expect(await grid(webview).getByRole("row").count()).toBeLessThan(80);
    expect(await grid(webview).getAttribute("aria-rowcount")).toBe("10001");
  });
});
