import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Browser, Frame, Locator, Page } from "playwright-core";
import { installExtension, type Server, startServer } from "../../scripts/vscode-server.mjs";
import { launchChromium, stillContext } from "../support/chromium.js";

const root = resolve(import.meta.dirname, "../..");

export interface WorkbenchOptions {
  /** Files of the workspace: text by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  /** A folder whose content the workspace starts with. */
  readonly copyOf?: string;
  /** Packages that the workspace has installed: their names, and the folders that they are links to. */
  readonly packages?: Readonly<Record<string, string>>;
  /** The user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The packaged extension to install; the development folder is loaded without it. */
  readonly vsix?: string;
  /** VS Code as it is by itself. Default false. */
  readonly withoutExtension?: boolean;
  /** Ask for trust, as a fresh VS Code does. */
  readonly askForTrust?: boolean;
  /** The display language. VS Code's own texts stay English, for want of their pack; an extension's follow. */
  readonly language?: string;
  readonly width?: number;
  readonly height?: number;
}

interface RunningServer {
  readonly server: Server;
  readonly dataFolder: string;
}

/** One server for all windows that differ in nothing that a server is started with: its start, and the extension's installation, take longer than most of what is tested. */
const servers = new Map<string, Promise<RunningServer>>();

function serverFor(vsix: string | undefined, askForTrust: boolean): Promise<RunningServer> {
  const key = JSON.stringify({ vsix, askForTrust });
  let running = servers.get(key);
  if (!running) {
    running = (async () => {
      const dataFolder = mkdtempSync(join(tmpdir(), "layerscope-e2e-data-"));
      if (vsix) installExtension(vsix, dataFolder);
      return { server: await startServer({ dataFolder, askForTrust }), dataFolder };
    })();
    servers.set(key, running);
  }
  return running;
}

/** Ends what windows that are gone were served by. */
export async function closeServers(): Promise<void> {
  for (const running of servers.values()) {
    const { server, dataFolder } = await running;
    await server.dispose();
    rmSync(dataFolder, { recursive: true, force: true });
  }
  servers.clear();
}

/** A real VS Code in a real browser, driven as a person would: by keyboard, mouse and what can be read on the screen. */
export class Workbench {
  private constructor(
    public page: Page,
    /** The workspace folder. */
    readonly folder: string,
    private readonly address: string,
    private readonly close: () => Promise<void>,
  ) {}

