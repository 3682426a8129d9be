import { describe, expect, test } from "vitest";
import { capabilities, type ModelSnapshot, type PageState } from "../../src/protocol/index.js";
import { initialArrangement } from "../../src/picture/model/arrangement.js";
import { type Action, type Page, reduce, shownModel, shownView } from "../../webview/state.js";
import { startPage, storedPage } from "../../webview/storedPage.js";
import { linear, modelFile, net, relu, rgnet, sequential, snapshot, tied } from "../describe/snapshots.js";

const file = (models: readonly ModelSnapshot[], more: Partial<Extract<PageState, { kind: "file" }>> = {}): PageState => ({
  kind: "file",
  findingLevels: {},
  timeLimit: 30,
  earlierChanges: [],
  isInTab: false,
  capabilities,
  file: modelFile,
  activity: "idle",
  models,
  lastRun: { kind: "completed" },
  offers: [],
  build: null,
  stale: false,
  ...more,
});

const state = (models: readonly ModelSnapshot[], more = {}): Action => ({ kind: "state", state: file(models, more), selection: null });
const module = (path: string) => ({ kind: "module", path }) as const;
const choose = (path: string): Action => ({ kind: "choose", selected: module(path), reveal: false });
const play = (page: Page, ...actions: readonly Action[]): Page => actions.reduce(reduce, page);

const arrangement = { ...initialArrangement, depth: 2, expanded: new Map([["0", true]]), unfolded: new Set(["1"]), shown: new Map([["1", "2"]]) };
const camera = { scale: 2, anchor: "0", dx: 3, dy: 4 };
const reloaded = (page: Page): Page => startPage(JSON.parse(JSON.stringify(storedPage(page))));

const lastRun = { kind: "failed", failure: { kind: "thrown", message: "broken", hint: null, location: null, stack: [] }, shown: "earlierRun" } as const;

describe("a form in the inspector", () => {
  const open = (page: Page): Page => play(page, { kind: "openForm", form: "forward" });

  test("is about the selection, or the model, and opens the inspector", () => {
    const closed = play(startPage(undefined), state([net()]), { kind: "prefer", preferences: { inspectorOpen: false } });
    const page = open(closed);
    expect([page.form, page.selected, page.memory.preferences.inspectorOpen]).toEqual(["forward", module(""), true]);
    expect(open(play(closed, choose("2"))).selected).toEqual(module("2"));
  });

  test("stays while its model changes, and ends with the selection or the model", () => {
    const page = open(play(startPage(undefined), state([net(), rgnet()]), choose("2")));
    expect(play(page, { kind: "model", model: net() }, choose("2")).form).toBe("forward");
    expect(play(page, choose("0")).form).toBeNull();
    expect(play(page, { kind: "select", selection: { model: "net", path: "0" } }).form).toBeNull();
    expect(play(page, { kind: "chooseModel", model: "rgnet" }).form).toBeNull();
  });
});

