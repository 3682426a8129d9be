// `npm run screenshot`: makes the README's picture in a real VS Code.
import { spawnSync } from "node:child_process";
import { bundleProgram } from "./bundle.mjs";

const program = await bundleProgram("test/support/screenshot.ts", "out/test/screenshot.mjs");
process.exitCode = spawnSync(process.execPath, [program], { stdio: "inherit" }).status ?? 1;
