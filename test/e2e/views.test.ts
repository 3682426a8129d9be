import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ModelPage } from "./modelPage.js";
import { open, openForAll } from "./opened.js";

const net = `import * as torch from "layerscope";
const { nn } = torch;

export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
net(torch.rand(2, 4));
`;

describe("Layerscope in the workbench", () => {
  test("in an untrusted workspace nothing runs until trust is given, and the views say so", async () => {
    const editor = await open({
      askForTrust: true,
      files: { "net.ts": `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify("ran.txt")}, "");\n${net}` },
    });
    await editor.openFile("net.ts");
    await editor.openLayerscope();
    const frame = await editor.modelPage();
    await expect.poll(() => frame.locator("body").innerText()).toMatch(/trust/i);
    // The tree has nothing to add to what the page says.
    await expect.poll(() => editor.page.locator(".pane-body .welcome-view-content:visible").allInnerTexts()).toEqual([]);
    await editor.page.keyboard.press("Control+S");
    await editor.page.waitForTimeout(2000);
    expect(existsSync(join(editor.folder, "ran.txt"))).toBe(false);
    // The user names the file, or there is none.
    await editor.command("Layerscope: Create Example");
    await editor.page.locator(".quick-input-widget").getByText("Create Example").first().waitFor();
    await editor.page.keyboard.press("Escape");
    expect(readdirSync(editor.folder)).toEqual(["net.ts"]);

    await frame.getByText("Manage Workspace Trust").click();
    await editor.page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
    // The file is shown, which nobody asked for: it runs, and may not write. It may where the user runs it.
    await expect.poll(() => frame.locator("body").innerText(), { timeout: 30_000 }).toContain("layerscope.permissions");
    expect(existsSync(join(editor.folder, "ran.txt"))).toBe(false);
    await editor.openFile("net.ts");
    await editor.command("Layerscope: Run Model File");
    await expect.poll(() => existsSync(join(editor.folder, "ran.txt")), { timeout: 30_000 }).toBe(true);
  });

  test("an empty workspace gets an example at a click", async () => {
    const editor = await open({ files: { "notes.txt": "" } });
    await editor.openLayerscope();
    const empty = await editor.modelPage();
    const start = empty.getByRole("button", { name: "Create an Example" });
    await start.waitFor();
    // It is said once, and by the tree where the page is folded away.
    const welcome = editor.page.locator(".pane-body").getByRole("button", { name: "Create Example" });
    await expect.poll(() => welcome.isVisible()).toBe(false);
    const fold = editor.page.locator(".pane-header", { hasText: /^Model/i });
    await fold.click();
    await welcome.waitFor();
    await fold.click();
    await (await editor.modelPage()).getByRole("button", { name: "Create an Example" }).click();
    await editor.page.locator(".quick-input-list .monaco-list-row", { hasText: "Parameter management" }).first().click();
    await editor.page.locator('.tab[data-resource-name="parameter-management.ts"]').waitFor();
    const page = new ModelPage(await editor.modelPage());
    await page.ready();
    expect(await page.models()).toEqual(["net", "rgnet", "tied"]);
    expect(existsSync(join(editor.folder, "parameter-management.ts"))).toBe(true);
  });

  test("the same page opens as a tab, and comes back with its picture after a reload", async () => {
    const editor = await open({ files: { "net.ts": net } });
    await editor.openFile("net.ts");
    await editor.command("Layerscope: Open in Editor");
    // Beside the code, which stays in sight.
    await expect.poll(() => editor.page.locator(".editor-group-container").count()).toBe(2);
    expect(await editor.page.locator(".monaco-editor .view-lines").isVisible()).toBe(true);
    const page = new ModelPage(await editor.modelPage("editor"));
    await page.ready();
    await page.select(/^2 Linear/);
    await editor.screenshot("tab");
    await editor.hasSaved("mainThreadWebview-layerscope.modelPanel");
    await editor.reopen();
    const again = new ModelPage(await editor.modelPage("editor"));
    await again.ready();
    expect(await again.items()).toEqual(expect.arrayContaining([expect.stringMatching(/^net Sequential/)]));
    // The sidebar does not show it once more.
    await editor.openLayerscope();
    await (await editor.modelPage()).getByText("The picture is in the editor tab.").waitFor();
    await editor.screenshot("tab-and-sidebar");
  });
});

