import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, folder, models, openFile, problems, replaceText, runFile, until } from "./support.js";

const code = `import * as torch from "layerscope";
const { nn } = torch;
export const net = new nn.Sequential(
  new nn.Linear(4, 8),
  new nn.ReLU(),
  new nn.Linear(8, 1),
);
net(torch.rand([2, 4]));
`;

function set(name: string, value: boolean | undefined): Thenable<void> {
  return vscode.workspace.getConfiguration("layerscope").update(name, value, vscode.ConfigurationTarget.Workspace);
}

/** Types a text over the one that stands for it, without saving. */
async function type(editor: vscode.TextEditor, what: string, instead: string): Promise<void> {
  await replaceText(editor, editor.document.getText().replace(what, instead));
}

async function parameters(editor: vscode.TextEditor): Promise<number | undefined> {
  return (await models(editor))[0]?.totals.parameters;
}

suite("Looking while it is typed", () => {
  // What VS Code saves by itself would be run.
  suiteSetup(async () => {
    await set("lookWhileTyping", true);
    await set("runOnSave", false);
  });
  suiteTeardown(async () => {
    await set("lookWhileTyping", false);
    await set("runOnSave", undefined);
  });
  teardown(closeEditors);

  test("a wrong size is told at its layer and mended by its fix, without a run", async () => {
    const editor = await runFile("looked.ts", code);
    await type(editor, "Linear(8, 1)", "Linear(7, 1)");
    await until("the problem is told", () => problems(editor).length === 1);
    const [problem] = problems(editor);
    assert.match(problem!.message, /^2 \(Linear\) takes 7 features; 8 came, from 0 \(Linear\)\./);
    assert.equal(editor.document.getText(problem!.range), "new nn.Linear(7, 1)");
    const found = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", editor.document.uri, problem!.range);
    assert.ok(await vscode.workspace.applyEdit(found.find(({ title }) => title === "Change inFeatures to 8")!.edit!));
    await until("it is told no more", () => problems(editor).length === 0);
    assert.equal(await parameters(editor), 49);
  });

  test("models and hints follow; what is half written changes nothing", async () => {
    const editor = await runFile("followed.ts", code);
    await type(editor, "new nn.Linear(8, 1),", "new nn.Linear(8, 2),");
    await until("the models follow", async () => (await parameters(editor)) === 58);
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>("vscode.executeInlayHintProvider", editor.document.uri, whole);
    assert.ok(hints.some(({ label, position }) => label === "→ 2×2" && position.line === 5));
    await type(editor, "new nn.Linear(8, 2),", "new nn.Linear(8, 3");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual([await parameters(editor), problems(editor).length], [58, 0]);
  });

  test("no training is run, nothing is written, and a file that loops for ever costs two seconds", async () => {
    const training = `${code}
import { writeFileSync } from "node:fs";
for (let step = 0; ; step++) {
  if (step > 1) writeFileSync("steps.txt", String(step));
  net(torch.rand([2, 4])).sum().backward();
}
`;
    const editor = await runFile("trained.ts", code);
    await replaceText(editor, training.replace("nn.Linear(8, 1)", "nn.Linear(8, 5)"));
    await until("the models follow", async () => (await parameters(editor)) === 85);
    assert.deepEqual(problems(editor), []);
    await assert.rejects(access(join(folder, "steps.txt")));
    await replaceText(editor, `${code.replace("nn.Linear(8, 1)", "nn.Linear(8, 6)")}\nwhile (true) {}\n`);
    await until("the models follow", async () => (await parameters(editor)) === 94);
    assert.deepEqual(problems(editor), []);
  });

  test("what was reinitialized stays so while something else is typed", async () => {
    const editor = await runFile("reinitialized.ts", code);
    const depth = async () => (await models(editor))[0]!.undoDepth;
    const zeros = { target: { kind: "module", path: "0" }, choice: { kind: "scheme", function: "zeros_", arguments: {} }, seed: null };
    await vscode.commands.executeCommand("layerscope.reinitialize", { model: "net", path: "0", reinitialization: zeros });
    assert.equal(await depth(), 1);
    await type(editor, "Linear(8, 1)", "Linear(8, 2)");
    await until("the models follow, reinitialized", async () => (await parameters(editor)) === 58 && (await depth()) === 1);
    // A run makes them as the code says.
    await vscode.commands.executeCommand("layerscope.run");
    assert.equal(await depth(), 0);
  });

  test("a file of 3,000 lines is looked at like any other, and its marks stand where its lines are", async function () {
    this.timeout(180_000);
    const filler = (name: string, lines: number): string =>
      Array.from({ length: lines }, (_, line) => `export const ${name}${line} = (x: number): number => x + ${line};\n`).join("");
    const [imports, rest] = [code.slice(0, code.indexOf("export")), code.slice(code.indexOf("export"))];
    const editor = await runFile("long.ts", `${imports}${filler("before", 1500)}${rest}${filler("after", 1500)}`);
    assert.ok(editor.document.lineCount > 3000, String(editor.document.lineCount));
    await type(editor, "Linear(8, 1)", "Linear(7, 1)");
    await until("the problem is told", () => problems(editor).length === 1, 60_000);
    assert.equal(editor.document.getText(problems(editor)[0]!.range), "new nn.Linear(7, 1)");
    await type(editor, "Linear(7, 1)", "Linear(8, 3)");
    await until("it is told no more, and the models follow", async () => problems(editor).length === 0 && (await parameters(editor)) === 67, 60_000);
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>("vscode.executeInlayHintProvider", editor.document.uri, whole);
    assert.ok(hints.some(({ label }) => label === "→ 2×3"));
  });

  test("two files that are open follow their own texts", async () => {
    const one = await runFile("one.ts", code);
    const other = await runFile("other.ts", code.replace("nn.Linear(4, 8)", "nn.Linear(5, 8)").replace("[2, 4]", "[2, 5]"));
    await type(other, "Linear(8, 1)", "Linear(8, 4)");
    await type(await vscode.window.showTextDocument(one.document, vscode.ViewColumn.Beside), "Linear(8, 1)", "Linear(8, 2)");
    await until("both follow", async () => (await parameters(one)) === 58 && (await parameters(other)) === 84);
    assert.deepEqual([problems(one).length, problems(other).length], [0, 0]);
  });

  test("an imported file that is edited and not saved is looked at in the file that imports it", async () => {
    const sizes = await openFile("sizes.ts", "export const hidden = 8;\n");
    const editor = await runFile("importing.ts", code.replace("\nexport", '\nimport { hidden } from "./sizes";\nexport').replaceAll("8", "hidden"));
    assert.equal(await parameters(editor), 49);
    await type(await vscode.window.showTextDocument(sizes.document), "= 8", "= 16");
    await until("the importing file's models follow", async () => (await parameters(editor)) === 97);
  });

  test("a setting turns it off", async () => {
    const editor = await runFile("off.ts", code);
    await set("lookWhileTyping", false);
    try {
      await type(editor, "Linear(8, 1)", "Linear(7, 1)");
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.deepEqual(problems(editor), []);
    } finally {
      await set("lookWhileTyping", true);
    }
  });
});
