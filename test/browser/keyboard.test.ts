import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { linear, relu, sequential, snapshot, tensor } from "../describe/snapshots.js";
import { gpt } from "../picture/fixtures.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import { button, choose, chosen, fileState, inspector, items, open, settled } from "./page.js";

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
    expect(chosen(webview).length).toBeGreaterThan(0);
  });

  test("a click in the picture, Escape in the search and a first key lead to the tree", async () => {
    const webview = await open(fileState(), { width: 1000 });
    const focused = () => webview.page.evaluate(() => document.activeElement?.className);
    const crumb = () => inspector(webview).locator("[aria-current]").innerText();
    await webview.page.keyboard.press("ArrowDown");
    await webview.page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("outline");
    expect(chosen(webview)).toEqual([{ model: "net", path: "" }]);
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
    expect(chosen(webview)).toEqual([{ model: "gpt2", path: null }]);
    // A run that ends says nothing of a selection: the page keeps its own.
    await webview.send({ kind: "state", state: fileState({ models: [gpt({ blocks: 1 })] }), selection: null });
    await settled(webview);
    expect((await items(webview)).some(({ selected }) => selected)).toBe(false);
  });

  test("Escape steps back, one thing at a time, and the keys go on from where they were", async () => {
    const webview = await open(fileState(), { width: 1000, selection: { model: "rgnet", path: "0.block 1.0" } });
    const { page } = webview;
    const tree = page.getByRole("tree");
    const selected = () => tree.locator("[aria-selected=true]").allInnerTexts();
    const picture = () => page.locator(".graph-canvas canvas").first().screenshot();
    const whole = await picture();
    await tree.focus();
    await page.keyboard.press("t");
    await expect.poll(async () => (await picture()).equals(whole)).toBe(false);
    await webview.send({ kind: "perform", action: "compare" });
    await inspector(webview).getByRole("button", { name: "End Comparison" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(async () => (await picture()).equals(whole)).toBe(false);
    await page.keyboard.press("Escape");
    await inspector(webview).getByRole("button", { name: "End Comparison" }).waitFor({ state: "detached" });
    expect(await selected()).toEqual([expect.stringMatching(/^0 Linear/)]);
    await page.keyboard.press("Escape");
    await expect.poll(selected).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await expect.poll(selected).toEqual([expect.stringMatching(/^0 Linear/)]);
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("outline");
  });

  test("an item says how it was initialized, what changed it since and with what it is shared", async () => {
    const changed = tensor([8, 8], { kind: "uniform", low: -1, high: 1 }, { function: "xavierUniform_", by: "code", modifiedBy: ["mul_"] });
    const repeated = () => sequential(linear(4, 4), relu());
    const made = snapshot("made", sequential(linear(8, 8, changed), relu(), linear(8, 8, changed)), [2, 8]);
    const webview = await open(fileState({ models: [made] }), { width: 600 });
    const texts = () => webview.page.getByRole("treeitem").allInnerTexts();
    expect(await texts()).toContain(
      "0 Linear 8 → 8, 2×8, 72 params, initialized by xavierUniform_, uniform_, changed since by mul_, Shared weights A, used in 2 places: 0, 2",
    );
    // Of several in one box, what any of them was initialized by.
    const other = tensor([4, 4], { kind: "constant", value: 0 }, { function: "zeros_", by: "code" });
    const folded = snapshot("folded", sequential(repeated(), repeated(), sequential(linear(4, 4, other), relu())), [2, 4]);
    await webview.send({ kind: "state", state: fileState({ models: [folded] }), selection: null });
    await settled(webview);
    expect((await texts()).filter((text) => text.includes("Linear 4 → 4")).join()).toMatch(/initialized by kaimingUniform_, uniform_(?!.*zeros_)/);
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
      [...document.querySelectorAll("button, vscode-button, vscode-dropdown, vscode-text-field, [role=tree], [role=separator], canvas[tabindex]")]
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
    expect(await webview.page.locator(".menu-item:focus").innerText()).toBe("Export…");
    await webview.page.keyboard.press("Escape");
    expect(await webview.page.getByRole("menu").count()).toBe(0);
    expect(await webview.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("More Actions");
    await more.click();
    await webview.page.getByRole("menu").waitFor();
    await more.click();
    await webview.page.getByRole("menu").waitFor({ state: "detached" });
  });
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
  await choose(webview, "View", "Expand to 1 Level");
  await settled(webview);
  expect((await items(webview)).map(({ id }) => id)).not.toContain("left.0");
  const before = await picture();
  await choose(webview, "View", "Trace Selection (T)");
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
    if (direction === "right") await choose(webview, "View", "Left to Right");
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
