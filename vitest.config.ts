import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** What takes a second on a quiet machine takes many on a busy one. */
const patient = { testTimeout: 60_000, hookTimeout: 60_000 };

const engine = ["test/engine/**/*.test.ts", "test/reference/**/*.test.ts"];

const picture = ["test/{describe,inspect,picture}/**/*.test.ts"];

/** Loading the engine takes longer than most of these tests: the files of a worker share one. */
const oneEngine = { isolate: false };

/** A browser or an editor takes part: on a busy machine what is waited for may take long. A second try is told by the reporter. */
const longRunning = { retry: 1, testTimeout: 300_000, hookTimeout: 180_000, fileParallelism: false, expect: { poll: { timeout: 30_000 } } };

/** Node 20 has relaxed SIMD behind a flag; later versions have it on. */
const relaxedSimd = Number(process.versions.node.split(".")[0]) < 22 ? ["--experimental-wasm-relaxed-simd"] : [];

/** `npm run unit -- --project NAME` runs one of these. The suite inside VS Code's extension host is scripts/test-extension.mjs. */
export default defineConfig({
  resolve: { alias: { layerscope: new URL("./src/engine/index.ts", import.meta.url).pathname } },
  test: {
    // Of two cores Vitest itself would leave one idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What one project has made of a module serves the others.
    experimental: { fsModuleCache: true },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          ...patient,
          // Processes with time limits take part: on a busy machine one may be stopped between two tasks. A second try is told by the reporter.
          retry: 1,
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: [...engine, ...picture, "test/extension/*.test.ts", "test/extension/restricted/**", "test/e2e/**", "test/browser/**"],
        },
      },
      { extends: true, test: { name: "picture", ...patient, ...oneEngine, include: picture } },
      { extends: true, test: { name: "engine", ...patient, ...oneEngine, include: engine } },
      {
        extends: true,
        test: { name: "reference-plain", ...patient, ...oneEngine, include: ["test/reference/**/*.test.ts"], setupFiles: ["test/support/plainJavaScript.ts"] },
      },
      {
        extends: true,
        test: {
          name: "reference-threads",
          ...patient,
          ...oneEngine,
          include: ["test/reference/**/*.test.ts", "test/engine/{kernels,kernelEdges,optim}.test.ts"],
          setupFiles: ["test/support/twoThreads.ts"],
          execArgv: relaxedSimd,
        },
      },
      { extends: true, test: { name: "browser", include: ["test/browser/**/*.test.{ts,tsx}"], ...longRunning } },
      { extends: true, test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], ...longRunning } },
    ],
  },
});
