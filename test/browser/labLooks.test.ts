/**
 * Every state of the lab at the widths of a sidebar, of a tab beside the code and of a full screen, in every theme: nothing is cut off, and an audit by axe-core, of each state
 * in every other look, finds nothing serious.
 */
import { expect, test } from "vitest";
import type { Webview } from "../support/webview.js";
import { faults } from "./audit.js";
import { lab, labAnswers } from "./lab.js";
import { button, choose, fileState, open } from "./page.js";

const looks = [
  [300, 900, "dark", 0],
  [620, 800, "light", 1],
  [1600, 1000, "highContrast", 0],
  [300, 700, "highContrastLight", 1],
] as const;

const pane = ({ page }: Webview) => page.getByRole("region", { name: "Signal of model" });
const curves = (webview: Webview) =>
  pane(webview)
    .getByRole("img", { name: /^Standard deviations/ })
    .waitFor();

async function pick({ page }: Webview, label: string, option: string): Promise<void> {
  await page.getByRole("combobox", { name: label, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).first().click();
}

/** Each from the one before. */
const states: readonly (readonly [name: string, act: (webview: Webview) => Promise<unknown>])[] = [
  ["measured", curves],
  [
    "a layer, by the keyboard",
    async (webview) => {
      await pane(webview).getByRole("group", { name: "Layers, by arrow keys" }).focus();
      await webview.page.keyboard.press("End");
      await pane(webview).locator(".signal-layer").waitFor();
    },
  ],
  ["schemes offered", (webview) => pane(webview).getByRole("combobox", { name: "Try another initialization" }).click()],
  [
    "a scheme tried",
    async (webview) => {
      await webview.page.getByRole("option", { name: "kaimingNormal_", exact: true }).first().click();
      await pane(webview).locator(".signal-line.trial").first().waitFor();
    },
  ],
  ["on what a search finds", (webview) => pick(webview, "What", "What a search finds")],
  ["the table", (webview) => button(webview, "Table").click()],
  [
    "all schemes",
    async (webview) => {
      await button(webview, "Try All Schemes").click();
      await expect.poll(() => pane(webview).locator(".signal-schemes progress").count()).toBe(0);
    },
  ],
  ["a few steps", (webview) => button(webview, "A Few Steps").click()],
  [
    "steps taken",
    async (webview) => {
      await button(webview, "Take Steps").click();
      await pane(webview).getByRole("slider").waitFor();
    },
  ],
  ["states", (webview) => button(webview, "Compare States").click()],
  [
    "states compared",
    async (webview) => {
      await pane(webview).getByRole("button", { name: "Compare", exact: true }).click();
      await pane(webview).getByRole("table", { name: "States, tensor by tensor" }).waitFor();
    },
  ],
];

test.each(looks)("at %i by %i px, %s", async (width, height, theme, first) => {
  const { inspection, model } = lab();
  const webview = await open(fileState({ models: [model] }), { width, height, theme, answers: labAnswers(inspection, () => webview) });
  await choose(webview, "View", "Signal");
  for (const [at, [name, act]] of states.entries()) {
    await act(webview);
    if (at % 2 === first) expect(await faults(webview), name).toEqual([]);
    expect(await webview.overflows(), name).toEqual([]);
  }
});
