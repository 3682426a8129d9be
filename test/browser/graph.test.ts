import { describe, expect, it } from "vitest";
import type { PictureDescription } from "../../webview/graph/index.js";
import { colorAt, describePicture, events, find, middle, opened, show, tell } from "./graph.js";

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
    // eslint-disable-next-line @typescript-eslint/unbound-method -- a function of the page that needs no `this`
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
