/** In a VS Code whose display language is Chinese, view, page, code and palette speak it. */
import { expect, test } from "vitest";
import { ModelPage } from "./modelPage.js";
import { open } from "./opened.js";

test("the extension speaks the display language", async () => {
  const text = `import * as torch from "layerscope";\nconst net = new torch.nn.Linear(4, 8);\nnet(torch.rand(2, 4));\n`;
  const editor = await open({ language: "zh-cn", files: { "net.ts": text } });
  const { page } = editor;
  await editor.openFile("net.ts");
  await editor.openLayerscope();
  const frame = await editor.modelPage();
  await new ModelPage(frame).ready();
  expect(await frame.locator("html").getAttribute("lang")).toBe("zh-cn");
  await expect.poll(() => frame.locator("body").innerText()).toContain("40 个参数，全部可训练");
  await page.locator(".pane-header", { hasText: "模块和参数" }).waitFor();
  await page.locator(".statusbar-item", { hasText: "个参数" }).waitFor();
  await page.locator(".codelens-decoration", { hasText: "重新初始化" }).waitFor();
  await editor.screenshot("chinese");
});
