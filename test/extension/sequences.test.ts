import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import * as vscode from "vscode";
import { Damage } from "../support/damage.js";
import { reloading } from "./reloading.js";
import { answerDialogs, closeEditors, folder, layerscope, problems, replaceText, until } from "./support.js";

const names = ["one.ts", "two.ts"] as const;
const seed = Number(process.env.LAYERSCOPE_SOAK_SEED ?? 1);
const sequences = Number(process.env.LAYERSCOPE_SOAK_SEQUENCES ?? 2);
const stepsOfEach = 10;

const net = (width: number): string =>
  `import * as torch from "layerscope";\nexport const net = new torch.nn.Sequential(new torch.nn.Linear(4, ${width}), new torch.nn.ReLU());\nnet(torch.ones(2, 4));\n`;

/** After so many the window is reloaded, with a run under way. */
const sequencesOfWindow = Math.max(1, Math.min(5, sequences - 1));
/** What a window tells the one that comes after it. */
interface State {
  /** Its extension host. */
  readonly host: number;
  readonly done: readonly string[];
}
const stateFile = `${process.env.LAYERSCOPE_TEST_REPORT ?? `${folder}/report`}.sequences`;

/** Told once. */
function stateBefore(): State {
  if (!existsSync(stateFile)) return { host: process.pid, done: [] };
  const state = JSON.parse(readFileSync(stateFile, "utf8")) as State;
  rmSync(stateFile);
  return state;
}

/** The processes of ours that an extension host has started; those that outlived it are children of another by now. */
function processes(host: number): readonly string[] {
  const lines = execFileSync("ps", ["-A", "-o", "ppid=,args="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, parent, script] = /^\s*(\d+)\s.*\/(runner|bundler)\.js/.exec(line) ?? [];
    return Number(parent) === host && script ? [script] : [];
  });
}

/** The processes of this window's extension that have lost their parent. */
function orphans(): readonly string[] {
  const dist = vscode.extensions.getExtension("layerscope.layerscope")!.extensionPath;
  const lines = execFileSync("ps", ["-A", "-o", "ppid=,args="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => /^\s*1\s/.test(line) && line.includes(`${dist}/dist/`) && /\/(runner|bundler)\.js/.test(line));
}

suite("what a user does, in any order", () => {
  let restore: () => void;
  setup(() => (restore = answerDialogs()));
  teardown(async () => {
    restore();
    await closeEditors();
  });

  test("in any order ends with the picture of the code, and leaves no process behind", async () => {
    const api = await layerscope();
    const before = stateBefore();
    const done = [...before.done];
    if (before.host !== process.pid) {
      await until("nothing of the window before is left", () => processes(before.host).length === 0 && orphans().length === 0);
      await within(60_000, "what runs since the window is back is stopped", vscode.commands.executeCommand("layerscope.stop"));
    }
    for (let sequence = done.length; sequence < sequences; sequence++) {
      const damage = new Damage(seed * 1000 + sequence);
      const began = Date.now();
      const said: string[] = [];
      let name: (typeof names)[number] = "one.ts";
      let editor = await openWith(name, net(3));
      const steps: Readonly<Record<string, () => unknown>> = {
        run: () => vscode.commands.executeCommand("layerscope.run"),
        stop: () => vscode.commands.executeCommand("layerscope.stop"),
        save: () => editor.document.save(),
        edit: async () => {
          const width = 2 + damage.below(30);
          await replaceText(editor, net(width));
        },
        "an endless loop": () => replaceText(editor, `${net(5)}while (true);\n`),
        "an error": () => replaceText(editor, `${net(5)}throw new Error("no");\n`),
        "no code": () => replaceText(editor, "const ("),
        reinitialize: () => vscode.commands.executeCommand("layerscope.reinitialize"),
        undo: () => vscode.commands.executeCommand("layerscope.undoReinitialize"),
        forward: () => vscode.commands.executeCommand("layerscope.forward"),
        seed: () => vscode.commands.executeCommand("layerscope.setSeed"),
        view: () => vscode.commands.executeCommand("layerscope.openModelView"),
        tab: () => vscode.commands.executeCommand("layerscope.openInEditor"),
        "reload of the page": () => vscode.commands.executeCommand("workbench.action.webview.reloadWebviewAction"),
        close: async () => {
          await editor.document.save();
          await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
          editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(`${folder}/${name}`));
        },
        "another file": async () => {
          name = name === "one.ts" ? "two.ts" : "one.ts";
          editor = await openWith(name, net(3));
        },
      };
      const pending: Promise<unknown>[] = [];
      for (let step = 0; step < stepsOfEach; step++) {
        const what = damage.pick(Object.keys(steps));
        said.push(what);
        const doing = Promise.resolve(steps[what]!()).catch(() => undefined);
        // What edits has to have the editor; all else may go on while the next is done.
        if (/edit|loop|error|code|close|file/.test(what)) await doing;
        else pending.push(doing);
        if (damage.random() < 0.5) await wait(damage.below(200));
      }
      const message = `seed ${seed}, sequence ${sequence}: ${said.join(", ")}`;
      const width = 40 + sequence;
      editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(`${folder}/${name}`));
      await replaceText(editor, net(width));
      await editor.document.save();
      await within(60_000, `the last run ends: ${message}`, vscode.commands.executeCommand("layerscope.run"));
      await within(60_000, `nothing hangs: ${message}`, Promise.all(pending));
      const shapes = () => api.models(editor.document.uri).map((model) => [model.name, model.tensors[0]!.shape]);
      await until(`the picture is of the code (${message})`, () => JSON.stringify(shapes()) === JSON.stringify([["net", [width, 4]]]));
      assert.deepEqual(
        problems(editor).map((problem) => problem.message),
        [],
        message,
      );
      // One for each file, one started ahead, and the bundler; what was ended takes a moment to be gone.
      await until(`no process is left over (${processes(process.pid).join(", ")}; ${message})`, () => {
        const found = processes(process.pid);
        return found.filter((script) => script === "runner").length <= 1 + names.length && found.filter((script) => script === "bundler").length <= 1;
      });
      done.push(message);
      console.log(`${Math.round((Date.now() - began) / 1000)} s: ${message}`);
      if (done.length % sequencesOfWindow === 0 && done.length < sequences) {
        await replaceText(editor, `${net(5)}while (true);\n`);
        await editor.document.save();
        void vscode.commands.executeCommand("layerscope.run");
        await wait(damage.below(1000));
        writeFileSync(stateFile, JSON.stringify({ host: process.pid, done } satisfies State));
        process.emit(reloading as "disconnect");
        await vscode.commands.executeCommand("workbench.action.reloadWindow");
        // This window ends, and with it this test: it begins again in the next.
        await new Promise(() => undefined);
      }
    }
    assert.equal(done.length, sequences);
    console.log(`${done.length} sequences of ${stepsOfEach} in ${1 + Math.floor((sequences - 1) / sequencesOfWindow)} windows, seed ${seed}`);
  }).timeout(60_000 + sequences * 60_000);
});

/** In the editor alone: what was not saved before may stand in the way of a change on disk. */
async function openWith(name: string, text: string): Promise<vscode.TextEditor> {
  const file = `${folder}/${name}`;
  if (!existsSync(file)) writeFileSync(file, text);
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
  await replaceText(editor, text);
  return editor;
}

async function within(milliseconds: number, what: string, doing: PromiseLike<unknown>): Promise<void> {
  const late = wait(milliseconds, "late", { ref: false });
  assert.notEqual(await Promise.race([doing, late]), "late", what);
}
