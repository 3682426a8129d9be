import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DescribedItem, PictureDescription } from "../../webview/graph/index.js";
import { openPicture, type PicturePage } from "../support/picture.js";
import type { FixtureName, ShowOptions } from "../support/picturePage.js";

let opened: PicturePage;

beforeAll(async () => {
  opened = await openPicture({ width: 800, height: 700 });
});
beforeEach(() => opened.page.setViewportSize({ width: 800, height: 700 }));
afterEach(() => expect(opened.problems.splice(0)).toEqual([]));
afterAll(() => opened?.browser.close());

const show = (fixture: FixtureName, options: ShowOptions = {}, ...parameters: unknown[]) =>
  opened.page.evaluate(([name, given, rest]) => layerscopePicture.show(name, given, ...rest), [fixture, options, parameters] as const);

/** Tells the view something and waits until the picture shows it. */
async function tell(script: string): Promise<PictureDescription> {
  await opened.page.evaluate(async (body) => {
    const { view, select, set, change } = layerscopePicture;
    new Function("view", "select", "set", "change", body)(view, select, set, change);
    await layerscopePicture.view.whenIdle();
  }, script);
  return describePicture();
}

async function describePicture(): Promise<PictureDescription> {
  return opened.page.evaluate(async () => {
    await layerscopePicture.view.whenIdle();
    return layerscopePicture.view.describe();
  });
}

const find = (picture: PictureDescription, id: string): DescribedItem => {
  const item = picture.items.find((each) => each.id === id);
  if (!item) throw new Error(`${id} is not in the picture: ${picture.items.map((each) => each.id).join(", ")}`);
  return item;
};

const middle = ({ rectangle: { x, y, width, height } }: DescribedItem) => ({ x: x + width / 2, y: y + height / 2 });
const events = () => opened.page.evaluate(() => layerscopePicture.events.map(({ name, item }) => `${name} ${item?.id ?? "nothing"}`));

/** Colour of the picture at a point, over what both canvases show. */
async function colorAt(x: number, y: number): Promise<number[]> {
  return opened.page.evaluate(
    ([px, py]) => {
      const canvas = document.querySelector("canvas")!;
      return [...canvas.getContext("2d")!.getImageData(px, py, 1, 1).data];
    },
    [x, y] as const,
  );
}

