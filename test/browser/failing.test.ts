/** The first view of a model whose pass failed: what failed is whole in it, with what it was given. */
import { describe, expect, test } from "vitest";
import { legibleScale } from "../../src/picture/drawing/paint.js";
import { failingNets } from "../picture/failingNets.js";
import { rgnet } from "../describe/snapshots.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import type { GraphViewInterface } from "../../webview/graph/index.js";
import type { Webview } from "../support/webview.js";
import { failedRun, fileState, open, settled } from "./page.js";

interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What failed and where its operands come from, as the view has them; the view without what stands over it. */
function failure({ page }: Webview) {
  return page.locator(".graph-canvas").evaluate((element) => {
    const picture = (element as HTMLElement & { picture: GraphViewInterface }).picture;
    const { items, scale, failure: failed } = picture.describe();
    const boxes = (ids: readonly string[]) => items.filter(({ id }) => ids.includes(id)).map(({ id, rectangle }): Box => ({ id, ...rectangle }));
    const covered = document.querySelector(".graph-zoom")!.getBoundingClientRect();
    const own = element.getBoundingClientRect();
    return {
      scale,
      failed: boxes([failed!.item])[0]!,
      operands: boxes(picture.neighbours(failed!.item).upstream),
      view: { width: element.clientWidth, height: element.clientHeight },
      covered: { x: covered.x - own.x, y: covered.y - own.y },
    };
  });
}

async function expectSeen(webview: Webview, name: string): Promise<void> {
  const { scale, failed, operands, view, covered } = await failure(webview);
  const about = `${name}: ${JSON.stringify({ scale, failed, operands, view })}`;
  expect(operands.length, about).toBeGreaterThan(0);
  expect(scale, about).toBeGreaterThanOrEqual(legibleScale);
  // Boxes that no view of this width can show legibly side by side are named in the box that failed.
  const left = Math.min(...[failed, ...operands].map(({ x }) => x));
  const right = Math.max(...[failed, ...operands].map(({ x, width }) => x + width));
  const isLegible = ((right - left) / scale) * legibleScale <= view.width - 32;
  if (!["wide", "different sizes"].some((each) => name.includes(each)) || view.width > 700) expect(isLegible, about).toBe(true);
  for (const { x, y, width, height } of isLegible ? [failed, ...operands] : [failed]) {
    expect(Math.min(x, y), about).toBeGreaterThanOrEqual(0);
    expect(x + width, about).toBeLessThanOrEqual(view.width);
    expect(y + height, about).toBeLessThanOrEqual(view.height);
    expect(x + width <= covered.x || y + height <= covered.y, about).toBe(true);
  }
}

const stateOf = (model: ModelSnapshot, file: string) =>
  fileState({ file, models: [model], lastRun: failedRun("thisRun", { message: model.trace?.failure?.message ?? "", location: null }) });

/** A sum with what comes from far above is far from it. */
const near = failingNets.filter(([name]) => !name.includes("far"));

describe.each([240, 290, 420, 1280])("%i pixels wide", (width) => {
  test("what failed is whole in the first view, and its operands with it", async () => {
    const webview = await open(fileState({ models: [rgnet()] }), { width, height: 700, reducedMotion: true });
    for (const [name, make] of near) {
      const model = make();
      await webview.send({ kind: "state", state: stateOf(model, `/models/${name}.ts`), selection: null });
      await settled(webview);
      await expectSeen(webview, name);
    }
  });

  test("so it is where the model was shown before it failed", async () => {
    const webview = await open(fileState({ models: [rgnet()] }), { width, height: 700, reducedMotion: true });
    const [name, make] = near.at(-2)!;
    const failing = make();
    const whole: ModelSnapshot = { ...failing, trace: null };
    await webview.send({ kind: "state", state: stateOf(whole, "/models/one.ts"), selection: null });
    await settled(webview);
    await webview.send({ kind: "state", state: stateOf(failing, "/models/one.ts"), selection: null });
    await settled(webview);
    await expectSeen(webview, name);
  });
});

test("of operands that are far apart, the nearest", async () => {
  const webview = await open(fileState({ models: [rgnet()] }), { width: 240, height: 500, reducedMotion: true });
  const [name, make] = failingNets.find(([each]) => each.includes("far"))!;
  await webview.send({ kind: "state", state: stateOf(make(), "/models/far.ts"), selection: null });
  await settled(webview);
  const { scale, failed, operands, view } = await failure(webview);
  const isSeen = ({ x, y, width, height }: Box) => x >= 0 && y >= 0 && x + width <= view.width && y + height <= view.height;
  expect(isSeen(failed), name).toBe(true);
  expect(scale).toBeGreaterThanOrEqual(legibleScale);
  expect(operands.map((each) => [each.id, isSeen(each)])).toEqual(expect.arrayContaining([["body.18", true]]));
});
