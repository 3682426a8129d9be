import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { openPicture } from "../test/support/picture.js";

/**
 * The picture at 10,000 modules in headless Chromium: first layouts, expanding, frames while panning and zooming, memory; and the layout of
 * the same boxes by Model Explorer's worker, and flat, by dagre and by netron's version of it. `npm run bench -- picture`; `--json` for JSON, `--no-peers` without these.
 * NETRON names a clone of netron; without it one is made.
 */

/** Milliseconds after which a peer is stopped. */
const peerLimit = 60_000;

/** How a peer's program begins. */
const readGraph = `
  import { readFileSync } from "node:fs";
  const { nodes, edges } = JSON.parse(readFileSync(0, "utf8"));`;

interface Result {
  readonly what: string;
  readonly value: number;
  readonly budget: number | null;
}

const results: Result[] = [];
const note = (what: string, value: number, budget: number | null = null) => results.push({ what, value: Math.round(value * 10) / 10, budget });

const { browser, page, problems } = await openPicture({ width: 1600, height: 1000 });
const timed = (script: string) =>
  page.evaluate(async (body) => {
    const { view } = layerscopePicture;
    const start = performance.now();
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- The script comes from this file.
    new Function("view", body)(view);
    await view.whenIdle();
    return performance.now() - start;
  }, script);

try {
  note("the chapter's first net, page cold, ms", await page.evaluate(() => layerscopePicture.show("mlp")), 700);
  note("a U-Net, page cold, ms", await page.evaluate(() => layerscopePicture.show("unet")), 700);
  note("10,000 modules, repeats folded, first picture, ms", await page.evaluate(() => layerscopePicture.show("tenThousand")), 1000);
  note("unfold 715 blocks, ms", await timed('view.setUnfolded("h.0", true)'), 1000);
  note("expand one block of them, ms", await timed('view.expand("h.100")'), 200);
  note("close it, ms", await timed('view.collapse("h.100")'), 20);
  note("expand it again, ms", await timed('view.expand("h.100")'), 20);
  note("expand all, ms", await timed("view.expandAll()"), 5000);
  note("boxes", await page.evaluate(() => layerscopePicture.view.describe().items.length));

  for (const ratio of [1, 2]) {
    const client = await page.context().newCDPSession(page);
    await client.send("Emulation.setDeviceMetricsOverride", { width: 1600, height: 1000, deviceScaleFactor: ratio, mobile: false });
    for (const whole of [true, false]) {
      const frames = await page.evaluate(frameTimes, whole);
      const where = `${whole ? "whole picture" : "a part"} in view, ${ratio}x`;
      note(`${where}: frame p50, ms`, frames.median);
      note(`${where}: frame p95, ms`, frames.p95, ratio === 1 ? 17 : null);
      note(`${where}: script a frame p95, ms`, frames.script, ratio === 1 ? 4 : null);
    }
    await client.send("Emulation.clearDeviceMetricsOverride");
  }
  note(
    "10,000 modules, all distinct, all open, first picture, ms",
    await page.evaluate(() => layerscopePicture.show("tenThousand", { depth: "all" }, true)),
    5000,
  );
  note("plain layouts among them", await page.evaluate(() => Number(layerscopePicture.view.describe().layout === "plain")), 0);
  note("47 layers with 1,128 edges (each feeds all later ones), ms", await page.evaluate(() => layerscopePicture.show("dense", {}, 47)), null);
  if (!process.argv.includes("--no-peers")) {
    const peers: Peer[] = [];
    for (const [name, load] of Object.entries({ dagre: dagreOfNpm, "netron's dagre": dagreOfNetron })) {
      const peer = load();
      if (peer) peers.push(peer);
      else console.error(`${name} is left out: it could not be fetched.`);
    }
    const explorer = modelExplorerWorker();
    if (explorer === null) console.error("Model Explorer is left out: its package could not be fetched.");
    for (const blocks of [12, 48, 96]) {
      const all = { depth: "all" as const, unfolded: ["h.0"] };
      note(
        `GPT of ${blocks} blocks, all open: Layerscope, ms`,
        await page.evaluate(([options, count]) => layerscopePicture.show("gpt", options, { blocks: count, width: 64 * count }), [all, blocks] as const),
      );
      const flat = await page.evaluate(flatGraph);
      if (explorer !== null) {
        const { closed, open } = await page.evaluate(layOutInModelExplorer, [explorer, flat] as const);
        note(`GPT of ${blocks} blocks, all closed: Model Explorer's layout, ms`, closed);
        note(`GPT of ${blocks} blocks, all open: Model Explorer's layout, ms`, open);
      }
      for (const peer of peers) {
        const taken = layOutWith(peer, flat);
        note(`GPT of ${blocks} blocks, flat: ${peer.name}, ms${taken === null ? " (stopped)" : ""}`, taken ?? peerLimit);
      }
    }
  }
  note(
    "memory of the page's script, MB",
    await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 1e6),
    300,
  );
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);