describe("the first view", () => {
  it("shows a small model whole", async () => {
    await show("mlp");
    const picture = await describePicture();
    expect(picture.items.map((item) => item.id)).toEqual(["#input:0", "", "0", "1", "2", "#output:0"]);
    for (const { rectangle } of picture.items) {
      expect(rectangle.x).toBeGreaterThanOrEqual(0);
      expect(rectangle.y).toBeGreaterThanOrEqual(0);
      expect(rectangle.x + rectangle.width).toBeLessThanOrEqual(800);
      expect(rectangle.y + rectangle.height).toBeLessThanOrEqual(700);
    }
    expect(find(picture, "0")).toMatchObject({ type: "Linear", outputShape: "2×8", parameters: 40, description: "0 Linear 4 → 8, 2×8, 40 params" });
    expect(picture.edges.map(({ from, to, label }) => `${from}>${to} ${label}`)).toContain("0>1 2×8");
  });

  it("goes to what failed", async () => {
    await show("failing");
    const picture = await describePicture();
    expect(picture.failure).toMatchObject({ item: "body.second.0", message: "mat1 and mat2 shapes cannot be multiplied (8x10 and 32x32)" });
    const { x, y } = middle(find(picture, "body.second.0"));
    expect(x > 0 && x < 800 && y > 0 && y < 700).toBe(true);
  });

  it.each([250, 320, 800])("has the box that failed whole in a view %i pixels wide", async (width) => {
    await opened.page.setViewportSize({ width, height: 600 });
    await show("failing");
    const { rectangle } = find(await describePicture(), "body.second.0");
    expect(rectangle.x).toBeGreaterThan(0);
    expect(rectangle.x + rectangle.width).toBeLessThan(width);
  });

  it("draws boxes where it says they are", async () => {
    await show("mlp");
    const { rectangle } = find(await describePicture(), "0");
    const bar = await colorAt(Math.round(rectangle.x + 7), Math.round(rectangle.y + rectangle.height / 2));
    expect(bar.slice(0, 3)).toEqual([0x23, 0x69, 0xb5]);
  });

  it("fits the sidebar", async () => {
    await opened.page.setViewportSize({ width: 280, height: 700 });
    await show("rgnet");
    const { rectangle } = find(await describePicture(), "");
    expect(rectangle.x).toBeGreaterThanOrEqual(0);
    expect(rectangle.x + rectangle.width).toBeLessThanOrEqual(280);
  });

  it("reads well in the sidebar, and begins at the input where the picture is wider", async () => {
    await opened.page.setViewportSize({ width: 280, height: 500 });
    await show("gpt");
    const picture = await describePicture();
    expect(picture.scale).toBeGreaterThanOrEqual(0.8);
    const { rectangle } = find(picture, "#input:0");
    expect(rectangle.x).toBeGreaterThanOrEqual(0);
    expect(rectangle.x + rectangle.width).toBeLessThanOrEqual(280);
    expect(rectangle.y).toBeGreaterThanOrEqual(0);
  });

  it("has what failed whole in the sidebar", async () => {
    for (const width of [400, 300, 270, 250]) {
      await opened.page.setViewportSize({ width, height: 600 });
      await show("failing");
      const picture = await describePicture();
      const { rectangle } = find(picture, picture.failure!.item);
      expect(rectangle.x, `at ${width} px`).toBeGreaterThanOrEqual(0);
      expect(rectangle.x + rectangle.width, `at ${width} px`).toBeLessThanOrEqual(width);
    }
  });

  it("comes without a layout engine too, and says that it is simpler", async () => {
    await show("unet", { layoutEngine: false });
    expect(await describePicture()).toMatchObject({ status: "ready", layout: "plain" });
  });
});

