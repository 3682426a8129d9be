import type { Frame, Locator } from "playwright-core";

/** The page, as a person with a keyboard and a screen reader finds it. */
export class ModelPage {
  constructor(readonly frame: Frame) {}

  /** Waits until the picture is there and at rest. */
  async ready(): Promise<void> {
    await this.frame.locator('[data-layout="done"]').waitFor({ timeout: 60_000 });
  }

  /** Names in the model picker; a single model has none. */
  models(): Promise<string[]> {
    return this.frame.locator("vscode-option").allTextContents();
  }

  async chooseModel(name: string): Promise<void> {
    await this.frame.locator("vscode-dropdown").click();
    await this.frame.locator("vscode-option").getByText(name, { exact: true }).click();
    await this.frame.locator(`[role=tree][aria-label="Modules of ${name}"]`).waitFor();
    await this.ready();
  }

  /** The boxes and nodes of the picture, as a screen reader hears them. */
  items(): Promise<string[]> {
    return this.frame.locator("[role=treeitem]").allTextContents();
  }

  item(text: string | RegExp): Locator {
    return this.frame.locator("[role=treeitem]", { hasText: text });
  }

  /** Goes to an item by keyboard. A picture that is only just coming puts the selection elsewhere once more. */
  async select(text: RegExp): Promise<void> {
    const tree = this.frame.locator("[role=tree]");
    for (let attempt = 1; ; attempt++) {
      await this.ready();
      const at = (await this.items()).findIndex((item) => text.test(item));
      if (at < 0) throw new Error(`No item matches ${text}: ${(await this.items()).join("; ")}`);
      await tree.press("Home");
      for (let i = 0; i < at; i++) await tree.press("ArrowDown");
      try {
        await this.frame.locator("[role=treeitem][aria-selected=true]", { hasText: text }).waitFor({ timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 6) throw error;
      }
    }
  }

  get inspector(): Locator {
    return this.frame.locator(".inspector");
  }

  breadcrumbs(): Promise<string> {
    return this.inspector.locator(".breadcrumbs").innerText();
  }

  /** A form that is open in the inspector. */
  form(name: string): Locator {
    return this.inspector.getByRole("form", { name });
  }

  /** Resolves when the keyboard is the page's. */
  async hasFocus(): Promise<void> {
    await this.frame.waitForFunction(() => document.hasFocus());
  }

  /** The name of the control that has the focus; "" where it has none. */
  focused(): Promise<string> {
    return this.frame.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  }

  /** One parameter's card in the inspector. */
  parameter(name: string): Locator {
    return this.inspector.locator(`article.parameter[aria-label="${name}"]`);
  }

  /** What a parameter's histogram looks like, to tell one from another. */
  async histogram(name: string): Promise<string> {
    return this.parameter(name).locator(".histogram-drawing").first().innerHTML();
  }

  /** Types into the search box and goes to the first match. */
  async search(query: string): Promise<void> {
    const field = this.frame.locator("[role=search] input");
    if ((await field.count()) === 0) await this.frame.getByRole("button", { name: "Search (/)" }).click();
    await field.fill(query);
    await field.press("Enter");
  }
}
