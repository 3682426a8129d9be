/** What a user of Python files and notebooks waits for, up to the models; drawing them is the same as for TypeScript. Needs a build. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ModelRunner } from "../src/runner/client.js";

const dist = resolve("dist");
const folder = mkdtempSync(join(tmpdir(), "layerscope-bench-"));
const storage = join(folder, "storage");
const chapter = join(folder, "chapter.py");
writeFileSync(chapter, readFileSync("examples/parameter-management.py"));

const rows: { readonly what: string; readonly measured: string; readonly budget: string }[] = [];
const row = (what: string, value: number, unit: string, budget: number): number =>
  rows.push({ what, measured: `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`, budget: `${budget} ${unit}` });
const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function timed(body: () => Promise<{ readonly failure: unknown }>): Promise<number> {
  const start = performance.now();
  const { failure } = await body();
  if (failure) throw new Error(JSON.stringify(failure));
  return performance.now() - start;
}

/** Megabytes of the largest process that a runner has started. */
function largestProcess(): number {
  if (!existsSync("/proc")) return NaN;
  const own = readdirSync("/proc").flatMap((id) => {
    try {
      const status = /^\d+$/.test(id) ? readFileSync(`/proc/${id}/status`, "utf8") : "";
      return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === process.pid ? [Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1000] : [];
    } catch {
      return [];
    }
  });
  return Math.max(...own);
}

try {
  const first = new ModelRunner({ dist, storage });
  row("first models ever, the chapter, from the click", await timed(() => first.run(chapter)), "ms", 4000);
  while (!existsSync(storage) || !readdirSync(storage).some((name) => name.endsWith(".memory"))) await wait(200);
  await first.dispose();

  const runner = new ModelRunner({ dist, storage });
  row("first models in a window, later", await timed(() => runner.run(chapter)), "ms", 1500);
  row("memory of the chapter's process", largestProcess(), "MB", 350);
  const saves: number[] = [];
  for (let i = 0; i < 7; i++) {
    await wait(4000);
    saves.push(await timed(() => runner.run(chapter, { overrides: new Map([[chapter, `${readFileSync(chapter, "utf8")}\nlast = ${i}\n`]]) })));
  }
  row("from a save to the models, the chapter, median of 7", median(saves), "ms", 400);

  const notebook = join(folder, "notebook.ipynb");
  await timed(() => runner.startNotebook(notebook));
  let number = 0;
  const cell = (text: string): Promise<{ readonly failure: unknown; readonly text: string | null }> =>
    runner.request(notebook, "runCell", { cell: { file: `${notebook}#${++number}`, text }, number }, { timeLimit: Infinity });
  await timed(() => cell("import time, torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))\nX = torch.rand(2, 4)"));
  const cells: number[] = [];
  const looks: number[] = [];
  for (let i = 0; i < 30; i++) {
    cells.push(await timed(() => cell("net(X)")));
    looks.push(await timed(() => runner.request(notebook, "cellModels", {}, { timeLimit: Infinity })));
  }
  row("a cell net(X), median of 30", median(cells), "ms", 15);
  row("the models after it, which it does not wait for", median(looks), "ms", 15);
  const { text } = await cell(
    "a = torch.ones(1)\nstart = time.perf_counter()\nfor _ in range(5000):\n    torch.neg(a)\n(time.perf_counter() - start) / 5000 * 1e6",
  );
  row("one call of the engine, torch.neg of one element", Number(text), "us", 30);
  await runner.dispose();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.table(rows);
console.log(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`);
