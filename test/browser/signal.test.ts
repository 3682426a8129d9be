import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { GraphViewInterface } from "../../webview/graph/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import { lab, labAnswers } from "./lab.js";
import { button, choose, failedRun, fileState, items, open } from "./page.js";

const { nn } = torch;

test("the signal is measured when its pane opens: curves with a table behind, findings, another initialization over them, all schemes", async () => {
  const { inspection, model } = lab();
  const webview = await open(fileState({ models: [model] }), { width: 1000, height: 900, answers: labAnswers(inspection, () => webview) });
  const pane = webview.page.getByRole("region", { name: "Signal of model" });
  await choose(webview, "View", "Signal");
  await expect.poll(() => pane.getByRole("img", { name: "Standard deviations of activations and gradients over 16 layers" }).count()).toBe(1);
  expect(webview.asked("showSignal")).toEqual([{ model: "model", input: null, seed: 0 }]);
  // Whoever does not see the curves has the table.
  expect(await pane.getByRole("table").getByRole("row").count()).toBe(1 + 16);
  expect(await pane.getByRole("row").nth(1).innerText()).toMatch(/^0\.0\s+Linear\s/);
  await expect.poll(() => pane.locator(".finding").first().innerText()).toContain("The signal vanishes");

  // Selection goes both ways, by the keyboard too.
  await pane.getByRole("group", { name: "Layers, by arrow keys" }).focus();
  await webview.page.keyboard.press("End");
  await expect.poll(async () => (await items(webview)).find(({ selected }) => selected)?.id).toBe("7.1");
  expect(await pane.locator(".signal-layer").innerText()).toContain("7.1");
  expect(await pane.locator(".signal-at.selected").count()).toBe(1);

  // So does the pointer.
  const canvas = webview.page.locator(".graph-canvas");
  const pictured = () => canvas.evaluate((element) => (element as HTMLElement & { picture: GraphViewInterface }).picture.describe().hover);
  const curves = pane.getByRole("img", { name: "Standard deviations of activations and gradients over 16 layers" });
  const drawn = (await curves.boundingBox())!;
  await webview.page.mouse.move(drawn.x + drawn.width - 2, drawn.y + 20);
  await expect.poll(pictured).toBe("7.1");
  await webview.page.mouse.move(0, 0);
  await expect.poll(pictured).toBeNull();
  const box = await canvas.evaluate(
    (element) => (element as HTMLElement & { picture: GraphViewInterface }).picture.describe().items.find(({ id }) => id === "7.1")!.rectangle,
  );
  const at = (await canvas.boundingBox())!;
  await webview.page.mouse.move(at.x + box.x + box.width / 2, at.y + box.y + box.height / 2);
  await expect.poll(() => pane.locator(".signal-at:not(.selected)").count()).toBe(1);
  await webview.page.mouse.move(0, 0);
  await expect.poll(() => pane.locator(".signal-at:not(.selected)").count()).toBe(0);

  // Tried, then applied: the curves follow.
  await button(webview, "Try All Schemes").click();
  const schemes = pane.getByRole("table", { name: "Schemes, the best first" });
  await expect.poll(() => schemes.getByRole("row").count(), { timeout: 20_000 }).toBe(1 + 14);
  const best = await schemes.getByRole("rowheader").first().innerText();
  expect(["eye_", "kaimingUniform_", "kaimingNormal_", "orthogonal_"]).toContain(best);
  await schemes.getByRole("button", { name: best }).click();
  await expect.poll(() => pane.locator(".signal-line.trial").count()).toBe(2);
  expect(await pane.locator(".finding").count()).toBe(0);
  await pane.getByRole("button", { name: "Apply" }).click();
  await expect.poll(() => webview.asked("showSignal").length).toBe(2);
  await expect.poll(() => pane.locator(".signal-line").count()).toBe(2);
  await button(webview, "Close Signal").click();
  expect(await pane.count()).toBe(0);
});

