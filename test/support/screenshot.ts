/** Makes media/screenshot.png, the picture in the README, in a real VS Code. */
import { resolve } from "node:path";
import { ModelPage } from "../e2e/modelPage.js";
import { Workbench } from "../e2e/workbench.js";

const root = resolve(import.meta.dirname, "../..");
const tsconfig = { compilerOptions: { target: "ES2022", module: "ESNext", moduleResolution: "Bundler", strict: true } };
const editor = await Workbench.open({
  copyOf: resolve(root, "examples"),
  files: { "tsconfig.json": JSON.stringify(tsconfig) },
  packages: { layerscope: root },
  width: 1440,
  height: 900,
});
try {
  const { page } = editor;
  await editor.chooseTheme("Dark Modern");
  await editor.openFile("parameter-management.ts");
  await editor.openLayerscope();
  const view = new ModelPage(await editor.modelPage());
  await view.ready();
  const sash = await page.locator(".part.sidebar").boundingBox();
  await page.mouse.move(sash!.x + sash!.width + 2, 450);
  await page.mouse.down();
  await page.mouse.move(600, 450, { steps: 10 });
  await page.mouse.up();
  await view.chooseModel("tied");
  await view.select(/^2 Linear/);
  await editor.hover(143, "Linear(8, 8)");
  await page.waitForTimeout(1000);
  await page.screenshot({ path: resolve(root, "media/screenshot.png") });
} finally {
  await editor.dispose();
}
