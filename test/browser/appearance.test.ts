import { describe, expect, test } from "vitest";
import type { PageState, Selection } from "../../src/protocol/index.js";
import type { GraphViewInterface } from "../../webview/graph/index.js";
import type { Webview } from "../support/webview.js";
import { button, choose, failedRun, fileState, inspector, menu, models, open, settled } from "./page.js";

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

  test("at 200 % zoom, as in a sidebar 330 pixels high, the picture keeps its room beside what has to be said", async () => {
    for (const [state, least] of [
      [fileState(), 180],
      [fileState({ lastRun: failedRun("earlierRun"), stale: true }), 120],
    ] as const) {
      const webview = await open(state, { width: 300, height: 330 });
      expect((await webview.page.locator(".graph-stage").boundingBox())!.height).toBeGreaterThan(least);
      expect(await webview.overflows()).toEqual([]);
    }
  });

  test("at 200 % zoom, as in half of every length, all that is opened fits and can be reached", async () => {
    for (const [width, height] of [
      [170, 400],
      [320, 450],
    ] as const) {
      const webview = await open(fileState(), { width, height, selection: { model: "rgnet", path: "0.block 1.0" }, reducedMotion: true });
      for (const [what, act] of actions) {
        await act(webview);
        // The table is wider than any sidebar, and scrolls.
        if (what !== "the table") expect(await webview.overflows(), `${what} at ${width} px`).toEqual([]);
        expect(await cutButtons(webview), `${what} at ${width} px`).toEqual([]);
      }
    }
  });

  test("buttons for zooming have no row of their own: what is said of the shapes stands in it", async () => {
    for (const width of [170, 230, 300, 420, 559, 1000]) {
      const webview = await open(fileState(), { width, height: 700 });
      const zoom = (await webview.page.locator(".graph-zoom").boundingBox())!;
      const beside = (await webview.page.locator(width < 560 ? ".graph-caption" : ".graph-stage").boundingBox())!;
      expect(beside.x + beside.width, `at ${width} px`).toBeLessThanOrEqual(zoom.x);
      expect(Math.min(beside.y + beside.height, zoom.y + zoom.height) - Math.max(beside.y, zoom.y), `at ${width} px`).toBeGreaterThan(20);
    }
  });

  test.each([230, 300, 420, 1000])("the scale of what colors the picture lies over nothing of it, at %d px", async (width) => {
    const webview = await open(fileState({ models: [models[2]!] }), { width, height: 700, reducedMotion: true });
    for (const item of ["Parameters", "Left to Right"]) {
      await choose(webview, item === "Parameters" ? "Color By" : "View", item);
      await settled(webview);
      const drawn = await webview.page.locator(".graph-canvas").evaluate((element) => {
        const { items } = (element as HTMLElement & { picture: GraphViewInterface }).picture.describe();
        return items.map(({ id, rectangle }) => ({ id, y: rectangle.y }));
      });
      expect(drawn.map(({ id }) => id)).toContain("#input:0");
      // The scale stands ten pixels beneath the upper edge, and is fifty high.
      expect(drawn.filter(({ y }) => y < 60)).toEqual([]);
    }
  });

  test("nothing moves with reduced motion, whatever is done", async () => {
    for (const shown of [models, []]) {
      const webview = await open(fileState({ models: shown, activity: "running" }), { reducedMotion: true });
      expect(await moving(webview)).toEqual([]);
    }
    const webview = await open(fileState(), { reducedMotion: true, width: 700 });
    for (const [what, act] of actions) {
      await act(webview);
      expect(await moving(webview), what).toEqual([]);
    }
  });

  test("a sidebar that the page shares with the tree shows of a selected layer how it was initialized", async () => {
    // What VS Code leaves it in a window 900 pixels high.
    for (const width of [230, 300, 420]) {
      const webview = await open(fileState(), { width, height: 560, selection: { model: "net", path: "0" }, reducedMotion: true });
      const firstLine = (element: Element) => element.getBoundingClientRect().top + 18;
      const card = inspector(webview).getByRole("article", { name: "weight" });
      expect(await card.locator(".initialization").evaluate(firstLine), `at ${width} px`).toBeLessThanOrEqual(560);
      expect((await webview.page.locator(".graph-stage").boundingBox())!.height).toBeGreaterThan(100);
    }
  });
});

