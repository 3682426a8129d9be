import { resolve } from "node:path";
import { expect, test } from "vitest";
import { ModelPage } from "./modelPage.js";
import { open } from "./opened.js";

const examples = resolve(import.meta.dirname, "../../examples");
const vsix = process.env.LAYERSCOPE_VSIX;

test("the chapter on parameters is opened, looked into, reinitialized, run and explained, in every theme", async () => {
  const editor = await open({ copyOf: examples });
  const { page } = editor;
  await editor.openFile("parameter-management.ts");
  await editor.openLayerscope();
  const view = new ModelPage(await editor.modelPage());
  await view.ready();

  // Three models, in the page and in the native tree.
  expect(await view.models()).toEqual(["net", "rgnet", "tied"]);
  for (const name of ["net", "rgnet", "tied"]) await editor.treeRow(name).waitFor();
  await expect.poll(() => editor.statusBar().innerText()).toContain("net: 49 parameters");

  // rgnet, expanded down to 0.block 1.0: its bias has shape 8. The page follows the native tree.
  await editor.expandTreeRow("rgnet");
  await editor.expandTreeRow("0");
  await editor.expandTreeRow("block 1");
  await editor.treeRow("0").nth(1).click();
  await expect.poll(() => view.breadcrumbs()).toMatch(/rgnet\W+0\W+block 1\W+0/);
  await expect.poll(() => view.parameter("bias").innerText()).toMatch(/bias\s*8\s*float32/);
  await expect.poll(() => editor.statusBar().innerText()).toContain("rgnet: 309 parameters");

  // 2 and 4 of the tied net are one module: linked in the picture, counted once.
  await view.chooseModel("tied");
  expect(await view.frame.locator("main").innerText()).not.toContain("undefined");
  await view.search("shared");
  await expect.poll(() => view.items().then((items) => items.filter((item) => /^[24] Linear .*shared/i.test(item)).length)).toBe(2);
  await expect.poll(() => view.frame.locator(".inspector").innerText()).toMatch(/shared/i);
  await view.search("");

  // Reinitialized with xavier uniform: the histogram changes, and undo brings the values back.
  await view.chooseModel("net");
  await view.select(/^0 Linear/);
  await expect.poll(() => view.breadcrumbs()).toMatch(/net\W+0/);
  const before = await view.histogram("weight");
  await editor.command("Layerscope: Reinitialize...");
  const filling = view.form("Reinitialize");
  await filling.getByRole("textbox", { name: "gain" }).fill("1");
  await filling.getByRole("textbox", { name: "Seed" }).fill("1");
  await filling.getByRole("button", { name: "Apply" }).click();
  await expect.poll(() => view.histogram("weight")).not.toBe(before);
  await expect.poll(() => view.parameter("weight").innerText()).toContain("xavierUniform_");
  await editor.command("Layerscope: Undo Reinitialization");
  await expect.poll(() => view.histogram("weight")).toBe(before);

  // Run forward with inputs of one's own: the shapes follow.
  await editor.command("Layerscope: Run Forward...");
  const running = view.form("Run forward");
  await running.getByRole("textbox", { name: /^Shape of/ }).fill("5, 4");
  await running.getByRole("textbox", { name: "Seed" }).press("Enter");
  await expect.poll(() => view.items().then((items) => items[0])).toContain("5×4");

  // Hovering explains a layer, with a histogram that has been drawn.
  for (const theme of ["Dark Modern", "Light Modern", "Dark High Contrast"]) {
    await editor.chooseTheme(theme);
    const hover = await editor.hover(29, "Linear(4, 8)");
    const text = await hover.innerText();
    expect(text).toContain("Linear(inFeatures: 4, outFeatures: 8, bias: true)");
    expect(text).toContain("5×4 → 5×8");
    const image = hover.locator('img[src^="data:image/svg+xml"]').first();
    await image.waitFor();
    await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.complete && element.naturalWidth > 0)).toBe(true);
    await editor.screenshot(`chapter-${theme.toLowerCase().replaceAll(" ", "-")}${vsix ? "-packaged" : ""}`);
    await page.mouse.move(0, 0);
  }
});
