import { describe, expect, test } from "vitest";
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
