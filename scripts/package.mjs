// Builds layerscope-VERSION.vsix, which runs on every platform, and holds it to its size.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createVSIX, listFiles, PackageManager } from "@vscode/vsce";
import { writeNotices } from "./notices.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const budget = 13 * 1024 * 1024;

// What an earlier build left behind must not be shipped.
rmSync(path.join(root, "dist"), { recursive: true, force: true });
const build = spawnSync(process.execPath, [path.join(root, "scripts", "build.mjs")], { cwd: root, stdio: "inherit" });
if (build.status !== 0) process.exit(build.status ?? 1);
if (!existsSync(path.join(root, "dist", "pyodide", "pyodide.asm.wasm"))) throw new Error("pyodide is not installed: npm ci");
console.log(`THIRD_PARTY_NOTICES.txt: ${writeNotices()} packages`);

/** @typedef {{ version: string, contributes: { typescriptServerPlugins: { name: string }[] } }} Manifest */
const manifest = /** @type {Manifest} */ (JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
const packagePath = path.join(root, `layerscope-${manifest.version}.vsix`);
// vsce takes of node_modules what package.json depends on. All is bundled but the plugin of TypeScript's server, which has to lie there, and on which
// the npm package does not depend: the extension is packed from a folder of its own.
const staged = path.join(root, "out", "vsix");
rmSync(staged, { recursive: true, force: true });
const plugins = manifest.contributes.typescriptServerPlugins.map(({ name }) => name);
for (const file of await listFiles({ cwd: root, packageManager: PackageManager.None })) cpSync(path.join(root, file), path.join(staged, file));
for (const name of plugins) cpSync(path.join(root, "node_modules", name), path.join(staged, "node_modules", name), { recursive: true });
cpSync(path.join(root, ".vscodeignore"), path.join(staged, ".vscodeignore"));
const dependencies = Object.fromEntries(plugins.map((name) => [name, manifest.version]));
writeFileSync(path.join(staged, "package.json"), JSON.stringify({ ...manifest, dependencies }, null, 2));
// Images in the README are shown where its repository is; until the publisher has filled that in, there is no address to rewrite them to.
const hasRepository = "repository" in manifest;
await createVSIX({
  cwd: staged,
  packagePath,
  preRelease: process.argv.includes("--pre-release"),
  allowMissingRepository: !hasRepository,
  rewriteRelativeLinks: hasRepository,
});
const { size } = statSync(packagePath);
console.log(`${path.basename(packagePath)}: ${(size / 1024 / 1024).toFixed(2)} MB of ${budget / 1024 / 1024} MB`);
if (size > budget) {
  console.error("The package is over its budget.");
  process.exitCode = 1;
}
