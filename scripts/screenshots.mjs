// `npm run screenshots`: makes the pictures in docs/pictures; with names, only those. Needs a build.
import { spawnSync } from "node:child_process";
import { bundleProgram } from "./bundle.mjs";

const program = await bundleProgram("test/support/pictures.ts", "out/test/pictures.mjs");
process.exitCode = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1;
