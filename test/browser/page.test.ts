import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { capabilities, type Failure, type LastRun, type ModelSnapshot, type PageState, type Selection } from "../../src/protocol/index.js";
import * as torch from "../../src/engine/index.js";
import { gpt } from "../picture/fixtures.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import { type Layer, linear, modelFile, net, relu, rgnet, sequential, snapshot, type Tensor, tensor, tensorValues, tied } from "../describe/snapshots.js";
import { launchChromium } from "../support/chromium.js";
import { type Answers, Webview, type WebviewOptions } from "../support/webview.js";

const models = [net(), rgnet(), tied()];

let browser: Browser;
let opened: Webview[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});

afterEach(async () => {
  const problems = opened.flatMap((webview) => webview.problems);
  await Promise.all(opened.map((webview) => webview.close()));
  opened = [];
  expect(problems, "errors in the page and refusals by its policy").toEqual([]);
});

afterAll(() => browser?.close());

function fileState(more: Partial<Extract<PageState, { kind: "file" }>> = {}): PageState {
  return { kind: "file", file: modelFile, capabilities, activity: "idle", models, lastRun: { kind: "completed" }, findingLevels: {}, stale: false, ...more };
}

const failure: Failure = {
  kind: "thrown",
  message: "mat1 and mat2 shapes cannot be multiplied (2x4 and 8x1)",
  hint: "The Linear at line 12 expects 8 features; it got 4.",
  location: { file: modelFile, line: 12, column: 3 },
  stack: [{ function: "forward", location: { file: modelFile, line: 12, column: 3 } }],
};

/** The last run failed; the shown models are of it or of an earlier one. */
function failedRun(shown: "thisRun" | "earlierRun", changed: Partial<Failure> = {}): LastRun {
  return { kind: "failed", failure: { ...failure, ...changed } as Failure, shown };
}

/** `net` with a forward pass that failed in its last layer. */
function failingNet(): ModelSnapshot {
  const model = net();
  const trace = model.trace!;
  const step = trace.steps.length - 1;
  const failing = new Set([step, trace.steps[step]!.parent, 0]);
  const steps = trace.steps.map((each, id) => (failing.has(id) ? { ...each, outputs: [] } : each));
  return { ...model, trace: { ...trace, steps, outputs: [], failure: { step, message: failure.message, location: failure.location } } };
}

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

function stated(model: ModelSnapshot): ModelSnapshot {
  return { ...model, trace: { ...model.trace!, origin: "stated" } };
}

/** What a runner would answer, from the snapshots' own values. */
function answers(of: readonly ModelSnapshot[]): Answers {
  return {
    tensorValues: ({ model: name, tensor: id, maxRows, maxColumns }) => {
      const model = of.find((each) => each.name === name)!;
      const values = tensorValues(model, id);
      const shape = model.tensors[id]!.shape!;
      const width = shape.at(-1)!;
      const rows = Math.min(maxRows, shape.length > 1 ? shape.at(-2)! : 1);
      const columns = Math.min(maxColumns, width);
      const cells = Array.from({ length: rows * columns }, (_, cell) => values[Math.floor(cell / columns) * width + (cell % columns)]!);
      return { shape, rows, columns, values: cells.map((value) => (Number.isNaN(value) ? null : value)), truncated: rows * columns < values.length };
    },
  };
}

async function open(state: PageState, options: WebviewOptions & { selection?: Selection } = {}): Promise<Webview> {
  const shown = state.kind === "file" ? state.models : [];
  const webview = await Webview.open(browser, { ...options, answers: { ...answers(shown), ...options.answers } });
  opened.push(webview);
  await webview.send({ kind: "state", state, selection: options.selection ?? null });
  if (shown.length > 0) await settled(webview);
  return webview;
}

/** Resolves when the picture is laid out and at rest. */
async function settled({ page }: Webview): Promise<void> {
  await page.locator(".graph-canvas").evaluate((element) => (element as HTMLElement & { picture: { whenIdle(): Promise<void> } }).picture.whenIdle());
}

interface Item {
  readonly id: string;
  readonly selected: boolean;
  readonly expanded: boolean;
  readonly compared: readonly number[];
}

function items({ page }: Webview): Promise<Item[]> {
  return page.locator(".graph-canvas").evaluate((element) => (element as HTMLElement & { picture: { items(): Item[] } }).picture.items());
}