if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
else
  for (const { what, value, budget } of results)
    console.log(`${what.padEnd(62)} ${String(value).padStart(9)}${budget === null ? "" : `   (budget ${budget})`}`);

interface FlatGraph {
  /** `group`: the names of the boxes around, from the outermost on. */
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number; readonly group: readonly string[] }[];
  readonly edges: readonly (readonly [string, string])[];
}

/** Runs in the page: the closed boxes, and the lines between them through all borders. */
function flatGraph(): FlatGraph {
  const { view } = layerscopePicture;
  const { items, scale } = view.describe();
  const closed = items.filter((item) => !item.expanded);
  const group = (id: string): string[] => {
    const parent = view.item(id)?.parent ?? null;
    return parent === null ? [] : [...group(parent), parent || "model"];
  };
  return {
    nodes: closed.map(({ id, rectangle }) => ({ id, width: rectangle.width / scale, height: rectangle.height / scale, group: group(id) })),
    edges: closed.flatMap(({ id }) => view.neighbours(id).downstream.map((to) => [id, to] as const)),
  };
}

/** A way to lay out a flat graph: a program that reads the graph on its standard input and prints the milliseconds that it took. */
interface Peer {
  readonly name: string;
  readonly program: string;
}

/** dagre as published on npm. */
function dagreOfNpm(): Peer | null {
  const folder = path.resolve(".bench/picture");
  const installed = path.join(folder, "node_modules/@dagrejs/dagre");
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
    spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "@dagrejs/dagre"], {
      cwd: folder,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
  }
  if (!existsSync(installed)) return null;
  const program = `
    import { createRequire } from "node:module";
    ${readGraph}
    const dagre = createRequire(${JSON.stringify(path.join(folder, "package.json"))})("@dagrejs/dagre");
    const graph = new dagre.graphlib.Graph().setGraph({}).setDefaultEdgeLabel(() => ({}));
    for (const { id, ...size } of nodes) graph.setNode(id, size);
    for (const [from, to] of edges) graph.setEdge(from, to);
    const start = performance.now();
    dagre.layout(graph);
    console.log(performance.now() - start);`;
  return { name: "dagre", program };
}

/** netron's own dagre, with the options that netron gives it; from a clone of netron, since it is no package of its own. */
function dagreOfNetron(): Peer | null {
  const folder = process.env["NETRON"] ?? path.resolve(".bench/netron");
  const file = path.join(folder, "source/dagre.js");
  if (!existsSync(file)) spawnSync("git", ["clone", "--quiet", "--depth", "1", "https://github.com/lutzroeder/netron", folder], { stdio: "inherit" });
  if (!existsSync(file)) return null;
  const program = `
    ${readGraph}
    const { layout } = await import(${JSON.stringify(pathToFileURL(file).href)});
    const boxes = nodes.map(({ id, width, height }) => ({ v: id, width, height }));
    const lines = edges.map(([v, w]) => ({ v, w, minlen: 1, weight: 1, width: 0, height: 0, labeloffset: 10, labelpos: "r" }));
    const start = performance.now();
    layout(boxes, lines, { nodesep: 20, ranksep: 20, ...(boxes.length > 3000 && { ranker: "longest-path" }) }, {});
    console.log(performance.now() - start);`;
  return { name: "netron's dagre", program };
}

/** Milliseconds that a peer takes; null when it takes longer than the limit. */
function layOutWith({ name, program }: Peer, graph: FlatGraph): number | null {
  const { stdout, stderr, status, error } = spawnSync(process.execPath, ["--stack-size=4000", "--input-type=module", "-e", program], {
    input: JSON.stringify(graph),
    timeout: peerLimit,
    encoding: "utf8",
  });
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- without it the code does not compile
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") return null;
  if (status !== 0) throw new Error(`${name} failed: ${error?.message ?? ""}${stderr}`);
  return Number(stdout);
}

