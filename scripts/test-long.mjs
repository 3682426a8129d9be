// `npm run test:long`: the properties of pictures over thousands of generated models, of which `npm test` looks at a few, and over every view of the examples and of the networks in
// test/support/models. `-- N` states how many.
import { spawnSync } from "node:child_process";

const [count = "2000"] = process.argv.slice(2);
const { status } = spawnSync(
  "npx",
  [
    "vitest",
    "run",
    "--project",
    "unit",
    "--project",
    "picture",
    "test/picture/generated.test.ts",
    "test/picture/randomModels.test.ts",
    "test/picture/networks.test.ts",
    "test/examples/pictures.test.ts",
  ],
  {
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, LAYERSCOPE_RANDOM_MODELS: count },
  },
);
process.exitCode = status ?? 1;