const inspector = ({ page }: Webview) => page.locator(".inspector");
const button = ({ page }: Webview, name: string | RegExp) => page.getByRole("button", { name });

/** Chooses from a toolbar button's menu, wherever the button is at this width. */
async function choose(webview: Webview, menu: string, item: string): Promise<void> {
  if (await button(webview, menu).count()) await button(webview, menu).click();
  else {
    await button(webview, "More Actions").click();
    await webview.page.getByRole("menuitem", { name: `${menu}…` }).click();
  }
  await webview.page.locator(".menu-item", { hasText: item }).first().click();
}

describe("a source that can do little", () => {
  test("the page offers what it can do, and nothing else", async () => {
    const few = await open(fileState({ models: [stated(net())], capabilities: ["tensorValues"] }), { selection: { model: "net", path: "0" } });
    await inspector(few).locator(".heat-map").first().waitFor();
    for (const name of [/Run/, /Stop/, /Reinit/, /Undo/, /Back to/, /Count All/]) expect(await button(few, name).count(), String(name)).toBe(0);
    expect(await few.page.locator("input[aria-label^='Shape of']").count()).toBe(0);
  });

  test("values that cannot be read are not offered, and what runs cannot be stopped", async () => {
    const none = await open(fileState({ capabilities: [], activity: "running" }), { selection: { model: "net", path: "0" } });
    await none.page.getByRole("status").getByText("Running the model file").waitFor();
    expect(await button(none, "Stop").count()).toBe(0);
    expect(await inspector(none).locator(".heat-map, .values-offer").count()).toBe(0);
    expect(await inspector(none).locator(".histogram-axis").count()).toBeGreaterThan(0);
  });
});

