import { existsSync } from "node:fs";
import * as esbuild from "esbuild";
import { chromium } from "playwright-core";

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/microsoft-edge"];

/** Opens the picture's page in headless Chromium. */
export async function openPicture({ width = 1600, height = 1000, deviceScaleFactor = 1 } = {}) {
  const { outputFiles } = await esbuild.build({
    entryPoints: ["bench/picture/page.ts"],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    plugins: [
      {
        name: "worker-text",
        setup(build) {
          build.onLoad({ filter: /elk-worker\.min\.js$/ }, async ({ path }) => ({ contents: await (await import("node:fs/promises")).readFile(path, "utf8"), loader: "text" }));
        },
      },
    ],
  });
  const browser = await chromium.launch({
    executablePath: candidates.find((path) => path && existsSync(path)),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-precise-memory-info"],
  });
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor });
  page.on("pageerror", (error) => console.error(String(error)));
  page.on("console", (message) => message.type() !== "log" && console.error(message.text()));
  await page.setContent('<!doctype html><style>html,body{margin:0;height:100%}#picture{height:100%}</style><div id="picture"></div>');
  await page.addScriptTag({ content: outputFiles[0].text });
  return { browser, page };
}
