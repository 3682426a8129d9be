import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { gpt } from "../picture/fixtures.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import { type Layer, linear, net, sequential, snapshot, tensor, tensorValues } from "../describe/snapshots.js";
import { button, chosen, fileState, inspector, items, models, open, settled, showTable } from "./page.js";

describe("a model and its inspector", () => {
  test("the picture shows the modules, and the inspector the model's totals", async () => {
    const webview = await open(fileState());
    expect((await items(webview)).map(({ id }) => id)).toEqual(expect.arrayContaining(["", "0", "1", "2"]));
    const text = await inspector(webview).innerText();
    expect(text).toMatch(/parameters\s+49/);
    expect(text).toContain("Shapes recorded as the code ran the model");
  });

  test("a module: arguments, shapes, parameters, initialization, statistics", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    const text = await inspector(webview).innerText();
    expect(text).toContain("Linear(inFeatures: 4, outFeatures: 8, bias: true)");
    expect(text).toMatch(/2×4\s+→\s+2×8/);
    expect(text).toMatch(/weight\s+8×4\s+float32/);
    expect(text).toContain('kaimingUniform_(a: 2.23607, mode: "fan_in", nonlinearity: "leaky_relu")');
    expect(text).toContain("uniform on [−0.5, 0.5]");
    expect(text).toMatch(/std\s+0\.\d+/);
  });

  test("a parameter that the code initialized more than once tells what came before", async () => {
    const inspection = inspectHere();
    const layer = new torch.nn.Linear(4, 2);
    torch.nn.init.normal_(layer.weight, 0, 0.01);
    torch.nn.init.constant_(layer.weight, 1);
    torch.nn.init.uniform_(layer.weight, -1, 1);
    inspection.setModels([{ name: "layer", module: layer, location: null }], { infer: true });
    const webview = await open(fileState({ models: inspection.snapshots() }), { selection: { model: "layer", path: "" } });
    const weight = inspector(webview).locator("article.parameter", { hasText: "weight" }).first();
    await weight.getByText("Initialized before by normal_, constant_").click();
    expect(await weight.locator(".replaced li").allInnerTexts()).toEqual(["normal_(mean: 0, std: 0.01)", "constant_(val: 1)"]);
  });

  test("the fields of a model's inputs are its own, as many as it has, after another model was shown", async () => {
    class Joined extends torch.nn.Module {
      l = new torch.nn.Linear(4, 2);
      override forward(x: torch.Tensor, y: torch.Tensor): torch.Tensor {
        return this.l(x.add(y));
      }
    }
    const inspection = inspectHere();
    const [one, two] = [new torch.nn.Linear(3, 1), new Joined()];
    one(torch.rand(2, 3));
    two(torch.rand(5, 4), torch.rand(5, 4));
    const shown = [
      { name: "one", module: one },
      { name: "two", module: two },
    ];
    inspection.setModels(
      shown.map((each) => ({ ...each, location: null })),
      { infer: true },
    );
    const webview = await open(fileState({ models: inspection.snapshots() }), { selection: { model: "one", path: "" } });
    const fields = inspector(webview).locator(".inputs input");
    await expect.poll(() => fields.count()).toBe(1);
    await fields.first().fill("7, 3");
    await webview.send({ kind: "select", selection: { model: "two", path: "" } });
    await expect.poll(() => fields.evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value))).toEqual(["5, 4", "5, 4"]);
  });

  test("a module that is not called says what uses its parameters, and leads there", async () => {
    class Block extends torch.nn.Module {
      attention = new torch.nn.MultiheadAttention(16, 4);
      override forward(x: torch.Tensor): torch.Tensor {
        return this.attention(x, x, x)[0];
      }
    }
    const inspection = inspectHere();
    const block = new Block();
    block(torch.rand(3, 1, 16));
    const webview = await open(fileState({ models: [snapshotOf(inspection, block)] }), { selection: { model: "model", path: "attention.out_proj" } });
    const text = await inspector(webview).innerText();
    expect(text).toMatch(/Its tensors are used all the same:\s+weight, bias\s+multiHeadAttentionForward in attention/);
    await inspector(webview).getByRole("button", { name: "multiHeadAttentionForward in attention" }).click();
    expect(chosen(webview).at(-1)).toEqual({ model: "model", path: "attention" });
  });

  test("the declared density lies over the histogram", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    expect(await weight.locator(".histogram-bar").count()).toBeGreaterThan(4);
    expect(await weight.locator(".histogram-curve").count()).toBe(1);
  });

  test("what was declared stays in sight once the code has changed the values, and does not press the bars flat", async () => {
    const grown = tensor([16, 16], { kind: "uniform", low: -0.125, high: 0.125 }, { modifiedBy: ["mul_"] });
    grown.values.forEach((value, at) => (grown.values[at] = value * 40));
    const made = snapshot("grown", sequential(linear(16, 16, grown)), [1, 16]);
    const webview = await open(fileState({ models: [made] }), { selection: { model: "grown", path: "0" } });
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    expect(await weight.innerText()).toContain("as initialized; the values no longer follow it");
    expect(await weight.locator(".changed .histogram-curve").count()).toBe(1);
    const heights = await weight.locator(".histogram-bar").evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("height"))));
    expect(Math.max(...heights)).toBeGreaterThan(90);
  });

  test("values are read cell by cell with the keyboard", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    await weight.locator("canvas").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await webview.page.keyboard.press(key);
    const model = models[1]!;
    const id = model.tensors.find(({ names }) => names[0] === "0.block 1.0.weight")!.id;
    const value = tensorValues(model, id)[1 * 4 + 1]!;
    expect(await weight.locator("output").innerText()).toContain("[1, 1] = ");
    expect(await weight.locator("output").innerText()).toContain(Math.abs(value).toPrecision(4).replace(/0+$/, ""));
  });

  test("shared partners lead to each other", async () => {
    const webview = await open(fileState(), { selection: { model: "tied", path: "2" } });
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    // The module is shared, so that is said once.
    expect(await weight.locator(".partners").innerText()).toContain("Shared with the whole module");
    await inspector(webview).locator(".title").getByRole("button", { name: "4", exact: true }).click();
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("4");
    expect(chosen(webview)).toEqual([{ model: "tied", path: "4" }]);
  });

  test("a hundred shared places are a range to step through, and a list when asked for", async () => {
    const shared = tensor([4, 4], { kind: "uniform", low: -1, high: 1 });
    const made = snapshot("hundred", sequential(...Array.from({ length: 100 }, () => linear(4, 4, shared))), [1, 4]);
    const webview = await open(fileState({ models: [made] }), { selection: { model: "hundred", path: "0" } });
    const partners = inspector(webview).getByRole("article", { name: "weight" }).locator(".partners");
    expect(await partners.innerText()).toMatch(/99 other places: 1\.weight … 99\.weight\s+1 of 100/);
    expect(await partners.getByRole("button", { name: /weight/ }).count()).toBe(2);
    await partners.getByRole("button", { name: "Next Place" }).click();
    await expect.poll(() => partners.innerText()).toContain("2 of 100");
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("1");
    await partners.getByRole("button", { name: "Show all 99" }).click();
    expect(await partners.getByRole("button", { name: /weight/ }).count()).toBe(2 + 99);
  });

  test("equal modules are stepped through, shown one by one and folded again", async () => {
    const webview = await open(fileState({ models: [gpt()] }), { selection: { model: "gpt2", path: "h.0.ln_1" } });
    const row = inspector(webview).getByRole("group", { name: "Equal modules" });
    expect(await row.innerText()).toContain("1 of 12 equal modules");
    await row.getByRole("button", { name: "Next Equal Module" }).click();
    await settled(webview);
    expect((await items(webview)).find(({ selected }) => selected)?.id).toBe("h.1.ln_1");
    await row.getByRole("button", { name: "Show Each" }).click();
    await settled(webview);
    const blocks = async () => (await items(webview)).filter(({ id }) => /^h\.\d+$/.test(id)).length;
    expect(await blocks()).toBe(12);
    await row.getByRole("button", { name: "Fold into One" }).click();
    await settled(webview);
    expect(await blocks()).toBe(1);
  });

  test("a tensor of four dimensions is read slice by slice", async () => {
    const kernel = tensor([2, 3, 2, 2], { kind: "uniform", low: -1, high: 1 });
    const made = snapshot("kernels", sequential(linear(2, 2, kernel)), [1, 2]);
    const webview = await open(fileState({ models: [made] }), { selection: { model: "kernels", path: "0" } });
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    await weight.getByRole("spinbutton", { name: "Index along dimension 1, 0 to 2" }).fill("2");
    await expect.poll(() => webview.asked("tensorValues").some(({ index }) => index?.join() === "0,2")).toBe(true);
    await weight.locator("canvas").focus();
    await webview.page.keyboard.press("ArrowDown");
    expect(await weight.locator("output").innerText()).toContain("[0, 2, 0, 0] = ");
  });

  test("a tall matrix lies on its side within 320 px, says which way it runs, and is read as it is", async () => {
    const made = snapshot("tall", sequential(linear(2, 64)), [1, 2]);
    const webview = await open(fileState({ models: [made] }), { selection: { model: "tall", path: "0" } });
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    const box = (await weight.locator("canvas").boundingBox())!;
    expect(box.height).toBeLessThanOrEqual(320);
    expect(box.width).toBeGreaterThan(box.height);
    expect(await weight.locator(".heat-map-axes").innerText()).toMatch(/dim 1 ↓\s+dim 0 →/);
    await weight.locator("canvas").focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown"]) await webview.page.keyboard.press(key);
    expect(await weight.locator("output").innerText()).toContain("[2, 1] = ");
  });

  test("a parameter that no module has registered is said to be one", async () => {
    const { nn } = torch;
    class Net extends nn.Module {
      experts = [new nn.Linear(4, 4, { bias: false })];
      out = new nn.Linear(4, 1);
      override forward(x: torch.Tensor): torch.Tensor {
        return this.out(this.experts[0]!(x).relu());
      }
    }
    const inspection = inspectHere();
    const made = new Net();
    made(torch.ones(1, 4));
    const webview = await open(fileState({ models: [snapshotOf(inspection, made)] }));
    const weight = webview.page.getByRole("treeitem", { name: /^experts\[0\]\.weight, 4×4, not registered/ });
    await weight.waitFor({ state: "attached" });
    await webview.page.getByRole("tree").focus();
    await expect
      .poll(async () => {
        await webview.page.keyboard.press("ArrowDown");
        return weight.getAttribute("aria-selected");
      })
      .toBe("true");
    await webview.page.getByText("Parameter that no module has registered").waitFor();
    await webview.page.getByText(/optimizers do not train them/).waitFor();
  });

  test("a constant has no scale; a histogram marks zero", async () => {
    const bias = tensor([2], { kind: "constant", value: 0 });
    const made = snapshot("constant", sequential(linear(8, 2, undefined, bias)), [1, 8]);
    const webview = await open(fileState({ models: [made] }), { selection: { model: "constant", path: "0" } });
    expect(await inspector(webview).getByRole("article", { name: "bias" }).locator(".heat-map-legend").innerText()).toMatch(/every value is 0/);
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    expect(await weight.locator(".histogram-zero").count()).toBe(1);
    expect(await weight.locator(".histogram-zero-label").innerText()).toBe("0");
  });

  test("the figures of what came out stand in columns below the shapes", async () => {
    const webview = await open(fileState(), { width: 640, selection: { model: "net", path: "0" } });
    const call = inspector(webview).locator(".call");
    const shapes = (await call.locator(".call-shapes").boundingBox())!;
    const facts = (await call.locator(".facts").boundingBox())!;
    expect(facts.y).toBeGreaterThanOrEqual(shapes.y + shapes.height);
    expect(facts.x).toBe(shapes.x);
  });

  test("large figures stay whole, in fewer columns where there is no room for two", async () => {
    const small = snapshot("large", sequential(linear(4, 4)), [1, 4]);
    const large = { ...small, totals: { ...small.totals, parameters: 124_445_180, trainableParameters: 124_445_180 } };
    for (const width of [260, 320, 360, 420]) {
      const webview = await open(fileState({ models: [large] }), { width, height: 900, selection: { model: "large", path: "" } });
      const lines = inspector(webview)
        .locator(".facts")
        .first()
        .locator("dd")
        .evaluateAll((values) => values.map((value) => Math.round(value.getBoundingClientRect().height / parseFloat(getComputedStyle(value).lineHeight))));
      expect(await inspector(webview).locator(".facts").first().innerText()).toContain("124,445,180");
      expect(new Set(await lines), `at ${width} px`).toEqual(new Set([1]));
    }
  });

  test("a long path is one line without its middle, and whole where there is room", async () => {
    const deep = (levels: number): Layer => (levels === 0 ? linear(4, 4) : sequential([`level ${levels}`, deep(levels - 1)]));
    const made = snapshot("deep", deep(6), [1, 4]);
    const path = [6, 5, 4, 3, 2, 1].map((level) => `level ${level}`).join(".");
    const webview = await open(fileState({ models: [made] }), { width: 320, selection: { model: "deep", path } });
    const crumbs = inspector(webview).locator(".breadcrumbs");
    await expect.poll(async () => (await crumbs.innerText()).split(/\s*\n\s*/)).toEqual(["deep", "…", "level 2", "level 1"]);
    expect((await crumbs.boundingBox())!.height).toBeLessThan(30);
    await webview.resize(1280);
    await webview.resize(559);
    await expect.poll(() => crumbs.locator("li").count()).toBe(7);
  });

  test("a container sums what is beneath it and lists its children", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0" } });
    expect(await inspector(webview).innerText()).toMatch(/parameters\s+304/);
    await inspector(webview)
      .getByRole("button", { name: /^block 2/ })
      .click();
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("block 2");
  });

  test("NaN is counted apart, constants are a spike, sampling is stated and can be undone", async () => {
    const odd = tensor([2, 8], { kind: "uniform", low: -1, high: 1 });
    odd.values[3] = Number.NaN;
    odd.values[4] = Infinity;
    const made = snapshot("odd", sequential(linear(8, 2, odd, tensor([2], { kind: "constant", value: 0 }, { function: "zeros_" }))), [1, 8]);
    const counted = made.tensors[0]!.statistics!;
    const sampled = { ...made, tensors: made.tensors.map((each) => (each.id === 0 ? { ...each, count: 64, statistics: { ...counted, count: 64 } } : each)) };
    const webview = await open(fileState({ models: [sampled] }), {
      selection: { model: "odd", path: "0" },
      answers: {
        statistics: () => ({ ...counted, count: 64, sampled: 64 }),
        tensorValues: () => ({ shape: [1], rows: 1, columns: 1, values: [null], truncated: false }),
      },
    });
    const weight = inspector(webview).getByRole("article", { name: "weight" });
    expect(await weight.locator(".non-finite").innerText()).toMatch(/1 NaN\s+1 \+∞/);
    // Values that are not finite follow no distribution: that they are not is what is told.
    expect(await weight.innerText()).not.toContain("do not follow the declared distribution");
    expect(await weight.innerText()).toContain("Sampled 16 of 64 values.");
    await weight.getByRole("button", { name: "Count All" }).click();
    await weight.getByText("All 64 values counted.").waitFor();
    const bias = inspector(webview).getByRole("article", { name: "bias" });
    expect(await bias.locator(".histogram-bar").count()).toBe(1);
    expect(await bias.locator(".histogram-spike-label").innerText()).toBe("0");
  });
});