describe("which model is shown", () => {
  test("the first of the file", () => {
    expect(shownModel(play(startPage(undefined), state([net(), rgnet()])))?.name).toBe("net");
  });

  test("the one that failed, unless another was chosen", () => {
    const location = { file: modelFile, line: 12, column: 3 };
    const failing = { ...rgnet(), trace: { ...net().trace!, failure: { step: 0, message: "shapes differ", location } } };
    const failed = {
      lastRun: { kind: "failed", failure: { kind: "thrown", message: "Error: shapes differ", hint: null, location, stack: [] }, shown: "thisRun" },
    };
    expect(shownModel(play(startPage(undefined), state([net(), failing], failed)))?.name).toBe("rgnet");
    expect(shownModel(play(startPage(undefined), state([net(), rgnet()]), state([net(), failing], failed)))?.name).toBe("net");
  });

  test("the chosen one, through re-runs", () => {
    const page = play(startPage(undefined), state([net(), rgnet()]), { kind: "chooseModel", model: "rgnet" }, state([net(), tied(), rgnet()]));
    expect(shownModel(page)?.name).toBe("rgnet");
  });

  test("another one when the chosen one is gone", () => {
    const page = play(startPage(undefined), state([net(), rgnet()]), { kind: "chooseModel", model: "rgnet" }, state([net()]));
    expect(shownModel(page)?.name).toBe("net");
  });

  test("the chosen one again after a run that produced none", () => {
    const page = play(startPage(undefined), state([net(), rgnet()]), { kind: "chooseModel", model: "rgnet" }, state([], { lastRun }), state([net(), rgnet()]));
    expect(shownModel(page)?.name).toBe("rgnet");
  });

  test("the one that a selection from outside names", () => {
    const page = play(startPage(undefined), state([net(), rgnet()]), { kind: "select", selection: { model: "rgnet", path: "0.block 1" } });
    expect(shownModel(page)?.name).toBe("rgnet");
    expect(page.selected).toEqual(module("0.block 1"));
  });
});

describe("selection", () => {
  const chosen = play(startPage(undefined), state([rgnet()]), choose("0.block 1.0"));

  test("stays at its path through a re-run", () => {
    expect(play(chosen, state([rgnet()])).selected).toEqual(module("0.block 1.0"));
  });

  test("stays through a failed run that keeps the last good picture", () => {
    expect(play(chosen, state([rgnet()], { lastRun, stale: true })).selected).toEqual(module("0.block 1.0"));
  });

  test("moves to the nearest place above when its own is gone", () => {
    const smaller = snapshot("rgnet", sequential(sequential(["block 1", relu()]), linear(4, 1)), [2, 4]);
    expect(play(chosen, state([smaller])).selected).toEqual(module("0.block 1"));
  });

  test("stays when one model is replaced after a reinitialization", () => {
    const replaced = rgnet();
    const page = play(chosen, { kind: "model", model: replaced });
    expect(shownModel(page)).toBe(replaced);
    expect(page.selected).toEqual(module("0.block 1.0"));
  });

  test("of an operation stays while the operation is the same, else falls back to its module", () => {
    const operation = { kind: "node", id: "x", path: "0", label: "linear", source: { kind: "operation", step: 2 } } as const;
    const page = play(startPage(undefined), state([net()]), { kind: "choose", selected: operation, reveal: false });
    expect(play(page, state([net()])).selected).toEqual(operation);
    const other = snapshot("net", sequential(relu(), relu()), [2, 4]);
    expect(play(page, state([other])).selected).toEqual(module("0"));
  });

  test("from outside asks the picture to bring it into view, once", () => {
    const once = play(chosen, { kind: "select", selection: { model: "rgnet", path: "1" } });
    expect(once.reveals).toBe(chosen.reveals + 1);
    expect(play(once, { kind: "select", selection: { model: "rgnet", path: "1" } }).reveals).toBe(once.reveals);
  });

  test("ends where nothing is selected any more", () => {
    expect(play(chosen, { kind: "select", selection: { model: "rgnet", path: null } }).selected).toBeNull();
  });

  test("of an unknown model changes nothing", () => {
    expect(play(chosen, { kind: "select", selection: { model: "other", path: "1" } })).toBe(chosen);
  });

  test("is empty for another file", () => {
    expect(play(chosen, { kind: "state", state: file([rgnet()], { file: "/workspace/other.ts" }), selection: null }).selected).toBeNull();
  });
});

