/** Opens the page as the host does, for the tests of what it shows; a page with an error fails the test that opened it. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { capabilities, type Failure, type LastRun, type ModelSnapshot, type PageState, type Selection } from "../../src/protocol/index.js";
import { modelFile, net, rgnet, tensorValues, tied } from "../describe/snapshots.js";
import { launchChromium } from "../support/chromium.js";
import { type Answers, Webview, type WebviewOptions } from "../support/webview.js";

export const models = [net(), rgnet(), tied()];

let browser: Browser;

let opened: Webview[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});

afterEach(async () => {
  const problems = opened.flatMap((webview) => webview.problems);
  await Promise.all(opened.map((webview) => webview.close()));
  opened = [];
  expect(problems, "errors in the page and refusals by its policy").toEqual([]);
});

afterAll(() => browser?.close());

export function fileState(more: Partial<Extract<PageState, { kind: "file" }>> = {}): PageState {
  return {
    kind: "file",
    file: modelFile,
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
    ...more,
  };
}

export const failure: Failure = {
  kind: "thrown",
  message: "mat1 and mat2 shapes cannot be multiplied (2x4 and 8x1)",
  hint: "The Linear at line 12 expects 8 features; it got 4.",
  location: { file: modelFile, line: 12, column: 3 },
  stack: [{ function: "forward", location: { file: modelFile, line: 12, column: 3 } }],
};

/** The last run failed; the shown models are of it or of an earlier one. */
export function failedRun(shown: "thisRun" | "earlierRun", changed: Partial<Failure> = {}): LastRun {
  return { kind: "failed", failure: { ...failure, ...changed } as Failure, shown };
}

/** `net` with a forward pass that failed in its last layer. */
export function failingNet(): ModelSnapshot {
  const model = net();
  const trace = model.trace!;
  const step = trace.steps.length - 1;
  const failing = new Set([step, trace.steps[step]!.parent, 0]);
  const steps = trace.steps.map((each, id) => (failing.has(id) ? { ...each, outputs: [] } : each));
  return { ...model, trace: { ...trace, steps, outputs: [], failure: { step, message: failure.message, location: failure.location } } };
}

export function stated(model: ModelSnapshot): ModelSnapshot {
  return { ...model, trace: { ...model.trace!, origin: "stated" } };
}

/** What a runner would answer, from the snapshots' own values. */
export function answers(of: readonly ModelSnapshot[]): Answers {
  return {
    tensorValues: ({ model: name, tensor: id, maxRows, maxColumns }) => {
      const model = of.find((each) => each.name === name)!;
      const values = tensorValues(model, id);
      const shape = model.tensors[id]!.shape!;
      const width = shape.at(-1)!;
      const rows = Math.min(maxRows, shape.length > 1 ? shape.at(-2)! : 1);
      const columns = Math.min(maxColumns, width);
      const cells = Array.from({ length: rows * columns }, (_, cell) => values[Math.floor(cell / columns) * width + (cell % columns)]!);
      return { shape, rows, columns, values: cells.map((value) => (Number.isNaN(value) ? null : value)), truncated: rows * columns < values.length };
    },
  };
}

export async function open(state: PageState, options: WebviewOptions & { selection?: Selection } = {}): Promise<Webview> {
  const shown = state.kind === "file" ? state.models : [];
  const webview = await Webview.open(browser, { ...options, answers: { ...answers(shown), ...options.answers } });
  opened.push(webview);
  await webview.send({ kind: "state", state, selection: options.selection ?? null });
  if (shown.length > 0) await settled(webview);
  return webview;
}

/** What the user chose in the page, as the host was told. */
export const chosen = (webview: Webview): Selection[] => webview.asked("selected").flatMap(({ model, path, asked }) => (asked ? [{ model, path }] : []));

/** Resolves when the picture is laid out and at rest. */
export async function settled({ page }: Webview): Promise<void> {
  await page.locator(".graph-canvas").evaluate((element) => (element as HTMLElement & { picture: { whenIdle(): Promise<void> } }).picture.whenIdle());
}

interface Item {
  readonly id: string;
  readonly selected: boolean;
  readonly expanded: boolean;
  readonly compared: readonly number[];
}

export function items({ page }: Webview): Promise<Item[]> {
  return page.locator(".graph-canvas").evaluate((element) => (element as HTMLElement & { picture: { items(): Item[] } }).picture.items());
}

export const inspector = ({ page }: Webview) => page.locator(".inspector");

export const button = ({ page }: Webview, name: string | RegExp) => page.getByRole("button", { name });

/** The toolbar's button that opens a menu. */
export const menu = ({ page }: Webview, name: string) => page.getByRole("button", { name, exact: true });

/** Chooses from a menu of the toolbar, wherever it is at this width. */
export async function choose(webview: Webview, name: string, item: string): Promise<void> {
  if (await menu(webview, name).count()) await menu(webview, name).click();
  else {
    await button(webview, "More Actions").click();
    await webview.page.getByRole("menuitem", { name: `${name}…` }).click();
  }
  await webview.page.locator(".menu-item", { hasText: item }).first().click();
}

/** Shows the table of parameters in the place of the picture. */
export const showTable = (webview: Webview): Promise<void> => menu(webview, "Parameters").click();
