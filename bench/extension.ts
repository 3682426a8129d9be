/**
 * What a user waits for in the editor: activation, the first picture, and the picture after a save; and what runs meanwhile: processes and their memory with one model
 * open and nothing to do. In a real VS Code in the browser. `-- --rest` waits the ten minutes as well after which only the process with the model is left.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { ModelPage } from "../test/e2e/modelPage.js";
import { Workbench } from "../test/e2e/workbench.js";

const code = (hidden: number): string => `import * as torch from "layerscope";
const { nn } = torch;
const hidden = ${hidden};
const net = new nn.Sequential(new nn.Linear(4, hidden), new nn.ReLU(), new nn.Linear(hidden, 1));
const block1 = () => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 4), new nn.ReLU());
const block2 = new nn.Sequential();
for (let i = 0; i < 4; i++) block2.addModule(\`block \${i}\`, block1());
const rgnet = new nn.Sequential(block2, new nn.Linear(4, 1));
const shared = new nn.Linear(8, 8);
const tied = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), shared, new nn.ReLU(), shared, new nn.ReLU(), new nn.Linear(8, 1));
for (const model of [net, rgnet, tied]) model(torch.rand(2, 4));
`;

const saves = 15;
const editor = await Workbench.open({ files: { "net.ts": code(8) } });
const rows: { readonly what: string; readonly measured: string; readonly budget: string }[] = [];
const row = (what: string, measured: number, budget: number, unit = "ms"): number =>
  rows.push({ what, measured: `${measured.toFixed(0)} ${unit}`, budget: `${budget} ${unit}` });

/** Megabytes that each process of ours holds, whatever it shares with others counted in full. */
function processes(): readonly { readonly script: string; readonly megabytes: number }[] {
  const dist = path.resolve("dist") + path.sep;
  const lines = execFileSync("ps", ["-A", "-o", "rss=,args="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const script = /(?:runner|bundler)\.js/.exec(line)?.[0];
    return script && line.includes(dist) ? [{ script, megabytes: parseInt(line, 10) / 1024 }] : [];
  });
}

function processRows(when: string, count: number, megabytes: number): void {
  const found = processes();
  console.log(`${when}: ${found.map(({ script, megabytes }) => `${script} ${megabytes.toFixed(0)} MB`).join(", ")}`);
  row(`processes, ${when}`, found.length, count, "");
  row(
    `their memory, ${when}`,
    found.reduce((sum, each) => sum + each.megabytes, 0),
    megabytes,
    "MB",
  );
}

try {
  const { page } = editor;
  await editor.openFile("net.ts");
  // The language service starts at the same time and is none of our business.
  await page.waitForTimeout(10_000);

  const clicked = Date.now();
  await editor.openLayerscope();
  const view = new ModelPage(await editor.modelPage());
  await view.ready();
  row("first picture, from the click on the icon", Date.now() - clicked, 1500);
  await page.waitForTimeout(2000);

  const times: number[] = [];
  for (let i = 0; i < saves; i++) {
    const hidden = 10 + i;
    await editor.goToLine(3);
    await page.locator(".monaco-editor.focused").first().waitFor();
    await page.keyboard.press("End");
    for (let deleted = 0; deleted < (i === 0 ? 2 : 3); deleted++) await page.keyboard.press("Backspace");
    await page.keyboard.type(`${hidden};`);
    await page.waitForTimeout(500);
    const drawn = view.frame.evaluate(
      (text) =>
        new Promise<number>((resolve) => {
          const look = (): void => {
            const items = [...document.querySelectorAll("[role=treeitem]")];
            const done = document.querySelector('[data-layout="done"]') !== null;
            if (done && items.some((item) => item.textContent?.includes(text))) requestAnimationFrame(() => resolve(Date.now()));
            else requestAnimationFrame(look);
          };
          look();
        }),
      `4 → ${hidden}`,
    );
    const pressed = Date.now();
    await page.keyboard.press("Control+S");
    times.push((await drawn) - pressed);
  }
  times.sort((a, b) => a - b);
  row(`save to picture, median of ${saves}`, times[Math.floor(saves / 2)]!, 150);
  row(`save to picture, fastest of ${saves}`, times[0]!, 150);

  await page.waitForTimeout(10_000);
  processRows("one model open, nothing to do for 10 s", 3, 400);
  if (process.argv.includes("--rest")) {
    await page.waitForTimeout(10 * 60_000);
    processRows("after ten minutes", 1, 400);
  }

  await editor.command("Developer: Show Running Extensions");
  const entry = page.locator(".runtime-extensions-editor .extension", { hasText: "Layerscope" }).first();
  await entry.waitFor();
  row("activation, as VS Code measures it", Number(/(\d+)ms/.exec(await entry.innerText())?.[1] ?? NaN), 50);
} finally {
  await editor.dispose();
}
console.table(rows);
console.log(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`);
