/** The chapter as a notebook: run, looked at, changed from the view, gone wrong, interrupted, restarted, and still there after a reload. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Frame, Locator } from "playwright-core";
import { expect, test } from "vitest";
import { ModelPage } from "./modelPage.js";
import { open } from "./opened.js";
import type { Workbench } from "./workbench.js";

const name = "chapter.ipynb";
const chapter = readFileSync(resolve(import.meta.dirname, "../../examples/parameter-management.ipynb"), "utf8");

/** The chapter, and beneath it a cell that gives its last network. */
function notebook(): string {
  const { cells, ...rest } = JSON.parse(chapter) as { cells: readonly object[] };
  return JSON.stringify({ ...rest, cells: [...cells, { cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: "net" }] });
}

/** Where VS Code shows what cells gave: something in it, once it is there. */
async function output({ page }: Workbench, find: (frame: Frame) => Locator): Promise<Locator> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await page.waitForTimeout(200)) {
    for (const frame of page.frames()) {
      const found = find(frame);
      if ((await found.count().catch(() => 0)) > 0) return found.first();
    }
  }
  throw new Error(`No output has what was looked for: ${String(find(page.mainFrame()))}`);
}

const text = (of: Workbench, wanted: string | RegExp): Promise<Locator> =>
  output(of, (frame) => frame.locator("#container .output_container").getByText(wanted));

/** Adds a cell beneath all others, and runs it. */
async function runCell(editor: Workbench, code: string): Promise<void> {
  const { page } = editor;
  await editor.typeCommand("Notebook: Focus Last Cell");
  await page.locator(".notebook-editor .monaco-list-row.focused").waitFor();
  await page.locator(".notebook-toolbar-container").getByText("Code", { exact: true }).click();
  await page.locator(".notebook-editor .monaco-list-row.focused.code-cell-row .monaco-editor.focused").waitFor();
  await page.keyboard.insertText(code);
  await page.locator(".notebook-editor .monaco-list-row.focused .run-button-container .codicon-notebook-execute").first().click();
}

test("a notebook is run, changed from the view, broken, interrupted, restarted and opened again", { timeout: 600_000 }, async () => {
  const editor = await open({ files: { [name]: notebook() }, width: 1440, height: 1200 });
  const { page } = editor;
  await editor.openNotebook(name);
  await editor.typeCommand("Notebook: Run All");
  await text(editor, /tensor\(\[\[-0\.2531\]/);
  // What a cell gave is drawn once it comes into sight.
  await editor.typeCommand("Notebook: Focus Last Cell");
  const picture = await output(editor, (frame) => frame.getByRole("button", { name: /^Picture of net: Sequential, 121 parameters/ }));
  await picture.focus();
  await page.keyboard.press("Enter");
  const view = new ModelPage(await editor.modelPage());
  await view.frame.locator('[role=tree][aria-label="Modules of net"]').waitFor();
  await view.ready();

  // What is filled anew in the view is what the next cell finds.
  await view.select(/^0 Linear/);
  await editor.typeCommand("Layerscope: Reinitialize...");
  const filling = view.form("Reinitialize");
  await filling.locator('vscode-dropdown[aria-label="How"]').click();
  await filling.locator("vscode-option").getByText("zeros_", { exact: true }).click();
  await filling.getByRole("button", { name: "Apply" }).click();
  await expect.poll(() => view.parameter("weight").innerText()).toContain("zeros_");
  await runCell(editor, 'print("filled with", net[0].weight.abs().sum().item())');
  await text(editor, "filled with 0.0");

  await runCell(editor, "nn.Sequential(nn.Linear(4, 8), nn.Linear(9, 1))(X)");
  await text(editor, /mat1 and mat2 shapes cannot be multiplied \(2x8 and 9x1\)/);

  await runCell(editor, "print('begun')\nwhile True: pass");
  await text(editor, "begun");
  await page.locator(".notebook-toolbar-container").getByRole("button", { name: "Interrupt" }).click();
  await text(editor, /KeyboardInterrupt/);
  await runCell(editor, 'print("still", type(net).__name__)');
  await text(editor, "still Sequential");

  await editor.typeCommand("Layerscope: Restart Kernel");
  await runCell(editor, 'print("known:", "net" in globals())');
  await text(editor, "known: False");
  await editor.screenshot("notebook");

  // What is saved by itself is never marked as unsaved: the file says when it is.
  await page.keyboard.press("Control+S");
  const file = join(editor.folder, name);
  await expect.poll(() => readFileSync(file, "utf8").includes("known: False"), { timeout: 60_000 }).toBe(true);
  await page.reload();
  await page.locator(".notebook-editor .code-cell-row").first().waitFor();
  await runCell(editor, 'print("again", 6 * 7)');
  await text(editor, "again 42");
});
