import { describe, expect, test } from "vitest";
import type { Initialization, PageState } from "../../src/protocol/index.js";
import type { Webview } from "../support/webview.js";
import { linear, net, relu, rgnet, sequential, snapshot, tensor } from "../describe/snapshots.js";
import { button, failedRun, failingNet, failure, fileState, inspector, items, menu, models, open, settled, stated } from "./page.js";

describe("a source that can do little", () => {
  test("the page offers what it can do, and nothing else", async () => {
    const few = await open(fileState({ models: [stated(snapshot("net", sequential(linear(2, 4)), [1, 2]))], capabilities: ["tensorValues"] }), {
      selection: { model: "net", path: "0" },
    });
    await inspector(few).locator(".heat-map").first().waitFor();
    for (const name of [/Run/, /Stop/, /Reinit/, /Undo/, /Back to/, /Count All/]) expect(await button(few, name).count(), String(name)).toBe(0);
    expect(await few.page.locator("input[aria-label^='Shape of']").count()).toBe(0);
  });

  test("values that cannot be read are not offered, and what runs cannot be stopped", async () => {
    const none = await open(fileState({ capabilities: [], activity: "running" }), { selection: { model: "net", path: "0" } });
    await none.page.getByRole("status").getByText("Running the model file").waitFor();
    expect(await button(none, "Stop").count()).toBe(0);
    expect(await inspector(none).locator(".heat-map, .values-offer").count()).toBe(0);
    expect(await inspector(none).locator(".histogram-axis").count()).toBeGreaterThan(0);
  });
});