describe("a model and its inspector", () => {
  test("the picture shows the modules, and the inspector the model's totals", async () => {
    const webview = await open(fileState());
    expect((await items(webview)).map(({ id }) => id)).toEqual(expect.arrayContaining(["", "0", "1", "2"]));
    const text = await inspector(webview).innerText();
    expect(text).toMatch(/parameters\s+49/);
    expect(text).toContain("as your code ran it");
  });

  test("a module: arguments, shapes, parameters, initialization, statistics", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    const text = await inspector(webview).innerText();
    expect(text).toContain("Linear(inFeatures: 4, outFeatures: 8, bias: true)");
    expect(text).toMatch(/2×4\s+→\s+2×8/);
    expect(text).toMatch(/weight\s+8×4\s+float32/);
    expect(text).toContain("kaimingUniform_(a=2.236, mode=fan_in, nonlinearity=leaky_relu)");
    expect(text).toContain("uniform on [−0.5, 0.5]");
    expect(text).toMatch(/std\s+0\.\d+/);
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
    expect(webview.asked("selected").at(-1)).toEqual({ model: "model", path: "attention" });
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
    expect(webview.asked("selected")).toEqual([{ model: "tied", path: "4" }]);
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
    expect(await weight.locator(".heat-map-axes").innerText()).toMatch(/in ↓\s+out →/);
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
    await webview.page.getByText(/optimizers do not train it/).waitFor();
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
    await webview.resize(719);
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
    expect(await weight.innerText()).toContain("The values do not follow the declared distribution.");
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
    await choose(webview, "More Actions", "Parameter Table");
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

test("the zoom buttons stand beside the picture, at every width", async () => {
  const webview = await open(fileState(), { width: 260 });
  for (const width of [260, 640, 1280]) {
    await webview.resize(width);
    const beside = () =>
      webview.page.evaluate(() => {
        const canvas = document.querySelector(".graph-canvas")!.getBoundingClientRect();
        const zoom = document.querySelector(".graph-zoom")!.getBoundingClientRect();
        return zoom.left >= canvas.right || zoom.top >= canvas.bottom;
      });
    await expect.poll(beside, { message: `at ${width} px` }).toBe(true);
  }
});

describe("the host's news", () => {
  test("a reinitialized model changes the histogram and keeps the selection", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    const curve = inspector(webview).getByRole("article", { name: "weight" }).locator(".histogram-curve");
    const before = await curve.getAttribute("points");
    const xavier = tensor([8, 4], { kind: "uniform", low: -0.7071, high: 0.7071 }, { function: "xavierUniform_", by: "layerscope" });
    const layer = () => sequential(linear(4, 8), relu(), linear(8, 4), relu());
    const changed = snapshot(
      "rgnet",
      sequential(sequential(["block 0", layer()], ["block 1", sequential(linear(4, 8, xavier), relu(), linear(8, 4), relu())]), linear(4, 1)),
      [2, 4],
    );
    await webview.send({ kind: "model", model: { ...changed, undoDepth: 1 } });
    await inspector(webview).getByText("Set by a reinitialization here").first().waitFor();
    expect(await curve.getAttribute("points")).not.toBe(before);
    expect(await inspector(webview).innerText()).toContain("xavierUniform_");
    await button(webview, "Undo Reinitialization").click();
    expect(webview.asked("undoReinitialize")).toEqual([{ model: "rgnet" }]);
  });

  test("a failed run keeps the last good picture and says that it is old", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0" } });
    await webview.send({ kind: "state", state: fileState({ lastRun: failedRun("earlierRun"), stale: true }), selection: null });
    const alert = webview.page.getByRole("alert");
    expect(await alert.innerText()).toContain(failure.message);
    expect(await alert.innerText()).toContain("The picture is of an earlier run.");
    expect((await items(webview)).length).toBeGreaterThan(3);
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("0");
    await alert.getByRole("button", { name: "parameter-management.ts:12" }).first().click();
    expect(webview.asked("reveal")).toEqual([{ location: failure.location }]);
  });

  test("a failed run that made the picture is not said to be another one", async () => {
    const webview = await open(fileState({ lastRun: failedRun("thisRun") }), { width: 1280 });
    const alert = webview.page.getByRole("alert");
    expect(await alert.innerText()).toContain("The picture shows what was there by then.");
    expect(await alert.innerText()).not.toContain("earlier run");
    expect((await alert.boundingBox())!.height).toBeLessThan(40);
    await alert.getByRole("button", { name: "Details" }).click();
    expect(await alert.innerText()).toContain(failure.hint);
    await alert.getByRole("button", { name: "Show Output" }).click();
    expect(webview.asked("showOutput")).toHaveLength(1);
  });

  test("a run that ended by the error of a forward pass has one notice, which leads to the place", async () => {
    const failing = failingNet();
    const lastRun = failedRun("thisRun", { message: failing.trace!.failure!.message, location: failing.trace!.failure!.location });
    const webview = await open(fileState({ models: [failing, rgnet()], lastRun }), { width: 1280 });
    const alert = webview.page.getByRole("alert");
    expect(await alert.count()).toBe(1);
    expect(await alert.innerText()).toMatch(/Forward failed in 2\s+mat1 and mat2 shapes cannot be multiplied/);
    await webview.send({ kind: "select", selection: { model: "rgnet", path: "" } });
    await expect.poll(() => alert.innerText()).toContain("Forward failed in net › 2");
    await alert.getByRole("button", { name: "Show in Picture" }).click();
    await expect.poll(() => inspector(webview).locator("[aria-current]").innerText()).toBe("2");
    await webview.send({
      kind: "state",
      state: fileState({ models: [failing], lastRun: failedRun("earlierRun", { message: "out of paper" }) }),
      selection: null,
    });
    await expect.poll(() => alert.count()).toBe(2);
  });

  test("the end of a run is announced to a screen reader", async () => {
    const webview = await open(fileState({ activity: "running" }));
    await webview.send({ kind: "activity", activity: "idle" });
    await expect.poll(() => webview.page.locator("[aria-live=polite]").innerText()).toBe("net is up to date: 49 parameters.");
  });

  test("a reload comes back to the same model and place", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    await webview.page.waitForFunction(() => sessionStorage.getItem("state")?.includes('"selection":"0.block 1.0"'));
    await webview.page.reload();
    await webview.send({ kind: "state", state: fileState(), selection: null });
    await settled(webview);
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("0");
    expect((await items(webview)).find(({ selected }) => selected)?.id).toBe("0.block 1.0");
  });

  test("a refused request is told, not swallowed", async () => {
    const refuse = () => Promise.reject(new Error("The runner has ended."));
    const webview = await open(fileState(), { answers: { chooseForward: refuse } });
    await button(webview, "Run Forward…").first().click();
    await webview.page.locator(".message.problem", { hasText: "The runner has ended." }).waitFor();
  });
});

