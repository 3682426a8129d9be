import type { Page } from "playwright-core";
import { capabilities, type ModelSnapshot, type PageMessage } from "../../src/protocol/index.js";
import type { ModelRunner } from "../../src/runner/client.js";
import { launchChromium } from "../../test/support/chromium.js";
import { Webview } from "../../test/support/webview.js";

/** Sixty frames in a second, in milliseconds of one, and what the clock of a page rounds. */
export const toleratedFrame = 17;

/** What is done in a page takes, in milliseconds. */
export interface Frames {
  readonly doing: string;
  /** From frame to frame, the 95th percentile: of the whole machine, with all else that runs on it. */
  readonly apart: number;
  /** Of the processor, for each frame, of the page's own thread. */
  readonly work: number;
}

async function framesWhile(page: Page, doing: string, body: () => Promise<unknown>): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const threadTime = async (): Promise<number> =>
    (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "ThreadTime")!.value * 1000;
  await page.evaluate(() => {
    const times: number[] = [];
    let isLooking = true;
    let last: number | null = null;
    const frame = (now: number): void => {
      if (last !== null) times.push(now - last);
      last = now;
      if (isLooking) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(globalThis, { endOfFrames: () => ((isLooking = false), times) });
  });
  const before = await threadTime();
  await body();
  const taken = (await threadTime()) - before;
  const times = await page.evaluate(() => (globalThis as unknown as { endOfFrames(): number[] }).endOfFrames());
  await session.detach();
  return { doing, apart: times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0, work: taken / Math.max(1, times.length) };
}

/** What a person does in the pane of the signal of a model, and the time from frame to frame meanwhile. */
export async function framesOfPane(runner: ModelRunner, file: string, model: ModelSnapshot, steps: number): Promise<readonly Frames[]> {
  const browser = await launchChromium();
  const send = (message: PageMessage): Promise<void> => webview.send(message);
  const webview: Webview = await Webview.open(browser, {
    placement: "editor",
    width: 1180,
    height: 760,
    answers: {
      showSignal: async (request) => (await send({ kind: "model", model: await runner.request(file, "showSignal", request) }), null),
      train: (request, told) => runner.request(file, "train", request, { onProgress: (progress) => void told(progress) }),
    },
  });
  const { page } = webview;
  const state = { kind: "file", file, capabilities, activity: "idle", lastRun: { kind: "completed" }, offers: [], build: null, findingLevels: {} } as const;
  try {
    await send({ kind: "state", state: { ...state, models: [model], timeLimit: 30, earlierChanges: [], isInTab: false, stale: false }, selection: null });
    const pane = page.getByRole("region", { name: /^Signal of/ });
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: "Signal", exact: true }).click();
    const curves = pane.getByRole("img", { name: /^Standard deviations/ });
    await curves.waitFor({ timeout: 60_000 });
    const { x, y, width, height } = (await curves.boundingBox())!;
    const along = (moves: number): Promise<void> => page.mouse.move(x + width - 1, y + height / 2, { steps: moves });
    await page.mouse.move(x, y + height / 2);
    const pointing = await framesWhile(page, "the pointer moves along the curves", () => along(120));
    await page.mouse.move(0, 0);

    await page.getByRole("button", { name: "A Few Steps" }).click();
    await pane.getByRole("textbox", { name: "Steps" }).fill(String(steps));
    const take = pane.getByRole("button", { name: "Take Steps" });
    const training = await framesWhile(page, "it trains", async () => {
      await take.click();
      await take.waitFor({ timeout: 300_000 });
    });
    const scrubber = pane.getByRole("slider");
    const track = (await scrubber.boundingBox())!;
    await page.mouse.move(track.x + track.width - 4, track.y + track.height / 2);
    await page.mouse.down();
    const scrubbing = await framesWhile(page, "the scrubber is dragged", () => page.mouse.move(track.x + 4, track.y + track.height / 2, { steps: 120 }));
    await page.mouse.up();
    return [pointing, training, scrubbing];
  } finally {
    await browser.close();
  }
}
