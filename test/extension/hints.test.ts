import assert from "node:assert/strict";
import { suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, openFile, replaceText, runFile, until } from "./support.js";

const code = `import * as torch from "layerscope";
const { nn } = torch;

class Block extends nn.Module {
  first = new nn.Linear(4, 8);
  second = new nn.Linear(8, 4);
  forward(x: torch.Tensor) {
    const h = this.first(x);
    return this.second(h);
  }
}

const shared = new nn.Linear(4, 4);
export const stack = new nn.Sequential(new Block(), shared, shared);
stack(torch.rand([3, 4]));
`;

/** Layerscope's hints, by the text of their line. */
async function hints({ document }: vscode.TextEditor): Promise<Record<string, string[]>> {
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const found = await vscode.commands.executeCommand<vscode.InlayHint[]>("vscode.executeInlayHintProvider", document.uri, whole);
  const byLine: Record<string, string[]> = {};
  for (const { position, label } of found) {
    const { text } = document.lineAt(position.line);
    // The language's own hints stand within lines.
    if (position.character === text.length) (byLine[text.trim()] ??= []).push(typeof label === "string" ? label : label.map(({ value }) => value).join(""));
  }
  return byLine;
}

async function lenses({ document }: vscode.TextEditor): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri);
  return found.filter(({ command }) => command?.command.startsWith("layerscope.")).map(({ range, command }) => `${range.start.line}: ${command!.title}`);
}

function set(name: string, value: boolean | undefined): Thenable<void> {
  return vscode.workspace.getConfiguration("layerscope").update(name, value, vscode.ConfigurationTarget.Workspace);
}

