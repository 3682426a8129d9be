import { resolve } from "node:path";
import type { Frame } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { ModelPage } from "./modelPage.js";
import { Workbench } from "./workbench.js";

const examples = resolve(import.meta.dirname, "../../examples");
const vsix = process.env.LAYERSCOPE_VSIX;
const name = "drawn.ipynb";

let workbench: Workbench | undefined;
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await workbench?.screenshot("failed-notebook");
  await workbench?.dispose();
  workbench = undefined;
});

/** A notebook with these code cells. */
function notebook(...cells: readonly string[]): string {
  const code = cells.map((source) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source }));
  return JSON.stringify({ cells: code, metadata: { language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 2 });
}

/** The page in which VS Code shows the outputs of a notebook's cells, once it holds such an element. */
async function outputs(editor: Workbench, selector: string): Promise<Frame> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await editor.page.waitForTimeout(200)) {
    for (const frame of editor.page.frames()) {
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
  }
  throw new Error(`No output with ${selector} appeared.`);
}

describe.each(["Dark Modern", "Light Modern", "Dark High Contrast"])("a notebook in the theme %s", (theme) => {
  test("is run and its pictures open the model view, by keyboard", async () => {
    const net =
      "import torch\nfrom torch import nn\nfirst = nn.Linear(2, 2)\nnet = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))\ny = net(torch.rand(2, 4))\nprint('before')\ndisplay(first)\nnet";
    const editor = (workbench = await Workbench.open({ copyOf: examples, vsix, files: { [name]: notebook(net) }, height: 1400 }));
    const { page } = editor;
    await editor.chooseTheme(theme);
    await editor.openNotebook(name);
    await editor.typeCommand("Notebook: Run All");
    const frame = await outputs(editor, '[aria-label^="Picture of net: Sequential"]');
    const picture = frame.getByRole("button", { name: "Picture of net: Sequential, 49 parameters. Enter opens it in the model view." });
    await expect.poll(() => picture.locator("svg text", { hasText: "Linear" }).count()).toBeGreaterThan(1);
    // What is displayed has its text and its picture in one output, in its place among the prints.
    await frame.getByRole("button", { name: /^Picture of first: Linear, 6 parameters/ }).waitFor();
    await frame.getByText("Linear(in_features=2, out_features=2, bias=True)", { exact: true }).waitFor();
    await editor.screenshot(`notebook-${theme.toLowerCase().replaceAll(" ", "-")}`);
    await expect.poll(() => page.locator(".notebook-editor .cell-statusbar-container").first().innerText()).toContain("net: 49 parameters · 2×1");
    await picture.focus();
    await page.keyboard.press("Enter");
    const view = new ModelPage(await editor.modelPage());
    await view.frame.locator('[role=tree][aria-label="Modules of net"]').waitFor();
  });
});
