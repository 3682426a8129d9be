// `npm run screenshot`: makes the README's pictures in a real VS Code; with names, only those.
import { spawnSync } from "node:child_process";
import { bundleProgram } from "./bundle.mjs";

const program = await bundleProgram("test/support/screenshot.ts", "out/test/screenshot.mjs");
process.exitCode = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1;
