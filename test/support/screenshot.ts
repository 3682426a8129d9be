/** Makes the README's pictures, media/screenshot.png and media/notebook.png, in a real VS Code. With names, only those. */
import { resolve } from "node:path";
import { ModelPage } from "../e2e/modelPage.js";
import { Workbench } from "../e2e/workbench.js";

const root = resolve(import.meta.dirname, "../..");
const tsconfig = { compilerOptions: { target: "ES2022", module: "ESNext", moduleResolution: "Bundler", strict: true } };

const pictures: Readonly<Record<string, (editor: Workbench) => Promise<void>>> = {
  screenshot: async (editor) => {
    await editor.openFile("parameter-management.ts");
    await editor.openLayerscope();
    const view = new ModelPage(await editor.modelPage());
    await view.ready();
    await widenSidebar(editor);
    await view.chooseModel("tied");
    await view.select(/^2 Linear/);
    await editor.hover(143, "Linear(8, 8)");
  },
  notebook: async (editor) => {
    const { page } = editor;
    await editor.openNotebook("parameter-management.ipynb");
    await editor.openLayerscope();
    await widenSidebar(editor);
    await editor.typeCommand("Notebook: Run All");
    const view = new ModelPage(await editor.modelPage());
    await view.frame.locator('[role=tree][aria-label="Modules of net"]').waitFor();
    await view.ready();
    // All cells have run, and what they gave is drawn.
    await page
      .locator(".notebook-editor .codicon-notebook-state-executing, .notebook-editor .codicon-notebook-state-pending")
      .first()
      .waitFor({ state: "hidden" });
    await page.waitForTimeout(5000);
  },
};

async function widenSidebar({ page }: Workbench): Promise<void> {
  const sidebar = await page.locator(".part.sidebar").boundingBox();
  await page.mouse.move(sidebar!.x + sidebar!.width + 2, 450);
  await page.mouse.down();
  await page.mouse.move(600, 450, { steps: 10 });
  await page.mouse.up();
  // Away from the border, which is marked under the mouse.
  await page.mouse.move(640, 880);
}

const chosen = process.argv.slice(2);
for (const [name, arrange] of Object.entries(pictures)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const editor = await Workbench.open({
    copyOf: resolve(root, "examples"),
    files: { "tsconfig.json": JSON.stringify(tsconfig) },
    packages: { layerscope: root },
    width: 1440,
    height: 900,
  });
  try {
    await editor.chooseTheme("Dark Modern");
    await arrange(editor);
    await editor.page.waitForTimeout(1000);
    await editor.page.screenshot({ path: resolve(root, `media/${name}.png`) });
  } finally {
    await editor.dispose();
  }
}
