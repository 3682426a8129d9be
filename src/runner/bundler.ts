/**
 * The process that bundles model files, away from the editor's thread: esbuild stays warm here, in a thread, and this one watches it. Whatever goes
 * wrong in there is told, and ends the process: what is left of a bundler after that serves nobody. It ends with its parent.
 */
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { BundlerOptions, FromBundler } from "./bundlerMessages.js";

const { stringsFile, memoryLimit } = JSON.parse(process.argv[2]!) as BundlerOptions;
const memoryCheckMilliseconds = 50;

/** Megabytes. Go's WebAssembly calls itself as deep as the source is nested: brackets tens of thousands deep still have room. */
const stackSizeMb = 64;

// Go's WebAssembly is large and a build of it short: optimizing it takes ten times as long as the first build, and 150 MB.
setFlagsFromString("--wasm-lazy-compilation");
setFlagsFromString("--no-wasm-tier-up");
setFlagsFromString("--no-wasm-dynamic-tiering");

const thread = new Worker(new URL("bundlerThread.js", import.meta.url), {
  workerData: { stringsFile, wasmFile: fileURLToPath(new URL("esbuild.wasm", import.meta.url)), engineUrl: new URL("engine/index.js", import.meta.url).href },
  resourceLimits: { stackSizeMb, maxOldGenerationSizeMb: memoryLimit },
});

const lastWords: ReadonlySet<FromBundler["kind"]> = new Set(["failed", "overflow", "memory"]);

function end(lastWord: FromBundler): void {
  clearInterval(memoryCheck);
  thread.removeAllListeners();
  if (!process.send?.(lastWord, () => process.exit())) setTimeout(() => process.exit(), 1000);
}

thread.on("message", (message: FromBundler) => (lastWords.has(message.kind) ? end(message) : process.send?.(message)));
thread.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "ERR_WORKER_OUT_OF_MEMORY") end({ kind: "memory" });
  else if (error instanceof RangeError) end({ kind: "overflow" });
  else end({ kind: "failed", message: error.message });
});
thread.on("exit", (code) => end({ kind: "failed", message: String(code) }));

const memoryCheck = setInterval(() => {
  if (process.memoryUsage.rss() / 1e6 > memoryLimit) end({ kind: "memory" });
}, memoryCheckMilliseconds);

process.on("disconnect", () => process.exit());
process.on("message", (request) => thread.postMessage(request));
