import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundleProgram } from "../scripts/bundle.mjs";
import { cases, memoryCases, type CaseName } from "./engine/cases.js";
import { Contestant, inUnit, measure } from "./engine/measure.js";
import { bundleSizes } from "./engine/size.js";

/**
 * The engine beside its peers, each in a process of its own, in turns: medians in each case's unit, and how many times as fast Layerscope is, the
 * median of the rounds' ratios.
 * `npm run bench -- engine matmul` takes the cases whose names hold the word; `--no-peers` leaves the others out. PyTorch takes part where
 * python3, or what PYTHON names, has it. `--against=FOLDER` adds another checkout of this project, installed, as "other checkout": what a change cost.
 */

const peerPackages = ["@tensorflow/tfjs@4", "@tensorflow/tfjs-backend-wasm@4", "@jax-js/jax", "onnxruntime-web", "js-pytorch"];
const folder = path.resolve(".bench/peers");
/** The bare kernels right beside what is held against them. */
const own = ["bare kernel", "Layerscope", "2 threads", "plain JS"];
const peers = ["tfjs-wasm", "tfjs-cpu", "jax-js", "onnxruntime-web", "js-pytorch"];
const python = process.env["PYTHON"] ?? "python3";

function npmInstall(packages: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, "package.json"))) writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}

/** The Node that all JavaScript engines run in. jax-js needs 22 or later: an older one fetches a later one, and all run in that. */
function chooseNode(): string {
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const later = path.join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  try {
    if (!existsSync(later)) npmInstall([`${name}@24`]);
    return later;
  } catch {
    console.error(`Node 24 could not be installed as ${name}: everything runs in Node ${process.versions.node}, which jax-js refuses.`);
    return process.execPath;
  }
}

/** The program of one engine as another checkout has it. */
async function contestantOf(checkout: string): Promise<string> {
  const program = path.join(checkout, "out/bench/engine/contestant.mjs");
  const bundle = `import { bundleProgram } from "./scripts/bundle.mjs"; await bundleProgram("bench/engine/contestant.ts", ${JSON.stringify(program)});`;
  execFileSync(process.execPath, ["--input-type=module", "--eval", bundle], { cwd: checkout, stdio: "inherit" });
  return program;
}

async function main(): Promise<void> {
  const { values: only, flags } = parse(process.argv.slice(2));
  const alone = flags.has("--no-peers");
  if (!alone && !existsSync(path.join(folder, "node_modules/onnxruntime-web"))) npmInstall(peerPackages);
  const node = alone ? process.execPath : chooseNode();
  const program = await bundleProgram("bench/engine/contestant.ts", "out/bench/engine/contestant.mjs");
  const otherCheckout = [...flags].find((flag) => flag.startsWith("--against="))?.slice("--against=".length);
  const otherProgram = otherCheckout === undefined ? null : await contestantOf(path.resolve(otherCheckout));
  const start = (name: string): Contestant => {
    if (name === "PyTorch") return new Contestant(name, python, ["bench/engine/python.py"]);
    if (name === "other checkout") return new Contestant(name, node, ["--expose-gc", otherProgram!, "Layerscope", folder]);
    return new Contestant(name, node, ["--expose-gc", program, name, folder]);
  };
  const hasPyTorch = !alone && spawnSync(python, ["-c", "import torch"]).status === 0;
  const names = [...(otherCheckout === undefined ? own : ["Layerscope", "other checkout"]), ...(alone ? [] : peers), ...(hasPyTorch ? ["PyTorch"] : [])];
  const matches = (name: string): boolean => only.length === 0 || only.some((word) => name.includes(word));

  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  console.log(
    `Medians of runs in turns, each engine in a process of its own (Node ${version}), one thread unless it says two; in brackets: how many times as fast Layerscope is, the median of the rounds' ratios.\n`,
  );
  const contestants = names.map(start);
  for (const name of (Object.keys(cases) as CaseName[]).filter(matches)) {
    const results = await measure(name, contestants, "Layerscope");
    const cells = results.map(
      ({ engine, milliseconds, times }) => `${engine} ${format(inUnit(name, milliseconds))}${engine === "Layerscope" ? "" : ` (${format(times)}x)`}`,
    );
    console.log(`${name} [${cases[name].unit}]: ${cells.join(", ")}`);
  }
  for (const contestant of contestants) contestant.end();
  await reportMemory(start, hasPyTorch ? ["Layerscope", "PyTorch"] : ["Layerscope"], matches);
  if (matches("bundle size")) await reportSize();
  process.exit(0);
}

async function reportMemory(start: (name: string) => Contestant, names: readonly string[], matches: (name: string) => boolean): Promise<void> {
  for (const [name, { tensors }] of Object.entries(memoryCases) as [keyof typeof memoryCases, { tensors: number }][]) {
    if (!matches(name)) continue;
    const cells: string[] = [];
    for (const engine of names) {
      const contestant = start(engine);
      cells.push(`${engine} ${format((await contestant.memory(name)) ?? NaN)}`);
      contestant.end();
    }
    console.log(`${name}, peak memory [MB; the tensors' own size is ${format(tensors / 1e6)}]: ${cells.join(", ")}`);
  }
}

async function reportSize(): Promise<void> {
  const sizes = await bundleSizes(folder);
  const ours = sizes.get("Layerscope")!;
  const cells = [...sizes].map(([engine, size]) => `${engine} ${format(size)}${engine === "Layerscope" ? "" : ` (${format(size / ours)}x)`}`);
  console.log(`bundle with its WebAssembly, minified and gzipped [KiB; in brackets: how many times Layerscope's]: ${cells.join(", ")}`);
}

function parse(args: readonly string[]): { values: string[]; flags: Set<string> } {
  return { values: args.filter((arg) => !arg.startsWith("-")), flags: new Set(args.filter((arg) => arg.startsWith("-"))) };
}

function format(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

await main();