describe("opening and closing", () => {
  it.each([
    ["with animation", true],
    ["without", false],
  ])("keeps the clicked box where it is, %s", async (_, motion) => {
    await show("rgnet", { motion });
    const before = find(await describePicture(), "0.block 0");
    const closed = await tell('view.toggle("0.block 0")');
    expect(find(closed, "0.block 0")).toMatchObject({ expanded: false });
    expect(closed.items.some((item) => item.id === "0.block 0.0")).toBe(false);
    expect(Math.abs(find(closed, "0.block 0").rectangle.x - before.rectangle.x)).toBeLessThanOrEqual(1);
    expect(Math.abs(find(closed, "0.block 0").rectangle.y - before.rectangle.y)).toBeLessThanOrEqual(1);
    const opened = await tell('view.toggle("0.block 0")');
    expect(opened.scale).toBe(closed.scale);
    expect(Math.abs(find(opened, "0.block 0").rectangle.y - before.rectangle.y)).toBeLessThanOrEqual(1);
  });

  it("answers a click on the sign and a double click on the box", async () => {
    await show("rgnet");
    const { rectangle, ...item } = find(await describePicture(), "0.block 0");
    expect(item.expanded).toBe(true);
    const scale = (await describePicture()).scale;
    await opened.page.mouse.click(rectangle.x + 18 * scale, rectangle.y + 14 * scale);
    const closed = find(await describePicture(), "0.block 0");
    expect(closed.expanded).toBe(false);
    expect(await events()).toEqual([]);
    const center = middle(closed);
    await opened.page.mouse.dblclick(center.x, center.y);
    expect(find(await describePicture(), "0.block 0").expanded).toBe(true);
  });

  it("goes to a depth, to all and to none", async () => {
    await show("resnet");
    expect((await tell("view.collapseAll()")).items.filter((item) => item.expanded).map((item) => item.id)).toEqual([""]);
    expect((await tell("view.expandToDepth(0)")).items.filter((item) => item.kind === "module").map((item) => item.id)).toEqual([""]);
    const all = await tell("view.expandAll()");
    expect(all.items.filter((item) => item.expandable && !item.expanded)).toEqual([]);
    expect((await tell('view.setExpandedByType("Bottleneck", false)')).items.filter((item) => item.type === "Bottleneck" && item.expanded)).toEqual([]);
  });

  it("stays where it is, and as large, while all is opened", async () => {
    await show("resnet");
    await tell("view.resetZoom()");
    const before = await describePicture();
    const seen = before.items.find(
      ({ expanded, rectangle: { x, y, width, height } }) => !expanded && Math.abs(x + width / 2 - 400) < width / 2 && Math.abs(y + height / 2 - 350) < 100,
    )!;
    await tell(`select(${JSON.stringify(seen.id)})`);
    const at = find(await describePicture(), seen.id).rectangle;
    const after = await tell("view.expandAll()");
    expect(after.scale).toBe(before.scale);
    expect(Math.abs(find(after, seen.id).rectangle.x - at.x)).toBeLessThanOrEqual(1);
    expect(Math.abs(find(after, seen.id).rectangle.y - at.y)).toBeLessThanOrEqual(1);
  });

  it("unfolds turns of several, folds them again, and steps through them together", async () => {
    await show("alternating");
    const shown = ({ items }: PictureDescription) =>
      items.filter(({ depth, kind }) => depth === 1 && kind === "module").map(({ id, repeat }) => (repeat > 1 ? `${id} ×${repeat}` : id));
    const folded = await describePicture();
    expect(shown(folded)).toEqual(["0", "1", "2 ×6", "3 ×6", "14"]);
    expect(folded.edges.map(({ from, to }) => `${from} > ${to}`)).toContain("3 > 2");
    const [first, second] = [find(folded, "2"), find(folded, "3")];
    expect(second.rectangle.y).toBeGreaterThan(first.rectangle.y + first.rectangle.height);
    expect(shown(await tell('view.setUnfolded("7", true)'))).toHaveLength(15);
    expect(shown(await tell('view.setUnfolded("7", false)'))).toEqual(shown(folded));
    const stepped = await tell('select("7")');
    expect(shown(stepped)).toEqual(["0", "1", "6 ×6", "7 ×6", "14"]);
    expect(await opened.page.evaluate(() => layerscopePicture.view.row("7"))).toMatchObject({ position: 2, unfolded: false, kind: "repeated" });
    expect(await opened.page.evaluate(() => layerscopePicture.view.visibleSelection())).toBe("7");
  });

  it("puts experts that are shown one by one into rows that the view holds", async () => {
    await show("mixture");
    await tell('view.setUnfolded("experts.0", true)');
    const picture = await tell("view.expandToDepth(2); view.fit()");
    expect(picture.items.filter(({ id }) => /^experts\.\d+$/.test(id))).toHaveLength(64);
    expect(picture.scale).toBeGreaterThan(0.4);
    expect(picture.edges.filter(({ to }) => /^experts\.\d+$/.test(to)).every(({ stub }) => !stub)).toBe(true);
  });

  it("unfolds a row, folds it again, and steps through it", async () => {
    await show("gpt");
    const stepped = await tell('select("h.4")');
    expect(find(stepped, "h.4")).toMatchObject({ repeat: 12, expanded: true });
    const unfolded = await tell('view.setUnfolded("h.4", true)');
    expect(unfolded.items.filter((item) => /^h\.\d+$/.test(item.id))).toHaveLength(12);
    expect((await tell('view.setUnfolded("h.4", false)')).items.filter((item) => /^h\.\d+$/.test(item.id))).toHaveLength(1);
  });
});

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

