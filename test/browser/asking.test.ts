import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { gpt } from "../picture/fixtures.js";
import { linear, net, relu, sequential, snapshot, type Tensor, tensor } from "../describe/snapshots.js";
import { button, choose, failingNet, fileState, inspector, items, menu, models, open, stated } from "./page.js";

/** `net` with a forward pass that took an object with tensors in it. */
function structuredNet(): ModelSnapshot {
  const model = net();
  const trace = model.trace!;
  const inputs = [
    { label: "tokens", shape: [2, 4], dtype: "int64" },
    { label: "image.pixels", shape: [2, 3, 8, 8], dtype: "float32" },
    { label: "past[0]", shape: [2, 16], dtype: "float32" },
  ] as const;
  const values = [...trace.values, ...inputs.map(({ shape, dtype }) => ({ shape, dtype, source: { kind: "input" } }) as const)];
  return { ...model, trace: { ...trace, values, inputs: inputs.map(({ label }, at) => ({ label, value: trace.values.length + at })) } };
}

describe("asking further", () => {
  test("inputs are edited in place: Enter runs forward with the new shape", async () => {
    const webview = await open(fileState(), { selection: { model: "net", path: "" } });
    const shape = webview.page.getByRole("textbox", { name: "Shape of Input" });
    expect(await shape.inputValue()).toBe("2, 4");
    await shape.fill("five, 4");
    await shape.press("Enter");
    expect(await inspector(webview).innerText()).toContain("whole numbers with commas between them");
    expect(webview.asked("forward")).toEqual([]);
    await shape.fill("5, 4");
    await shape.press("Enter");
    await expect
      .poll(() => webview.asked("forward"))
      .toEqual([{ model: "net", input: { kind: "stated", inputs: [{ shape: [5, 4], dtype: "float32", fill: "randn" }] }, seed: null }]);
  });

  test("several inputs are edited before one pass; integers repeat what was recorded, and an empty field is no scalar", async () => {
    const model = net();
    const trace = model.trace!;
    const values = [...trace.values, { shape: [2], dtype: "int64", source: { kind: "input" } } as const];
    const inputs = [...trace.inputs, { value: trace.values.length, label: "" }];
    const webview = await open(fileState({ models: [{ ...model, trace: { ...trace, values, inputs } }] }), { selection: { model: "net", path: "" } });
    const [first, second] = ["Shape of Input 1", "Shape of Input 2"].map((name) => webview.page.getByRole("textbox", { name }));
    await first!.fill("5, 4");
    await second!.fill("");
    await second!.press("Enter");
    expect(webview.asked("forward")).toEqual([]);
    expect(await first!.inputValue()).toBe("5, 4");
    await second!.fill("5");
    await second!.blur();
    await expect
      .poll(() => webview.asked("forward"))
      .toEqual([
        {
          model: "net",
          input: {
            kind: "stated",
            inputs: [
              { shape: [5, 4], dtype: "float32", fill: "randn" },
              { shape: [5], dtype: "int64", fill: "recorded" },
            ],
          },
          seed: null,
        },
      ]);
  });

  test("tensors in lists and objects are edited by their names there, all before one pass; what is not changed stays as it was", async () => {
    const webview = await open(fileState({ models: [structuredNet()] }), { selection: { model: "net", path: "" } });
    const field = (name: string) => webview.page.getByRole("textbox", { name: `Shape of ${name}`, exact: true });
    expect(await Promise.all(["tokens", "image.pixels", "past[0]"].map((name) => field(name).inputValue()))).toEqual(["2, 4", "2, 3, 8, 8", "2, 16"]);
    await field("tokens").fill("5, 4");
    await field("past[0]").fill("5, 16");
    expect(webview.asked("forward")).toEqual([]);
    await field("past[0]").press("Enter");
    await expect
      .poll(() => webview.asked("forward"))
      .toEqual([
        {
          model: "net",
          input: {
            kind: "stated",
            inputs: [
              { shape: [5, 4], dtype: "int64", fill: "recorded" },
              { shape: [2, 3, 8, 8], dtype: "float32", fill: "recorded" },
              { shape: [5, 16], dtype: "float32", fill: "randn" },
            ],
          },
          seed: null,
        },
      ]);
  });

  test("from stated inputs a link leads back to the recorded ones, at the model, at its input and where the pass failed", async () => {
    const model = net();
    const webview = await open(fileState({ models: [model] }), { selection: { model: "net", path: "" } });
    const back = (within: Locator) => within.getByRole("button", { name: "Back to the Recorded Inputs" });
    expect(await inspector(webview).innerText()).toContain("Shapes recorded as the code ran the model");
    expect(await back(inspector(webview)).count()).toBe(0);

    await webview.send({ kind: "model", model: stated(model) });
    expect(await inspector(webview).innerText()).toContain("Shapes of a run with the stated input");
    await back(inspector(webview)).click();
    expect(webview.asked("showOwnPass")).toEqual([{ model: "net" }]);

    await webview.page.locator("[role=tree]").press("Home");
    expect(await inspector(webview).innerText()).toContain("Input of the model");
    await back(inspector(webview)).click();

    await webview.send({ kind: "model", model: stated(failingNet()) });
    await back(webview.page.getByRole("alert")).click();
    expect(webview.asked("showOwnPass")).toHaveLength(3);

    await webview.send({ kind: "model", model: { ...stated(model), ownPass: "inferred" } });
    await button(webview, "Back to the Inferred Inputs").waitFor();
    await webview.send({ kind: "model", model: { ...stated(model), ownPass: null } });
    await expect.poll(() => button(webview, /^Back to the/).count()).toBe(0);
  });

  test("a press on the way back is not lost to a shape that is wrong", async () => {
    for (const width of [300, 1000]) {
      const webview = await open(fileState({ models: [stated(net())] }), { width, height: 900, selection: { model: "net", path: "" } });
      const shape = webview.page.getByRole("textbox", { name: "Shape of Input" });
      await shape.fill("two, 4");
      await inspector(webview).getByText("whole numbers with commas between them").waitFor();
      const back = inspector(webview).getByRole("button", { name: "Back to the Recorded Inputs" });
      await back.scrollIntoViewIfNeeded();
      const { x, y, width: wide, height } = (await back.boundingBox())!;
      await webview.page.mouse.click(x + wide / 2, y + height / 2, { delay: 80 });
      await expect.poll(() => webview.asked("showOwnPass"), { message: `at ${width} px` }).toEqual([{ model: "net" }]);
      expect(webview.asked("forward")).toEqual([]);
      await webview.send({ kind: "model", model: net() });
      await expect.poll(() => shape.inputValue()).toBe("2, 4");
    }
  });

  test("in a sidebar the model's line says that inputs were stated", async () => {
    const webview = await open(fileState({ models: [stated(net())] }), { width: 320 });
    expect(await webview.page.locator(".summary-bar").innerText()).toContain("stated 2×4 → 2×1");
  });

  test("a model that defines no forward offers nothing to run, and says why", async () => {
    const model = { ...net(), trace: null, traceMissing: "ModuleList defines no forward.", ownPass: null, hasForward: false };
    const webview = await open(fileState({ models: [model] }), { selection: { model: "net", path: "" } });
    expect(await webview.page.locator(".notices").innerText()).toContain("ModuleList defines no forward.");
    expect(await button(webview, "State Inputs…").count()).toBe(0);
    expect(await button(webview, "Run Forward…").count()).toBe(0);
    await webview.send({ kind: "model", model: { ...model, hasForward: true } });
    await expect.poll(() => button(webview, "State Inputs…").count()).toBe(2);
  });

  test("two modules are compared side by side", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    await inspector(webview).getByRole("button", { name: "Compare…" }).click();
    await webview.send({ kind: "select", selection: { model: "rgnet", path: "0.block 2.0" } });
    const weight = inspector(webview).locator(".comparison", { hasText: "weight" });
    await weight.waitFor();
    expect(await weight.locator("svg").count()).toBe(2);
    const cells = await weight.locator("tr", { hasText: "mean" }).locator("td").allInnerTexts();
    expect(cells).toHaveLength(2);
    expect(cells[0]).not.toBe(cells[1]);
    // The numbers stand in the picture, in the tree and beside the figures.
    expect(await weight.locator("thead th").allInnerTexts()).toEqual(["1", "2"]);
    const numbered = async () => (await items(webview)).filter(({ compared }) => compared.length > 0).map(({ id, compared }) => `${compared.join()} ${id}`);
    // Of the folded row the second is shown: it stands for the first too.
    await expect.poll(numbered).toEqual(["1 0.block 2", "2 0.block 2.0"]);
    await expect.poll(() => webview.page.getByRole("treeitem", { name: /comparison: 2/ }).count()).toBe(1);
    await button(webview, "End Comparison").click();
    expect(await weight.count()).toBe(0);
    await expect.poll(numbered).toEqual([]);
  });

  test("a comparison is made with the keyboard alone", async () => {
    const webview = await open(fileState(), { selection: { model: "net", path: "0" } });
    await inspector(webview).getByRole("button", { name: "Compare…" }).focus();
    await webview.page.keyboard.press("Enter");
    await expect.poll(() => webview.page.locator("[aria-live]").innerText()).toBe("Select the module to compare it with.");
    for (const key of ["ArrowDown", "ArrowDown"]) await webview.page.keyboard.press(key);
    await expect.poll(() => inspector(webview).locator(".comparison").count()).toBe(2);
    expect(await inspector(webview).locator(".comparison-key").innerText()).toMatch(/^1\s*0\s*2\s*2$/);
  });

  test("blocks are compared by the names of what lies in them, NaN included", async () => {
    const odd = tensor([8, 4], { kind: "uniform", low: -1, high: 1 });
    odd.values[3] = Number.NaN;
    const block = (weight?: Tensor) => sequential(["lin", linear(4, 8, weight)], relu());
    const made = snapshot("blocks", sequential(block(), sequential(linear(8, 4)), block(odd)), [2, 4]);
    const webview = await open(fileState({ models: [made] }), { selection: { model: "blocks", path: "0" } });
    await inspector(webview).getByRole("button", { name: "Compare…" }).click();
    await webview.send({ kind: "select", selection: { model: "blocks", path: "2" } });
    const weight = inspector(webview).locator(".comparison[aria-label='lin.weight']");
    await weight.waitFor();
    expect(await weight.locator("tr", { hasText: "not finite" }).locator("td").allInnerTexts()).toEqual(["0", "1 NaN"]);
    expect(await inspector(webview).locator(".comparison[aria-label='lin.bias'] tr", { hasText: "not finite" }).count()).toBe(0);
  });

  test("boxes are coloured or filled by what is asked for, and what was not measured cannot be asked for", async () => {
    const webview = await open(fileState({ models: [models[0]!] }), { width: 1200 });
    const picture = () => webview.page.locator(".graph-canvas canvas").first().screenshot();
    const before = await picture();
    await menu(webview, "Color By").click();
    expect(await webview.page.getByRole("menuitemcheckbox", { name: "Norm of Gradients" }).isDisabled()).toBe(true);
    await webview.page.getByRole("menuitemcheckbox", { name: "Parameters", exact: true }).click();
    await expect.poll(async () => (await picture()).equals(before)).toBe(false);
    const colored = await picture();
    await choose(webview, "Color By", "As Sizes");
    await expect.poll(async () => (await picture()).equals(colored)).toBe(false);
    await choose(webview, "Color By", "Kind of Layer");
    await expect.poll(async () => (await picture()).equals(before)).toBe(true);
  });

  test("the data flow of the selection is traced", async () => {
    const gpt2 = gpt({ blocks: 1 });
    const webview = await open(fileState({ models: [gpt2] }), { width: 1200, selection: { model: gpt2.name, path: "wpe" } });
    const picture = () => webview.page.locator(".graph-canvas canvas").first().screenshot();
    const before = await picture();
    await choose(webview, "View", "Trace Selection (T)");
    await expect.poll(async () => (await picture()).equals(before)).toBe(false);
  });
});