describe("the host's news", () => {
  test("a reinitialized model changes the histogram and keeps the selection", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    const curve = inspector(webview).getByRole("article", { name: "weight" }).locator(".histogram-curve");
    const before = await curve.getAttribute("points");
    const xavier = tensor([8, 4], { kind: "uniform", low: -0.7071, high: 0.7071 }, { function: "xavierUniform_", by: "layerscope" });
    const layer = () => sequential(linear(4, 8), relu(), linear(8, 4), relu());
    const changed = snapshot(
      "rgnet",
      sequential(sequential(["block 0", layer()], ["block 1", sequential(linear(4, 8, xavier), relu(), linear(8, 4), relu())]), linear(4, 1)),
      [2, 4],
    );
    await webview.send({ kind: "model", model: { ...changed, undoDepth: 1 } });
    await inspector(webview).getByText("Set by a reinitialization here").first().waitFor();
    expect(await curve.getAttribute("points")).not.toBe(before);
    expect(await inspector(webview).innerText()).toContain("xavierUniform_");
    await button(webview, "Undo Reinitialization").click();
    expect(webview.asked("undoReinitialize")).toEqual([{ model: "rgnet" }]);
  });

  test("what came out is measured no more once the weights are others, which is said, and again once that is undone", async () => {
    const before = net();
    const webview = await open(fileState({ models: [before] }), { selection: { model: "net", path: "0" } });
    const calls = inspector(webview).locator(".call").locator("xpath=..");
    const outdated = "What comes out was not measured with the reinitialized weights.";
    expect(await calls.innerText()).toMatch(/std\s+0\.48/);
    expect(await calls.innerText()).not.toContain(outdated);
    const tensors = before.tensors.map((each) => ({ ...each, initialization: { ...each.initialization, by: "layerscope" } as Initialization }));
    const values = before.trace!.values.map(({ statistics: _, ...value }) => value);
    await webview.send({ kind: "model", model: { ...before, tensors, undoDepth: 1, trace: { ...before.trace!, values } } });
    await expect.poll(() => calls.innerText()).toContain(outdated);
    expect(await calls.innerText()).not.toMatch(/std/);
    await webview.send({ kind: "model", model: before });
    await expect.poll(() => calls.innerText()).not.toContain(outdated);
    expect(await calls.innerText()).toMatch(/std\s+0\.48/);
  });

  test("a failed run keeps the last good picture and says that it is old", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0" } });
    await webview.send({ kind: "state", state: fileState({ lastRun: failedRun("earlierRun"), stale: true }), selection: null });
    const alert = webview.page.getByRole("alert");
    expect(await alert.innerText()).toContain(failure.message);
    expect(await alert.innerText()).toContain("The picture is of an earlier run.");
    expect((await items(webview)).length).toBeGreaterThan(3);
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("0");
    await alert.getByRole("button", { name: "parameter-management.ts:12" }).first().click();
    expect(webview.asked("reveal")).toEqual([{ location: failure.location }]);
  });

  test("of a class that throws nothing else is doubted: the models beside it were described, and the run came to its end", async () => {
    const webview = await open(fileState({ activity: "running" }), { width: 1280 });
    const lastRun = failedRun("thisRun", { kind: "partial", message: "Net could not be made: Error: boom", hint: "All else is shown." });
    await webview.send({ kind: "state", state: fileState({ lastRun }), selection: null });
    const text = await webview.page.getByRole("alert").innerText();
    expect(text).toContain("Something in the file cannot be shown");
    expect(text).toContain("Net could not be made: Error: boom");
    expect(text).toContain("All else is shown.");
    expect(text).not.toMatch(/could not be described|was there by then/);
    await expect.poll(() => webview.page.locator("[aria-live=polite]").allInnerTexts()).toContain("Net could not be made: Error: boom");
  });

  test("a failed run that made the picture is not said to be another one", async () => {
    const webview = await open(fileState({ lastRun: failedRun("thisRun") }), { width: 1280 });
    const alert = webview.page.getByRole("alert");
    expect(await alert.innerText()).toContain("The picture shows what was there by then.");
    expect(await alert.innerText()).not.toContain("earlier run");
    expect((await alert.boundingBox())!.height).toBeLessThan(40);
    await alert.getByRole("button", { name: "Details" }).click();
    expect(await alert.innerText()).toContain(failure.hint);
    await alert.getByRole("button", { name: "Show Output" }).click();
    expect(webview.asked("showOutput")).toHaveLength(1);
  });

  test("a run that ended by the error of a forward pass has one notice, which leads to the place", async () => {
    const failing = failingNet();
    const lastRun = failedRun("thisRun", { message: failing.trace!.failure!.message, location: failing.trace!.failure!.location });
    const webview = await open(fileState({ models: [failing, rgnet()], lastRun }), { width: 1280 });
    const alert = webview.page.getByRole("alert");
    expect(await alert.count()).toBe(1);
    expect(await alert.innerText()).toMatch(/Forward failed in 2\s+mat1 and mat2 shapes cannot be multiplied/);
    await webview.send({ kind: "select", selection: { model: "rgnet", path: "" } });
    await expect.poll(() => alert.innerText()).toContain("Forward failed in net › 2");
    await alert.getByRole("button", { name: "Show in Picture" }).click();
    await expect.poll(() => inspector(webview).locator("[aria-current]").innerText()).toBe("2");
    await webview.send({
      kind: "state",
      state: fileState({ models: [failing], lastRun: failedRun("earlierRun", { message: "out of paper" }) }),
      selection: null,
    });
    await expect.poll(() => alert.count()).toBe(2);
  });

  test("the end of a run is announced to a screen reader", async () => {
    const webview = await open(fileState({ activity: "running" }));
    await webview.send({ kind: "activity", activity: "idle" });
    await expect.poll(() => webview.page.locator("[aria-live=polite]").innerText()).toBe("net is up to date: 49 parameters.");
  });

  test("a run that failed, and one that left no model, are not announced as up to date", async () => {
    const said = (webview: Webview) => webview.page.locator("[aria-live=polite]").innerText();
    const failed = await open(fileState({ activity: "running" }));
    await failed.send({ kind: "state", state: fileState({ lastRun: failedRun("earlierRun"), stale: true }), selection: null });
    await expect.poll(() => said(failed)).toBe(`The run did not come to its end: ${failure.message}`);
    expect(await failed.page.locator("body").innerText()).not.toMatch(/up to date/);
    const empty = await open(fileState({ activity: "running", models: [] }));
    await empty.send({ kind: "state", state: fileState({ models: [] }), selection: null });
    await expect.poll(() => said(empty)).toBe("The file ran, and no model was alive at its end.");
  });

  test("a reload comes back to the same model and place", async () => {
    const webview = await open(fileState(), { selection: { model: "rgnet", path: "0.block 1.0" } });
    await webview.page.waitForFunction(() => sessionStorage.getItem("state")?.includes('"selection":"0.block 1.0"'));
    await webview.page.reload();
    await webview.send({ kind: "state", state: fileState(), selection: null });
    await settled(webview);
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe("0");
    expect((await items(webview)).find(({ selected }) => selected)?.id).toBe("0.block 1.0");
  });

  test("while an editor tab shows the same, a page beside the editors says what it needs no picture for", async () => {
    const webview = await open(fileState(), { width: 300 });
    await webview.send({ kind: "inTab", isInTab: true });
    await webview.page.getByText("The picture is in the editor tab.").waitFor();
    expect(await webview.page.locator(".graph-canvas").count()).toBe(0);
    expect(await webview.page.locator(".overview").innerText()).toContain("49 parameters, all trainable");
    await button(webview, "Go to It").click();
    expect(webview.asked("openInEditor")).toEqual([null]);
    await webview.send({ kind: "inTab", isInTab: false });
    await settled(webview);
    await webview.send({ kind: "inTab", isInTab: true });
    await button(webview, "Show It Here Too").click();
    await settled(webview);
    expect(await webview.page.locator(".graph-canvas").count()).toBe(1);
  });

  test("the first selection finds the inspector there", async () => {
    const webview = await open(fileState(), { width: 300 });
    const loaded = () => performance.getEntriesByType("resource").some(({ name }) => name.includes("/inspector-"));
    await webview.page.waitForFunction(loaded);
  });

  test.each([300, 1000])(
    "while the inspector is still on its way, as in a tab that has just been opened, no empty place stands for it (%d px)",
    async (width) => {
      const webview = await open({ kind: "empty" }, { width });
      const { page } = webview;
      let arrive = (): void => undefined;
      const arrives = new Promise<void>((resolve) => (arrive = resolve));
      await page.route("**/inspector-*.js", async (route) => {
        await arrives;
        await route.fallback();
      });
      await page.reload();
      await webview.send({ kind: "state", state: fileState(), selection: { model: "net", path: "0" } });
      await settled(webview);
      expect((await items(webview)).find(({ selected }) => selected)?.id).toBe("0");
      expect(await page.locator(".side").count()).toBe(width < 560 ? 0 : 1);
      expect(await page.locator(width < 560 ? ".overview" : ".side > .overview").count()).toBe(1);
      const room = await page.locator(".graph-canvas").evaluate(({ clientWidth }) => clientWidth);
      arrive();
      await inspector(webview).getByRole("article", { name: "weight" }).waitFor();
      expect(await page.locator(".side > .inspector").count()).toBe(1);
      expect(await page.locator(".side > .overview, .panes > .overview").count()).toBe(0);
      // What was fitted to the picture's room beside it is in view.
      if (width >= 560) expect(await page.locator(".graph-canvas").evaluate(({ clientWidth }) => clientWidth)).toBe(room);
    },
  );

  test("a refused request is told, not swallowed", async () => {
    const refuse = () => Promise.reject(new Error("The runner has ended."));
    const webview = await open(fileState(), { answers: { run: refuse } });
    await menu(webview, "Run").click();
    await webview.page.locator(".message.problem", { hasText: "The runner has ended." }).waitFor();
  });
});

