import { afterAll, describe, expect, test, vi } from "vitest";
import { leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What cannot be looked at is named, and costs nothing else. */
const workspace = new Workspace();
const head = 'import * as torch from "layerscope";\nconst net = new torch.nn.Linear(3, 2);\n';
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

describe("beside", () => {
  test("a value that cannot be looked at, the models are shown and it is named at its line", async () => {
    const { models, failure } = await workspace.run(`${head}const { proxy, revoke } = Proxy.revocable({}, {});\nrevoke();\nexport { proxy };`);
    expect(models.map(({ name }) => name)).toEqual(["net"]);
    expect(failure).toMatchObject({
      kind: "partial",
      message: expect.stringMatching(/^proxy could not be looked at: TypeError: .*revoked/),
      location: { line: 3 },
    });
  });

  test("a model whose own modules() throws, all are shown: looking does not call it", async () => {
    const { models, failure } = await workspace.run(`${head}class Odd extends torch.nn.Module {
  fc = new torch.nn.Linear(1, 1);
  override *modules(): Generator<torch.nn.Module> {
    throw new Error("not today");
  }
}
const odd = new Odd();`);
    expect(models.map(({ name }) => name)).toEqual(["net", "odd"]);
    expect(failure).toBeNull();
  });

  test.each([
    ["a map whose key has no prototype", "const map = new Map<object, unknown>([[Object.create(null), new torch.nn.Linear(1, 1)]]);", ["net", "map.[object]"]],
    ["an object without a constructor", "const layer = new torch.nn.Linear(1, 1);\n(layer as any).constructor = null;", ["net", "layer"]],
    [
      "a class whose name is a symbol",
      "class Net extends torch.nn.Module {\n  static override name = Symbol('n') as any;\n  fc = new torch.nn.Linear(1, 1);\n}\nconst other = new Net();",
      ["net", "other"],
    ],
    ["an object whose prototype is a trap", "const trap = new Proxy({}, { getPrototypeOf() { return Object.prototype; } });", ["net"]],
    ["a model whose mode is no boolean", "net.training = 1n as any;", ["net"]],
  ])("%s, the models are shown", async (_what, code, names) => {
    const { models, failure } = await workspace.run(head + code);
    expect(failure).toBeNull();
    expect(models.map(({ name }) => name)).toEqual(names);
  });

  test("a model with something in it that no description can hold, the others are shown and it is named", async () => {
    const { models, failure } = await workspace.run(`${head}const odd = new torch.nn.Linear(1, 1);\n(odd.weight as any).requiresGrad = 3n;`);
    expect(models.map(({ name }) => name)).toEqual(["net"]);
    expect(failure).toMatchObject({ kind: "partial", message: expect.stringMatching(/^odd could not be looked at: .*requiresGrad/), location: { line: 3 } });
  });

  test("descriptions without a bound, they are cut", async () => {
    const { models, failure } = await workspace.run(`${head}class Long extends torch.nn.Module {
  fc = new torch.nn.Linear(1, 1);
  override extraRepr(): string {
    return "x".repeat(1e6);
  }
}
const long = new Long();`);
    expect(failure).toBeNull();
    expect(models.find(({ name }) => name === "long")!.root.ownText!.length).toBeLessThan(1100);
  });
});