  static async open({
    files = {},
    copyOf,
    packages = {},
    settings = {},
    vsix,
    withoutExtension = false,
    askForTrust = false,
    language,
    width = 1280,
    height = 900,
  }: WorkbenchOptions): Promise<Workbench> {
    const folder = mkdtempSync(join(tmpdir(), "layerscope-e2e-workspace-"));
    if (copyOf) cpSync(copyOf, folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    if (Object.keys(packages).length > 0) mkdirSync(join(folder, "node_modules"), { recursive: true });
    for (const [name, target] of Object.entries(packages)) symlinkSync(target, join(folder, "node_modules", name), "junction");
    const { server, dataFolder } = await serverFor(vsix, askForTrust);
    const userSettings = join(dataFolder, "data", "User", "settings.json");
    mkdirSync(dirname(userSettings), { recursive: true });
    writeFileSync(userSettings, JSON.stringify({ ...quiet, ...settings }, null, 2));
    let browser: Browser | undefined;
    const close = async (): Promise<void> => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      browser = await launchChromium();
      const context = await stillContext(browser, { width, height });
      // What the page of a server with language packs says before the workbench is loaded.
      if (language !== undefined) await context.addInitScript((name) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: name }), language);
      // What takes a second on a quiet machine takes many on a busy one.
      context.setDefaultTimeout(90_000);
      const page = await context.newPage();
      const address = server.address(folder, vsix || withoutExtension ? {} : { developmentPath: root });
      const workbench = new Workbench(page, folder, address, close);
      await workbench.load();
      return workbench;
    } catch (error) {
      await close();
      throw error;
    }
  }

  /**
   * Opens the window again after it went away without a word, with what it had written down. (A window that is told to go writes once more,
   * while its extensions are already leaving.)
   */
  async reopen(): Promise<void> {
    const context = this.page.context();
    await this.page.close();
    this.page = await context.newPage();
    await this.load();
  }

  private async load(): Promise<void> {
    await this.page.goto(this.address);
    await this.page.locator(".monaco-workbench .activitybar").waitFor({ timeout: 60_000 });
    // Resolves once the extension host is up: the status bar then has its entries.
    await this.page.locator(".statusbar-item").first().waitFor();
  }

  async dispose(): Promise<void> {
    await this.close();
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    const label = this.page.locator(".quick-input-list .label-name").getByText(title, { exact: true }).first();
    await this.quickInput("F1", `>${title}`, label, () => label.click({ timeout: 5000 }));
  }

  /** The same by keyboard alone. */
  async typeCommand(title: string): Promise<void> {
    const found = this.page.locator(".quick-input-list .monaco-list-row.focused .label-name").getByText(title, { exact: true });
    await this.quickInput("F1", `>${title}`, found, () => this.page.keyboard.press("Enter"));
  }

  async openFile(name: string): Promise<void> {
    const { page } = this;
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first();
    await this.quickInput("Control+P", name, row, () => row.click({ timeout: 5000 }));
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await page.locator(".monaco-editor .view-lines").first().waitFor();
  }

  /** Opens a notebook and takes our kernel for it. */
  async openNotebook(name: string): Promise<void> {
    const { page } = this;
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first();
    await this.quickInput("Control+P", name, row, () => page.keyboard.press("Enter"));
    await page.locator(".notebook-editor .code-cell-row").first().waitFor();
    await this.typeCommand("Notebook: Select Notebook Kernel");
    await page.locator(".quick-input-list .label-name").getByText("Layerscope: PyTorch without Python", { exact: true }).first().click();
  }

  /**
   * Opens VS Code's own box by its key, types into it until it offers what is looked for, and takes it. What takes the focus meanwhile, as a page
   * that is just loading, closes the box again; a palette that was opened before the extension's commands are known does not come to know them.
   */
  private async quickInput(key: string, text: string, offered: Locator, take: () => Promise<void>): Promise<void> {
    const input = this.page.locator(".quick-input-widget input.input");
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press(key);
      try {
        // A window that is only just there does not hear the key: it is soon pressed again.
        const timeout = Math.min(5000, attempt * 1000);
        await input.fill(text, { timeout });
        await offered.waitFor({ timeout });
        await take();
        return;
      } catch (error) {
        if (attempt === 14) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
  }

  /** Replaces a text in the open file through the editor's own find and replace, and saves. */
  async replaceInFile(name: string, text: string, replacement: string): Promise<void> {
    const { page } = this;
    await page.locator(`.tab[data-resource-name="${name}"]`).click();
    const before = readFileSync(join(this.folder, name), "utf8");
    await page.keyboard.press("Control+H");
    const widget = page.locator(".find-widget.visible");
    await widget.locator(".find-part textarea").first().fill(text);
    await widget.locator(".replace-part textarea").first().fill(replacement);
    await widget.getByRole("button", { name: /^Replace All/ }).click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+S");
    const after = before.replaceAll(text, replacement);
    while (readFileSync(join(this.folder, name), "utf8") !== after) await page.waitForTimeout(50);
  }

  /** Chooses a color theme by its label. A theme in the settings may not be there yet when the browser VS Code looks for it. */
  async chooseTheme(label: string): Promise<void> {
    const { page } = this;
    await page.locator('.monaco-workbench[class*="vscode-theme"]').waitFor({ timeout: 60_000 });
    await this.command("Preferences: Color Theme");
    const row = page.locator(".quick-input-list .label-name").getByText(label, { exact: true });
    await page.locator(".quick-input-widget input.input").fill(label);
    await row.click();
    await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** Waits until what the workbench keeps for the next start holds a text. It writes down which tabs are open about once a minute. */
  async hasSaved(text: string): Promise<void> {
    const deadline = Date.now() + 90_000;
    while (!(await this.page.evaluate(isInDatabases, text))) {
      if (Date.now() > deadline) throw new Error(`The workbench has not written down "${text}" within 90 s.`);
      await this.page.waitForTimeout(500);
    }
  }

  /** Opens Layerscope's container, unless it is open: its icon would close it. */
  async openLayerscope(): Promise<void> {
    const item = this.page.locator(".activitybar .action-item", { has: this.page.locator('a[aria-label="Layerscope"]') });
    if ((await item.getAttribute("aria-expanded")) !== "true") await item.locator("a").click();
  }

  /** The page in a webview: in the sidebar's, or in an editor tab's. */
  async modelPage(placement: "view" | "editor" = "view"): Promise<Frame> {
    const deadline = Date.now() + 90_000;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames()) {
        const found = await frame
          .locator(`html[data-placement="${placement}"]`)
          .count()
          .catch(() => 0);
        if (found > 0) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No page with placement ${placement} appeared within 90 s.`);
  }

  /** A row of the native tree. */
  treeRow(label: string): Locator {
    return this.page.locator(".pane-body .monaco-list-row", { has: this.page.locator(".label-name").getByText(label, { exact: true }) });
  }

  /** Opens a row of the native tree, which holds one of that label that is not open yet. */
  async expandTreeRow(label: string): Promise<void> {
    const row = this.treeRow(label).first();
    await row.click();
    if ((await row.getAttribute("aria-expanded")) === "false") await this.page.keyboard.press("ArrowRight");
    await row.and(this.page.locator('[aria-expanded="true"]')).waitFor();
  }

  statusBar(): Locator {
    return this.page.locator('.statusbar-item[id*="layerscope.status"]');
  }

  /** Rests the mouse on a text in the editor and gives the hover that appears. */
  async hover(line: number, text: string): Promise<Locator> {
    const { page } = this;
    await this.goToLine(line);
    const viewLine = page.locator(".editor-group-container .view-line", { hasText: text }).first();
    const measure = () =>
      viewLine.evaluate((element, wanted) => {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        const texts: { node: Node; start: number }[] = [];
        let whole = "";
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          texts.push({ node, start: whole.length });
          whole += node.textContent;
        }
        const at = whole.replace(/\u00a0/g, " ").indexOf(wanted);
        const holder = texts.findLast(({ start }) => start <= at)!;
        const range = document.createRange();
        range.setStart(holder.node, at - holder.start);
        range.setEnd(holder.node, Math.min(at - holder.start + 1, holder.node.textContent!.length));
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      }, text);
    // Lenses and hints that come meanwhile move the text.
    for (let attempt = 1; ; attempt++) {
      const { x, y } = await measure();
      await page.mouse.move(x, y + 60);
      await page.mouse.move(x, y, { steps: 3 });
      const hover = page.locator(".monaco-hover:not(.hidden) .hover-contents, .monaco-hover:not(.hidden) .markdown-hover").first();
      try {
        await hover.waitFor({ timeout: 5000 });
        break;
      } catch (error) {
        if (attempt === 6) throw error;
      }
    }
    return page.locator(".monaco-hover:not(.hidden)").first();
  }

  async goToLine(line: number): Promise<void> {
    const { page } = this;
    await page.keyboard.press("Control+G");
    const input = page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(`:${line}`);
    await page.keyboard.press("Enter");
    await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** Saves a picture into test-results/, for people to look at. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(join(root, "test-results"), { recursive: true });
    await this.page.screenshot({ path: join(root, "test-results", `${name}.png`) });
  }
}

/** Settings that keep VS Code's own first-start noise off the screen. */
const quiet = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "window.commandCenter": false,
  // Newer versions show some editors (trust, running extensions) over all else, and do not hear every key that would close them.
  "workbench.editor.useModal": "off",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  // A high-contrast theme is given up when the system does not ask for one.
  "window.autoDetectHighContrast": false,
};

/** Runs in the workbench: whether a value in the browser's databases holds a text. */
async function isInDatabases(text: string): Promise<boolean> {
  const result = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error!);
    });
  for (const { name } of await indexedDB.databases()) {
    const database = await result(indexedDB.open(name!));
    try {
      for (const store of database.objectStoreNames) {
        const values: unknown[] = await result(database.transaction(store).objectStore(store).getAll());
        if (values.some((value) => typeof value === "string" && value.includes(text))) return true;
      }
    } finally {
      database.close();
    }
  }
  return false;
}
