// Runs test/extension inside a VS Code extension host, started by @vscode/test-electron: the desktop build where it can be had and shown,
// else the browser VS Code behind test/support/code-launcher.ts.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import * as esbuild from "esbuild";
import { bundleProgram } from "./bundle.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const out = path.join(root, "out", "test");

await esbuild.build({
  bundle: true,
  platform: "node",
  target: "node20",
  packages: "external",
  sourcemap: "inline",
  format: "cjs",
  entryPoints: [path.join(root, "test/extension/*.ts")],
  external: ["vscode"],
  outdir: path.join(out, "extension"),
  outExtension: { ".js": ".cjs" },
});
const launcher = await bundleProgram("test/support/code-launcher.ts", "out/test/code-launcher.mjs");
chmodSync(launcher, 0o755);

const workspace = path.join(root, "out", "workspace");
rmSync(workspace, { recursive: true, force: true });
cpSync(path.join(root, "test", "extension", "workspace"), workspace, { recursive: true });
const report = path.join(root, "test-results", "extension.json");
mkdirSync(path.dirname(report), { recursive: true });
rmSync(report, { force: true });

const desktop = await desktopBuild();
console.log(desktop ? `VS Code: ${desktop}` : "VS Code: the browser build behind test/support/code-launcher.ts");
let failed = false;
try {
  await runTests({
    vscodeExecutablePath: desktop ?? launcher,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(out, "extension", "index.cjs"),
    launchArgs: [workspace],
    extensionTestsEnv: { LAYERSCOPE_TEST_REPORT: report },
  });
} catch {
  failed = true;
}
if (!existsSync(report)) throw new Error("The suite ended without a report: VS Code did not get as far as running it.");
/** @typedef {{ lines: string[], passed: number, failed: number }} Report */
const { lines, passed, failed: failures } = /** @type {Report} */ (JSON.parse(readFileSync(report, "utf8")));
console.log(lines.join("\n"));
console.log(`extension: ${passed} passed, ${failures} failed`);
process.exitCode = failed ? 1 : 0;

/** The desktop VS Code, downloaded on first use; null where it cannot be downloaded or there is no display to show it on. */
async function desktopBuild() {
  if (process.env.VSCODE_RELEASE) return null;
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return null;
  try {
    return await downloadAndUnzipVSCode({ version: "stable", reporter: { report() {}, error() {} } });
  } catch {
    return null;
  }
}