describe("every state has a text and an action", () => {
  const states: readonly [name: string, state: PageState, text: string, action: string, method: string][] = [
    ["no model file", { kind: "empty" }, "Open a TypeScript file", "Open Model File", "openFile"],
    ["no model file, a first one", { kind: "empty" }, "Open a TypeScript file", "Create an Example", "createExample"],
    ["untrusted", { kind: "untrusted" }, "Nothing runs until you trust", "Manage Workspace Trust", "manageTrust"],
    ["failed at first", fileState({ models: [], lastRun: failedRun("thisRun") }), "expects 8 features", "Run Again", "run"],
    ["failed, for details", fileState({ models: [], lastRun: failedRun("thisRun") }), "forward", "Show Output", "showOutput"],
    ["out of time", fileState({ lastRun: failedRun("earlierRun", { kind: "timeout" }) }), "ran out of time", "Change the Limit", "openSetting"],
    ["not run yet", fileState({ models: [], lastRun: { kind: "none" } }), "has not run yet", "Run Model File", "run"],
    ["no module alive", fileState({ models: [] }), "no module was alive", "Run Again", "run"],
    ["stale", fileState({ stale: true }), "has changed since", "Run", "run"],
    ["nothing traced", fileState({ models: [snapshot("quiet", sequential(relu()), null)] }), "does not say which input", "State Inputs…", "chooseForward"],
    ["running long", fileState({ models: [], activity: "running" }), "Running parameter-management.ts", "Stop", "stop"],
    ["running long over a picture", fileState({ activity: "running" }), "Running the model file", "Stop", "stop"],
  ];

  test.each(states)("%s", async (_, state, text, action, method) => {
    const webview = await open(state, { width: 300 });
    await webview.page.getByText(text).first().waitFor();
    // Links and buttons in the middle of the page, not the toolbar's.
    await webview.page.locator(".screen, .notices").getByRole("button", { name: action, exact: true }).first().click();
    expect(webview.requests.map((request) => request.method)).toContain(method);
  });

  test("no match: the search says so and what it understands", async () => {
    const webview = await open(fileState());
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("nothing like this");
    const help = webview.page.locator(".search-help");
    expect(await help.innerText()).toMatch(/No module matches.*params>1M/s);
    await help.getByRole("button", { name: "shape:8x4" }).click();
    await expect.poll(() => webview.page.locator(".search-count").innerText()).toBe("1");
  });
});

describe("search", () => {
  test("steps through matches inside collapsed boxes too", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "" } });
    await choose(webview, "Expand and Collapse", "Collapse All");
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("type:Linear shape:4x8");
    const count = () => webview.page.locator(".search-count").innerText();
    await expect.poll(count).toBe("4");
    await webview.page.keyboard.press("Enter");
    await expect.poll(count).toBe("1/4");
    await webview.page.keyboard.press("Enter");
    await expect.poll(count).toBe("2/4");
    await settled(webview);
    expect(await inspector(webview).locator(".breadcrumbs").innerText()).toMatch(/block 1\s*2/);
    expect((await items(webview)).find(({ selected }) => selected)?.id).toBe("0.block 1.2");
  });

  test("says how many match to a screen reader, and nothing once it has ended", async () => {
    const webview = await open(fileState());
    const said = () => webview.page.locator("[aria-live]").innerText();
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("linear");
    await expect.poll(said).toBe("2 modules match.");
    await webview.page.keyboard.press("Escape");
    await expect.poll(said).toBe("");
  });
});

