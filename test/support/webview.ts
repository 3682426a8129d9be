import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, ElementHandle, Page } from "playwright-core";
import type { PageMessage, PageMethod, PageMethods, PageRequest, Progress } from "../../src/protocol/index.js";
import { pageDocument } from "../../src/extension/views/pageDocument.js";
import { themes } from "./themes.js";

const origin = "http://webview.test";
const dist = join(import.meta.dirname, "../../dist/webview");
const types: Readonly<Record<string, string>> = { js: "text/javascript", cjs: "text/javascript", css: "text/css", ttf: "font/ttf", map: "application/json" };

/** Answers to what the page asks; a method without one is answered with null. */
export type Answers = {
  [M in PageMethod]?: (
    params: PageMethods[M]["params"],
    told: (progress: Progress) => Promise<void>,
  ) => PageMethods[M]["result"] | Promise<PageMethods[M]["result"]>;
};

export interface WebviewOptions {
  readonly theme?: keyof typeof themes;
  readonly width?: number;
  readonly height?: number;
  readonly placement?: "view" | "editor";
  readonly answers?: Answers;
  readonly reducedMotion?: boolean;
  readonly strings?: Readonly<Record<string, string>>;
}

/** The built page in a browser as VS Code would show it: its policy, its theme variables, its API, and a host that the test plays. */
export class Webview {
  /** What the page asked, in order. */
  readonly requests: PageRequest[] = [];
  /** Errors and refusals by the policy, which no test expects. */
  readonly problems: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly answers: Answers,
  ) {}

  static async open(browser: Browser, options: WebviewOptions = {}): Promise<Webview> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1000, height: options.height ?? 700 },
      reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
    });
    const webview = new Webview(page, options.answers ?? {});
    const theme = themes[options.theme ?? "dark"];
    page.on("pageerror", (error) => webview.problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") webview.problems.push(message.text());
    });
    await page.exposeFunction("hostReceives", (request: PageRequest) => webview.receive(request));
    await page.addInitScript(provideApi);
    await page.route(`${origin}/**`, (route) => {
      const path = new URL(route.request().url()).pathname.slice(1);
      if (path === "theme.css") return route.fulfill({ contentType: "text/css", body: rootRule(theme.variables) });
      if (path !== "") return route.fulfill({ contentType: types[path.split(".").pop()!] ?? "application/octet-stream", body: readFileSync(join(dist, path)) });
      const html = pageDocument({
        cspSource: origin,
        nonce: "5d41402abc4b2a76",
        scriptUri: `${origin}/main.js`,
        styleUri: `${origin}/main.css`,
        placement: options.placement ?? "view",
        language: "en",
        strings: options.strings ?? null,
      });
      const themed = html
        .replace("<title>", `<link rel="stylesheet" href="${origin}/theme.css"><title>`)
        .replace("<body>", `<body class="${theme.kind}${options.reducedMotion ? " vscode-reduce-motion" : ""}" data-vscode-theme-kind="${theme.kind}">`);
      return route.fulfill({ contentType: "text/html", body: themed });
    });
    await page.goto(`${origin}/`);
    return webview;
  }

  private async receive(request: PageRequest): Promise<void> {
    this.requests.push(request);
    const answer = this.answers[request.method] as ((params: unknown, told: (progress: Progress) => Promise<void>) => unknown) | undefined;
    const told = (progress: Progress): Promise<void> => this.send({ kind: "progress", id: request.id, progress });
    try {
      await this.send({ kind: "reply", id: request.id, result: (await answer?.(request.params, told)) ?? null });
    } catch (error) {
      await this.send({ kind: "error", id: request.id, message: (error as Error).message });
    }
  }

  /** Sends what the host would; resolves when the page has taken it. */
  async send(message: PageMessage): Promise<void> {
    // As text: a large model would take many seconds as a structured argument. The page may be gone before a late answer reaches it.
    if (!this.page.isClosed()) await this.page.evaluate((sent) => window.postMessage(JSON.parse(sent), "*"), JSON.stringify(message)).catch(() => undefined);
  }

  asked<M extends PageMethod>(method: M): PageMethods[M]["params"][] {
    return this.requests.filter((request) => request.method === method).map((request) => request.params as PageMethods[M]["params"]);
  }

  /** Changes the theme as VS Code does: variables on the root, a class on the body. */
  async changeTheme(name: keyof typeof themes): Promise<void> {
    await this.page.evaluate(({ kind, variables }) => {
      for (const [variable, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${variable}`, value);
      document.body.dataset.vscodeThemeKind = kind;
      document.body.className = kind;
    }, themes[name]);
  }

  /** Resolves when the page has taken the size and laid itself out anew. */
  async resize(width: number, height = 700): Promise<void> {
    await this.page.setViewportSize({ width, height });
    await this.page.waitForFunction((wide) => innerWidth === wide, width);
    // What observes sizes answers in the first frame, and what that changes is laid out in the second.
    await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  /** Visible elements whose text or box sticks out of the page or of a box that hides what overflows, by a description of each; but for tables in a box that scrolls sideways. */
  async overflows(): Promise<string[]> {
    return this.page.evaluate(() => {
      const found: string[] = [];
      const scrolls = (element: Element | null): boolean =>
        element !== null && ((getComputedStyle(element).overflowX === "auto" && element.scrollWidth > element.clientWidth) || scrolls(element.parentElement));
      for (const element of document.body.querySelectorAll<HTMLElement>("*")) {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        if (box.width < 2 || box.height < 2 || style.visibility === "hidden" || element.closest(".visually-hidden, .outline, [inert]")) continue;
        const name = `${element.tagName.toLowerCase()}.${element.className} "${(element.textContent ?? "").slice(0, 40)}"`;
        if ((box.left < -1 || box.right > innerWidth + 1) && !scrolls(element.closest("table")))
          found.push(`${name} leaves the page: ${Math.round(box.left)} to ${Math.round(box.right)} of ${innerWidth}`);
        const hides = style.overflowX === "hidden" && style.textOverflow !== "ellipsis";
        if (hides && element.scrollWidth > element.clientWidth + 1)
          found.push(`${name} cuts off its content: ${element.scrollWidth} in ${element.clientWidth}`);
      }
      return found;
    });
  }

  /** Texts whose contrast with what lies behind them is under WCAG's 4.5 (3 for large or bold), by a description of each. */
  async faintTexts(): Promise<string[]> {
    return this.page.evaluate(() => {
      const parse = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
      const over = (top: number[], below: number[]) => below.map((channel, at) => channel + (top[at]! - channel) * (top[3] ?? 1));
      const luminance = (colour: number[]) => {
        const [red, green, blue] = colour.map((channel) => (channel / 255 <= 0.03928 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
      };
      const backgroundOf = (element: Element | null): number[] => {
        if (!element) return [255, 255, 255];
        const own = parse(getComputedStyle(element).backgroundColor);
        return (own[3] ?? 1) === 1 ? own.slice(0, 3) : over(own, backgroundOf(element.parentElement));
      };
      const found: string[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement!;
        const style = getComputedStyle(element);
        const text = node.textContent!.trim();
        if (text === "" || style.visibility === "hidden" || element.closest(".visually-hidden, .outline, [disabled], script, vscode-option")) continue;
        const behind = backgroundOf(element);
        const front = over(parse(style.color), behind);
        const [light, dark] = [luminance(front), luminance(behind)].sort((a, b) => b - a);
        const contrast = (light! + 0.05) / (dark! + 0.05);
        const large = Number(style.fontWeight) >= 600 || parseFloat(style.fontSize) >= 18;
        if (contrast < (large ? 3 : 4.5)) found.push(`"${text.slice(0, 40)}" has ${contrast.toFixed(2)}`);
      }
      return found;
    });
  }

  close(): Promise<void> {
    return this.page.close();
  }

  element(selector: string): Promise<ElementHandle | null> {
    return this.page.$(selector);
  }
}

function rootRule(variables: Readonly<Record<string, string>>): string {
  return `:root { ${Object.entries(variables)
    .map(([name, value]) => `--vscode-${name}: ${value};`)
    .join(" ")} }`;
}

/** Runs in the page before its own script. State is kept over a reload, as VS Code keeps it. */
function provideApi(): void {
  const page = globalThis as unknown as { hostReceives(message: unknown): void; acquireVsCodeApi(): unknown };
  page.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => page.hostReceives(message),
    getState: () => (JSON.parse(sessionStorage.getItem("state") ?? "null") as unknown) ?? undefined,
    setState: (state: unknown) => sessionStorage.setItem("state", JSON.stringify(state)),
  });
}
