// `npm run soak`: what `npm test` does a few times, many times over: runs and requests, damaged model files and tsconfig.json, damaged messages in all directions, and
// random sequences of what a user does in a real VS Code. `-- NAME=COUNT...` does those alone (RUNS=1000 MODELS=200), and SEED=N chooses the inputs; every count
// that is not reached, and every seed, is in what it prints.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** @typedef {{ readonly count: number, readonly suite: "unit" | "browser" | "trusted" | "restricted", readonly test: string }} Kind */
/** @type {Readonly<Record<string, Kind>>} */
const kinds = {
  RUNS: { count: 10_000, suite: "unit", test: "over runs of one file" },
  REQUESTS: { count: 10_000, suite: "unit", test: "over requests to one model" },
  MODELS: { count: 2000, suite: "unit", test: "of damaged model files" },
  CONFIGS: { count: 500, suite: "unit", test: "with a damaged tsconfig.json" },
  ANSWERS: { count: 1250, suite: "unit", test: "is taken when it is right" },
  REQUEST_SHAPES: { count: 100_000, suite: "unit", test: "is checked, and nothing in it throws" },
  DAMAGED_REQUESTS: { count: 1250, suite: "unit", test: "is answered, or ends the process" },
  PAGE_MESSAGES: { count: 100_000, suite: "unit", test: "is shown when it is right" },
  DRAWN_MESSAGES: { count: 1250, suite: "browser", test: "damaged messages" },
  MESSAGES: { count: 1250, suite: "restricted", test: "nor what is no request" },
  SEQUENCES: { count: 200, suite: "trusted", test: "in any order" },
};

const given = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split("=")));
const { SEED: seed = String(Date.now() % 1_000_000), ...wanted } = /** @type {Record<string, string>} */ (given);
const unknown = Object.keys(wanted).filter((name) => !Object.hasOwn(kinds, name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}. There are ${Object.keys(kinds).join(", ")}.`);
  process.exit(2);
}
console.log(`seed ${seed}`);
for (const [name, { count, suite, test }] of Object.entries(kinds)) {
  if (Object.keys(wanted).length > 0 && !Object.hasOwn(wanted, name)) continue;
  const env = { ...process.env, LAYERSCOPE_SOAK_SEED: seed, [`LAYERSCOPE_SOAK_${name}`]: wanted[name] ?? String(count) };
  const began = Date.now();
  const isInEditor = suite === "trusted" || suite === "restricted";
  const command = isInEditor
    ? ["node", path.join("scripts", "test-extension.mjs"), suite]
    : ["npx", "vitest", "run", "--project", suite, "--maxWorkers=1", suite === "unit" ? "test/soak" : "test/browser/damage.test.ts", "-t", test];
  const { status } = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: isInEditor ? { ...env, LAYERSCOPE_TEST_GREP: test } : env,
  });
  console.log(`${name}=${wanted[name] ?? count}, seed ${seed}: ${status === 0 ? "passed" : "FAILED"} in ${Math.round((Date.now() - began) / 1000)} s`);
  if (status !== 0) process.exitCode = 1;
}
