import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { RunOutcome } from "../../src/runner/client.js";
import { leftovers, Workspace } from "../runner/workspace.js";
import { Damage } from "../support/damage.js";
import { count, seed } from "./counts.js";
import { growth, halves, look, type Look } from "./measure.js";

vi.setConfig({ testTimeout: 24 * 3600_000, hookTimeout: 120_000 });

/** Milliseconds that damaged code may run, which need not be waited for; what is sound, and the bundler, may be as slow as a busy machine makes them. */
const timeLimit = 5000;
/** Milliseconds within which every run ends, whatever the file is: the limit, the time to be stopped, and a busy machine. */
const longest = 60_000;
const workspace = new Workspace({ memoryLimit: 700 });
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

const net = (width: number): string =>
  `import * as torch from "layerscope";\nconst net = new torch.nn.Sequential(new torch.nn.Linear(4, ${width}), new torch.nn.ReLU(), new torch.nn.Linear(${width}, 1));\nnet(torch.ones(2, 4));\n`;

/** The picture is that of the text, and of no other. */
function isNetOf(width: number, { models, failure }: RunOutcome): void {
  expect(failure).toBeNull();
  expect(models.map(({ name, tensors }) => [name, tensors[0]!.shape])).toEqual([["net", [width, 4]]]);
}

/** There are models, or a reason that can be read. */
function saysHowItEnded({ models, failure, offers }: RunOutcome): void {
  if (failure) expect(failure.message.trim()).not.toBe("");
  else expect([models, offers].every(Array.isArray)).toBe(true);
}

function isFlat(looks: readonly Look[], what: string): void {
  const found = growth(looks);
  const factors = Object.entries(found)
    .map(([name, factor]) => `${name} x ${factor.toFixed(3)}`)
    .join(", ");
  console.log(`${what}: second half against the first: ${factors}; megabytes at the end:`, looks.at(-1));
  // Of few there is nothing to be seen but noise.
  if (looks.length >= 40) for (const factor of Object.values(found)) expect(factor).toBeLessThan(1.1);
  // What has just been ended may still be there, with its pipes.
  const [first, second] = halves(looks);
  const mean = (some: readonly Look[], of: (look: Look) => number): number => some.reduce((sum, each) => sum + of(each), 0) / some.length;
  expect(mean(second, ({ children }) => children)).toBeLessThanOrEqual(mean(first, ({ children }) => children) + 1);
  expect(mean(second, ({ handles }) => handles)).toBeLessThanOrEqual(mean(first, ({ handles }) => handles) + 6);
}

describe("memory, handles and processes stay as they are", () => {
  test("over runs of one file again and again", async () => {
    const runs = count("RUNS", 10);
    const looks: Look[] = [];
    // Side by side, as in several windows: a run mostly waits for the process of the next.
    const sideBySide = Array.from({ length: runs >= 100 ? 3 : 1 }, () => new Workspace({ memoryLimit: 700 }));
    const lanes = sideBySide.length;
    for (let i = 0; i < runs; i += lanes) {
      const width = 5 + (i % 7);
      await Promise.all(sideBySide.map(async (each) => isNetOf(width, await each.run(net(width), {}, "again.ts"))));
      if ((i / lanes) % Math.ceil(runs / lanes / 100) === 0) looks.push(look());
    }
    await Promise.all(sideBySide.map((each) => each.dispose()));
    isFlat(looks, `${runs} runs`);
  });

  test("over requests to one model", async () => {
    const requests = count("REQUESTS", 150);
    const { file } = await workspace.run(net(6), {}, "asked.ts");
    const looks: Look[] = [];
    const { runner } = workspace;
    const asks = [
      () => runner.request(file, "forward", { model: "net", input: { kind: "stated", inputs: [{ shape: [3, 4], dtype: "float32", fill: "rand" }] }, seed: 1 }),
      () => runner.request(file, "reinitialize", { model: "net", target: { kind: "model" }, choice: { kind: "asConstructed" }, seed: 3 }),
      () => runner.request(file, "tensorValues", { model: "net", tensor: 0, maxRows: 8, maxColumns: 8 }),
      () => runner.request(file, "statistics", { model: "net", tensor: 0, bins: 16 }),
      () => runner.request(file, "undoReinitialize", { model: "net" }),
      () => runner.request(file, "showOwnPass", { model: "net" }),
      () => runner.request(file, "setSeed", { seed: 9 }),
    ];
    // What a process compiles and loads when it is first asked is no growth.
    for (let i = 0; i < 150; i++) await asks[i % asks.length]!();
    for (let i = 0; i < requests; i++) {
      await asks[i % asks.length]!();
      if (i % Math.ceil(requests / 100) === 0) looks.push(look());
    }
    isFlat(looks, `${requests} requests`);
  });
});

describe("every run ends, and says how", () => {
  test("of damaged model files", async () => {
    const damage = new Damage(seed);
    const example = readFileSync(path.resolve(import.meta.dirname, "../../examples/parameter-management.ts"), "utf8");
    const texts = [
      net(5),
      example,
      `${net(3)}export function make(width: number) {\n  return new torch.nn.Linear(width, width);\n}\nawait Promise.resolve();\n`,
    ];
    const files = count("MODELS", 12);
    const ends: Record<string, number> = {};
    for (let i = 0; i < files; i++) {
      const text = damage.ofText(damage.pick(texts));
      const began = Date.now();
      const outcome = await workspace.run(text, { asked: false, timeLimit }, "damaged.ts");
      const kind = outcome.failure?.kind ?? (outcome.models.length > 0 ? "models" : "no model");
      ends[kind] = (ends[kind] ?? 0) + 1;
      expect(Date.now() - began, `seed ${seed}, file ${i}: ${JSON.stringify(text)}`).toBeLessThan(longest);
      saysHowItEnded(outcome);
      // None of them is anything to another.
      if (i % 10 === 9) isNetOf(8, await workspace.run(net(8), {}, "sound.ts"));
    }
    console.log(`${files} damaged model files, seed ${seed}:`, ends);
  });

  test("with a damaged tsconfig.json", async () => {
    const damage = new Damage(seed);
    const config = `{
  // How the project is compiled.
  "extends": ["./base.json"],
  "compilerOptions": { "target": "es2022", "module": "nodenext", "jsx": "react-jsx", "baseUrl": ".", "paths": { "@/*": ["./*"], "layers": ["./layers.ts"] },
    "experimentalDecorators": true, "useDefineForClassFields": true, "verbatimModuleSyntax": false, "strict": true },
  "include": ["**/*.ts"], "files": [], "references": [{ "path": "../other" }]
}
`;
    const configs = count("CONFIGS", 10);
    const ends: Record<string, number> = {};
    workspace.write("project/base.json", '{ "compilerOptions": { "strict": true } }');
    for (let i = 0; i < configs; i++) {
      const text = damage.ofText(config);
      workspace.write("project/tsconfig.json", text);
      const began = Date.now();
      const outcome = await workspace.run(net(4), {}, "project/model.ts");
      expect(Date.now() - began, `seed ${seed}, config ${i}: ${JSON.stringify(text)}`).toBeLessThan(longest);
      saysHowItEnded(outcome);
      ends[outcome.failure?.kind ?? "models"] = (ends[outcome.failure?.kind ?? "models"] ?? 0) + 1;
      if (!outcome.failure) isNetOf(4, outcome);
    }
    workspace.write("project/tsconfig.json", config);
    isNetOf(4, await workspace.run(net(4), {}, "project/model.ts"));
    console.log(`${configs} damaged tsconfig.json, seed ${seed}:`, ends);
  });
});
