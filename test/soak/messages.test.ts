import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Access, ModelSnapshot, PageMessage, RunResult } from "../../src/protocol/index.js";
import { checkResult } from "../../src/protocol/snapshotChecks.js";
import { frame, FrameReader } from "../../src/runner/frames.js";
import { checkFromHost, type FromHost } from "../../src/runner/pipeMessages.js";
import { ModelProcess, type ProcessOptions, RunnerError } from "../../src/runner/process.js";
import { startPage } from "../../webview/storedPage.js";
import { Host } from "../../webview/host.js";
import { Store } from "../../webview/state.js";
import { net, rgnet } from "../describe/snapshots.js";
import { dist, leftovers, Workspace } from "../runner/workspace.js";
import { Damage } from "../support/damage.js";
import { count, seed } from "./counts.js";

vi.setConfig({ testTimeout: 24 * 3600_000, hookTimeout: 120_000 });

const access: Access = { asked: false, allowed: [], readable: [], writable: [] };
const place = "{".padEnd(35, "i") + "}";
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "layerscope-soak-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  expect(leftovers()).toEqual([]);
});

/** The answer to a run as a runner sends it, by its frames. */
function answerOf(models: readonly ModelSnapshot[]): { readonly head: object; readonly body: string }[] {
  const result: RunResult = { models, failure: null, offers: [] };
  return [
    { head: { kind: "part", id: place, path: [] }, body: JSON.stringify(result) },
    { head: { kind: "answered", id: place, failed: false, output: { stdout: 0, stderr: 0 } }, body: "" },
  ];
}

function damagedAnswer(damage: Damage): Buffer {
  const frames = answerOf([damage.pick([net(), rgnet()])]);
  const how = damage.random();
  if (how < 0.3) return damage.ofBytes(Buffer.concat(frames.map(({ head, body }) => frame(head, body))));
  if (how < 0.4) frames.reverse();
  else if (how < 0.5) frames.splice(damage.below(2), damage.below(2), damage.pick(frames));
  else if (how < 0.7) frames.splice(damage.below(2), 1, { head: damage.of(damage.pick(frames).head) as object, body: damage.pick(frames).body });
  else frames[0] = { ...frames[0]!, body: JSON.stringify(damage.of(JSON.parse(frames[0]!.body))) };
  return Buffer.concat(frames.map(({ head, body }) => frame(head, body)));
}

describe("what a runner's process sends to the host", () => {
  test("is taken when it is right, and else ends the process and says why", async () => {
    const damage = new Damage(seed);
    const answers = count("ANSWERS", 12);
    const fake = path.join(folder, "dist");
    mkdirSync(fake, { recursive: true });
    copyFileSync(path.join(import.meta.dirname, "damagedRunner.js"), path.join(fake, "runner.js"));
    writeFileSync(path.join(fake, "package.json"), '{"type":"module"}');
    const ends: Record<string, number> = {};
    const one = async (i: number): Promise<void> => {
      const file = path.join(folder, `answer${i}.json`);
      const ready = frame(damage.random() < 0.05 ? (damage.of({ kind: "ready" }) as object) : { kind: "ready" });
      writeFileSync(file, JSON.stringify({ ready: ready.toString("base64"), answer: damagedAnswer(damage).toString("base64"), ends: damage.random() < 0.3 }));
      process.env.LAYERSCOPE_SOAK_ANSWER = file;
      const model = new ModelProcess(fake, { timeLimit: 500, memoryLimit: 200, outputLimit: 1000, stringsFile: null }, false, false);
      let end: string;
      try {
        const bundle = { entry: "/m.ts", code: "", sourceMap: '{"version":3,"sources":[],"mappings":""}', engineUrl: "file:///e.js" };
        const whole = { ...bundle, files: [], packages: [], lineStarts: {}, bindings: [], note: null };
        const result = await model.request("run", { bundle: whole, workingDirectory: folder, build: null, access });
        expect(checkResult.run(result), `seed ${seed}, answer ${i}`).toBeNull();
        end = "taken";
      } catch (error) {
        expect(error, `seed ${seed}, answer ${i}`).toBeInstanceOf(RunnerError);
        const { kind, message } = (error as RunnerError).failure;
        expect(message.trim()).not.toBe("");
        end = kind;
      }
      model.kill();
      await model.ended;
      rmSync(file);
      ends[end] = (ends[end] ?? 0) + 1;
    };
    const atOnce = 8;
    for (let i = 0; i < answers; i += atOnce) await Promise.all(Array.from({ length: Math.min(atOnce, answers - i) }, (_, more) => one(i + more)));
    console.log(`${answers} damaged answers of a runner, seed ${seed}:`, ends);
  });
});