suite("the code says its shapes", () => {
  teardown(async () => {
    for (const name of ["inlayHints.parameters", "runOnSave"]) await set(name, undefined);
    await closeEditors();
  });

  test("axes have the names of the variables that move them, and the variables tell their shapes", async () => {
    const named = `import * as torch from "layerscope";
const { nn } = torch;
const B = 3;
const width = 16;
export const net = new nn.Sequential(new nn.Linear(4, width), new nn.ReLU());
const y = net(torch.rand([B, 4]));
console.log(y.shape);
`;
    const editor = await runFile("named.ts", named);
    await until("the names are there", async () => (await hints(editor))["const y = net(torch.rand([B, 4]));"]?.join() === "B×width");
    const position = editor.document.positionAt(named.indexOf("width), new") + 1);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", editor.document.uri, position);
    const text = hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value))).join("\n");
    assert.match(text, /\*\*width\*\* = 16 .*net: .*B×width/);
  });

  test("hints at the end of lines: layers, statements, the call", async () => {
    assert.deepEqual(await hints(await runFile("hints.ts", code)), {
      "first = new nn.Linear(4, 8);": ["→ 3×8"],
      "second = new nn.Linear(8, 4);": ["→ 3×4"],
      "const h = this.first(x);": ["3×8"],
      "return this.second(h);": ["3×4"],
      "const shared = new nn.Linear(4, 4);": ["→ 3×4"],
      "export const stack = new nn.Sequential(new Block(), shared, shared);": ["→ 3×4"],
      "stack(torch.rand([3, 4]));": ["3×4"],
    });
  });

  test("a hover tells what a tensor was: at its name, at the call and where it is used", async () => {
    const { document } = await runFile("hints.ts", code);
    const told = async (needle: string, offset = 0): Promise<string> => {
      const position = document.positionAt(document.getText().indexOf(needle) + offset);
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, position);
      return hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value))).join("\n");
    };
    for (const [needle, offset] of [
      ["h = this", 0],
      ["first(x)", 0],
      ["second(h)", "second(".length],
    ] as const)
      assert.match(await told(needle, offset), /\*\*3×8\*\* float32 · mean .*, std .*\(recorded\)/);
    assert.doesNotMatch(await told("extends"), /float32/);
  });

  test("parameters on request", async () => {
    const editor = await runFile("hints.ts", code);
    await set("inlayHints.parameters", true);
    assert.deepEqual((await hints(editor))["first = new nn.Linear(4, 8);"], ["→ 3×8", "40 params"]);
  });

  test("an edited line says nothing, the others keep theirs and move along", async () => {
    const editor = await runFile("edited.ts", code);
    // VS Code may save by itself after a while, which would run it again.
    await set("runOnSave", false);
    await replaceText(editor, `// One line more\n${code.replace("this.first(x)", "this.first(x).relu()")}`);
    const found = await hints(editor);
    assert.equal(found["const h = this.first(x).relu();"], undefined);
    assert.deepEqual(found["return this.second(h);"], ["3×4"]);
  });

  test("lenses above models and classes say their size, and what can be done", async () => {
    assert.deepEqual(await lenses(await runFile("hints.ts", code)), [
      "3: 76 parameters",
      "13: 96 parameters · 3×4 → 3×4 · 384 B",
      "13: Reinitialize",
      "13: Run Forward",
    ]);
    const text = `import { nn, type Tensor } from "layerscope";
export class Net extends nn.Module {
  first = new nn.Linear(4, 8);
  forward(x: Tensor) {
    return this.first(x);
  }
}
`;
    assert.deepEqual(await lenses(await runFile("exported.ts", text)), ["1: 40 parameters · 1×4 → 1×8 · 160 B", "1: Reinitialize", "1: Run Forward"]);
  });

  test("a file that has not run, and one without a model, have none", async () => {
    const editor = await openFile("plain.ts", "export const x = 1;\n");
    assert.deepEqual([await hints(editor), await lenses(editor)], [{}, []]);
  });

  test("modules are symbols of the workspace, at the line that makes them", async () => {
    await runFile("hints.ts", code);
    const found = await vscode.commands.executeCommand<vscode.SymbolInformation[]>("vscode.executeWorkspaceSymbolProvider", "stack.0.first");
    const [symbol] = found.filter(({ name }) => name === "stack.0.first");
    assert.equal(symbol?.containerName, "Linear");
    assert.equal(symbol.location.range.start.line, 4);
  });

  test("uses of a shared weight: where it is made and each line that calls it", async () => {
    const editor = await runFile("hints.ts", code);
    const found = vscode.commands.executeCommand("layerscope.findUsesOfWeight", { model: "stack", path: "0.first" });
    await until("the weight is chosen", async () => {
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
      return Promise.race([found.then(() => true), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 200))]);
    });
    assert.equal(editor.selection.active.line, 4);
    await vscode.commands.executeCommand("goToNextReference");
    await until("the next use is shown", () => editor.selection.active.line === 7);
  });

  test("compared with the last save: what became of each module", async () => {
    const editor = await runFile("compared.ts", code);
    await set("runOnSave", false);
    const files = vscode.workspace.getConfiguration("files");
    await files.update("autoSave", "off", vscode.ConfigurationTarget.Workspace);
    try {
      await replaceText(editor, code.replace("const shared = new nn.Linear(4, 4);", "const shared = new nn.Linear(4, 4, { bias: false });"));
      await vscode.commands.executeCommand("layerscope.run");
      const compared = vscode.commands.executeCommand("layerscope.compareWith");
      // Up from the first choice goes to the end: Another File, then Last Save.
      await new Promise((resolve) => setTimeout(resolve, 500));
      for (let up = 0; up < 2; up++) await vscode.commands.executeCommand("workbench.action.quickOpenSelectPrevious");
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
      await compared;
      const shown = vscode.window.activeTextEditor!.document.getText();
      assert.match(shown, /^--- last save\n\+\+\+ compared\.ts\n\nstack\n~ 1 \(Linear\) bias true → false\n/);
      assert.match(shown, /Parameters 96 → 92 \(−4\)/);
    } finally {
      await files.update("autoSave", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
