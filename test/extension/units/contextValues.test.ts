import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contextValues } from "../../../src/extension/status/contextValues.js";
import { capabilities, type Capability, type Failure } from "../../../src/protocol/index.js";
import { net } from "../../describe/snapshots.js";

type Shown = NonNullable<Parameters<typeof contextValues>[0]>;
const session = (given: Partial<Shown>): Shown => ({
  activity: "idle",
  capabilities,
  earlierChanges: [],
  failure: null,
  hasRun: true,
  models: [net()],
  shown: given.models?.[0] ?? net(),
  selected: null,
  ...given,
});
const failure: Failure = { kind: "thrown", message: "out of paper", hint: null, location: null, stack: [] };

describe("what menus and the tree's welcome are told", () => {
  test("a good run with a model never says that no module was alive, however late the tree fills", () => {
    expect(contextValues(session({})).state).toBe("models");
    expect(contextValues(session({ models: [] })).state).toBe("noModel");
  });

  test("the state of what has no model to show", () => {
    expect(contextValues(null).state).toBe("empty");
    expect(contextValues(session({ models: [], hasRun: false })).state).toBe("ready");
    expect(contextValues(session({ models: [], activity: "running" })).state).toBe("running");
    expect(contextValues(session({ models: [], failure })).state).toBe("failed");
  });

  test("what a source cannot do is not offered, whatever its models allow", () => {
    const model = { ...net(), hasForward: true, undoDepth: 1 };
    const all = contextValues(session({ models: [model] }));
    expect([all.canRunForward, all.canUndo, all["can.reinitialize"], all["can.stop"]]).toEqual([true, true, true, true]);
    const weights: readonly Capability[] = ["run", "tensorValues", "statistics"];
    const few = contextValues(session({ models: [model], capabilities: weights }));
    expect([few.canRunForward, few.canUndo, few["can.reinitialize"], few["can.stop"]]).toEqual([false, false, false, false]);
    expect([few.hasModels, few["can.run"]]).toEqual([true, true]);
  });

  test("every key that package.json reads is set", () => {
    const { contributes } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { contributes: unknown };
    const clauses: string[] = [];
    JSON.stringify(contributes, (key, value: unknown) => {
      // A step of the walkthrough is done when such a key is on.
      if (key === "completionEvents")
        clauses.push(...(value as string[]).flatMap((event) => (event.startsWith("onContext:") ? event.slice("onContext:".length) : [])));
      if ((key === "when" || key === "enablement") && typeof value === "string") clauses.push(value);
      return value;
    });
    // Views and kernels are named in the same clauses, and whether a view is in sight is VS Code's to say.
    const read = clauses.flatMap((clause) =>
      [...clause.replace(/(view|webviewId|notebookKernel) (==|=~) \S+|view\.[\w.]+\.visible/g, "").matchAll(/layerscope\.([\w.]+)/g)].map(([, key]) => key!),
    );
    const set = [...Object.keys(contextValues(null)), "modelFiles", "runnableFiles"];
    expect([...new Set(read)].filter((key) => !set.includes(key))).toEqual([]);
  });
});