describe("what the host sends to a runner's process", () => {
  const workspace = new Workspace();
  afterAll(() => workspace.dispose());
  const requests: readonly FromHost[] = [
    { kind: "stop", reason: "cancelled", limit: 0 },
    ...(
      [
        { method: "setSeed", params: { seed: 4 } },
        { method: "forward", params: { model: "net", input: { kind: "recorded" }, seed: null } },
        { method: "tensorValues", params: { model: "net", tensor: 0, maxRows: 2, maxColumns: 2 } },
        { method: "statistics", params: { model: "net", tensor: 0, bins: 4 } },
        { method: "undoReinitialize", params: { model: "net" } },
        { method: "reinitialize", params: { model: "net", target: { kind: "model" }, choice: { kind: "asConstructed" }, seed: 3 } },
      ] as const
    ).map((request) => ({ kind: "request" as const, id: "12345678", request })),
  ];

  test("is checked, and nothing in it throws", () => {
    const damage = new Damage(seed);
    const messages = count("REQUEST_SHAPES", 1000);
    let sound = 0;
    for (let i = 0; i < messages; i++) {
      const reader = new FrameReader(
        ({ head }) => (sound += checkFromHost(head) === null ? 1 : 0),
        () => undefined,
      );
      const bytes = damage.random() < 0.5 ? damage.ofBytes(frame(damage.pick(requests))) : frame([damage.of(damage.pick(requests))] as object);
      reader.receive(bytes);
    }
    expect(sound).toBeLessThan(messages / 2);
  });

  test("is answered, or ends the process", async () => {
    const damage = new Damage(seed);
    const processes = count("DAMAGED_REQUESTS", 3);
    const ends: Record<string, number> = {};
    const one = async (i: number): Promise<void> => {
      const own = mkdtempSync(path.join(folder, "runner-"));
      const options: ProcessOptions = {
        engineUrl: pathToFileURL(path.join(dist, "engine/index.js")).href,
        timeLimit: 5000,
        memoryLimit: 1000,
        outputLimit: 1000,
        codeFile: path.join(own, "model.mjs"),
        pipe: 3,
        stringsFile: null,
        stack: null,
      };
      const child = spawn(process.execPath, ["--expose-gc", path.join(dist, "runner.js"), JSON.stringify(options)], {
        stdio: ["ignore", "ignore", "pipe", "pipe"],
        detached: true,
      });
      const end = await answered(
        child,
        damage.random() < 0.4 ? damage.ofBytes(frame(damage.pick(requests))) : frame(damage.of(damage.pick(requests)) as object),
      );
      expect(["ended", "answered", "waits"], `seed ${seed}, message ${i}`).toContain(end);
      ends[end] = (ends[end] ?? 0) + 1;
      rmSync(own, { recursive: true, force: true });
    };
    const atOnce = 6;
    for (let i = 0; i < processes; i += atOnce) await Promise.all(Array.from({ length: Math.min(atOnce, processes - i) }, (_, more) => one(i + more)));
    console.log(`${processes} damaged messages to a runner, seed ${seed}:`, ends);
  });

  /** "waits": for the rest of a message that never comes, or for a request; it ends with its pipe. */
  async function answered(child: ChildProcess, bytes: Buffer): Promise<string> {
    const pipe = child.stdio[3] as Socket;
    pipe.on("error", () => undefined);
    let complaints = "";
    child.stderr!.on("data", (text: Buffer) => (complaints += text.toString()));
    const ended = new Promise<string>((resolve) => child.once("exit", () => resolve("ended")));
    const answer = new Promise<string>((resolve) => {
      const reader = new FrameReader(
        ({ head }) => {
          const { kind } = head as { readonly kind: string };
          if (kind === "ready") {
            pipe.write(bytes);
            setTimeout(resolve, 1500, "waits");
          } else if (kind === "answered") resolve("answered");
        },
        () => resolve("the runner's own message is damaged"),
      );
      pipe.on("data", (more: Buffer) => reader.receive(more));
    });
    const end = await Promise.race([ended, answer]);
    // Its host is gone: it ends by itself.
    pipe.destroy();
    const gone = await Promise.race([ended, new Promise<string>((resolve) => setTimeout(resolve, 10_000, "an orphan"))]);
    expect(complaints, "nothing fell over").toBe("");
    return gone === "ended" ? end : gone;
  }
});

describe("what the host sends to a page", () => {
  test("is shown when it is right, and else is told and changes nothing", () => {
    const damage = new Damage(seed);
    const messages = count("PAGE_MESSAGES", 500);
    const models = [net(), rgnet()];
    const state: PageMessage = {
      kind: "state",
      state: {
        kind: "file",
        file: "/w/net.ts",
        capabilities: ["run", "forward"],
        activity: "idle",
        models,
        lastRun: { kind: "completed" },
        offers: [{ expression: "make()", complete: true, location: null }],
        build: null,
        stale: false,
        findingLevels: { nan: "off" },
        timeLimit: 30,
        earlierChanges: [],
        isInTab: false,
      },
      selection: { model: "net", path: "0" },
    };
    const sound: readonly PageMessage[] = [
      state,
      { kind: "model", model: models[0]! },
      { kind: "activity", activity: "running" },
      { kind: "select", selection: { model: "rgnet", path: "0" } },
      { kind: "reply", id: 1, result: null },
      { kind: "error", id: 1, message: "no" },
    ];
    let deliver: (message: unknown) => void = () => undefined;
    const store = new Store(startPage(undefined));
    let told = 0;
    let taken = 0;
    new Host(
      { postMessage: () => undefined, listen: (listener) => (deliver = listener) },
      (message) => {
        taken++;
        store.dispatch(message);
      },
      () => told++,
    );
    for (let i = 0; i < messages; i++) {
      const before = store.page;
      const takenBefore = taken;
      const message = damage.of(damage.pick(sound));
      try {
        deliver(message);
      } catch (error) {
        throw new Error(`seed ${seed}, message ${i}: ${JSON.stringify(message).slice(0, 3000)}`, { cause: error });
      }
      if (taken === takenBefore) expect(store.page).toBe(before);
    }
    deliver(state);
    expect(store.page.host).toEqual(state.state);
    console.log(`${messages} damaged messages to a page, seed ${seed}: ${told} told, ${taken} taken`);
  });
});