describe("the toolbar", () => {
  test("the search gives way before the model's name, and its placeholder is never cut", async () => {
    const long = snapshot("autoencoderOfImages", sequential(linear(4, 8)), [2, 4]);
    const webview = await open(fileState({ models: [long] }), { width: 640 });
    for (const width of [250, 320, 640, 700, 900, 1280]) {
      await webview.resize(width);
      const name = await webview.page.locator(".model-name").evaluate((element) => element.scrollWidth - element.clientWidth);
      if (width >= 640) expect(name, `name at ${width} px`).toBeLessThanOrEqual(0);
      const placeholder = await webview.page.locator(".search-box input").evaluate((field) => {
        const input = field as HTMLInputElement;
        const context = document.createElement("canvas").getContext("2d")!;
        const style = getComputedStyle(input);
        context.font = `${style.fontSize} ${style.fontFamily}`;
        return context.measureText(input.placeholder).width + parseFloat(style.paddingLeft) + parseFloat(style.paddingRight) - input.clientWidth;
      });
      expect(placeholder, `placeholder at ${width} px`).toBeLessThanOrEqual(0);
    }
  });

  test("a leaf's class is not offered to expand, a container's is", async () => {
    const webview = await open(fileState(), { width: 1280, selection: { model: "rgnet", path: "0.block 1.0" } });
    await button(webview, "Expand and Collapse").click();
    expect(await webview.page.getByRole("menuitem", { name: /Every/ }).count()).toBe(0);
    await webview.page.keyboard.press("Escape");
    await webview.send({ kind: "select", selection: { model: "rgnet", path: "0.block 1" } });
    await inspector(webview).getByText("Sequential", { exact: true }).first().waitFor();
    await button(webview, "Expand and Collapse").click();
    await webview.page.getByRole("menuitem", { name: "Expand Every Sequential" }).waitFor();
  });

  test("groups stand apart, and switches keep their icons in the menu", async () => {
    const webview = await open(fileState(), { width: 1280 });
    expect(await webview.page.locator(".toolbar-separator").count()).toBe(3);
    await webview.resize(300);
    await button(webview, "More Actions").click();
    const minimap = webview.page.getByRole("menuitemcheckbox", { name: "Minimap" });
    expect(await minimap.locator(".codicon-map").count()).toBe(1);
    await minimap.click();
    await button(webview, "More Actions").click();
    expect(await minimap.locator(".codicon-map").count()).toBe(1);
    expect(await minimap.locator(".codicon-check").count()).toBe(1);
  });
});

describe("keyboard and screen reader", () => {
  test("the tree has the picture's items and selection, and the arrows walk them", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0" } });
    const tree = webview.page.getByRole("tree", { name: "Modules of rgnet" });
    await tree.focus();
    const active = async () => webview.page.locator(`#${await tree.getAttribute("aria-activedescendant")}`).innerText();
    expect(await active()).toContain("0");
    await webview.page.keyboard.press("ArrowRight");
    expect(await active()).toContain("block 0");
    await webview.page.keyboard.press("ArrowLeft");
    await settled(webview);
    await webview.page.keyboard.press("ArrowLeft");
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("0");
    expect(webview.asked("selected").length).toBeGreaterThan(0);
  });

  test("a click in the picture, Escape in the search and a first key lead to the tree", async () => {
    const webview = await open(fileState(), { width: 1000 });
    const focused = () => webview.page.evaluate(() => document.activeElement?.className);
    const crumb = () => inspector(webview).locator("[aria-current]").innerText();
    await webview.page.keyboard.press("ArrowDown");
    await webview.page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("outline");
    expect(webview.asked("selected").length).toBe(2);
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("ReLU");
    await webview.page.keyboard.press("Escape");
    expect(await focused()).toBe("outline");
    await button(webview, "Zoom In (+)").focus();
    const canvas = (await webview.page.locator(".graph-canvas").boundingBox())!;
    await webview.page.mouse.click(canvas.x + 3, canvas.y + 3);
    expect(await focused()).toBe("outline");
    await expect.poll(crumb).toBe("net");
  });

  test("the host hears of what is deselected, and a run that ends selects nothing", async () => {
    const webview = await open(fileState({ models: [gpt({ blocks: 1 })] }), { width: 1000, selection: { model: "gpt2", path: "wpe" } });
    await webview.page.getByRole("tree").focus();
    await webview.page.keyboard.press("Escape");
    expect(webview.asked("selected")).toEqual([null]);
    // A run that ends says nothing of a selection: the page keeps its own.
    await webview.send({ kind: "state", state: fileState({ models: [gpt({ blocks: 1 })] }), selection: null });
    await settled(webview);
    expect((await items(webview)).some(({ selected }) => selected)).toBe(false);
  });

  test("Enter opens and closes a box", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0" } });
    const isOpen = async () => {
      await settled(webview);
      return (await items(webview)).find(({ id }) => id === "0")?.expanded;
    };
    await webview.page.getByRole("tree").focus();
    const before = await isOpen();
    await webview.page.keyboard.press("Enter");
    expect(await isOpen()).toBe(!before);
    await webview.page.keyboard.press("Enter");
    expect(await isOpen()).toBe(before);
  });

  test("every control has a name", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    const nameless = await webview.page.evaluate(() =>
      [...document.querySelectorAll("button, select, input, [role=tree], [role=separator], canvas[tabindex]")]
        .filter((element) => !(element.getAttribute("aria-label") ?? element.textContent)?.trim())
        .map((element) => element.outerHTML.slice(0, 120)),
    );
    expect(nameless).toEqual([]);
  });

  test("the splitter moves with the arrows and remembers", async () => {
    const webview = await open(fileState(), { width: 1000 });
    const width = async () => (await inspector(webview).boundingBox())!.width;
    const before = await width();
    await webview.page.getByRole("separator", { name: "Size of the inspector" }).focus();
    await webview.page.keyboard.press("ArrowLeft");
    expect(await width()).toBeGreaterThan(before + 20);
    expect(await webview.page.evaluate(() => sessionStorage.getItem("state"))).toContain("inspectorShare");
  });

  test("a menu is walked with the arrows and gives the focus back", async () => {
    const webview = await open(fileState(), { width: 300 });
    const more = button(webview, "More Actions");
    await more.click();
    await webview.page.keyboard.press("End");
    expect(await webview.page.locator(".menu-item:focus").innerText()).toBe("Save and Copy…");
    await webview.page.keyboard.press("Escape");
    expect(await webview.page.getByRole("menu").count()).toBe(0);
    expect(await webview.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("More Actions");
    await more.click();
    await webview.page.getByRole("menu").waitFor();
    await more.click();
    await webview.page.getByRole("menu").waitFor({ state: "detached" });
  });
});

