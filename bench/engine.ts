import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import v8 from "node:v8";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { bareKernel } from "./engine/bareKernel.js";
import { cases, type CaseName, type Peer } from "./engine/cases.js";
import { inUnit, measure } from "./engine/measure.js";

/**
 * The engine beside its peers, in one process and one run: medians in each case's unit, and how many times faster Layerscope is.
 * `npm run bench -- engine matmul` takes the cases whose names hold the word; `--no-peers` leaves the others out.
 */

// Node 20 has relaxed SIMD behind a flag; later versions have it on.
v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

const peerPackages = ["@tensorflow/tfjs@4", "@tensorflow/tfjs-backend-wasm@4", "@jax-js/jax", "onnxruntime-web", "js-pytorch"];
const folder = path.resolve(".bench/peers");

function installPeers(): void {
  if (existsSync(path.join(folder, "node_modules"))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...peerPackages], { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
}

async function loadPeers(): Promise<Peer[]> {
  installPeers();
  const loaders = [
    async () => (await import("./engine/tfjs.js")).loadTensorFlow(folder, "wasm"),
    async () => (await import("./engine/tfjs.js")).loadTensorFlow(folder, "cpu"),
    async () => (await import("./engine/jax.js")).loadJax(folder),
    async () => (await import("./engine/onnx.js")).loadOnnxRuntime(folder),
    async () => (await import("./engine/jsPytorch.js")).loadJsPytorch(folder),
  ];
  const peers: Peer[] = [];
  for (const load of loaders) {
    try {
      peers.push(await load());
    } catch (error) {
      console.error(`A peer is left out: ${String(error)}`);
    }
  }
  return peers;
}

/** PyTorch in a process of its own, asked for one case at a time; null where python3 has none. */
function startPyTorch(): ((name: CaseName) => Promise<number | null>) | null {
  if (spawnSync("python3", ["-c", "import torch"]).status !== 0) return null;
  const child = spawn("python3", ["bench/engine/python.py"], { stdio: ["pipe", "pipe", "inherit"] });
  child.unref();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (name) => {
    child.stdin.write(`${name}\n`);
    const { value } = await lines.next();
    const seconds = JSON.parse(value ?? "null") as number | null;
    return seconds === null ? null : seconds * 1000;
  };
}

async function main(): Promise<void> {
  const { values: only, flags } = parse(process.argv.slice(2));
  const { layerscope, layerscopePlain, layerscopeThreads } = await import("./engine/layerscope.js");
  const peers = [layerscope, layerscopeThreads, layerscopePlain, bareKernel, ...(flags.has("--no-peers") ? [] : await loadPeers())];
  const pytorch = flags.has("--no-peers") ? null : startPyTorch();
  const names = (Object.keys(cases) as CaseName[]).filter((name) => only.length === 0 || only.some((word) => name.includes(word)));
  console.log("Medians of runs in turns, one thread unless it says two; in brackets: how many times as fast Layerscope is.\n");
  for (const name of names) {
    const medians = new Map(await measure(name, peers));
    const python = (await pytorch?.(name)) ?? null;
    if (python !== null) medians.set("PyTorch", python);
    const own = medians.get(layerscope.name)!;
    const cells = [...medians].map(([peer, ms]) => `${peer} ${format(inUnit(name, ms))}${peer === layerscope.name ? "" : ` (${format(ms / own)}x)`}`);
    console.log(`${name} [${cases[name].unit}]: ${cells.join(", ")}`);
  }
  await reportSize();
  process.exit(0);
}

async function reportSize(): Promise<void> {
  const { outputFiles } = await esbuild.build({ entryPoints: ["src/engine/index.ts"], bundle: true, minify: true, format: "esm", write: false });
  const bundle = outputFiles[0]!.contents;
  console.log(`bundle: ${(bundle.length / 1024).toFixed(0)} KiB minified, ${(gzipSync(bundle).length / 1024).toFixed(0)} KiB gzipped`);
}

function parse(args: readonly string[]): { values: string[]; flags: Set<string> } {
  return { values: args.filter((arg) => !arg.startsWith("-")), flags: new Set(args.filter((arg) => arg.startsWith("-"))) };
}

function format(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

await main();
