// Builds layerscope-VERSION.vsix, which runs on every platform, and holds it to its size.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createVSIX } from "@vscode/vsce";
import { writeNotices } from "./notices.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const budget = 13 * 1024 * 1024;

// What an earlier build left behind must not be shipped.
rmSync(path.join(root, "dist"), { recursive: true, force: true });
const build = spawnSync(process.execPath, [path.join(root, "scripts", "build.mjs")], { cwd: root, stdio: "inherit" });
if (build.status !== 0) process.exit(build.status ?? 1);
if (!existsSync(path.join(root, "dist", "pyodide", "pyodide.asm.wasm"))) throw new Error("pyodide is not installed: npm ci");
console.log(`THIRD_PARTY_NOTICES.txt: ${writeNotices()} packages`);

const { version } = /** @type {{ version: string }} */ (JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
const packagePath = path.join(root, `layerscope-${version}.vsix`);
// Everything is bundled. Images in the README are shown where its repository is; there is no address to rewrite them to.
await createVSIX({ cwd: root, packagePath, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false });
const { size } = statSync(packagePath);
console.log(`${path.basename(packagePath)}: ${(size / 1024 / 1024).toFixed(2)} MB of ${budget / 1024 / 1024} MB`);
if (size > budget) {
  console.error("The package is over its budget.");
  process.exitCode = 1;
}
