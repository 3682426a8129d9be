import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from "playwright-core";
import { alone } from "../../scripts/alone.mjs";

/** The shell is the same browser without windows: its pages open in half the time. */
const names = [
  "chrome-headless-shell",
  "chromium-headless-shell",
  "google-chrome",
  "google-chrome-stable",
  "chromium",
  "chromium-browser",
  "microsoft-edge",
  "microsoft-edge-stable",
];

const installed: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((variable) => {
    const folder = process.env[variable];
    if (!folder) return [];
    return [join(folder, "Google/Chrome/Application/chrome.exe"), join(folder, "Microsoft/Edge/Application/msedge.exe")];
  }),
};

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function systemBrowser(): string | null {
  const stated = process.env.CHROMIUM_PATH;
  if (stated) {
    if (!isExecutable(stated)) throw new Error(`CHROMIUM_PATH names ${stated}, which is not an executable file.`);
    return stated;
  }
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...(installed[process.platform] ?? [])].find(isExecutable) ?? null;
}

function playwrightBrowser(): string | null {
  const path = chromium.executablePath();
  if (path && existsSync(path)) return path;
  const cli = join(dirname(createRequire(import.meta.url).resolve("playwright-core/package.json")), "cli.js");
  spawnSync(process.execPath, [cli, "install", "chromium"], { stdio: "ignore", timeout: 180_000 });
  return path && existsSync(path) ? path : null;
}

function distributionBrowser(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return null;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update"], { stdio: "ignore", env, timeout: 180_000 });
  for (const name of ["chromium-headless-shell", "chromium"]) {
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", name], { stdio: "ignore", env, timeout: 600_000 });
    const path = systemBrowser();
    if (path) return path;
  }
  return null;
}

/**
 * The path of a Chromium-family browser: `CHROMIUM_PATH` or the system's Chrome, Chromium or Edge; else the one that
 * Playwright installs; else the distribution's package where the user is root. Throws an error that says what to do when there is none.
 */
export function findChromium(): string {
  // One that is being installed may be found before it can be started.
  const path = alone("browser", () => systemBrowser() ?? playwrightBrowser() ?? distributionBrowser());
  if (path) return path;
  throw new Error(
    "No Chrome, Chromium or Edge was found, and none could be installed. Install one (for example `npx playwright-core install chromium` or your system's `chromium` package), or set CHROMIUM_PATH to its executable.",
  );
}

/** Flags for a browser that tests drive: no sandbox (containers and root have none) and no traffic of its own. */
export const chromiumArguments: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a headless browser for tests. */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), ...options, args: [...chromiumArguments, ...(options.args ?? [])] });
}

/**
 * A browser's context for VS Code in which nothing moves: what moves is painted sixty times a second by the processor that all else needs too,
 * and VS Code's waiting icons spin in spite of reduced motion.
 */
export async function stillContext(browser: Browser, viewport: { readonly width: number; readonly height: number }): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
  await context.addInitScript(() => {
    const style = new CSSStyleSheet();
    style.replaceSync("* { animation: none !important; }");
    document.adoptedStyleSheets.push(style);
  });
  return context;
}
