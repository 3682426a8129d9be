import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { capabilities, type PageMessage } from "../src/protocol/index.js";
import { pageDocument } from "../src/extension/views/pageDocument.js";
import { modelFile, net, rgnet, tied } from "../test/describe/snapshots.js";
import type { Page } from "playwright-core";
import { launchChromium } from "../test/support/chromium.js";

/**
 * What the built page takes, warm, in headless Chromium with its files from a server on this machine: until it asks its host for a state, from
 * the state of the chapter's models to a picture at rest, and from a key in the picture to the frame in which the inspector shows what it led to. `npm run bench -- page`; `--json` for JSON.
 */

const dist = path.resolve("dist/webview");
const rounds = 15;
const keys = 40;
const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf" };

interface Times {
  readonly ready: number;
  readonly drawn: number;
}

/** Runs in the page before its own script: a host that gives the state when the page asks for it. */
function playHost(state: string): void {
  const message: unknown = JSON.parse(state);
  const page = globalThis as unknown as { times: Promise<Times>; acquireVsCodeApi(): unknown };
  page.times = new Promise((resolve) => {
    const posted = (asked: { readonly method: string; readonly id: number }): void => {
      window.postMessage({ kind: "reply", id: asked.id, result: null }, "*");
      if (asked.method !== "ready") return;
      const ready = performance.now();
      window.postMessage(message, "*");
      const look = (): void => {
        const canvas = document.querySelector<Element & { picture?: { whenIdle(): Promise<void> } }>(".graph-canvas");
        if (canvas?.picture) void canvas.picture.whenIdle().then(() => resolve({ ready, drawn: performance.now() - ready }));
        else requestAnimationFrame(look);
      };
      look();
    };
    page.acquireVsCodeApi = () => ({ postMessage: posted, getState: () => undefined, setState: () => undefined });
  });
}

/** Milliseconds from each key that leads to another module to the painted frame that has it in the inspector. */
async function keysToInspector(page: Page): Promise<readonly number[]> {
  const tree = page.locator("[role=tree]");
  await tree.press("Home");
  await page.locator(".inspector [aria-current]").waitFor();
  await page.evaluate(() => {
    const shown = (): string => document.querySelector(".inspector")?.textContent ?? "";
    const times: number[] = [];
    Object.assign(globalThis, { keyTimes: times });
    addEventListener(
      "keydown",
      () => {
        const [pressed, before] = [performance.now(), shown()];
        const look = (): void => {
          // What follows the frame's own callbacks comes after it was painted.
          if (shown() !== before) setTimeout(() => times.push(performance.now() - pressed));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      true,
    );
  });
  const count = await page.locator("[role=treeitem]").count();
  for (let pressed = 0; pressed < keys; pressed++) {
    await tree.press(pressed % (2 * (count - 1)) < count - 1 ? "ArrowDown" : "ArrowUp");
    await page.waitForFunction((wanted) => (globalThis as unknown as { readonly keyTimes: readonly number[] }).keyTimes.length >= wanted, pressed + 1);
  }
  return page.evaluate(() => (globalThis as unknown as { readonly keyTimes: readonly number[] }).keyTimes);
}

const server = createServer(({ url }, response) => {
  const name = new URL(url!, "http://localhost").pathname.slice(1);
  const { port } = server.address() as AddressInfo;
  const source = `http://127.0.0.1:${port}`;
  if (name !== "") {
    response.setHeader("Content-Type", types[path.extname(name)] ?? "application/octet-stream");
    response.setHeader("Cache-Control", "max-age=3600");
    response.end(readFileSync(path.join(dist, name)));
    return;
  }
  response.setHeader("Content-Type", "text/html");
  response.end(
    pageDocument({
      cspSource: source,
      nonce: "5d41402abc4b2a76",
      scriptUri: `${source}/main.js`,
      styleUri: `${source}/main.css`,
      placement: "view",
      language: "en",
      strings: null,
    }),
  );
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await launchChromium();
const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
const models = [net(), rgnet(), tied()];
const state: PageMessage = {
  kind: "state",
  state: {
    kind: "file",
    file: modelFile,
    capabilities,
    activity: "idle",
    models,
    lastRun: { kind: "completed" },
    offers: [],
    build: null,
    findingLevels: {},
    timeLimit: 30,
    earlierChanges: [],
    isInTab: false,
    stale: false,
  },
  selection: null,
};
const measured: Times[] = [];
let keyTimes: readonly number[] = [];
try {
  // The first load fills the caches.
  for (let round = -1; round < rounds; round++) {
    const page = await context.newPage();
    await page.addInitScript(playHost, JSON.stringify(state));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const times = await page.evaluate(() => (globalThis as unknown as { times: Promise<Times> }).times);
    if (round >= 0) measured.push(times);
    if (round === rounds - 1) keyTimes = await keysToInspector(page);
    await page.close();
  }
} finally {
  await browser.close();
  server.close();
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const results = [
  { what: "page ready, warm, ms", value: median(measured.map(({ ready }) => ready)), budget: 150 },
  { what: "the chapter's models drawn after that, ms", value: median(measured.map(({ drawn }) => drawn)), budget: null },
  { what: `key to inspector, median of ${keys}, ms`, value: median(keyTimes), budget: 50 },
  { what: `key to inspector, slowest of ${keys}, ms`, value: Math.max(...keyTimes), budget: null },
];
if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
else
  for (const { what, value, budget } of results)
    console.log(`${what.padEnd(62)} ${value.toFixed(1).padStart(9)}${budget === null ? "" : `   (budget ${budget})`}`);