describe("moving the view", () => {
  /** Where the root's box is and how large everything is. */
  const place = async () => {
    const picture = await describePicture();
    const { x, y } = find(picture, "").rectangle;
    return { x, y, scale: picture.scale };
  };
  const expectPlace = async (wanted: { x: number; y: number; scale: number }) => {
    const found = await place();
    for (const key of ["x", "y", "scale"] as const) expect(found[key], key).toBeCloseTo(wanted[key], 3);
  };
  /** After a zoom by `factor` about a point of the view. */
  const zoomed = ({ x, y, scale }: { x: number; y: number; scale: number }, factor: number, at: { x: number; y: number }) => ({
    x: at.x + (x - at.x) * factor,
    y: at.y + (y - at.y) * factor,
    scale: scale * factor,
  });

  it("drags, also out of the view, and selects nothing by that", async () => {
    await show("mlp");
    const before = await place();
    const [x, y] = [300, 250];
    await opened.page.mouse.move(x, y);
    await opened.page.mouse.down();
    await opened.page.mouse.move(x + 30, y + 20, { steps: 3 });
    await expectPlace({ x: before.x + 30, y: before.y + 20, scale: before.scale });
    await opened.page.mouse.move(-50, 900);
    await opened.page.mouse.up();
    await expectPlace({ x: before.x - 50 - x, y: before.y + 900 - y, scale: before.scale });
    await opened.page.mouse.move(300, 300);
    await expectPlace({ x: before.x - 50 - x, y: before.y + 900 - y, scale: before.scale });
    expect(await events()).toEqual([]);
  });

  it("takes a press that moves a little for a click", async () => {
    await show("mlp");
    const { x, y } = middle(find(await describePicture(), "0"));
    await opened.page.mouse.move(x, y);
    await opened.page.mouse.down();
    await opened.page.mouse.move(x + 2, y + 2);
    await opened.page.mouse.up();
    expect(await events()).toEqual(["select 0"]);
    await opened.page.mouse.down();
    await opened.page.mouse.move(x + 12, y + 2, { steps: 2 });
    await opened.page.mouse.up();
    expect(await events()).toEqual(["select 0"]);
    // The next one counts again.
    await opened.page.mouse.click(x + 12, y + 2);
    expect(await events()).toEqual(["select 0", "select 0"]);
  });

  it("drags with the middle button, not with the right one", async () => {
    await show("mlp");
    const before = await place();
    for (const button of ["right", "middle"] as const) {
      await opened.page.mouse.move(200, 200);
      await opened.page.mouse.down({ button });
      await opened.page.mouse.move(260, 250);
      await opened.page.mouse.up({ button });
      await expectPlace(button === "right" ? before : { x: before.x + 60, y: before.y + 50, scale: before.scale });
    }
  });

  it("moves with the wheel, and zooms about the pointer with Ctrl, within limits", async () => {
    await show("mlp");
    const before = await place();
    const at = { x: 250, y: 120 };
    await opened.page.mouse.move(at.x, at.y);
    await opened.page.mouse.wheel(30, 40);
    const moved = { ...before, x: before.x - 30, y: before.y - 40 };
    await expectPlace(moved);
    await opened.page.keyboard.down("Shift");
    await opened.page.mouse.wheel(0, 25);
    await opened.page.keyboard.up("Shift");
    await expectPlace({ ...moved, x: moved.x - 25 });
    await opened.page.mouse.wheel(-25, 0);
    await opened.page.keyboard.down("Control");
    await opened.page.mouse.wheel(0, 50);
    await expectPlace(zoomed(moved, 0.5, at));
    await opened.page.mouse.wheel(0, -100);
    await expectPlace(zoomed(moved, 2, at));
    await opened.page.mouse.wheel(0, -1000);
    await expectPlace(zoomed(moved, 4 / moved.scale, at));
    await opened.page.mouse.wheel(0, 5000);
    await opened.page.keyboard.up("Control");
    expect((await place()).scale).toBe(0.02);
  });

  it("pans with one finger and zooms with two", async () => {
    await show("mlp");
    const before = await place();
    const session = await opened.page.context().newCDPSession(opened.page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number; id: number }[]) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touch("touchStart", { x: 300, y: 300, id: 0 });
    // The first stretch may be taken for a tap that slips.
    await touch("touchMove", { x: 340, y: 300, id: 0 });
    await touch("touchMove", { x: 350, y: 310, id: 0 });
    await touch("touchMove", { x: 350, y: 320, id: 0 });
    const moved = { x: before.x + 50, y: before.y + 20, scale: before.scale };
    await expectPlace(moved);
    await touch("touchStart", { x: 350, y: 320, id: 0 }, { x: 450, y: 320, id: 1 });
    await touch("touchMove", { x: 330, y: 320, id: 0 }, { x: 450, y: 320, id: 1 });
    await touch("touchMove", { x: 300, y: 320, id: 0 }, { x: 500, y: 320, id: 1 });
    await expectPlace(zoomed(moved, 2, { x: 400, y: 320 }));
    await touch("touchMove", { x: 300, y: 360, id: 0 }, { x: 500, y: 360, id: 1 });
    const pinched = zoomed(moved, 2, { x: 400, y: 320 });
    await expectPlace({ ...pinched, y: pinched.y + 40 });
    // One finger goes on where the other was lifted.
    await touch("touchEnd", { x: 500, y: 360, id: 1 });
    await touch("touchMove", { x: 320, y: 360, id: 0 });
    await expectPlace({ ...pinched, x: pinched.x + 20, y: pinched.y + 40 });
    await touch("touchEnd");
    expect(await events()).toEqual([]);
    await session.detach();
  });

  it("leaves the minimap its own clicks and drags", async () => {
    await show("mlp");
    await tell("set({ showMinimap: true }); for (let i = 0; i < 4; i++) view.zoomIn()");
    const before = await place();
    const { x, y, width, height } = (await opened.page.locator("canvas").last().boundingBox())!;
    const press = async (share: number) => {
      await opened.page.mouse.move(x + width / 2, y + height / 2);
      await opened.page.mouse.down();
      await opened.page.mouse.move(x + width / 2, y + height * share, { steps: 4 });
      await opened.page.mouse.up();
      return place();
    };
    // What it is led to comes into the middle, where the drag was upwards too.
    const [top, bottom] = [await press(0), await press(1)];
    expect(top.y).toBeGreaterThan(before.y + 100);
    expect(bottom.y).toBeLessThan(before.y - 100);
    expect([top.scale, bottom.scale]).toEqual([before.scale, before.scale]);
    expect(await events()).toEqual([]);
  });
});