describe("what enters the page is data", () => {
  test("hostile names, arguments and messages stay text", async () => {
    const attack = '<img src=x onerror="window.attacked=true"><script>window.attacked=true</script>';
    const evil = snapshot(attack, { ...sequential([attack, linear(2, 2)]), type: attack, arguments: attack }, [1, 2]);
    const webview = await open(fileState({ models: [evil], lastRun: failedRun("thisRun", { message: attack, hint: attack }) }), {
      selection: { model: attack, path: attack },
    });
    await webview.page.waitForTimeout(200);
    expect(await webview.page.evaluate(() => (window as unknown as { attacked?: boolean }).attacked)).toBeUndefined();
    expect(await webview.page.locator("img, .page script").count()).toBe(0);
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe(attack);
  });

  test("a translation is text, too", async () => {
    const webview = await open({ kind: "empty" }, { strings: { "See inside your model": "<b>Blick</b> ins Modell" } });
    expect(await webview.page.locator("h1").innerText()).toBe("<b>Blick</b> ins Modell");
  });
});

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
    expect(await inspector(webview).innerText()).toContain("as your code ran it");
    expect(await back(inspector(webview)).count()).toBe(0);

    await webview.send({ kind: "model", model: stated(model) });
    expect(await inspector(webview).innerText()).toContain("inputs as you stated them");
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

  test("in a sidebar the model's line says that inputs were stated", async () => {
    const webview = await open(fileState({ models: [stated(net())] }), { width: 320 });
    expect(await webview.page.locator(".summary-bar").innerText()).toContain("stated 2×4 → 2×1");
  });

  test("a model that defines no forward offers nothing to run, and says why", async () => {
    const model = { ...net(), trace: null, traceMissing: "ModuleList defines no forward.", ownPass: null, hasForward: false };
    const webview = await open(fileState({ models: [model] }), { selection: { model: "net", path: "" } });
    expect(await webview.page.locator(".notices").innerText()).toContain("ModuleList defines no forward.");
    expect(await button(webview, "State Inputs…").count()).toBe(0);
    expect(await button(webview, "Run Forward…").getAttribute("disabled")).not.toBeNull();
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
    await button(webview, "Color or Size By").click();
    expect(await webview.page.getByRole("menuitemcheckbox", { name: "Norm of Gradients" }).isDisabled()).toBe(true);
    await webview.page.getByRole("menuitemcheckbox", { name: "Parameters", exact: true }).click();
    await expect.poll(async () => (await picture()).equals(before)).toBe(false);
    const colored = await picture();
    await choose(webview, "Color or Size By", "As Sizes");
    await expect.poll(async () => (await picture()).equals(colored)).toBe(false);
    await choose(webview, "Color or Size By", "Kind of Layer");
    await expect.poll(async () => (await picture()).equals(before)).toBe(true);
  });

  test("the data flow of the selection is traced", async () => {
    const gpt2 = gpt({ blocks: 1 });
    const webview = await open(fileState({ models: [gpt2] }), { width: 1200, selection: { model: gpt2.name, path: "wpe" } });
    const picture = () => webview.page.locator(".graph-canvas canvas").first().screenshot();
    const before = await picture();
    await button(webview, "Trace the Data Flow of the Selection").click();
    await expect.poll(async () => (await picture()).equals(before)).toBe(false);
  });
});

