/** Makes the pictures in docs/pictures: the page in a browser, with models that the runner has just run. */
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { capabilities, type ModelSnapshot } from "../../src/protocol/index.js";
import { ModelRunner, type RunOutcome } from "../../src/runner/client.js";
import { launchChromium } from "./chromium.js";
import type { themes } from "./themes.js";
import { Webview } from "./webview.js";

interface Picture {
  /** Name of the PNG file. */
  readonly name: string;
  /** Model file, relative to the project. */
  readonly file: string;
  /** Default: the file's first. */
  readonly model?: string;
  readonly theme: keyof typeof themes;
  readonly width: number;
  readonly height: number;
  /** Path of the selected module; absent: nothing is selected. */
  readonly selected?: string;
  /** What the reader does first. */
  readonly act?: (webview: Webview) => Promise<void>;
}

const sidebar = { width: 320, height: 760 };
const half = { width: 640, height: 760 };
const tab = { width: 1180, height: 760 };

const pictures: readonly Picture[] = [
  { name: "chapter-tied", file: "examples/parameter-management.ts", model: "tied", theme: "dark", ...tab, selected: "2" },
  { name: "chapter-blocks", file: "examples/parameter-management.ts", model: "rgnet", theme: "light", ...sidebar, selected: "0.block 1.0" },
  {
    name: "chapter-comparison",
    file: "examples/parameter-management.ts",
    model: "rgnet",
    theme: "light",
    ...tab,
    selected: "0.block 1.0",
    act: (webview) => compareWith(webview, "rgnet", "0.block 1.2"),
  },
  { name: "resnet50", file: "examples/resnet.ts", model: "resnet50", theme: "light", ...tab, selected: "layer1.0.conv2" },
  { name: "resnet18-sidebar", file: "examples/resnet.ts", model: "resnet18", theme: "dark", ...sidebar },
  { name: "gpt2", file: "examples/gpt2.ts", theme: "dark", ...tab, selected: "h.0.attn" },
  { name: "gpt2-half-screen", file: "examples/gpt2.ts", theme: "light", ...half, selected: "h.0.mlp" },
  {
    name: "gpt2-miniature-parameters",
    file: "examples/gpt2.ts",
    model: "miniature",
    theme: "light",
    ...tab,
    act: (webview) => press(webview, "Parameters"),
  },
  { name: "gpt2-multiply-adds", file: "examples/gpt2.ts", theme: "light", ...tab, act: (webview) => colourBy(webview, "Multiply-Adds") },
  { name: "resnet50-parameters", file: "examples/resnet.ts", model: "resnet50", theme: "dark", ...tab, act: sizeByParameters },
  { name: "unet", file: "examples/unet.ts", theme: "light", ...tab, act: drawOneLevel },
  { name: "unet-high-contrast", file: "examples/unet.ts", model: "miniature", theme: "highContrast", ...tab, selected: "up1" },
  { name: "lstm", file: "examples/lstm-language-model.ts", theme: "dark", ...tab, selected: "rnn" },
  { name: "mixture-of-experts", file: "examples/mixture-of-experts.ts", theme: "light", ...tab, selected: "block.mixture.experts.0", act: drawWhole },
  { name: "failing", file: "test/support/models/failing.ts", theme: "dark", ...tab, selected: "decoder.0" },
  { name: "failing-high-contrast-light", file: "test/support/models/failing.ts", theme: "highContrastLight", ...sidebar },
];

const root = resolve(import.meta.dirname, "../..");
const folder = join(root, "docs/pictures");

async function press({ page }: Webview, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

async function colourBy(webview: Webview, overlay: string): Promise<void> {
  await press(webview, "Color By");
  await webview.page.getByRole("menuitemcheckbox", { name: overlay, exact: true }).click();
}

async function sizeByParameters(webview: Webview): Promise<void> {
  await colourBy(webview, "Parameters");
  await colourBy(webview, "As Sizes");
}

async function compareWith(webview: Webview, model: string, path: string): Promise<void> {
  await press(webview, "Compare…");
  await webview.send({ kind: "select", selection: { model, path } });
}

interface MountedPicture {
  expandToDepth(depth: number): void;
  fit(): void;
  whenIdle(): Promise<void>;
}

type PictureElement = HTMLElement & { picture: MountedPicture };

async function drawWhole({ page }: Webview): Promise<void> {
  await page.locator(".graph-canvas").evaluate((element) => (element as PictureElement).picture.fit());
}

async function drawOneLevel(webview: Webview): Promise<void> {
  await webview.page.locator(".graph-canvas").evaluate((element) => (element as PictureElement).picture.expandToDepth(1));
  await settled(webview);
  await drawWhole(webview);
}

async function settled({ page }: Webview): Promise<void> {
  await page.locator(".graph-canvas").evaluate((element) => (element as PictureElement).picture.whenIdle());
}

const wanted = process.argv.slice(2);
const runner = new ModelRunner({ dist: join(root, "dist"), timeLimit: 120_000 });
const browser = await launchChromium();
const outcomes = new Map<string, RunOutcome>();
try {
  mkdirSync(folder, { recursive: true });
  if (wanted.length === 0) for (const old of readdirSync(folder)) rmSync(join(folder, old));
  for (const picture of pictures) {
    if (wanted.length === 0 || wanted.includes(picture.name)) await take(picture);
  }
} finally {
  await Promise.all([browser.close(), runner.dispose()]);
}

async function take({ name, file: relative, model: modelName, theme, width, height, selected, act }: Picture): Promise<void> {
  const file = join(root, relative);
  const outcome = outcomes.get(file) ?? (await runner.run(file));
  outcomes.set(file, outcome);
  const model = modelName ?? outcome.models[0]!.name;
  const webview = await Webview.open(browser, {
    theme,
    width,
    height,
    placement: width < 720 ? "view" : "editor",
    reducedMotion: true,
    answers: {
      tensorValues: (parameters) => runner.request(file, "tensorValues", parameters),
      statistics: (parameters) => runner.request(file, "statistics", parameters),
    },
  });
  // The model asked for alone: the picture is of it. A failure in its forward pass is in its trace.
  const models: readonly ModelSnapshot[] = outcome.models.filter((each) => each.name === model || width >= 720);
  await webview.send({
    kind: "state",
    state: {
      kind: "file",
      file,
      capabilities,
      activity: "idle",
      models,
      lastRun: { kind: "completed" },
      offers: [],
      build: null,
      findingLevels: {},
      timeLimit: 30,
      earlierChanges: [],
      isInTab: false,
      stale: false,
    },
    selection: selected === undefined ? null : { model, path: selected },
  });
  await settled(webview);
  if (selected === undefined && models.length > 1 && models[0]!.name !== model) {
    await webview.send({ kind: "select", selection: { model, path: "" } });
    await settled(webview);
  }
  await act?.(webview);
  await settled(webview);
  await webview.page.waitForTimeout(500);
  const path = join(folder, `${name}.png`);
  await webview.screenshot(path);
  console.log(`${name}.png ${Math.round(statSync(path).size / 1024)} KiB${webview.problems.length > 0 ? ` ${webview.problems.join("; ")}` : ""}`);
  await webview.close();
}