describe("a model that comes again", () => {
  it("keeps what was open, what is selected and where the view is", async () => {
    await show("rgnet");
    await tell('view.collapse("0.block 0"); select("1")');
    await tell("view.zoomIn()");
    const before = await describePicture();
    const after = await tell('change({ model: layerscopePicture.model("rgnet") })');
    expect(find(after, "0.block 0").expanded).toBe(false);
    expect(find(after, "1").selected).toBe(true);
    expect(after.scale).toBe(before.scale);
    expect(find(after, "1").rectangle.y).toBeCloseTo(find(before, "1").rectangle.y, 0);
  });

  it("is shown from a kept state as it was left", async () => {
    await show("gpt");
    await tell('view.collapse("h.0.attn"); select("h.0.mlp")');
    await tell("view.zoomIn()");
    const before = await describePicture();
    await expect.poll(() => opened.page.evaluate(() => layerscopePicture.state.camera?.scale)).toBe(before.scale);
    const state = await opened.page.evaluate(() => JSON.parse(JSON.stringify(layerscopePicture.kept())) as ReturnType<typeof layerscopePicture.kept>);
    await show("gpt", { state });
    const after = await describePicture();
    expect(find(after, "h.0.attn").expanded).toBe(false);
    expect(find(after, "h.0.mlp").selected).toBe(true);
    expect(after.scale).toBeCloseTo(before.scale, 5);
    for (const part of ["x", "y"] as const)
      expect(Math.abs(find(after, "h.0.mlp").rectangle[part] - find(before, "h.0.mlp").rectangle[part])).toBeLessThanOrEqual(1);
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

it("exports the model, not what is selected, searched for or pointed at", async () => {
  await show("gpt");
  const svg = () => opened.page.evaluate(() => layerscopePicture.view.exportSvg());
  const before = await svg();
  await tell('change({ matches: new Set(["wte", "ln_f"]) }); select("wte")');
  const { x, y } = middle(find(await describePicture(), "drop"));
  await opened.page.mouse.move(x, y);
  expect((await describePicture()).links).not.toEqual([]);
  expect(await svg()).toBe(before);
  // What was asked of the picture stays in it.
  await tell("set({ showSharedLinks: true })");
  const linked = await svg();
  expect(linked).not.toBe(before);
  await tell('change({ isTracing: true, selection: { id: "wte", path: "wte" } })');
  expect(await svg()).not.toBe(linked);
});

it("points out every line of a stub that is pointed at", async () => {
  // Without a layout engine, lines that pass boxes are cut.
  await show("dense", { layoutEngine: false }, 4);
  const picture = await tell("view.fit()");
  const target = picture.items.findLast(({ label }) => label === "cat")!;
  const sources = picture.edges.filter(({ to, stub }) => stub && to === target.id).map(({ from }) => find(picture, from));
  const layers = sources.filter(({ expanded }) => !expanded);
  expect(layers.length).toBeGreaterThan(1);
  /** Which layers have a marked line right below them. */
  const marked = () =>
    opened.page.evaluate(
      (rectangles) => {
        const context = document.querySelectorAll("canvas")[1]!.getContext("2d")!;
        return rectangles.map(({ x, y, width, height }) =>
          context.getImageData(Math.round(x), Math.round(y + height + 3), Math.round(width), 1).data.some((channel) => channel > 0),
        );
      },
      layers.map(({ rectangle }) => rectangle),
    );
  const seen = new Set<string>();
  const { x, y, width } = target.rectangle;
  for (let at = x; at < x + width; at += 2) {
    await opened.page.mouse.move(at, y - 5);
    await describePicture();
    seen.add(String(await marked()));
  }
  // No line alone: they come together at the target.
  expect(seen).toEqual(new Set([String(layers.map(() => false)), String(layers.map(() => true))]));
});

it("exports what it shows", async () => {
  await show("tied");
  const svg = await opened.page.evaluate(() => layerscopePicture.view.exportSvg());
  expect(svg).toMatch(/^<svg [^]*tied[^]*<\/svg>\n$/);
  const size = await opened.page.evaluate(async () => {
    const image = await createImageBitmap(await layerscopePicture.view.exportPng({ pixelRatio: 1 }));
    return [image.width, image.height];
  });
  expect(size[1]).toBeGreaterThan(600);
});

it("exports the part in view alone, for white paper, and with the scale of what colors it", async () => {
  await show("unet", { theme: "dark" });
  const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);
  const [whole, visible, white, colored] = await opened.page.evaluate(async () => {
    const { view, set } = layerscopePicture;
    view.resetZoom();
    const plain = [await view.exportSvg(), await view.exportSvg({ part: "visible" }), (set({ exportColors: "light" }), await view.exportSvg())];
    set({ exportColors: "theme", overlay: "parameters" });
    return [...plain, await view.exportSvg()] as const;
  });
  expect(texts(visible!).length).toBeGreaterThan(0);
  expect(texts(visible!).length).toBeLessThan(texts(whole).length);
  expect(whole).not.toContain('fill="#ffffff"');
  expect(white).toMatch(/<\/style><rect [^>]*fill="#ffffff"/);
  expect(texts(whole)).not.toContain("Parameters");
  expect(texts(colored!)).toEqual(expect.arrayContaining(["Parameters (log scale)"]));
});