test("an experiment reaches what a search finds, with the gain of what follows and biases kept, and its curves follow", async () => {
  const { inspection, model: unmeasured } = lab();
  const model = inspection.showSignal({ model: "model", input: null, seed: 0 });
  expect(unmeasured.signal).toBeNull();
  const webview = await open(fileState({ models: [model] }), { width: 1000, height: 900, answers: { signal: (request) => inspection.trials.signal(request) } });
  const pane = webview.page.getByRole("region", { name: "Signal of model" });
  const pick = async (label: string, option: string) => {
    await pane.getByRole("combobox", { name: label, exact: true }).click();
    await webview.page.getByRole("option", { name: option, exact: true }).first().click();
  };
  await pick("Try another initialization", "xavierUniform_");
  const asked = () => webview.asked("signal").at(-1)!.trial!;
  await expect.poll(() => pane.locator(".signal-line.trial").count()).toBe(2);
  expect(asked().target).toEqual({ kind: "model" });
  const whole = await pane.locator(".signal-line.trial").first().innerHTML();

  await pick("What", "What a search finds");
  await expect.poll(() => pane.locator(".training-problem").innerText()).toBe("Say what to search for, as in the search box.");
  await pane.getByRole("textbox", { name: "Modules to search for" }).fill("type:Linear path:7.0");
  await expect.poll(() => pane.locator(".signal-experiment").innerText()).toContain("1 module matches.");
  await expect.poll(() => asked().target).toEqual({ kind: "search", query: "type:Linear path:7.0", paths: ["7.0"] });
  await pane.getByRole("button", { name: "Gain of the relu that follows, 1.414" }).click();
  await pane.getByRole("checkbox", { name: "Biases of the layers that it fills become 0" }).click();
  await expect.poll(() => asked().choice).toEqual({ kind: "scheme", function: "xavierUniform_", arguments: { gain: Math.SQRT2 }, biases: "kept" });
  await expect.poll(() => pane.locator(".signal-line.trial").first().innerHTML()).not.toBe(whole);
  // The first layers are as they were: the curve of the trial lies on today's there.
  const points = (line: string) => pane.locator(`.signal-line.activation${line} polyline`).first().getAttribute("points");
  const [now, tried] = [await points(":not(.trial)"), await points(".trial")].map((text) => text!.split(" ").map((point) => Number(point.split(",")[1])));
  expect(tried![0]).toBeCloseTo(now![0]!, 0);
  expect(tried!.at(-1)!).toBeLessThan(now!.at(-1)!);
});

test("a few steps show their curves as they move, a scrubber through the histograms, and a table behind; they are stopped and leave what was seen", async () => {
  const { inspection, model } = lab();
  let stopped = () => {};
  const cancelled = new Promise<void>((resolve) => (stopped = resolve));
  const webview = await open(fileState({ models: [model] }), {
    width: 1000,
    height: 900,
    answers: {
      showSignal: () => null,
      cancel: () => (stopped(), null),
      train: async (request, told) => {
        const steps = inspection.trials.train(request);
        for (let step = 0; ; step++) {
          const { done, value } = steps.next();
          if (done) return value;
          await told({ done: value.steps, total: request.steps, at: "", training: value });
          if (request.steps === 40 && step === 4) {
            await cancelled;
            steps.return(undefined as never);
            throw new Error("stopped");
          }
        }
      },
    },
  });
  const pane = webview.page.getByRole("region", { name: "Signal of model" });
  await choose(webview, "View", "Signal");
  // As after a stop: nothing was measured, and it is said.
  await pane.getByRole("button", { name: "Measure", exact: true }).waitFor();
  await button(webview, "A Few Steps").click();
  await pane.getByRole("textbox", { name: "Steps" }).fill("0");
  await expect.poll(() => pane.locator(".training-problem").innerText()).toBe("Steps are a whole number from 1 to 1000.");
  await pane.getByRole("textbox", { name: "Steps" }).fill("10");
  await pane.getByRole("textbox", { name: "Steps" }).press("Enter");
  const table = pane.getByRole("table", { name: "Training, step by step" });
  await expect.poll(() => table.getByRole("row").count()).toBe(1 + 11);
  expect(webview.asked("train")).toEqual([{ model: "model", steps: 10, optimizer: "SGD", rate: 0.01, loss: null, input: null, seed: 0 }]);
  expect(await pane.locator(".training-chart").count()).toBe(3);
  expect(await pane.getByRole("img", { name: /^Loss over 10 steps, from / }).count()).toBe(1);
  // By the keyboard through the histograms.
  const scrubber = pane.getByRole("slider");
  await scrubber.focus();
  await webview.page.keyboard.press("Home");
  await expect.poll(() => scrubber.getAttribute("aria-valuetext")).toBe("Step 0");
  await webview.page.keyboard.press("ArrowRight");
  await expect.poll(() => scrubber.getAttribute("aria-valuetext")).toBe("Step 1");
  expect(await pane.locator(".training-histograms .histogram.pair").count()).toBe(8);

  await pane.getByRole("textbox", { name: "Steps" }).fill("40");
  await pane.getByRole("button", { name: "Take Steps" }).click();
  await expect.poll(() => table.getByRole("row").count()).toBe(1 + 5);
  await pane.getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => pane.locator(".training-problem").innerText()).toBe("stopped");
  expect(webview.asked("cancel")).toHaveLength(1);
  expect(await table.getByRole("row").count()).toBe(1 + 5);
});

