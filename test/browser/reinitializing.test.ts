import { expect, test } from "vitest";
import { button, fileState, inspector, open } from "./page.js";

test("a module is reinitialized in place: what, how and the seed in one form, by keyboard alone", async () => {
  const webview = await open(fileState(), { width: 420, selection: { model: "net", path: "2" } });
  const { page } = webview;
  await button(webview, "Reinitialize…").click();
  const form = inspector(webview).getByRole("form", { name: "Reinitialize" });
  await form.waitFor();
  expect(await form.innerText()).toContain("Keeps the size of the signal");
  const gain = form.getByRole("textbox", { name: "gain" });
  await gain.fill("two");
  expect(await form.getByRole("alert").innerText()).toBe("gain is a number, e.g. 0.02 or 1e-3.");
  await gain.press("Enter");
  expect(webview.asked("reinitialize")).toEqual([]);
  await gain.fill("2");
  await gain.press("Enter");
  const asked = {
    model: "net",
    target: { kind: "module", path: "2" },
    choice: { kind: "scheme", function: "xavierUniform_", arguments: { gain: 2 } },
    seed: 0,
  };
  await expect.poll(() => webview.asked("reinitialize")).toEqual([asked]);
  await expect.poll(() => webview.asked("forward")).toEqual([{ model: "net", input: { kind: "recorded" }, seed: null }]);
  await form.getByRole("button", { name: "Copy as Code" }).click();
  await expect.poll(() => webview.asked("copyAsCode")).toEqual([asked]);
  await gain.press("Escape");
  await form.waitFor({ state: "detached" });
  expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("2");
  for (const width of [230, 300, 560]) {
    await webview.resize(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});