describe("a message that is not as the host's are", () => {
  test("leaves the picture, and is told until the next good one", async () => {
    const webview = await open(fileState());
    const before = await items(webview);
    const damaged = fileState({ models: [{ ...models[0]!, tensors: [] }] });
    await webview.send({ kind: "state", state: damaged, selection: null });
    await webview.page.locator(".message.problem", { hasText: "cannot be understood" }).waitFor();
    expect(await items(webview)).toEqual(before);
    await webview.send({ kind: "state", state: fileState(), selection: null });
    await webview.page.locator(".message.problem").waitFor({ state: "detached" });
    await webview.page.evaluate(() => window.postMessage({ kind: "did-load" }, "*"));
    expect(await webview.page.locator(".message").count()).toBe(0);
  });
});

describe("every state has a text and an action", () => {
  const offer = { expression: "createNet(width)", complete: false, location: null };
  const states: readonly [name: string, state: PageState, text: string, action: string, method: string][] = [
    ["no model file", { kind: "empty" }, "Open a TypeScript or Python file", "Open Model File", "openFile"],
    ["no model file, a first one", { kind: "empty" }, "Open a TypeScript or Python file", "Create an Example", "createExample"],
    ["untrusted", { kind: "untrusted" }, "Nothing runs until you trust", "Manage Workspace Trust", "manageTrust"],
    ["failed at first", fileState({ models: [], lastRun: failedRun("thisRun") }), "expects 8 features", "Run Again", "run"],
    ["failed, for details", fileState({ models: [], lastRun: failedRun("thisRun") }), "forward", "Show Output", "showOutput"],
    [
      "out of time",
      fileState({ lastRun: failedRun("earlierRun", { kind: "timeout", doing: "running" }) }),
      "ran out of time",
      "Change the Limit",
      "openSetting",
    ],
    ["not allowed", fileState({ lastRun: failedRun("thisRun", { kind: "refused" }) }), "may not do this", "Change Permissions", "openSetting"],
    ["not to be described", fileState({ lastRun: failedRun("thisRun", { kind: "internal", location: null }) }), "could not be described", "Run Again", "run"],
    ["crashed", fileState({ lastRun: failedRun("earlierRun", { kind: "crash", location: null }) }), "crashed", "Run Again", "run"],
    ["factories alone", fileState({ models: [], offers: [offer] }), "called when you say so", "Build from createNet(width)", "build"],
    ["built from what the user typed", fileState({ build: "createNet(4)" }), "Built from createNet(4).", "Change…", "build"],
    ["not to be built", fileState({ models: [], lastRun: failedRun("thisRun"), build: "createNet(4)" }), "Built from createNet(4).", "Change…", "build"],
    ["not run yet", fileState({ models: [], lastRun: { kind: "none" } }), "has not run yet", "Run Model File", "run"],
    ["no module alive", fileState({ models: [] }), "no module was alive", "Run Again", "run"],
    ["stale", fileState({ stale: true }), "has changed since", "Run", "run"],
    ["running long", fileState({ models: [], activity: "running" }), "Running parameter-management.ts", "Stop", "stop"],
    ["running long over a picture", fileState({ activity: "running" }), "Running the model file", "Stop", "stop"],
  ];

  test.each(states)("%s", async (_, state, text, action, method) => {
    const webview = await open(state, { width: 300 });
    await webview.page.getByText(text).first().waitFor();
    // Links and buttons in the middle of the page, not the toolbar's.
    await webview.page.locator(".screen, .notices, .notice").getByRole("button", { name: action, exact: true }).first().click();
    expect(webview.requests.map((request) => request.method)).toContain(method);
  });

  test("no match: the search says so and what it understands", async () => {
    const webview = await open(fileState());
    await webview.page.keyboard.press("/");
    await webview.page.keyboard.type("nothing like this");
    const help = webview.page.locator(".search-help");
    expect(await help.innerText()).toMatch(/No module matches.*params>1M/s);
    await help.getByRole("button", { name: "shape:8x4" }).click();
    await expect.poll(() => webview.page.locator(".search-count").innerText()).toBe("1");
  });
});

describe("what enters the page is data", () => {
  test("hostile names, arguments and messages stay text", async () => {
    const attack = '<img src=x onerror="window.attacked=true"><script>window.attacked=true</script>';
    const evil = snapshot(attack, { ...sequential([attack, linear(2, 2)]), type: attack, arguments: attack }, [1, 2]);
    const webview = await open(fileState({ models: [evil], lastRun: failedRun("thisRun", { message: attack, hint: attack }) }), {
      selection: { model: attack, path: attack },
    });
    await webview.page.waitForTimeout(200);
    expect(await webview.page.evaluate(() => (window as unknown as { attacked?: boolean }).attacked)).toBeUndefined();
    expect(await webview.page.locator("img, .page script").count()).toBe(0);
    expect(await inspector(webview).locator("[aria-current]").innerText()).toBe(attack);
  });

  test("a translation is text, too", async () => {
    const webview = await open({ kind: "empty" }, { strings: { "See inside your model": "<b>Blick</b> ins Modell" } });
    expect(await webview.page.locator("h1").innerText()).toBe("<b>Blick</b> ins Modell");
  });
});