test("two states are compared: distances, histograms on shared bins, both signals; they are kept by name, and what does not fit is said", async () => {
  const { inspection, model } = lab();
  const names: string[] = [];
  const webview = await open(fileState({ models: [model] }), {
    width: 1000,
    height: 900,
    answers: {
      showSignal: () => null,
      keptStates: () => names,
      keepState: ({ name }) => (names.push(name), names),
      compareStates: ({ first, second, ...rest }) => {
        const asked = [first, second].map((state) => (state.kind === "kept" ? ({ kind: "current" } as const) : state));
        const found = inspection.trials.compareStates({ ...rest, first: asked[0]!, second: asked[1]! });
        return first.kind === "kept" ? { ...found, first: { ...found.first, problems: ['Missing key(s) in state_dict: "0.0.bias".'] } } : found;
      },
    },
  });
  const pane = webview.page.getByRole("region", { name: "Signal of model" });
  await choose(webview, "View", "Signal");
  await button(webview, "Compare States").click();
  await pane.getByRole("button", { name: "Compare", exact: true }).click();
  const table = pane.getByRole("table", { name: "States, tensor by tensor" });
  await expect.poll(() => table.getByRole("row").count()).toBe(1 + 16);
  expect(webview.asked("compareStates")[0]).toMatchObject({ first: { kind: "current" }, second: { kind: "reinitialized", reinitialization: { seed: 0 } } });
  expect(await table.getByRole("row").nth(1).innerText()).toMatch(/^0\.0\.weight\s+[\d.]+\s+/);
  // Over one another, told apart by more than colour, with a table behind.
  const pair = pane.locator(".training-histograms .histogram.pair").first();
  expect(await pane.locator(".training-histograms .histogram.pair").count()).toBe(8);
  const [one, other] = [await pair.locator(".histogram-drawing").nth(0).boundingBox(), await pair.locator(".histogram-drawing").nth(1).boundingBox()];
  expect(one).toEqual(other);
  expect(await pair.locator(".histogram-legend").innerText()).toMatch(/as it is\s+as constructed, seed 0/);
  expect(await pair.locator(".second .histogram-outline").count()).toBe(1);
  const behind = pair.getByRole("table", { name: "Values, side by side" });
  expect(await behind.getByRole("columnheader").allInnerTexts()).toEqual(["as it is", "as constructed, seed 0"]);
  const counted = (await behind.getByRole("row").allInnerTexts()).slice(5).map((row) =>
    row
      .split("\t")
      .slice(1)
      .map((text) => Number(text.replaceAll(",", ""))),
  );
  expect(counted.length).toBeGreaterThan(5);
  for (const of of [0, 1]) expect(counted.reduce((sum, row) => sum + row[of]!, 0)).toBe(32 * 32);
  expect(await pane.getByRole("img", { name: "Signals of as it is and as constructed, seed 0" }).count()).toBe(1);
  await pane.getByRole("textbox", { name: "Name of the first state" }).fill("before");
  await pane.getByRole("button", { name: "Keep", exact: true }).click();
  await expect.poll(() => webview.asked("keepState")).toEqual([{ model: "model", state: { kind: "current" }, name: "before" }]);
  await pane.getByRole("combobox", { name: "First state" }).click();
  await webview.page.getByRole("option", { name: "before", exact: true }).first().click();
  await pane.getByRole("button", { name: "Compare", exact: true }).click();
  await expect.poll(() => pane.locator(".training-problem").innerText()).toBe('before: Missing key(s) in state_dict: "0.0.bias".');
});

