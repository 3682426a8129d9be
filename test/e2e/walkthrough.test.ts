/** The walkthrough from its first step to its last, by its own buttons: what each step asks for ticks it, and nothing else. */
import { expect, test } from "vitest";
import type { GraphViewInterface } from "../../webview/graph/index.js";
import { ModelPage } from "./modelPage.js";
import { open } from "./opened.js";

const own = `import { nn, type Tensor } from "layerscope";

export class Own extends nn.Module {
  only = new nn.Linear(4, 2);
  override forward(x: Tensor): Tensor {
    return this.only(x);
  }
}
`;

test("every step of the walkthrough is ticked by what it asks for", async () => {
  const editor = await open({ files: { "own.ts": own }, width: 1440 });
  const { page } = editor;
  const openWalkthrough = async (): Promise<void> => {
    await editor.command("Welcome: Open Walkthrough...");
    await page.locator(".quick-input-list .label-name").getByText("Look Inside a Neural Network", { exact: true }).click();
  };
  await openWalkthrough();
  const tab = page.locator('.tab[data-resource-name="vscode_getting_started_page"]');
  const steps = page.locator(".gettingStartedContainer");
  const card = steps.locator('[x-dispatch="selectCategory:layerscope.layerscope#start"]:enabled');
  const step = (id: string) => steps.locator(`.getting-started-step[data-step-id$="#start#${id}"]`);

  /** The titles of the steps that are ticked. */
  const ticked = async (): Promise<string[]> => {
    const ids = await steps
      .locator('[data-done-step-id*="#start#"][aria-checked="true"]')
      .evaluateAll((ticks) => ticks.map((tick) => tick.getAttribute("data-done-step-id")!));
    return ids.map((id) => id.split("#").at(-1)!);
  };

  /** Comes back to the walkthrough, where so many steps are ticked by now, and opens the next one. */
  const next = async (done: readonly string[], id: string): Promise<void> => {
    await tab.click();
    // A tab that was left comes back to the page that all walkthroughs are chosen from.
    const shown = step(id).and(page.locator(":enabled"));
    await shown.or(card).first().waitFor();
    if (!(await shown.isVisible())) await card.click();
    await shown.waitFor();
    await expect.poll(ticked).toEqual(done);
    if ((await step(id).getAttribute("aria-expanded")) !== "true") await step(id).click();
    await step(id).and(page.locator('[aria-expanded="true"]')).waitFor();
  };
  const press = (id: string, name: string) => step(id).getByRole("button", { name, exact: true }).click();

  await next([], "example");
  await press("example", "Create Example");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "Parameter management" }).first().waitFor();
  await page.keyboard.press("Enter");
  const view = new ModelPage(await editor.modelPage());
  await view.ready();

  await next(["example"], "layer");
  await press("layer", "Open Model View");
  const canvas = view.frame.locator(".graph-canvas");
  const { x, y, width, height } = await canvas.evaluate((element) => {
    const { items } = (element as HTMLElement & { picture: GraphViewInterface }).picture.describe();
    return items.find(({ id }) => id === "0")!.rectangle;
  });
  await canvas.click({ position: { x: x + width / 2, y: y + height / 2 } });
  await expect.poll(() => view.breadcrumbs()).toMatch(/net\W+0/);
  await expect.poll(() => view.parameter("weight").innerText()).toContain("uniform");

  await next(["example", "layer"], "code");
  await press("code", "Go to Module...");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "Sequential" }).first().waitFor();
  await page.keyboard.type("tied");
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "tied" }).waitFor();
  await page.keyboard.press("Enter");
  await view.frame.locator('[role=tree][aria-label="Modules of tied"]').waitFor();

  await next(["example", "layer", "code"], "shared");
  await view.select(/^2 Linear/);
  await expect.poll(() => view.inspector.innerText()).toMatch(/shared with/i);

  await next(["example", "layer", "code", "shared"], "shapes");
  await press("shapes", "Run Forward...");
  const running = view.form("Run forward");
  const shape = running.getByRole("textbox", { name: /^Shape of/ });
  await shape.fill("2, 9");
  await shape.press("Enter");
  await expect.poll(() => running.innerText()).toContain("takes 4 features; 9 came, from the input.");
  await shape.fill("5, 4");
  await shape.press("Enter");
  await expect.poll(() => running.innerText()).toContain("Gave 5×1.");

  await next(["example", "layer", "code", "shared", "shapes"], "reinitialize");
  const before = await view.histogram("weight");
  await press("reinitialize", "Reinitialize...");
  await view.form("Reinitialize").getByRole("button", { name: "Apply" }).click();
  await expect.poll(() => view.histogram("weight")).not.toBe(before);
  await next(["example", "layer", "code", "shared", "shapes", "reinitialize"], "reinitialize");
  await press("reinitialize", "Undo");
  await expect.poll(() => view.histogram("weight")).toBe(before);

  await editor.openFile("own.ts");
  await page.locator('.tab[data-resource-name="own.ts"]').dblclick();
  await next(["example", "layer", "code", "shared", "shapes", "reinitialize"], "own");
  await press("own", "Run Model File");
  await view.frame.locator('[role=tree][aria-label="Modules of Own"]').waitFor();
  // One that has come to its end is offered no more, and can still be opened.
  await openWalkthrough();
  await expect.poll(ticked).toEqual(["example", "layer", "code", "shared", "shapes", "reinitialize", "own"]);
  await editor.screenshot("walkthrough");
});
