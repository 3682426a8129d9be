import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { recordPicture } from "../../src/picture/renderSvg.js";
import type { CellPicture, CellPictureMessage } from "../../src/protocol/cellPicture.js";
import { net } from "../describe/snapshots.js";
import { launchChromium } from "../support/chromium.js";
import { themes } from "../support/themes.js";

const script = readFileSync(join(import.meta.dirname, "../../dist/notebookRenderer.js"), "utf8");
const origin = "http://notebook.test";

let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});
afterEach(async () => {
  await page.close();
  expect(problems.splice(0), "errors in the page and refusals by its policy").toEqual([]);
});
afterAll(() => browser?.close());

async function picture(changed: Partial<CellPicture> = {}): Promise<CellPicture> {
  const drawing = await recordPicture(net());
  return {
    version: 1,
    model: "net",
    label: "Picture of net: Sequential, 49 parameters.",
    action: "Open in Model View",
    text: "",
    note: "",
    drawing,
    ...changed,
  };
}

interface Host {
  readonly told: CellPictureMessage[];
  send(message: unknown): void;
  render(output: unknown, id?: string): string | null;
  dispose(id?: string): void;
}

/** The renderer in a page as VS Code makes one for a notebook: markup as text is refused there, and the theme is variables and a class of the body. */
async function open(theme: keyof typeof themes = "dark"): Promise<void> {
  page = await browser.newPage({ viewport: { width: 800, height: 700 } });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  const policy = "default-src 'none'; script-src 'unsafe-inline' http://notebook.test; style-src 'unsafe-inline'; require-trusted-types-for 'script'";
  const html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><body><div id="output"></div><button id="after">after</button>
    <script type="module">import { activate } from "./renderer.js"; window.activate = activate;</script>`;
  await page.route(`${origin}/**`, (route) =>
    route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: script })
      : route.fulfill({ contentType: "text/html", body: html }),
  );
  await page.goto(origin);
  await wear(theme);
  await page.waitForFunction(() => "activate" in window);
  await page.evaluate(() => {
    const { activate } = window as unknown as Pick<typeof import("../../webview/notebook/renderer.js"), "activate">;
    const told: CellPictureMessage[] = [];
    const hearers: ((message: unknown) => void)[] = [];
    const renderer = activate({ postMessage: (message) => told.push(message), onDidReceiveMessage: (hear) => hearers.push(hear) });
    const host: Host = {
      told,
      send: (message) => hearers.forEach((hear) => hear(message)),
      render(output, id = "1") {
        try {
          renderer.renderOutputItem({ id, json: () => output }, document.querySelector<HTMLElement>("#output")!);
          return null;
        } catch (error) {
          return String(error);
        }
      },
      dispose: (id) => renderer.disposeOutputItem(id),
    };
    Object.assign(window, { host });
  });
}

async function wear(name: keyof typeof themes): Promise<void> {
  await page.evaluate(({ kind, variables }) => {
    for (const [variable, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${variable}`, value);
    document.body.className = kind;
    document.body.dataset.vscodeThemeKind = kind;
  }, themes[name]);
}

const render = (output: unknown): Promise<string | null> => page.evaluate((given) => (window as unknown as { host: Host }).host.render(given), output);
const told = (): Promise<CellPictureMessage[]> => page.evaluate(() => (window as unknown as { host: Host }).host.told);
/** The fill of the text with a content. */
const colorOf = (text: string): Promise<string | null> => page.locator("#output text", { hasText: text }).first().getAttribute("fill");

describe("a picture in a cell's output", () => {
  test.each(["light", "dark", "highContrast", "highContrastLight"] as const)("%s: wears the theme of the editor", async (theme) => {
    await open(theme);
    expect(await render(await picture())).toBeNull();
    const { variables } = themes[theme];
    // How see-through a colour is stands apart from it.
    expect(await colorOf("49 params")).toBe(variables.descriptionForeground!.replace(/^rgba\((.*), [\d.]+\)$/, "rgb($1)"));
  });

  test("follows a change of theme", async () => {
    await open("dark");
    await render(await picture());
    const before = await colorOf("49 params");
    await wear("light");
    await expect.poll(() => colorOf("49 params")).toBe(themes.light.variables.descriptionForeground);
    expect(await colorOf("49 params")).not.toBe(before);
  });

  test("is one stop for the keyboard, says what it is, and opens the model by Enter, space and a click", async () => {
    await open();
    await render(await picture());
    const button = page.getByRole("button", { name: "Picture of net: Sequential, 49 parameters." });
    await page.keyboard.press("Tab");
    expect(await button.evaluate((element) => element === (element.getRootNode() as ShadowRoot).activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.keyboard.press(" ");
    await button.click({ position: { x: 2, y: 2 } });
    expect(await told()).toEqual(Array(3).fill({ kind: "open", model: "net", path: null }));
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("after");
  });

  test("a click on a module opens that one", async () => {
    await open();
    await render(await picture());
    await page.locator("#output text", { hasText: "Linear" }).last().click();
    await page.locator("#output text", { hasText: "ReLU" }).click();
    expect(await told()).toEqual(["2", "1"].map((path) => ({ kind: "open", model: "net", path })));
  });

  test("that the notebook does not keep is asked for, and told of in words until it comes", async () => {
    await open();
    const { drawing, ...kept } = await picture({ note: "The notebook does not keep the picture of net.", key: "the key" });
    await render({ ...kept, drawing: null });
    expect(await told()).toEqual([{ kind: "draw", key: "the key" }]);
    expect(await page.locator("#output .note").innerText()).toBe(kept.note);
    const send = (message: unknown) => page.evaluate((sent) => (window as unknown as { host: Host }).host.send(sent), message);
    for (const wrong of [null, {}, { key: "the key" }, { key: "another", drawing }, { key: "the key", drawing: { ...(drawing as object), area: [] } }])
      await send(wrong);
    expect(await page.locator("#output svg").count()).toBe(0);
    await send({ key: "the key", drawing });
    expect(await page.locator("#output .note").count()).toBe(0);
    expect(await page.locator("#output text", { hasText: "ReLU" }).count()).toBe(1);
    await wear("light");
    await expect.poll(() => colorOf("49 params")).toBe(themes.light.variables.descriptionForeground);
  });

  test("its keys are not the notebook's as well", async () => {
    await open();
    await render(await picture());
    await page.evaluate(() => window.addEventListener("keydown", ({ key }) => (document.title += `${key},`)));
    await page.keyboard.press("Tab");
    for (const key of ["Enter", " ", "ArrowDown"]) await page.keyboard.press(key);
    expect(await page.title()).toBe("Tab,ArrowDown,");
  });

  test("is no wider than the notebook", async () => {
    await open();
    const wide = await picture();
    await render({ ...wide, drawing: { ...(wide.drawing as object), area: [0, 0, 5000, 300] } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(800);
  });

  test("that is too large is told of in words", async () => {
    await open();
    await render(await picture({ drawing: null, note: "The picture of net has 240 kB, and a notebook keeps 100 kB at most." }));
    expect(await page.locator("#output .note").innerText()).toContain("240 kB");
    expect(await page.locator("#output .action").isVisible()).toBe(true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await told()).toHaveLength(1);
  });

  test("is data: markup in it is text, and what is no picture is refused", async () => {
    await open();
    const markup = "<img src=x onerror=\"document.title='run'\">";
    const drawing = {
      title: markup,
      description: markup,
      area: [0, 0, 90, 90],
      paints: [],
      marks: [["begin", markup], ["text", 1, 9, markup, "plain", "muted", "start"], ["end"]],
    };
    expect(await render(await picture({ model: markup, label: markup, action: markup, drawing }))).toBeNull();
    expect(await page.locator("#output img").count()).toBe(0);
    expect(await page.locator("#output text").textContent()).toBe(markup);
    for (const output of [null, "<b>x</b>", { version: 2 }, { ...(await picture()), drawing: { ...drawing, marks: [["image", "http://x"]] } }])
      expect(await render(output)).toMatch(/cannot be understood/);
    expect(await page.title()).toBe("");
  });

  test("is let go with its output", async () => {
    await open("dark");
    await render(await picture());
    await page.evaluate(() => (window as unknown as { host: Host }).host.dispose());
    const before = await colorOf("49 params");
    await wear("light");
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await colorOf("49 params")).toBe(before);
  });
});
