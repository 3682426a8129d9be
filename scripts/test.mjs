// `npm test`: form, type check, lint, build, unit and reference tests, the page in a browser, the suite in VS Code's extension host, and the end-to-end
// suite against the packaged extension, which is what users install. `npm test -- NAME...` runs only the named steps; `e2e-development`, the same suite
// against the development folder, runs only when named.
// Closes with one line over all suites: "N passed, M failed".
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const results = path.join(root, "test-results");
mkdirSync(results, { recursive: true });

/** @typedef {{ passed: number, failed: number, failures?: readonly string[] }} Result `failures`: the titles of the tests that failed. */

/** @type {Record<string, () => Result | Promise<Result>>} */
const steps = {
  format: () => command("npx", ["biome", "format"]),
  typecheck: () => command("npm", ["run", "typecheck"]),
  lint: () => command("npm", ["run", "--silent", "lint"]),
  build: () => command("node", ["scripts/build.mjs"]),
  unit: () => vitest("unit"),
  picture: () => vitest("picture"),
  engine: () => vitest("engine"),
  "reference-plain": () => vitest("reference-plain"),
  "reference-threads": () => vitest("reference-threads"),
  browser: () => vitest("browser"),
  extension: async () => {
    const report = path.join(results, "extension.json");
    rmSync(report, { force: true });
    const { failed } = await command("node", ["scripts/test-extension.mjs"]);
    if (!existsSync(report)) return { passed: 0, failed };
    /** @typedef {{ passed: number, failed: number, lines: readonly string[] }} ExtensionReport */
    const { lines, ...counts } = /** @type {ExtensionReport} */ (JSON.parse(readFileSync(report, "utf8")));
    return { ...counts, failures: lines.flatMap((line) => /^ *FAILED (.*)/.exec(line)?.[1] ?? []) };
  },
  package: () => command("node", ["scripts/package.mjs"]),
  e2e: () => {
    const { version } = /** @type {{ version: string }} */ (JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
    return vitest("e2e", { LAYERSCOPE_VSIX: path.join(root, `layerscope-${version}.vsix`) });
  },
  "e2e-development": () => vitest("e2e"),
};
const onlyWhenNamed = ["e2e-development"];

/** What runs at the same time as the one before it: each keeps one core busy. (A browser and an editor keep two.) */
const beside = ["lint"];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`No step named ${unknown.join(", ")}. The steps: ${Object.keys(steps).join(", ")}.`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
/** @type {string[]} */
const failures = [];
const wanted = Object.keys(steps).filter((name) => (chosen.length > 0 ? chosen.includes(name) : !onlyWhenNamed.includes(name)));
for (const [at, name] of wanted.entries()) {
  if (at > 0 && beside.includes(name)) continue;
  const together = wanted.slice(at, at + 2).filter((other) => other === name || beside.includes(other));
  for (const result of await Promise.all(together.map(run))) {
    passed += result.passed;
    failed += result.failed;
    failures.push(...result.failures);
  }
}
if (failures.length > 0) console.log(`\nFailed:\n  ${failures.join("\n  ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * @param {string} name
 * @returns {Promise<Required<Result>>}
 */
async function run(name) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { failures = [], ...result } = await /** @type {() => Result | Promise<Result>} */ (steps[name])();
  console.log(`== ${name}: ${result.failed === 0 ? "ok" : "FAILED"} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
  const titles = failures.length > 0 ? failures : ["see above"];
  return { ...result, failures: result.failed > 0 ? titles.map((title) => `${name}: ${title}`) : [] };
}

/**
 * A step without tests of its own: counts only when it fails.
 * @param {string} executable
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<Result>}
 */
async function command(executable, args, env = {}) {
  const child = spawn(executable, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32", env: { ...process.env, ...env } });
  /** @type {number | null} */
  const status = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  return { passed: 0, failed: status === 0 ? 0 : 1 };
}

/**
 * @param {string} project One of vitest.config.ts.
 * @param {Record<string, string>} [env]
 * @returns {Promise<Result>}
 */
async function vitest(project, env) {
  const report = path.join(results, `${project}.json`);
  rmSync(report, { force: true });
  const run = await command(
    "npx",
    ["vitest", "run", "--project", project, "--passWithNoTests", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    env,
  );
  if (!existsSync(report)) return run;
  /** @typedef {{ status: string, fullName: string }} VitestCase */
  /** @typedef {{ numPassedTests: number, numFailedTests: number, testResults: readonly { name: string, status: string, assertionResults: readonly VitestCase[] }[] }} VitestReport */
  const { numPassedTests, numFailedTests, testResults } = /** @type {VitestReport} */ (JSON.parse(readFileSync(report, "utf8")));
  const failures = testResults.flatMap(({ name, status, assertionResults }) => {
    const titles = assertionResults.filter((test) => test.status === "failed").map(({ fullName }) => fullName);
    if (titles.length === 0 && status === "failed") titles.push("does not load");
    return titles.map((title) => `${path.relative(root, name)}: ${title}`);
  });
  // A file that does not load fails without a failed test.
  return { passed: numPassedTests, failed: Math.max(numFailedTests, run.failed), failures };
}