/** What is done in the page most, one after the other. */
const actions: readonly [string, (webview: Webview) => Promise<unknown>][] = [
  ["collapsing all", (webview) => choose(webview, "View", "Collapse All")],
  ["expanding all", (webview) => choose(webview, "View", "Expand All")],
  ["linking shared weights", (webview) => choose(webview, "View", "Shared Weights")],
  ["selecting another module", (webview) => webview.send({ kind: "select", selection: { model: "rgnet", path: "1" } })],
  ["coloring", (webview) => choose(webview, "Color By", "Parameters")],
  ["a menu", (webview) => menu(webview, "View").or(button(webview, "More Actions")).first().click()],
  ["closing it", (webview) => webview.page.keyboard.press("Escape")],
  ["the form of a reinitialization", (webview) => button(webview, "Reinitialize…").click()],
  ["the form of a forward pass", (webview) => button(webview, "Run Forward…").click()],
  ["another model", (webview) => webview.send({ kind: "select", selection: { model: "tied", path: "2" } })],
  ["the table", (webview) => webview.send({ kind: "perform", action: "showParameters" }).then(() => webview.page.getByRole("grid").waitFor())],
  [
    "the picture again",
    (webview) => webview.send({ kind: "perform", action: "showGraph" }).then(() => webview.page.getByRole("grid").waitFor({ state: "detached" })),
  ],
  ["a search", (webview) => webview.page.keyboard.press("/").then(() => webview.page.keyboard.type("linear"))],
  ["a run that failed", (webview) => webview.send({ kind: "state", state: fileState({ lastRun: failedRun("earlierRun"), stale: true }), selection: null })],
];

/** What moves, or would when something about it changes: in the page and within its controls. */
function moving({ page }: Webview): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const isLong = (durations: string) => durations.split(",").some((duration) => parseFloat(duration) > 0);
    const look = (root: Document | ShadowRoot): void => {
      for (const { playState } of root.getAnimations()) if (playState === "running") found.push("an animation runs");
      for (const element of root.querySelectorAll("*")) {
        for (const pseudo of [null, "::before", "::after"]) {
          const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element, pseudo);
          const moves = (animationName !== "none" && isLong(animationDuration)) || isLong(transitionDuration) || scrollBehavior === "smooth";
          if (moves) found.push(`${element.tagName}.${element.className}${pseudo ?? ""}: ${animationName} ${animationDuration}, ${transitionDuration}`);
        }
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    look(document);
    return found;
  });
}

/** Buttons whose middle cannot be clicked though they are on the page: something lies over them. */
function cutButtons({ page }: Webview): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, vscode-button, [role=button]")].flatMap((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const isSeen = width > 0 && x > 0 && y > 0 && x < innerWidth && y < innerHeight && getComputedStyle(element).visibility !== "hidden";
      if (!isSeen || element.closest(".visually-hidden, .outline, [inert]")) return [];
      // An open menu may lie over the rest.
      if (document.querySelector(".menu") && !element.closest(".menu")) return [];
      const hit = document.elementFromPoint(x, y);
      // What is scrolled out of its box is no more hidden than the rest of the text there.
      const box = element.closest(".inspector-body, .parameter-table, .signal-pane")?.getBoundingClientRect();
      if (box && (y < box.top || y > box.bottom)) return [];
      return hit && (element.contains(hit) || hit.contains(element))
        ? []
        : [`${element.getAttribute("aria-label") ?? element.textContent} is under ${hit?.className}`];
    }),
  );
}
