import { describe, expect, test } from "vitest";
import type { ViewAction } from "../../src/protocol/index.js";
import { linear, sequential, snapshot } from "../describe/snapshots.js";
import type { Webview } from "../support/webview.js";
import { button, choose, failedRun, fileState, inspector, items, menu, models, open, settled, showTable } from "./page.js";

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

const scaleOf = ({ page }: Webview) =>
  page.locator(".graph-canvas").evaluate((element) => (element as HTMLElement & { picture: { describe(): { scale: number } } }).picture.describe().scale);

describe("search", () => {
  test("steps through matches inside collapsed boxes too", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "" } });
    await choose(webview, "View", "Collapse All");
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
    for (const width of [400, 520, 640, 700, 900, 1280]) {
      await webview.resize(width);
      const name = await webview.page.locator(".model-name").evaluate((element) => element.scrollWidth - element.clientWidth);
      if (width >= 640) expect(name, `name at ${width} px`).toBeLessThanOrEqual(0);
      const placeholder = await webview.page.locator(".search-box .text-input").evaluate((field) => {
        const input = field.shadowRoot!.querySelector("input")!;
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
    await menu(webview, "View").click();
    expect(await webview.page.getByRole("menuitem", { name: /Every/ }).count()).toBe(0);
    await webview.page.keyboard.press("Escape");
    await webview.send({ kind: "select", selection: { model: "rgnet", path: "0.block 1" } });
    await inspector(webview).getByText("Sequential", { exact: true }).first().waitFor();
    await menu(webview, "View").click();
    await webview.page.getByRole("menuitem", { name: "Expand Every Sequential" }).waitFor();
  });

  test("is one tab stop, with arrows between its buttons, which stay where they are", async () => {
    const webview = await open(fileState(), { width: 1280 });
    const { page } = webview;
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    const buttons = page.getByRole("toolbar").locator(".icon-button");
    const places = async () => Promise.all((await buttons.all()).map(async (each) => [await each.getAttribute("aria-label"), (await each.boundingBox())!.x]));
    const before = await places();
    await page.getByRole("toolbar").locator("[tabindex='0']").focus();
    const walked = [await focused()];
    for (let i = 0; i < 5; i++) {
      await page.keyboard.press("ArrowRight");
      walked.push(await focused());
    }
    expect(walked).toEqual(["Run", "Graph", "Parameters", "View", "Color By", "Export"]);
    await page.keyboard.press("Tab");
    expect(walked).not.toContain(await focused());
    await showTable(webview);
    expect(await places()).toEqual(before);
  });

  test.each([230, 300, 420, 560, 1400])("cuts nothing off at %d px, and its menus are all there", async (width) => {
    const webview = await open(fileState(), { width });
    const bar = webview.page.locator(".toolbar");
    expect(await bar.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
    await choose(webview, "View", "Minimap");
    await choose(webview, "Color By", "Parameters");
    expect(await webview.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

  test("a command of the editor does what the menu does", async () => {
    const webview = await open(fileState(), { width: 1000 });
    await webview.send({ kind: "perform", action: "showParameters" });
    await webview.page.getByRole("grid").waitFor();
    await webview.send({ kind: "perform", action: "showGraph" });
    await webview.page.getByRole("grid").waitFor({ state: "detached" });
    await webview.send({ kind: "perform", action: "inspector" });
    await expect.poll(() => inspector(webview).count()).toBe(0);
    await webview.send({ kind: "perform", action: "inspector" });
    await expect.poll(() => inspector(webview).count()).toBe(1);
  });
});

describe("what only a menu has", () => {
  test.each([300, 1000])("is reached by a command too, which opens the menu with the focus in it, at %d px", async (width) => {
    const webview = await open(fileState(), { width, selection: { model: "rgnet", path: "0" } });
    const { page } = webview;
    for (const [action, name, least] of [
      ["viewMenu", "View", 10],
      ["colorBy", "Color By", 8],
      ["exportMenu", "Export", 6],
    ] as const) {
      await webview.send({ kind: "perform", action });
      const opened = page.getByRole("menu", { name });
      await opened.waitFor();
      expect(await opened.locator(".menu-item").count(), name).toBeGreaterThanOrEqual(least);
      expect(await page.evaluate(() => document.activeElement?.className)).toBe("menu-item");
      await page.keyboard.press("Escape");
      await opened.waitFor({ state: "detached" });
    }
    // Nothing opens again by itself.
    await webview.send({ kind: "state", state: fileState({ models: [] }), selection: null });
    await webview.send({ kind: "state", state: fileState(), selection: null });
    await settled(webview);
    expect(await page.getByRole("menu").count()).toBe(0);
  });

  test("a box is opened and closed, the picture zoomed and searched, two modules compared", async () => {
    const webview = await open(fileState(), { width: 1000, selection: { model: "rgnet", path: "0.block 1" } });
    const perform = (action: ViewAction) => webview.send({ kind: "perform", action });
    const isOpen = async () => (await settled(webview), (await items(webview)).find(({ id }) => id === "0.block 1")?.expanded);
    const before = await isOpen();
    await perform("toggleExpansion");
    expect(await isOpen()).toBe(!before);
    await perform("toggleExpansion");
    expect(await isOpen()).toBe(before);
    const whole = await scaleOf(webview);
    await perform("zoomIn");
    await expect.poll(() => scaleOf(webview)).toBeGreaterThan(whole);
    await perform("zoomOut");
    await expect.poll(() => scaleOf(webview)).toBeCloseTo(whole, 5);
    await perform("compare");
    await inspector(webview).getByRole("button", { name: "End Comparison" }).waitFor();
    await webview.page.keyboard.press("Escape");
    await perform("search");
    await webview.page.locator("[role=search] input:focus").waitFor();
    await webview.page.keyboard.type("type:ReLU");
    await expect.poll(() => webview.page.locator(".search-count").innerText()).toMatch(/^\d+$/);
  });
});

describe("without a click", () => {
  test.each([300, 1000])("the page says how parameters were initialized and which are shared, at %d px", async (width) => {
    const webview = await open(fileState({ models: [models[2]!] }), { width });
    const overview = webview.page.locator(".overview");
    expect(await overview.innerText()).toMatch(/initialized\s+\d+ /);
    expect(await overview.innerText()).toMatch(/shared\s+2 = 4 \(72 parameters counted once\)/);
    await overview.getByRole("button", { name: "Show" }).click();
    await expect.poll(() => inspector(webview).locator("[aria-current]").innerText()).toBe("2");
  });

  test("what was reinitialized before a run is offered again, not done silently", async () => {
    const change = {
      model: "net",
      standing: "offered" as const,
      reinitialization: { target: { kind: "module", path: "2" }, choice: { kind: "scheme", function: "zeros_", arguments: {} }, seed: null },
    } as const;
    const webview = await open(fileState({ earlierChanges: [change] }), { width: 420 });
    const notice = webview.page.locator(".notices");
    expect(await notice.innerText()).toContain("Reinitialized before this run: zeros_ on 2.");
    await notice.getByRole("button", { name: "Keep Applying" }).click();
    expect(webview.asked("earlierChanges")).toEqual([{ answer: "keep" }]);
    await webview.send({ kind: "state", state: fileState({ earlierChanges: [{ ...change, standing: "kept" }] }), selection: null });
    // A pin on the banner, and on the box: drawn, and told by a screen reader.
    await notice.locator(".codicon-pinned").waitFor();
    const described = () => webview.page.getByRole("treeitem", { name: /reinitialized after every run/ }).allInnerTexts();
    await expect.poll(async () => (await described()).length).toBe(1);
    await notice.getByRole("button", { name: "Stop Applying" }).click();
    expect(webview.asked("earlierChanges")).toEqual([{ answer: "keep" }, { answer: "forget" }]);
    // The code came to say otherwise.
    await webview.send({ kind: "state", state: fileState({ earlierChanges: [{ ...change, standing: "ended" }] }), selection: null });
    await expect.poll(() => notice.innerText()).toContain("No longer reinitialized after every run, since the code initializes it otherwise now: zeros_ on 2.");
    await expect.poll(async () => (await described()).length).toBe(0);
    await notice.getByRole("button", { name: "Apply Again" }).click();
    expect(webview.asked("earlierChanges").at(-1)).toEqual({ answer: "apply" });
  });

  test("a run says how long it has taken and may take, and a screen reader hears how it ended", async () => {
    const webview = await open(fileState(), { width: 420 });
    await webview.send({ kind: "activity", activity: "running" });
    await webview.page.getByText("2 s of 30 s").waitFor();
    await webview.send({ kind: "state", state: fileState({ lastRun: failedRun("earlierRun") }), selection: null });
    await expect.poll(() => webview.page.locator("[aria-live]").innerText()).toMatch(/^The run did not come to its end: mat1/);
  });
});

test.each(["f", "F"])("%s fits the picture", async (key) => {
  const webview = await open(fileState(), { width: 1200 });
  const scale = () => scaleOf(webview);
  const whole = await scale();
  await button(webview, "Zoom In (+)").click();
  await expect.poll(scale).toBeGreaterThan(whole);
  await webview.page.keyboard.press(key);
  await expect.poll(scale).toBe(whole);
});

describe("saving and copying", () => {
  test.each([
    ["Save Picture as SVG…", "net.svg", /^<svg[\s\S]*Linear[\s\S]*<\/svg>\s*$/, "utf8"],
    ["Save Picture as PNG…", "net.png", /^iVBORw0KGgo/, "base64"],
    ["Save Snapshot as JSON…", "net.json", /"formatVersion": 1/, "utf8"],
  ])("%s", async (label, name, content, encoding) => {
    const webview = await open(fileState());
    await choose(webview, "Export", label);
    await expect.poll(() => webview.asked("save").length).toBe(1);
    const [saved] = webview.asked("save");
    expect(saved).toMatchObject({ suggestedName: name, encoding });
    expect(saved!.content).toMatch(content);
  });
});
