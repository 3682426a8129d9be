import { describe, expect, test } from "vitest";
import { linear, sequential, snapshot } from "../describe/snapshots.js";
import { button, choose, fileState, inspector, items, open, settled } from "./page.js";

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