test.each(["f", "F"])("%s fits the picture", async (key) => {
  const webview = await open(fileState(), { width: 1200 });
  const scale = () =>
    webview.page
      .locator(".graph-canvas")
      .evaluate((element) => (element as HTMLElement & { picture: { describe(): { scale: number } } }).picture.describe().scale);
  const whole = await scale();
  await button(webview, "Zoom In (+)").click();
  await expect.poll(scale).toBeGreaterThan(whole);
  await webview.page.keyboard.press(key);
  await expect.poll(scale).toBe(whole);
});

test("the closed box around a selection stands for it: it is traced, and the arrows go on from it", async () => {
  class Branches extends torch.nn.Module {
    left = new torch.nn.Sequential(new torch.nn.Linear(4, 4), new torch.nn.ReLU());
    right = new torch.nn.Sequential(new torch.nn.Linear(4, 4), new torch.nn.Tanh());
    head = new torch.nn.Linear(4, 2);
    override forward(x: torch.Tensor): torch.Tensor {
      return this.head(this.left(x).add(this.right(x)));
    }
  }
  const inspection = inspectHere();
  const branches = new Branches();
  branches(torch.rand(2, 4));
  const webview = await open(fileState({ models: [snapshotOf(inspection, branches)] }), { width: 1200, selection: { model: "model", path: "left.0" } });
  const picture = () => webview.page.locator(".graph-canvas canvas").first().screenshot();
  await choose(webview, "Expand and Collapse", "Expand to 1 Level");
  await settled(webview);
  expect((await items(webview)).map(({ id }) => id)).not.toContain("left.0");
  const before = await picture();
  await button(webview, "Trace the Data Flow of the Selection").click();
  await expect.poll(async () => (await picture()).equals(before)).toBe(false);
  await webview.page.getByRole("tree").focus();
  await webview.page.keyboard.press("Alt+ArrowUp");
  expect(await webview.page.getByRole("tree").locator("[aria-selected=true]").innerText()).toMatch(/^Input/);
});

describe("the keyboard along the data flow", () => {
  test.each([
    ["down", "ArrowDown", "ArrowUp"],
    ["right", "ArrowRight", "ArrowLeft"],
  ] as const)("goes on, back, and over to the other branch (%s)", async (direction, on, back) => {
    const webview = await open(fileState({ models: [gpt({ blocks: 3 })] }), { width: 1200, selection: { model: "gpt2", path: "drop" } });
    if (direction === "right") await button(webview, "Draw from Left to Right").click();
    const tree = webview.page.getByRole("tree");
    await tree.focus();
    const selected = () => tree.locator("[aria-selected=true]").innerText();
    const press = async (keys: string, name: RegExp) => {
      await webview.page.keyboard.press(keys);
      await expect.poll(selected).toMatch(name);
    };
    await expect.poll(selected).toMatch(/^drop/);
    await press(`Alt+${on}`, /^add/);
    await press(`Alt+Shift+${on}`, /^ln_1/);
    await press(`Alt+Shift+${back}`, /^add/);
    await press(`Alt+Shift+${on}`, /^ln_1/);
    await press(`Alt+${back}`, /^drop/);
  });
});

