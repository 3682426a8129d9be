import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

/** What a page loads to use all of an engine: its modules in one, minified, and the WebAssembly that they fetch. */
interface Delivery {
  readonly code: string;
  /** Files below the peers' node_modules/. */
  readonly fetched?: readonly string[];
}

const peers: Readonly<Record<string, Delivery>> = {
  "tfjs-wasm": {
    code: 'export * from "@tensorflow/tfjs"; export * from "@tensorflow/tfjs-backend-wasm";',
    fetched: ["@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm"],
  },
  "tfjs-cpu": { code: 'export * from "@tensorflow/tfjs";' },
  "jax-js": { code: 'export * from "@jax-js/jax";' },
  "onnxruntime-web": { code: 'export * from "onnxruntime-web/wasm";', fetched: ["onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"] },
  "js-pytorch": { code: 'export * from "js-pytorch";' },
};

/** KiB of every engine, gzipped: ours, and the peers' that are installed in a folder. */
export async function bundleSizes(folder: string): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map([["Layerscope", await gzipped({ code: 'export * from "./src/engine/index.js";' }, process.cwd())]]);
  if (!existsSync(path.join(folder, "node_modules"))) return sizes;
  for (const [name, delivery] of Object.entries(peers)) sizes.set(name, await gzipped(delivery, folder));
  return sizes;
}

async function gzipped({ code, fetched = [] }: Delivery, folder: string): Promise<number> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "error",
    // What peers ask for only where there is Node.
    external: ["crypto", "fs", "module", "os", "path", "perf_hooks", "string_decoder", "util", "worker_threads"],
  });
  const files = [outputFiles[0]!.contents, ...fetched.map((file) => readFileSync(path.join(folder, "node_modules", file)))];
  return files.reduce((sum, file) => sum + gzipSync(file).length, 0) / 1024;
}