describe("what outlives a reload", () => {
  const before = play(
    startPage(undefined),
    state([net(), rgnet()]),
    { kind: "chooseModel", model: "rgnet" },
    { kind: "arrange", arrangement },
    { kind: "moveCamera", camera },
    choose("0"),
  );

  test("the chosen model, its arrangement and its selection", () => {
    const after = play(reloaded(before), state([net(), rgnet()]));
    expect(shownModel(after)?.name).toBe("rgnet");
    expect(shownView(after)).toEqual({ arrangement, camera, selection: "0" });
    expect(after.selected).toEqual(module("0"));
  });

  test("the selection, also when the file runs first and has no models until then", () => {
    const running = play(reloaded(before), state([], { activity: "running", lastRun: { kind: "none" } }));
    const after = play(running, state([net(), rgnet()]));
    expect(shownModel(after)?.name).toBe("rgnet");
    expect(after.selected).toEqual(module("0"));
  });

  test("the search, the table and its order, and what colours the boxes", () => {
    const open = play(
      before,
      { kind: "search", query: "Linear" },
      { kind: "openTab", tab: "parameters" },
      { kind: "prefer", preferences: { overlay: "parameters" } },
    );
    const after = reloaded(open);
    expect(after).toMatchObject({ query: "Linear", tab: "parameters", order: null });
    expect(after.memory.preferences.overlay).toBe("parameters");
  });

  test("preferences, and defaults for those that an older version did not know", () => {
    const preferred = play(before, { kind: "prefer", preferences: { direction: "right" } });
    const { direction, inspectorOpen } = reloaded(preferred).memory.preferences;
    expect({ direction, inspectorOpen }).toEqual({ direction: "right", inspectorOpen: true });
    expect(startPage({ version: 1, preferences: { direction: "right" }, files: {} }).memory.preferences.inspectorOpen).toBe(true);
  });

  test("a kept value that a setting cannot have gives its default", () => {
    const preferences = { direction: "up", showLegend: "yes", overlay: "beauty", overlayMark: "size", inspectorShare: 3 };
    const read = startPage({
      version: 1,
      preferences,
      files: { "/a.ts": { model: 3, views: { net: { depth: "deep", expanded: { a: 1, b: true }, unfolded: 7 } } } },
    });
    expect(read.memory.preferences).toMatchObject({ direction: "down", showLegend: false, overlay: null, overlayMark: "size" });
    expect(read.memory.files["/a.ts"]).toEqual({
      model: null,
      views: { net: { arrangement: { ...initialArrangement, expanded: new Map([["b", true]]) }, camera: null, selection: null } },
    });
  });

  test("state that is not ours is left aside", () => {
    for (const odd of [null, 3, "x", { version: 9 }]) expect(startPage(odd).memory.files).toEqual({});
  });

  test("no more than twenty files, the latest of them", () => {
    let page = startPage(undefined);
    for (let at = 0; at < 30; at++)
      page = play(page, { kind: "state", state: file([net()], { file: `/f${at}.ts` }), selection: null }, { kind: "arrange", arrangement });
    expect(Object.keys(page.memory.files)).toHaveLength(20);
    expect(Object.keys(page.memory.files)).toContain("/f29.ts");
  });

  test("a model may be named like an object's own method", () => {
    const page = play(startPage(undefined), state([snapshot("constructor", relu(), [1])]));
    expect(shownView(page).arrangement).toEqual(initialArrangement);
  });
});

describe("a comparison", () => {
  const comparing = play(startPage(undefined), state([rgnet()]), choose("0"), { kind: "compare", with: "0.block 1.0" });

  test("stays through a re-run while its module is there", () => {
    expect(play(comparing, state([rgnet()])).compared).toBe("0.block 1.0");
    const smaller = snapshot("rgnet", sequential(linear(4, 1)), [2, 4]);
    expect(play(comparing, state([smaller])).compared).toBeNull();
  });

  test("ends with another model", () => {
    expect(play(comparing, state([rgnet(), net()]), { kind: "chooseModel", model: "net" }).compared).toBeNull();
  });
});

test("an activity shows without touching the picture", () => {
  const page = play(startPage(undefined), state([net()]));
  const running = play(page, { kind: "activity", activity: "running" });
  expect(running.host).toMatchObject({ activity: "running" });
  expect(shownModel(running)).toBe(shownModel(page));
});
