import { readFileSync } from "node:fs";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.js";

export interface PicturePage {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors in the page. */
  readonly problems: string[];
}

/** Opens the picture by itself in a headless browser; see picturePage.ts for what it can be told. */
export async function openPicture({ width = 1000, height = 800, deviceScaleFactor = 1 } = {}): Promise<PicturePage> {
  const { outputFiles } = await esbuild.build({
    entryPoints: ["test/support/picturePage.ts"],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    define: { layoutEngineText: JSON.stringify(readFileSync("node_modules/elkjs/lib/elk-worker.min.js", "utf8")) },
    logLevel: "warning",
  });
  const browser = await launchChromium({ args: ["--enable-precise-memory-info"] });
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor, hasTouch: true });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.setContent('<!doctype html><style>html,body{margin:0;height:100%}#picture{height:100%}</style><div id="picture"></div>');
  await page.addScriptTag({ content: outputFiles[0]!.text });
  return { browser, page, problems };
}
