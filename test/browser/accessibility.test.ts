/** An audit of every state of the page by axe-core, in a sidebar and in a tab: nothing serious. */
import { expect, test } from "vitest";
import type { PageState } from "../../src/protocol/index.js";
import type { Webview } from "../support/webview.js";
import { faults } from "./audit.js";
import { button, failedRun, failingNet, fileState, menu, models, open, showTable, stated } from "./page.js";

const states: readonly (readonly [string, PageState, ((webview: Webview) => unknown)?])[] = [
  ["no file", { kind: "empty" }],
  ["not trusted", { kind: "untrusted" }],
  ["not run", fileState({ models: [], lastRun: { kind: "none" } })],
  ["running, nothing before", fileState({ models: [], lastRun: { kind: "none" }, activity: "running" })],
  ["failed, nothing before", fileState({ models: [], lastRun: failedRun("thisRun") })],
  [
    "no model",
    fileState({ models: [], offers: [{ expression: "createModel()", complete: true, location: { file: "/workspace/model.ts", line: 1, column: 1 } }] }),
  ],
  ["a model", fileState()],
  ["a module", fileState(), (webview) => webview.send({ kind: "select", selection: { model: "tied", path: "2" } })],
  ["running again", fileState({ activity: "running", stale: true })],
  ["failed", fileState({ lastRun: failedRun("earlierRun") })],
  ["a failed pass", fileState({ models: [failingNet()] })],
  ["inputs of one's own", fileState({ models: [stated(models[0]!)] })],
  ["the table", fileState(), showTable],
  ["a menu", fileState(), async (webview) => ((await menu(webview, "View").count()) ? menu(webview, "View") : button(webview, "More Actions")).click()],
  ["a search that finds nothing", fileState(), async ({ page }) => (await page.keyboard.press("/"), page.keyboard.type("nothing"))],
];

for (const [name, state, act] of states)
  test(name, async () => {
    for (const [width, theme] of [
      [300, "dark"],
      [1100, "light"],
    ] as const) {
      const webview = await open(state, { width, theme });
      await act?.(webview);
      expect(await faults(webview), `at ${width} px, ${theme}`).toEqual([]);
    }
  });