describe("the parameter table", () => {
  const grid = ({ page }: Webview) => page.getByRole("grid");

  test("lists every parameter once, sorts, filters and copies what it shows", async () => {
    const webview = await open(fileState({ models: [models[2]!] }), { width: 1200 });
    await button(webview, "Parameter Table").click();
    await expect.poll(() => grid(webview).getByRole("row").count()).toBe(1 + 6);
    await button(webview, "Elements").click();
    expect(await grid(webview).getByRole("row").nth(1).innerText()).toContain("2.weight");
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("params>=32");
    await expect.poll(() => grid(webview).getByRole("row").count()).toBe(1 + 2);
    await choose(webview, "Save and Copy", "Copy Table as CSV");
    await expect.poll(() => webview.asked("copyText").length).toBe(1);
    expect(
      webview
        .asked("copyText")[0]!
        .text.split("\r\n")
        .map((line) => line.split(",")[0]),
    ).toEqual(["name", "2.weight", "0.weight", ""]);
  });

  test("the keyboard walks it and selects", async () => {
    const webview = await open(fileState({ models: [models[1]!] }), { width: 1200 });
    await button(webview, "Parameter Table").click();
    await grid(webview).focus();
    await webview.page.keyboard.press("End");
    await expect.poll(() => inspector(webview).locator("[aria-current]").innerText()).toBe("1");
    expect(webview.asked("selected")).toEqual([{ model: "rgnet", path: "1" }]);
  });

  test("what finds no room is scrolled to while the name stays, and an empty one leads back", async () => {
    const webview = await open(fileState({ models: [models[2]!] }), { width: 320 });
    await choose(webview, "More Actions", "Parameter Table");
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
    await button(webview, "Parameter Table").click();
    await grid(webview).focus();
    await webview.page.keyboard.press("End");
    await expect.poll(() => grid(webview).getByRole("row").last().innerText()).toContain("4999.bias");
    expect(await grid(webview).getByRole("row").count()).toBeLessThan(80);
    expect(await grid(webview).getAttribute("aria-rowcount")).toBe("10001");
  });
});

describe("saving and copying", () => {
  test.each([
    ["Save Picture as SVG…", "net.svg", /^<svg[\s\S]*Linear[\s\S]*<\/svg>\s*$/, "utf8"],
    ["Save Picture as PNG…", "net.png", /^iVBORw0KGgo/, "base64"],
    ["Save Snapshot as JSON…", "net.json", /"formatVersion": 1/, "utf8"],
  ])("%s", async (label, name, content, encoding) => {
    const webview = await open(fileState());
    await choose(webview, "Save and Copy", label);
    await expect.poll(() => webview.asked("save").length).toBe(1);
    const [saved] = webview.asked("save");
    expect(saved).toMatchObject({ suggestedName: name, encoding });
    expect(saved!.content).toMatch(content);
  });
});

describe("at every width, in every theme", () => {
  const widths = [250, 320, 400, 640, 760, 1280];
  const states: readonly [string, PageState, Selection | undefined][] = [
    ["a deep module", fileState(), { model: "rgnet", path: "0.block 1.0" }],
    ["a failure over the picture", fileState({ lastRun: failedRun("earlierRun"), stale: true }), { model: "tied", path: "2" }],
    ["nothing selected", fileState(), undefined],
    ["no picture", fileState({ models: [], lastRun: failedRun("thisRun") }), undefined],
    ["nothing open", { kind: "empty" }, undefined],
  ];

  test.each(states)("%s: nothing is cut off or leaves the page from 250 to 1280 px", async (_, state, selection) => {
    const webview = await open(state, selection ? { selection } : {});
    for (const width of widths) {
      await webview.resize(width);
      expect(await webview.overflows(), `at ${width} px`).toEqual([]);
    }
  });

  test.each(["light", "dark", "highContrast", "highContrastLight"] as const)("%s: text stands out from its background", async (theme) => {
    const webview = await open(fileState({ lastRun: failedRun("thisRun") }), { theme, selection: { model: "rgnet", path: "0.block 1.0" } });
    expect(await webview.faintTexts()).toEqual([]);
  });

  test("the picture and the heat map follow a change of theme", async () => {
    const webview = await open(fileState(), { theme: "dark", selection: { model: "rgnet", path: "0.block 1.0" } });
    const picture = () => webview.page.locator(".graph-canvas canvas").first().screenshot();
    const before = await picture();
    await webview.changeTheme("light");
    await expect.poll(async () => (await picture()).equals(before)).toBe(false);
    expect(await webview.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(248, 248, 248)");
  });

  test("nothing moves with reduced motion", async () => {
    for (const shown of [models, []]) {
      const webview = await open(fileState({ models: shown, activity: "running" }), { reducedMotion: true });
      expect(await webview.page.evaluate(() => document.getAnimations().length)).toBe(0);
    }
  });
});
