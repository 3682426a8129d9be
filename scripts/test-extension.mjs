// Runs test/extension inside a VS Code extension host, started by @vscode/test-electron: the desktop build where it can be had and shown,
// else the browser VS Code behind test/support/code-launcher.ts. What test/extension/restricted holds runs in a second one, which asks for trust: always in the
// browser VS Code, since @vscode/test-electron switches trust off. `node scripts/test-extension.mjs restricted` runs that one alone.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  entryPoints: [path.join(root, "test/extension/*.ts"), path.join(root, "test/extension/restricted/*.ts")],
  outbase: path.join(root, "test/extension"),
  external: ["vscode"],
  outdir: path.join(out, "extension"),
  outExtension: { ".js": ".cjs" },
});
const launcher = await bundleProgram("test/support/code-launcher.ts", "out/test/code-launcher.mjs");
chmodSync(launcher, 0o755);

const report = path.join(root, "test-results", "extension.json");
mkdirSync(path.dirname(report), { recursive: true });
const desktop = await desktopBuild();
console.log(desktop ? `VS Code: ${desktop}` : "VS Code: the browser build behind test/support/code-launcher.ts");

/** @typedef {{ lines: string[], passed: number, failed: number }} Report */
/** @type {Report} */
const all = { lines: [], passed: 0, failed: 0 };
const only = process.argv[2];
for (const suite of ["trusted", "restricted"]) {
  if (only !== undefined && only !== suite) continue;
  const { lines, passed, failed } = await run(suite === "restricted");
  console.log(lines.join("\n"));
  all.lines.push(...lines);
  all.passed += passed;
  all.failed += failed;
}
writeFileSync(report, JSON.stringify(all));
console.log(`extension: ${all.passed} passed, ${all.failed} failed`);
process.exitCode = all.failed > 0 ? 1 : 0;

/**
 * @param {boolean} restricted
 * @returns {Promise<Report>}
 */
async function run(restricted) {
  const workspace = path.join(root, "out", "workspace");
  rmSync(workspace, { recursive: true, force: true });
  cpSync(path.join(root, "test", "extension", "workspace"), workspace, { recursive: true });
  rmSync(report, { force: true });
  let failed = false;
  try {
    await runTests({
      vscodeExecutablePath: restricted ? launcher : (desktop ?? launcher),
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(out, "extension", "index.cjs"),
      launchArgs: [workspace, ...(restricted ? ["--askForTrust"] : [])],
      extensionTestsEnv: { LAYERSCOPE_TEST_REPORT: report, LAYERSCOPE_TEST_FOLDER: restricted ? "restricted" : "." },
    });
  } catch {
    failed = true;
  }
  if (!existsSync(report)) throw new Error("The suite ended without a report: VS Code did not get as far as running it.");
  const ran = /** @type {Report} */ (JSON.parse(readFileSync(report, "utf8")));
  // Where only some tests are asked for, a suite may have none of them.
  const isOther = process.env.LAYERSCOPE_TEST_GREP && ran.passed + ran.failed === 0;
  return { ...ran, failed: Math.max(ran.failed, failed && !isOther ? 1 : 0) };
}

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