describe("the inspector in a sidebar", () => {
  test("with nothing selected the model is a line, which opens with the keyboard and closes to a line again", async () => {
    const webview = await open(fileState({ models: [net()] }), { width: 320 });
    const bar = webview.page.locator(".summary-bar");
    expect(await bar.innerText()).toBe("49 params · 196 B · 2×4 → 2×1");
    expect((await bar.boundingBox())!.height).toBeLessThan(40);
    expect(await inspector(webview).count()).toBe(0);
    await bar.focus();
    await webview.page.keyboard.press("Enter");
    expect(await inspector(webview).innerText()).toMatch(/parameters\s+49/);
    await expect.poll(() => webview.page.evaluate(() => document.activeElement?.className)).toBe("inspector-body");
    await button(webview, "Close Inspector").last().click();
    expect(await bar.count()).toBe(1);
  });

  test("one of something is said in the singular", async () => {
    const inspection = inspectHere();
    const scale = new torch.nn.Linear(1, 1, { bias: false });
    scale(torch.rand(3, 1));
    const webview = await open(fileState({ models: [snapshotOf(inspection, scale)] }), { width: 320 });
    expect(await webview.page.locator(".summary-bar").innerText()).toBe("1 param · 4 B · 3×1 → 3×1");
    expect(await webview.page.getByRole("treeitem").nth(1).innerText()).toContain(", 1 param");
    await showTable(webview);
    expect(await webview.page.locator(".table-foot").innerText()).toBe("1 tensor, 1 element");
  });

  test("a selection opens it; beside the picture it is always open", async () => {
    const webview = await open(fileState({ models: [net()] }), { width: 320 });
    await webview.send({ kind: "select", selection: { model: "net", path: "0" } });
    await inspector(webview).getByText("Linear(").waitFor();
    const wide = await open(fileState({ models: [net()] }), { width: 1000 });
    expect(await inspector(wide).count()).toBe(1);
  });
});