describe("Layerscope in a window that stays open", () => {
  const layers = Array.from({ length: 12 }, (_, i) => `new nn.Linear(${i + 1}, ${i + 2})`).join(", ");
  const editor = openForAll({
    files: {
      "long.ts": `import { nn, rand } from "layerscope";\nexport const long = new nn.Sequential(${layers});\nlong(rand(2, 1));\n`,
      "saved.ts": net.replaceAll("net", "saved"),
      "stopped.ts": net.replaceAll("net", "stopped"),
      "printing.ts": `${net.replaceAll("net", "printing")}\nconsole.log("the answer is", 42);\n`,
    },
  });

  /** Opens a file, whose model has its name, and gives the page that shows it. */
  async function show(name: string): Promise<ModelPage> {
    await editor().openFile(`${name}.ts`);
    await editor().openLayerscope();
    const page = new ModelPage(await editor().modelPage());
    await expect.poll(() => page.items().then((items) => items.join("; ")), { timeout: 60_000 }).toContain(`${name} Sequential`);
    await page.ready();
    return page;
  }

  test("who walks fast through the picture stays where they arrive, and the tree comes after", async () => {
    const page = await show("long");
    for (const layer of [9, 3, 11]) {
      await page.select(new RegExp(`^${layer} Linear`));
      const selected = editor().page.locator(".pane-body .monaco-list-row.selected");
      await expect.poll(() => selected.innerText()).toMatch(new RegExp(`^${layer}Linear`));
      await editor().page.waitForTimeout(500);
      expect(await page.breadcrumbs()).toMatch(new RegExp(`\\b${layer}$`));
    }
  });

  test("a save redraws the picture, a broken save keeps the last one and says why", async () => {
    const page = await show("saved");
    await editor().replaceInFile("saved.ts", "nn.Linear(8, 1)", "nn.Linear(8, 3)");
    await expect.poll(() => page.items().then((items) => items.join("; ")), { timeout: 20_000 }).toContain("Linear 8 → 3");

    await editor().replaceInFile("saved.ts", "export const saved", "throw new Error('out of paper');\nexport const saved");
    await expect.poll(() => page.frame.locator("[role=alert]").innerText(), { timeout: 20_000 }).toContain("out of paper");
    expect((await page.items()).join("; ")).toContain("Linear 8 → 3");
    await expect.poll(() => editor().statusBar().innerText()).toContain("Failed");
    await editor().page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "attached" });
  });

  test("what takes longer than a second can be cancelled, and the last picture stays", async () => {
    const page = await show("stopped");
    await editor().replaceInFile("stopped.ts", "stopped(torch.rand(2, 4));", "while (true) {}");
    // The page, which is in sight, says it, and nothing else does.
    await page.frame.getByRole("status").getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => editor().statusBar().innerText(), { timeout: 20_000 }).toContain("Stopped");
    expect((await page.items()).join("; ")).toContain("Linear 4 → 8");
  });

  test("what the model prints is in the output channel", async () => {
    await show("printing");
    await editor().command("Layerscope: Show Output");
    await editor().page.locator(".panel").getByText("the answer is 42").waitFor();
  });

  test("the summary is copied as layerscope summary prints it", async () => {
    await editor().page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await show("printing");
    await editor().command("Layerscope: Copy Summary");
    await expect.poll(() => editor().page.evaluate(() => navigator.clipboard.readText())).toMatch(/Total params: 49/);
  });
});
