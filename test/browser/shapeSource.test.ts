/** Where shapes come from is said in the page: below the picture, in the inspector, and in the line that stands in its place in a sidebar. */
import { describe, expect, test } from "vitest";
import { passes, passOf } from "../describe/sources.js";
import { fileState, inspector, open } from "./page.js";

describe.each(passes)("%#", (model, text, word) => {
  test("picture and inspector say it", async () => {
    const webview = await open(fileState({ models: [model] }));
    const caption = webview.page.locator(".graph-caption");
    expect(await caption.innerText()).toBe(text);
    // Beside what is drawn, not over it.
    const [below, stage] = [(await caption.boundingBox())!, (await webview.page.locator(".graph-stage").boundingBox())!];
    expect(below.y).toBeGreaterThanOrEqual(stage.y + stage.height);
    expect(await webview.page.getByRole("tree").getAttribute("aria-description")).toBe(text);
    expect(await inspector(webview).innerText()).toContain(text);
    await webview.send({ kind: "select", selection: { model: "net", path: "body" } });
    expect(await inspector(webview).getByRole("heading", { name: "Input and output" }).innerText()).toContain(word);
  });

  test("the line of a sidebar says what is not as the code ran it", async () => {
    const webview = await open(fileState({ models: [model] }), { width: 290 });
    const line = await webview.page.locator(".summary-bar").innerText();
    if (word === "recorded") expect(line).toContain("· 2×4 → 2×2");
    else expect(line).toContain(`· ${word} 2×4 → 2×2`);
  });
});

test("of an earlier model a notice tells above the picture, with the way to a fresh pass", async () => {
  const webview = await open(fileState({ models: [passOf({ changedSince: ["head"] })] }));
  const notice = webview.page.locator(".notice.warning");
  expect(await notice.innerText()).toContain("Shapes of an earlier model, as the code ran it; changed since: head");
  await notice.getByRole("button", { name: "Run Forward…" }).click();
  await inspector(webview).getByRole("form", { name: "Run forward" }).waitFor();
});
