// `npm run bench` measures everything, `npm run bench -- NAME...` what is named. A benchmark is a program bench/NAME.ts.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "../scripts/bundle.mjs";

const folder = path.dirname(fileURLToPath(import.meta.url));
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -3)] : []));
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const unknown = chosen.filter((name) => !existsSync(path.join(folder, `${name}.ts`)));
if (unknown.length > 0) {
  console.error(`No benchmark named ${unknown.join(", ")}. The benchmarks: ${names.join(", ")}.`);
  process.exit(2);
}
for (const name of chosen.length > 0 ? chosen : names) {
  console.log(`\n== ${name}`);
  const program = await bundleProgram(`bench/${name}.ts`, `out/bench/${name}.mjs`);
  const { status } = spawnSync(process.execPath, ["--expose-gc", program], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