/**
 * The script of Model Explorer's worker, which lays out what its visualizer draws: from the package, or from a clone of the project that
 * MODEL_EXPLORER names. Null where there is neither.
 */
function modelExplorerWorker(): string | null {
  const folder = path.resolve(".bench/model-explorer");
  const clone = process.env["MODEL_EXPLORER"];
  const built = clone
    ? path.join(clone, "src/server/package/src/model_explorer/web_app")
    : path.join(folder, "node_modules/ai-edge-model-explorer-visualizer/dist");
  if (!clone && !existsSync(built)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
    spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "ai-edge-model-explorer-visualizer"], {
      cwd: folder,
      shell: process.platform === "win32",
    });
  }
  const file = existsSync(built) ? readdirSync(built).find((name) => /^worker(?!_deps).*\.js$/.test(name)) : undefined;
  return file === undefined ? null : readFileSync(path.join(built, file), "utf8");
}

/** Runs in the page: milliseconds until Model Explorer's worker has laid out the graph with all layers closed, and then all of them open. */
async function layOutInModelExplorer([script, { nodes, edges }]: readonly [string, FlatGraph]): Promise<{ closed: number; open: number }> {
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const events = { process: 0, processed: 1, expand: 2, expanded: 3 };
  const ask = (request: object, answer: number): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Record<string, unknown>>) => data["eventType"] === answer && resolve(data);
      worker.onerror = ({ message, lineno }) => reject(new Error(`Model Explorer's worker, line ${lineno}: ${message}`));
      worker.postMessage(request);
    });
  const incoming = new Map<string, string[]>();
  for (const [from, to] of edges) incoming.set(to, [...(incoming.get(to) ?? []), from]);
  const graph = {
    id: "graph",
    collectionLabel: "bench",
    nodes: nodes.map(({ id, group }) => ({
      id,
      label: id,
      namespace: group.join("/"),
      incomingEdges: (incoming.get(id) ?? []).map((from) => ({ sourceNodeId: from, sourceNodeOutputId: "0", targetNodeInputId: "0" })),
    })),
  };
  const common = { showOnNodeItemTypes: {}, nodeDataProviderRuns: {}, config: {}, paneId: "pane" };
  const start = performance.now();
  const { modelGraph } = await ask(
    { ...common, eventType: events.process, graph, groupNodeChildrenCountThreshold: 1000, initialLayout: true },
    events.processed,
  );
  const closed = performance.now() - start;
  await ask(
    { ...common, eventType: events.expand, modelGraphId: (modelGraph as { id: string }).id, expand: true, all: true, rendererId: "pane" },
    events.expanded,
  );
  const open = performance.now() - start;
  worker.terminate();
  return { closed, open };
}

/** Runs in the page: pans and zooms for two seconds and takes the time between frames, and what the drawing takes of it. */
async function frameTimes(whole: boolean): Promise<{ median: number; p95: number; script: number }> {
  const { view } = layerscopePicture;
  const host = document.querySelector("#picture > div")!;
  if (whole) view.fit();
  else {
    layerscopePicture.select("h.300.attn.c_attn");
    await view.whenIdle();
  }
  const between: number[] = [];
  const script: number[] = [];
  const original = globalThis.requestAnimationFrame;
  globalThis.requestAnimationFrame = (callback) =>
    original((now) => {
      const start = performance.now();
      callback(now);
      script.push(performance.now() - start);
    });
  let last = 0;
  for (let frame = 0; frame < 120; frame++) {
    const deltaY = frame % 40 < 20 ? 24 : -24;
    const deltaX = frame % 60 < 30 ? 10 : -10;
    host.dispatchEvent(new WheelEvent("wheel", { deltaX, deltaY, ctrlKey: frame % 2 === 0, clientX: 800, clientY: 500, bubbles: true, cancelable: true }));
    const now = await new Promise<number>((resolve) => original(resolve));
    if (last) between.push(now - last);
    last = now;
  }
  globalThis.requestAnimationFrame = original;
  const at = (list: number[], part: number) => list.sort((a, b) => a - b)[Math.floor(list.length * part)] ?? 0;
  return { median: at(between, 0.5), p95: at(between, 0.95), script: at(script, 0.95) };
}
