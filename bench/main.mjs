// `npm run bench` measures everything, `npm run bench -- NAME [options]` what is named. A benchmark is a program bench/NAME.ts.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "../scripts/bundle.mjs";

const folder = path.dirname(fileURLToPath(import.meta.url));
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -3)] : []));
const [first, ...options] = process.argv.slice(2);
if (first !== undefined && !names.includes(first)) {
  console.error(`No benchmark named ${first}. The benchmarks: ${names.join(", ")}.`);
  process.exit(2);
}
for (const name of first === undefined ? names : [first]) {
  console.log(`\n== ${name}`);
  const program = await bundleProgram(`bench/${name}.ts`, `out/bench/${name}.mjs`);
  const { status } = spawnSync(process.execPath, ["--expose-gc", program, ...options], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
