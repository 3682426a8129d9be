import { describe, expect, it } from "vitest";
import type { DescribedItem, PictureDescription } from "../../webview/graph/index.js";
import { colorAt, describePicture, events, find, middle, opened, show, tell } from "./graph.js";

describe("selection", () => {
  it("follows a click, and tells the page", async () => {
    await show("tied");
    const { x, y } = middle(find(await describePicture(), "2"));
    await opened.page.mouse.click(x, y);
    const picture = await describePicture();
    expect(find(picture, "2").selected).toBe(true);
    expect(await events()).toEqual(["select 2"]);
    expect(picture.links).toEqual([{ from: "2", to: "4", group: "A" }]);
    await opened.page.mouse.click(3, 3);
    expect((await describePicture()).links).toEqual([]);
    expect(await events()).toEqual(["select 2", "select nothing"]);
  });

  it("opens what is around a module and brings it into view", async () => {
    await show("gpt", { depth: 1 });
    const picture = await tell('select("h.7.mlp.c_fc")');
    const { x, y } = middle(find(picture, "h.7.mlp.c_fc"));
    expect(find(picture, "h.7").repeat).toBe(12);
    expect(x > 0 && x < 800 && y > 0 && y < 700).toBe(true);
    expect(await events()).toEqual([]);
  });

  it("follows a title at the upper edge back to where its box begins; beside it the band belongs to nothing", async () => {
    await show("gpt");
    await tell('select("h.0.mlp.c_proj")');
    await opened.page.mouse.move(400, 350);
    while (find(await describePicture(), "h.0").rectangle.y > -60) await opened.page.mouse.wheel(0, 60);
    const { rectangle } = find(await describePicture(), "h.0");
    await opened.page.mouse.click(Math.max(0, rectangle.x) + 30, 14);
    const followed = await describePicture();
    expect(followed.items.find(({ selected }) => selected)?.id).toMatch(/^h\.0/);
    expect(followed.items.find(({ selected }) => selected)!.rectangle.y).toBeGreaterThan(0);
    await opened.page.mouse.move(400, 350);
    while (find(await describePicture(), "h.0").rectangle.y > -60) await opened.page.mouse.wheel(0, 60);
    await opened.page.mouse.click(797, 14);
    expect((await describePicture()).items.find(({ selected }) => selected)).toBeUndefined();
  });

  it("stays in view when the view becomes smaller, as by the inspector below it", async () => {
    await opened.page.setViewportSize({ width: 300, height: 700 });
    await show("gpt");
    const inView = async (id: string, height: number) => {
      await opened.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      const { y } = middle(find(await describePicture(), id));
      expect(y > 0 && y < height).toBe(true);
    };
    await tell('select("h.0.mlp.c_fc")');
    await inView("h.0.mlp.c_fc", 700);
    await opened.page.setViewportSize({ width: 300, height: 350 });
    await inView("h.0.mlp.c_fc", 350);
    await show("gpt");
    await opened.page.setViewportSize({ width: 300, height: 700 });
    const { rectangle } = (await describePicture()).items.filter(({ expanded, rectangle: { y, height } }) => !expanded && y > 400 && y + height < 690).at(-1)!;
    await opened.page.mouse.click(rectangle.x + rectangle.width / 2, rectangle.y + rectangle.height / 2);
    await opened.page.setViewportSize({ width: 300, height: 350 });
    await inView((await describePicture()).items.find(({ selected }) => selected)!.id, 350);
  });

  it("is not brought under the page's own controls in the corner", async () => {
    await opened.page.setViewportSize({ width: 300, height: 400 });
    const corner = { width: 60, height: 120 };
    await show("gpt", { corner, depth: "all" });
    const isClear = ({ rectangle: { x, y, width, height } }: DescribedItem) => expect(x + width <= 240 || y + height <= 280).toBe(true);
    for (const id of ["h.0.mlp.c_fc", "h.0.attn.c_proj", "lm_head"]) isClear(find(await tell(`select(${JSON.stringify(id)})`), id));
    isClear(find(await tell('view.fit("h.0.attn")'), "h.0.attn"));
  });

  it("draws all shared links on request", async () => {
    await show("tied");
    expect((await tell("set({ showSharedLinks: true })")).links).toHaveLength(1);
  });

  it("reports a context menu and a double click on a leaf", async () => {
    await show("mlp");
    const { x, y } = middle(find(await describePicture(), "1"));
    await opened.page.mouse.click(x, y, { button: "right" });
    await opened.page.mouse.dblclick(x, y);
    expect(await events()).toEqual(["contextMenu 1", "select 1", "select 1", "activate 1"]);
  });
});