test("a run that came to its limit is run to its end: its curves as they come, and Stop", async () => {
  torch.manualSeed(0);
  const inspection = inspectHere();
  const net = new nn.Linear(4, 2);
  const optimizer = new torch.optim.SGD(net.parameters(), { lr: 0.1 });
  const step = () => {
    net(torch.ones(2, 4)).square().mean().backward();
    optimizer.step();
  };
  const running = () => inspection.runningTrainings(() => [{ name: "model", module: net, location: null }])[0]!;
  step();
  const before = snapshotOf(inspection, net);
  const lastRun = failedRun("thisRun", { kind: "timeout", doing: "running", message: "The code ran for 30 s.", location: null });
  const webview = await open(fileState({ models: [before], lastRun }), {
    width: 600,
    height: 800,
    answers: { showSignal: () => null, runToEnd: () => null, stop: () => null },
  });
  await webview.page.getByRole("button", { name: "Run to the End" }).click();
  expect(webview.asked("runToEnd")).toEqual([null]);
  await webview.send({ kind: "state", state: fileState({ models: [before], lastRun, activity: "running", timeLimit: null }), selection: null });
  const pane = webview.page.getByRole("region", { name: "Signal of model" });
  expect(await pane.count()).toBe(0);
  for (const more of [2, 3]) {
    for (let i = 0; i < more; i++) step();
    await webview.send({ kind: "training", training: running() });
    const { steps, samples } = running().training;
    await expect.poll(() => pane.locator(".training").innerText()).toContain(`${steps} steps of the code's SGD`);
    await expect.poll(() => pane.getByRole("img", { name: `Loss over ${steps - 1} steps` }).count()).toBe(1);
    expect(await pane.getByRole("table", { name: "Training, step by step" }).getByRole("row").count()).toBe(1 + samples.length);
  }
  expect(await pane.locator(".training-histograms .histogram.pair").count()).toBe(2);
  const notice = webview.page.getByRole("status").filter({ hasText: "Running the model file" });
  await expect.poll(() => notice.innerText()).toMatch(/\d+ s, without a limit step 6, loss /);
  await notice.getByRole("button", { name: "Stop" }).click();
  expect(webview.asked("stop")).toHaveLength(1);
  // What the run came to.
  const state = fileState({
    models: [snapshotOf(inspection, net)],
    lastRun: failedRun("thisRun", { kind: "cancelled", doing: "running", message: "Stopped.", location: null }),
  });
  await webview.send({ kind: "state", state, selection: null });
  await expect.poll(() => pane.getByRole("img", { name: "Loss over 6 steps" }).count()).toBe(1);
});

test("what the code's own training did shows before steps are taken", async () => {
  torch.manualSeed(0);
  const inspection = inspectHere();
  const net = new nn.Linear(4, 2);
  const optimizer = new torch.optim.Adam(net.parameters());
  for (let step = 0; step < 3; step++) {
    net(torch.ones(2, 4)).square().mean().backward();
    optimizer.step();
  }
  const webview = await open(fileState({ models: [snapshotOf(inspection, net)] }), { width: 600, height: 800, answers: { showSignal: () => null } });
  const pane = webview.page.getByRole("region", { name: "Signal of model" });
  await webview.send({ kind: "perform", action: "signal" });
  await button(webview, "A Few Steps").click();
  await expect.poll(() => pane.locator(".training").innerText()).toContain("3 steps of the code's Adam");
  expect(await pane.getByRole("table", { name: "Training, step by step" }).getByRole("row").count()).toBeGreaterThan(2);
});
