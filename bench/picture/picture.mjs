/**
 * The picture at 10,000 modules in headless Chromium: first layouts, expanding, frames while panning and zooming, memory.
 * Prints one line a measurement; `--json` prints them as JSON.
 */
import { openPicture } from "./browser.mjs";

const results = [];
const note = (what, value, budget) => results.push({ what, value: Math.round(value * 10) / 10, budget });

const { browser, page } = await openPicture();
try {
  const first = await page.evaluate(() => bench.show("mlp"));
  note("chapter's first net, page cold, ms", first, 700);

  note("10,000 modules, repeats folded, first picture, ms", await page.evaluate(() => bench.show("tenThousand")), 1000);
  const timed = (script) => page.evaluate(async (body) => {
    const start = performance.now();
    new Function("view", body)(bench.view);
    await bench.view.whenIdle();
    return performance.now() - start;
  }, script);
  await page.evaluate(() => bench.view.dispose());
  await page.evaluate(() => bench.show("tenThousand", { reducedMotion: () => true }));
  note("unfold 715 blocks, ms", await timed('view.setUnfolded("h.0", true)'), 1000);
  note("expand one block of them, ms", await timed('view.expand("h.100")'), 200);
  note("close it, ms", await timed('view.collapse("h.100")'), 20);
  note("expand it again, ms", await timed('view.expand("h.100")'), 20);
  note("expand all, ms", await timed("view.expandAll()"), 5000);
  const boxes = await page.evaluate(() => bench.view.describe().items.length);
  note("boxes", boxes, null);

  for (const [name, fit] of [["whole picture in view", true], ["a part in view", false]]) {
    const frames = await page.evaluate(frameTimes, fit);
    note(`${name}: frame p50, ms`, frames.p50, null);
    note(`${name}: frame p95, ms`, frames.p95, 17);
    note(`${name}: script a frame p95, ms`, frames.script, 4);
  }
  note("all modules distinct, first picture unfolded, ms", await page.evaluate(async () => {
    const start = performance.now();
    await bench.show("tenThousand", { reducedMotion: () => true, state: { version: 1, direction: "down", depth: "all", expanded: {}, unfolded: [], shown: {}, showSharedLinks: false, showBookkeeping: false, selection: null, camera: null } }, true);
    return performance.now() - start;
  }), 8000);
  note("layout was the plain one (1) or not (0)", await page.evaluate(() => Number(bench.view.describe().layout === "plain")), 0);
  note("memory of the page's script, MB", await page.evaluate(() => performance.memory.usedJSHeapSize / 1e6), 300);
} finally {
  await browser.close();
}

if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
else for (const { what, value, budget } of results) console.log(`${what.padEnd(60)} ${String(value).padStart(9)}${budget === null ? "" : `   (budget ${budget})`}`);

/** Runs in the page: pans and zooms for two seconds and takes the time between frames and what the drawing takes of it. */
async function frameTimes(fit) {
  const host = document.querySelector("#picture > div");
  const bounds = host.getBoundingClientRect();
  if (fit) bench.view.fit();
  else {
    bench.view.select("h.300.attn.c_attn");
    await bench.view.whenIdle();
  }
  const between = [];
  const script = [];
  const original = globalThis.requestAnimationFrame;
  globalThis.requestAnimationFrame = (callback) => original((now) => {
    const start = performance.now();
    callback(now);
    script.push(performance.now() - start);
  });
  let last = 0;
  for (let frame = 0; frame < 120; frame++) {
    const zooms = frame % 2 === 0;
    host.dispatchEvent(new WheelEvent("wheel", { deltaY: frame % 40 < 20 ? 24 : -24, deltaX: frame % 60 < 30 ? 10 : -10, ctrlKey: zooms, clientX: bounds.width / 2, clientY: bounds.height / 2, bubbles: true, cancelable: true }));
    const now = await new Promise(original);
    if (last) between.push(now - last);
    last = now;
  }
  globalThis.requestAnimationFrame = original;
  const at = (list, part) => list.sort((a, b) => a - b)[Math.floor(list.length * part)] ?? 0;
  return { p50: at(between, 0.5), p95: at(between, 0.95), script: at(script, 0.95) };
}
