// Builds every part into dist/. `--watch` rebuilds on change; `--no-types` skips the engine's declarations.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import "./build-kernels.mjs";
import "./findings.mjs";
import { engine } from "./engine.mjs";
import { preparePython } from "./python.mjs";

const watch = process.argv.includes("--watch");

/** @typedef {{ version: string, contributes: { typescriptServerPlugins: { name: string }[] } }} Manifest */
const manifest = /** @type {Manifest} */ (JSON.parse(readFileSync("package.json", "utf8")));
/** TypeScript's server loads a plugin as a package, from `node_modules` of the extension that contributes it. */
const typescriptPlugin = `node_modules/${manifest.contributes.typescriptServerPlugins[0]?.name}`;

/** @type {esbuild.BuildOptions} */
const common = { bundle: true, sourcemap: true, target: "es2022", logLevel: "warning", legalComments: "none" };
// The package of translations is no ES module in its build for Node.
/** @type {esbuild.BuildOptions} */
const node = { ...common, platform: "node", target: "node20", minify: true, alias: { "@vscode/l10n": "@vscode/l10n/dist/browser.js" } };

/**
 * What a part of the page that is loaded later shares with the page stays in one file: told by its users alone, esbuild would cut it into a dozen, each a
 * request of the first view. So each such part imports the page.
 * @param {esbuild.PluginBuild} build
 */
function shareWithPage(build) {
  build.onResolve({ filter: /^\./ }, ({ kind, path: imported, resolveDir }) =>
    kind === "dynamic-import" ? { path: path.join(resolveDir, imported.replace(/\.js$/, "")), namespace: "later" } : undefined,
  );
  build.onLoad({ filter: /./, namespace: "later" }, ({ path: file }) => ({
    contents: `import ${JSON.stringify(path.resolve("webview/page"))}; export * from ${JSON.stringify(file)};`,
    resolveDir: path.dirname(file),
  }));
}

/**
 * The layout engine, 1.6 MB, is one file for the page and for Node.
 * @param {esbuild.PluginBuild} build
 */
function elkOfPage(build) {
  build.onResolve({ filter: /^elkjs\/lib\/elk-worker\.min\.js$/ }, () => ({ path: "./webview/elk-worker.min.cjs", external: true }));
}

/**
 * esbuild copies what a file imports from outside, name by name, for every file that does: of VS Code's API that took most of the time until the extension was
 * active. So one file takes it as it is, and the others take it from there.
 * @param {esbuild.PluginBuild} build
 */
function oneVscode(build) {
  const once = "vscode, once";
  build.onLoad({ filter: /[\\/]src[\\/]extension[\\/].*\.ts$/ }, ({ path: file }) => ({
    contents: readFileSync(file, "utf8").replace(/^import \* as vscode from "vscode";$/m, `import { vscode } from "${once}";`),
    loader: "ts",
  }));
  build.onResolve({ filter: new RegExp(`^${once}$`) }, () => ({ path: once, namespace: "once" }));
  build.onLoad({ filter: /./, namespace: "once" }, () => ({ contents: `export const vscode = require("vscode");` }));
}

/** @type {esbuild.BuildOptions[]} */
const parts = [
  { ...common, ...engine },
  { ...node, entryPoints: ["src/runner/main.ts"], outfile: "dist/runner.js", format: "esm", external: ["./python.js"] },
  { ...node, entryPoints: ["src/runner/threadGuard.ts"], outfile: "dist/threadGuard.cjs", format: "cjs" },
  { ...node, entryPoints: ["src/runner/python.ts"], outfile: "dist/python.js", format: "esm", external: ["pyodide"] },
  { ...node, entryPoints: ["src/runner/interpreterMemoryProcess.ts"], outfile: "dist/interpreterMemoryProcess.js", format: "esm", external: ["pyodide"] },
  { ...node, entryPoints: ["src/runner/watchdog.ts"], outfile: "dist/watchdog.js", format: "esm" },
  { ...node, entryPoints: ["src/runner/bundler.ts"], outfile: "dist/bundler.js", format: "esm" },
  { ...node, entryPoints: ["src/runner/bundlerThread.ts"], outfile: "dist/bundlerThread.js", format: "esm" },
  {
    ...node,
    entryPoints: ["src/cli/main.ts"],
    outfile: "dist/cli.js",
    format: "esm",
    banner: { js: "#!/usr/bin/env node" },
    external: ["./render.js", "./mcp.js"],
  },
  { ...node, entryPoints: ["src/cli/mcp.ts"], outfile: "dist/mcp.js", format: "esm" },
  { ...node, entryPoints: ["src/cli/render.ts"], outfile: "dist/render.js", format: "esm", plugins: [{ name: "one elkjs", setup: elkOfPage }] },
  { ...node, entryPoints: ["src/cli/renderThread.ts"], outfile: "dist/renderThread.js", format: "esm", external: ["./render.js"] },
  {
    ...node,
    entryPoints: ["src/extension/extension.ts"],
    outfile: "dist/extension.cjs",
    format: "cjs",
    external: ["vscode"],
    mainFields: ["module", "main"],
    plugins: [{ name: "one copy of VS Code's API", setup: oneVscode }],
  },
  {
    ...node,
    entryPoints: ["src/typescriptPlugin/plugin.ts"],
    outfile: `${typescriptPlugin}/index.js`,
    format: "cjs",
    // The server calls what the package is.
    footer: { js: "module.exports = module.exports.init;" },
    sourcemap: false,
  },
  {
    ...common,
    entryPoints: ["webview/main.ts"],
    outdir: "dist/webview",
    format: "esm",
    // What the first view does not need is imported when it is first shown, and lies in files of its own.
    splitting: true,
    platform: "browser",
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".ttf": "file" },
    assetNames: "[name]",
    chunkNames: "[name]-[hash]",
    plugins: [{ name: "one file for all that is shared", setup: shareWithPage }],
  },
  { ...common, entryPoints: ["webview/notebook/renderer.ts"], outfile: "dist/notebookRenderer.js", format: "esm", platform: "browser", minify: true },
].filter((part) => existsSync(part.entryPoints[0]));

// Parts of the page are named after their content: those of an earlier build would stay.
rmSync("dist/webview", { recursive: true, force: true });
mkdirSync("dist", { recursive: true });
rmSync(typescriptPlugin, { recursive: true, force: true });
mkdirSync(typescriptPlugin, { recursive: true });
writeFileSync(`${typescriptPlugin}/package.json`, JSON.stringify({ name: path.basename(typescriptPlugin), version: manifest.version, main: "./index.js" }));
copyFileSync("node_modules/esbuild-wasm/esbuild.wasm", "dist/esbuild.wasm");
mkdirSync("dist/webview");
copyFileSync("node_modules/elkjs/lib/elk-worker.min.js", "dist/webview/elk-worker.min.cjs");
// For the terminal, whose package has no folder `l10n`.
cpSync("l10n", "dist/l10n", { recursive: true });
preparePython();

if (watch) {
  for (const part of parts) await (await esbuild.context(part)).watch();
} else {
  const results = await Promise.all(parts.map((part) => esbuild.build({ ...part, metafile: true })));
  // What went into dist/, for the notices of the licences (notices.mjs).
  mkdirSync("out", { recursive: true });
  writeFileSync("out/inputs.json", JSON.stringify(results.flatMap(({ metafile }) => Object.keys(metafile.inputs))));
  if (!process.argv.includes("--no-types")) {
    const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "src/engine/tsconfig.declarations.json"], { stdio: "inherit" });
    if (status) process.exit(status);
  }
}
