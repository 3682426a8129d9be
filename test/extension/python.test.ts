import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, folder, hoverAt, layerscope, models, onlyModel, onlyProblem, openFile, problems, replaceText, runFile, until } from "./support.js";

const net = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.first = nn.Linear(4, width)
        self.second = nn.Linear(width, 1)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))


net = Net()
net(torch.rand(2, 4))
if __name__ == "__main__":
    extra = nn.Linear(2, 2)
`;

/** Sets when Python files run by themselves; undefined: as it is by default. */
async function runsByItself(when: "asked" | "always" | "never" | undefined): Promise<void> {
  await vscode.workspace.getConfiguration("layerscope").update("python.run", when, vscode.ConfigurationTarget.Workspace);
}

const names = async (editor: vscode.TextEditor): Promise<string> => (await models(editor)).map(({ name }) => name).join();

suite("a Python file", function () {
  this.timeout(240_000);
  suiteSetup(closeEditors);
  suiteTeardown(closeEditors);

  test("runs only once it was asked for, as the main program then, and as a module when it is saved", async () => {
    await vscode.commands.executeCommand("layerscope.model.focus");
    const editor = await openFile("net.py", net);
    await editor.document.save();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(await models(editor), []);

    await vscode.commands.executeCommand("layerscope.run");
    assert.equal(await names(editor), "net,extra");

    await replaceText(editor, net.replace("width=8", "width=16"));
    await editor.document.save();
    await until("the new model is there", async () => (await models(editor))[0]?.totals.parameters === 97);
    assert.equal(await names(editor), "net");
  });

  test("runs by itself, as a module, where the user wants that always", async () => {
    await runsByItself("always");
    try {
      // What a view shows runs by itself.
      await vscode.commands.executeCommand("layerscope.model.focus");
      const editor = await openFile("always.py", net);
      await until("it has run", async () => (await models(editor)).length > 0, 120_000);
      assert.equal(await names(editor), "net");
      await replaceText(editor, net.replace("width=8", "width=16"));
      await editor.document.save();
      await until("the new model is there", async () => (await models(editor))[0]?.totals.parameters === 97, 120_000);
    } finally {
      await runsByItself(undefined);
    }
  });

  test("runs only when the user says so, each time, where it is never to run by itself", async () => {
    await runsByItself("never");
    try {
      const editor = await runFile("never.py", net);
      assert.equal(await names(editor), "net,extra");
      await replaceText(editor, net.replace("width=8", "width=16"));
      await editor.document.save();
      // A run that saving had begun would have ended before one that is begun now.
      await runFile("meanwhile.py", net);
      assert.deepEqual(
        (await models(editor)).map(({ name, totals }) => [name, totals.parameters]),
        [
          ["net", 49],
          ["extra", 6],
        ],
      );
      await vscode.window.showTextDocument(editor.document);
      await vscode.commands.executeCommand("layerscope.run");
      assert.equal((await models(editor))[0]?.totals.parameters, 97);
    } finally {
      await runsByItself(undefined);
    }
  });

  test("hovers explain its layers", async () => {
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(join(folder, "net.py")));
    assert.match(await hoverAt(editor, "nn.Linear(4, width)", 4), /\*\*Linear\*\*[^]*first/);
    assert.match(await hoverAt(editor, "net = Net", 1), /\*\*Net\*\*/);
    assert.match(await hoverAt(editor, "class Net", 7), /\*\*Net\*\*/);
  });

  test("a layer that is made there is revealed in the code", async () => {
    const file = join(folder, "net.py");
    await vscode.commands.executeCommand("layerscope.revealInCode", { file, model: "net", path: "second" });
    const editor = vscode.window.activeTextEditor!;
    assert.equal(editor.document.uri.fsPath, file);
    assert.equal(editor.selection.active.line, 8);
  });

  test("a shape that does not fit is told at the layer that refuses it, and the models stay", async () => {
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(join(folder, "net.py")));
    await replaceText(editor, net.replace("nn.Linear(width, 1)", "nn.Linear(width + 1, 1)"));
    await vscode.commands.executeCommand("layerscope.run");
    await until("the problem is there", () => problems(editor).length > 0);
    const problem = onlyProblem(editor);
    assert.match(problem.message, /mat1 and mat2 shapes cannot be multiplied \(2x8 and 9x1\)/);
    // The layer that refuses what it is given.
    assert.equal(problem.range.start.line, 8);
  });

  test("what Layerscope lacks is no problem of the code", async () => {
    const editor = await runFile("lacks.py", "import torch\nimport numpy as np\nx = torch.fft.fft(torch.rand(4))\n");
    assert.deepEqual(problems(editor), []);
    await replaceText(editor, "import torch\nimport numpy as np\nx = np.zeros(3)\n");
    await vscode.commands.executeCommand("layerscope.run");
    assert.deepEqual(problems(editor), []);
  });

  test("a class that needs arguments is built from an expression in the module", async () => {
    const editor = await runFile(
      "config.py",
      `import torch\nfrom torch import nn\n\n\nclass Net(nn.Linear):\n    def __init__(self, width):\n        super().__init__(width, 2)\n`,
    );
    assert.deepEqual(await models(editor), []);
    await vscode.commands.executeCommand("layerscope.build", { file: editor.document.uri.fsPath, expression: "Net(width=3)", complete: true });
    const model = await onlyModel(editor);
    assert.equal(model.totals.parameters, 8);
    await vscode.commands.executeCommand("layerscope.build", { file: editor.document.uri.fsPath, expression: "", complete: true });
  });

  test("an endless loop is stopped", async () => {
    const editor = await openFile("endless.py", "import torch\nwhile True:\n    pass\n");
    const running = vscode.commands.executeCommand("layerscope.run");
    await new Promise((resolve) => setTimeout(resolve, 6000));
    await vscode.commands.executeCommand("layerscope.stop");
    await running;
    assert.deepEqual(problems(editor), []);
    assert.ok(await layerscope());
  });
});