describe("keyboard and search", () => {
  it("knows what is beside, around and along the flow", async () => {
    await show("rgnet");
    const neighbours = await opened.page.evaluate(() => layerscopePicture.view.neighbours("0.block 0.1"));
    expect(neighbours).toEqual({
      parent: "0.block 0",
      firstChild: null,
      previous: "0.block 0.0",
      next: "0.block 0.2",
      upstream: ["0.block 0.0"],
      downstream: ["0.block 0.2"],
    });
    expect(await opened.page.evaluate(() => layerscopePicture.view.neighbours("0.block 0.3").downstream)).toEqual(["1"]);
  });

  it("dims what has nothing to do with a traced box", async () => {
    await show("gpt");
    const { rectangle } = find(await tell('view.fit("wpe")'), "wpe");
    const [x, y] = [Math.round(rectangle.x + 7 * (await describePicture()).scale), Math.round(rectangle.y + rectangle.height / 2)];
    const before = await colorAt(x, y);
    await tell('change({ isTracing: true, selection: { id: "wte", path: "wte" } })');
    expect(await colorAt(x, y)).not.toEqual(before);
    await tell("change({ isTracing: false, selection: null })");
    expect(await colorAt(x, y)).toEqual(before);
    // What lies in a traced container is part of it.
    await tell('change({ isTracing: true, selection: { id: "", path: "" } })');
    expect(await colorAt(x, y)).toEqual(before);
  });
});

describe("a comparison", () => {
  const compared = ({ items }: PictureDescription) =>
    Object.fromEntries(items.filter((item) => item.compared.length > 0).map((item) => [item.id, item.compared]));

  it("marks both modules, and the box or row that stands for them", async () => {
    await show("gpt");
    expect(compared(await tell('change({ compared: ["wte"] })'))).toEqual({ wte: [1] });
    expect(compared(await tell('change({ compared: ["wte", "h.3.mlp"] })'))).toEqual({ wte: [1], "h.0": [2] });
    const [first, last] = ["h.1.attn", "h.11.attn"];
    expect(compared(await tell(`change({ compared: ["${first}", "${last}"] })`))).toEqual({ "h.0": [1, 2] });
    expect(compared(await tell(`select("${last}")`))).toEqual({ "h.11": [1], [last]: [2] });
    expect(compared(await tell('view.setUnfolded("h.11", true)'))).toEqual({ "h.1": [1], "h.11": [2] });
    const { items } = await tell("view.collapseAll()");
    expect(items.find(({ compared: both }) => both.length === 2)?.description).toMatch(/, comparison: 1, 2$/);
    expect(compared(await tell("change({ compared: [] })"))).toEqual({});
  });

  it("is marked with numbers, in the picture and in what is saved", async () => {
    await show("mlp");
    const drawn = () => opened.page.locator("canvas").nth(1).screenshot();
    const before = await drawn();
    await tell('change({ compared: ["0", "2"] })');
    const marked = await drawn();
    expect(marked.equals(before)).toBe(false);
    await tell('change({ compared: ["2", "0"] })');
    expect((await drawn()).equals(marked)).toBe(false);
    const svg = await opened.page.evaluate(() => layerscopePicture.view.exportSvg());
    expect(svg).toMatch(/<text class="title"[^>]*text-anchor="middle"[^>]*>1<\/text>/);
    expect(svg).toMatch(/<text class="title"[^>]*text-anchor="middle"[^>]*>2<\/text>/);
  });
});
