import { createInterface } from "node:readline";
import v8 from "node:v8";
import type { CaseName, Peer } from "./cases.js";

/**
 * One engine in a process of its own: told on standard input what to do, a line of JSON each, answers on standard output. python.py is another.
 * `contestant.mjs NAME FOLDER`: the engine, and where the peers are installed.
 */

// Node 20 has relaxed SIMD behind a flag; later versions have it on.
v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

const [, , name, folder] = process.argv as [string, string, string, string];

const engines: Readonly<Record<string, () => Promise<Peer>>> = {
  Layerscope: async () => (await import("./layerscope.js")).layerscope,
  "2 threads": async () => (await import("./layerscope.js")).layerscopeThreads,
  "plain JS": async () => (await import("./layerscope.js")).layerscopePlain,
  "bare kernel": async () => (await import("./bareKernel.js")).bareKernel,
  "tfjs-wasm": async () => (await import("./tfjs.js")).loadTensorFlow(folder, "wasm"),
  "tfjs-cpu": async () => (await import("./tfjs.js")).loadTensorFlow(folder, "cpu"),
  "jax-js": async () => (await import("./jax.js")).loadJax(folder),
  "onnxruntime-web": async () => (await import("./onnx.js")).loadOnnxRuntime(folder),
  "js-pytorch": async () => (await import("./jsPytorch.js")).loadJsPytorch(folder),
};

type Request = { readonly prepare: CaseName } | { readonly repeat: number } | { readonly memory: CaseName };

/** Milliseconds that a case runs before it is timed. */
const warmUp = 200;

const answers = process.stdout.write.bind(process.stdout);
// What an engine prints of its own accord goes where it disturbs nobody.
process.stdout.write = process.stderr.write.bind(process.stderr);

const peer = await engines[name]!();
let run: (() => void | Promise<void>) | undefined;

async function milliseconds(repeats: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const pending = run!();
    if (pending !== undefined) await pending;
  }
  return performance.now() - start;
}

async function answer(request: Request): Promise<object> {
  if ("repeat" in request) return { milliseconds: await milliseconds(request.repeat) };
  if ("memory" in request) {
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    await (await peer.cases[request.memory]!())();
    return { megabytes: (process.resourceUsage().maxRSS * 1024 - before) / 1e6 };
  }
  peer.cleanUp?.();
  run = undefined;
  globalThis.gc?.();
  const prepare = peer.cases[request.prepare];
  if (prepare === undefined) return { milliseconds: null };
  run = await prepare();
  // Until what is run often has been compiled.
  let best = Math.min(await milliseconds(1), await milliseconds(1));
  for (const start = performance.now(); performance.now() - start < warmUp; ) best = Math.min(best, await milliseconds(1));
  return { milliseconds: best };
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply: object;
  try {
    reply = await answer(JSON.parse(line) as Request);
  } catch (error) {
    reply = { error: String(error) };
  }
  answers(`${JSON.stringify(reply)}\n`);
}
