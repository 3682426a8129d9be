import { describe, expect, test } from "vitest";
import type { PageState, Selection } from "../../src/protocol/index.js";
import { failedRun, fileState, models, open } from "./page.js";

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

  test("nothing moves with reduced motion", async () => {
    for (const shown of [models, []]) {
      const webview = await open(fileState({ models: shown, activity: "running" }), { reducedMotion: true });
      expect(await webview.page.evaluate(() => document.getAnimations().length)).toBe(0);
    }
  });
});
