import { spawnSync } from "node:child_process";
import path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { frame, FrameReader } from "../../src/runner/frames.js";
import { Assembly, partsOf, withoutToJson } from "../../src/runner/parts.js";
import { dist, leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** An answer comes, or what happened instead is said, whatever model code does to what carries it. */
const workspace = new Workspace({ timeLimit: 20_000 });
const head = 'import * as torch from "layerscope";\nimport fs from "node:fs";\nconst net = new torch.nn.Linear(3, 2);\n';
/** The code itself is kept from the pipe; a program that it hands the pipe on to is not. */
const sender = `import { spawnSync } from "node:child_process";
const send = (bytes: Buffer | string): unknown =>
  spawnSync(process.execPath, ["-e", "require('fs').writeSync(3, Buffer.from(process.argv[1], 'base64'))", Buffer.from(bytes).toString("base64")], {
    stdio: ["ignore", "ignore", "inherit", 3],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
`;
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

describe("model code that changes what answers travel by, and still shows its models", () => {
  test.each([
    ["toJSON of every object", "(Object.prototype as any).toJSON = () => { throw new Error('no'); };"],
    ["process.send", "process.send = () => true; delete (process as any).channel;"],
    ["JSON", "JSON.stringify = () => 'null'; JSON.parse = () => null;"],
    ["postMessage", "MessagePort.prototype.postMessage = () => {};"],
    ["Promise.race", "Promise.race = () => new Promise(() => {}); Promise.all = Promise.race as any;"],
    ["a value of a kind that JSON has no form for", "net.training = 1n as unknown as boolean;"],
  ])("%s", async (_what, code) => {
    const { models, failure } = await workspace.run(head + code);
    if (failure) expect(failure.kind).toBe("internal");
    else expect(models.map(({ name }) => name)).toEqual(["net"]);
  });
});

test.each([
  ["bytes of no meaning", 'send("hello, this is no message");'],
  [
    "a forged answer",
    `const text = JSON.stringify({ kind: "answered", id: "1", failed: false, output: { stdout: 0, stderr: 0 } }) + "\\n";
const bytes = Buffer.alloc(4 + text.length);
bytes.writeUInt32LE(text.length);
bytes.write(text, 4);
send(bytes);`,
  ],
  ["the size of a message that never comes", "send(Buffer.from([255, 255, 255, 255]));"],
])("%s on the pipe end the run and say so, and nothing else", async (_what, code) => {
  const { failure } = await workspace.run(`${head}${sender}${code}\nawait new Promise((resolve) => setTimeout(resolve, 5000));`, {
    allowed: ["programs"],
  });
  expect(failure).toMatchObject({ kind: "crash", message: expect.stringContaining("wrote into the channel of its process") });
  expect((await workspace.run(head)).failure).toBeNull();
});

test("the command line does not end by what model code sends", () => {
  const file = workspace.write("sends.ts", `${head}${sender}(process as any).send?.(null);\nsend("null\\n");\nsetTimeout(() => {}, 3000);`);
  const { status, stderr } = spawnSync(process.execPath, [path.join(dist, "cli.js"), "run", file, "--allow", "programs"], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^layerscope: error: The model code wrote into the channel of its process/);
});

describe("messages", () => {
  test("are put together again however their bytes arrive", () => {
    const bytes = Buffer.concat([frame({ a: 1 }, "网络\nx"), frame({ b: 2 }), frame({ c: 3 }, "y".repeat(1000))]);
    for (const size of [1, 2, 3, 7, 100, 5000]) {
      const received: unknown[] = [];
      const reader = new FrameReader(
        ({ head, body }) => received.push([head, body]),
        () => expect.unreachable(),
      );
      for (let at = 0; at < bytes.length; at += size) reader.receive(bytes.subarray(at, at + size));
      expect(received).toEqual([
        [{ a: 1 }, "网络\nx"],
        [{ b: 2 }, ""],
        [{ c: 3 }, "y".repeat(1000)],
      ]);
    }
  });

  test("that hold more than a string can travel in parts", () => {
    const value = {
      models: [
        { name: "a", list: [1, 2, { deep: "x".repeat(50) }] },
        { name: "b", list: [] },
      ],
      failure: null,
      missing: undefined,
    };
    for (const longest of [1, 10, 60, 1e6]) {
      const assembly = new Assembly();
      const parts = [...partsOf(value, longest)];
      for (const { path: place, text } of parts) assembly.add(place, text);
      expect(assembly.value).toEqual(JSON.parse(JSON.stringify(value)));
      expect(parts.length > 1).toBe(longest < 1e6);
    }
  });

  test("in parts that do not fit are refused", () => {
    const assembly = new Assembly();
    assembly.add([], "{}");
    assembly.add(["a"], "[]");
    for (const [place, text] of [
      [[], "1"],
      [["a"], "2"],
      [["a", 1], "2"],
      [["b", "c"], "2"],
      [["__proto__", "x"], "2"],
      [["a", "length"], "0"],
      ["a", "1"],
      [["b"], "{"],
    ] as const)
      expect(() => assembly.add(place, text)).toThrow();
    expect(assembly.value).toEqual({ a: [] });
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test("are those of the data, whatever objects inherit", () => {
    (Object.prototype as { toJSON?: unknown }).toJSON = () => "another";
    try {
      expect(withoutToJson(() => [...partsOf({ a: [1] })])).toEqual([{ path: [], text: '{"a":[1]}' }]);
      expect(JSON.stringify({ a: 1 })).toBe('"another"');
    } finally {
      delete (Object.prototype as { toJSON?: unknown }).toJSON;
    }
  });
});
