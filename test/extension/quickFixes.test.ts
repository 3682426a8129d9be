import assert from "node:assert/strict";
import { suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, onlyProblem, problems, runFile, until } from "./support.js";

const header = `import * as torch from "layerscope";
const { nn } = torch;
`;

/** Layerscope's quick fixes at its only problem. */
async function fixes(editor: vscode.TextEditor): Promise<vscode.CodeAction[]> {
  const { uri } = editor.document;
  const { range } = onlyProblem(editor);
  const kind = vscode.CodeActionKind.QuickFix.value;
  let found: vscode.CodeAction[] = [];
  // VS Code gives up what it was asked when the editor changes meanwhile, as it does when it saves by itself.
  await until("the fixes are there", async () => {
    try {
      found = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", uri, range, kind);
      return true;
    } catch {
      return false;
    }
  });
  // VS Code does not hand on what each is about; TypeScript finds nothing wrong here.
  return found.filter(({ edit, isPreferred }) => edit && isPreferred);
}

/** Applies the only fix and runs the file, after which nothing may be wrong. */
async function mend(editor: vscode.TextEditor, title: string, text: string): Promise<void> {
  const [fix, ...others] = await fixes(editor);
  assert.deepEqual([fix?.title, others], [title, []]);
  assert.ok(await vscode.workspace.applyEdit(fix!.edit!));
  assert.ok(editor.document.getText().includes(text), editor.document.getText());
  await vscode.commands.executeCommand("layerscope.run");
  await until("nothing is wrong any more", () => problems(editor).length === 0);
}

suite("A shape that does not fit", () => {
  teardown(closeEditors);

  test("is marked at the layer that refuses, with where the shape came from, and is mended", async () => {
    const code = `${header}const layers = [
  new nn.Linear(4, 8),
  new nn.ReLU(),
  new nn.Linear(7, 1),
];
export const net = new nn.Sequential(...layers);
net(torch.rand([2, 4]));
`;
    const editor = await runFile("mismatch.ts", code);
    const problem = onlyProblem(editor);
    assert.equal(problem.message, "2 (Linear) takes 7 features; 8 came, from 0 (Linear).\nmat1 and mat2 shapes cannot be multiplied (2x8 and 7x1)");
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(editor.document.getText(problem.range), "new nn.Linear(7, 1)");
    assert.deepEqual(
      problem.relatedInformation?.map(({ message, location }) => [message, location.range.start.line]),
      [
        ["2×8 comes from here: 0 (Linear)", 3],
        ["Called here", 8],
      ],
    );
    await mend(editor, "Change inFeatures to 8", "new nn.Linear(8, 1)");
    await vscode.commands.executeCommand("undo");
    assert.ok(editor.document.getText().includes("new nn.Linear(7, 1)"));
  });

  test("is mended through the constant that the size came from, with a preview where others read it", async () => {
    const alone = await runFile(
      "constant.ts",
      `${header}const hidden = 7;\nexport const net = new nn.Sequential(new nn.Linear(4, 8), new nn.Linear(hidden, 1));\nnet(torch.rand([2, 4]));\n`,
    );
    await mend(alone, "Change hidden to 8", "const hidden = 8;");
    const shared = await runFile(
      "shared.ts",
      `${header}const hidden = 7;\nexport const net = new nn.Sequential(new nn.Linear(4, 8), new nn.Linear(hidden, 1));\nexport const other = new nn.Linear(hidden, 1);\nnet(torch.rand([2, 4]));\n`,
    );
    assert.deepEqual(
      (await fixes(shared)).map(({ title }) => title),
      ["Change hidden to 8, for all that read it..."],
    );
  });

  test("is mended by a Flatten where an image meets a Linear", async () => {
    const editor = await runFile(
      "flatten.ts",
      `${header}export const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.Linear(18, 1));\nnet(torch.rand([2, 1, 5, 5]));\n`,
    );
    await mend(editor, "Insert a Flatten", "new nn.Flatten(), new nn.Linear(18, 1)");
  });

  test("a Softmax before a loss that takes logits is taken out", async () => {
    const code = `${header}export const net = new nn.Sequential(new nn.Linear(4, 3), new nn.Softmax(1));
const y = net(torch.rand([2, 4]));
nn.functional.crossEntropy(y, torch.tensor([0, 2]));
`;
    await mend(await runFile("softmax.ts", code), "Remove 1 (Softmax)", "new nn.Sequential(new nn.Linear(4, 3));");
  });

  test("a plain list of layers becomes a ModuleList", async () => {
    const code = `${header}class Net extends nn.Module {
  layers = [new nn.Linear(4, 4), new nn.Linear(4, 4)];
  output = new nn.Linear(4, 1);
  override forward(x: torch.Tensor) {
    let y = x;
    for (const layer of this.layers) y = layer(y);
    return this.output(y);
  }
}
export const net = new Net();
net(torch.rand([2, 4]));
`;
    await mend(await runFile("list.ts", code), "Make layers an nn.ModuleList", "layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);");
  });

  test("a constructor that leaves out Module's gets it", async () => {
    const code = `${header}class Net extends nn.Module {
  fc;
  // @ts-expect-error It is what is mended.
  constructor() {
    this.fc = new nn.Linear(4, 1);
  }
  override forward(x: torch.Tensor) {
    return this.fc(x);
  }
}
export const net = new Net();
net(torch.rand([2, 4]));
`;
    const editor = await runFile("super.ts", code);
    assert.match(onlyProblem(editor).message, /Must call super constructor/);
    const fix = (await fixes(editor)).find(({ title }) => title === "Call super() first");
    assert.ok(await vscode.workspace.applyEdit(fix!.edit!));
    assert.ok(editor.document.getText().includes("constructor() {\n    super();\n    this.fc"), editor.document.getText());
    await vscode.commands.executeCommand("layerscope.run");
    await until("nothing is wrong any more", () => problems(editor).length === 0);
  });

  test("and one of Python's, told by the error of the run at the line that fails", async () => {
    const code = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(4, 1)

    def forward(self, x):
        return self.fc(x)


net = Net()
net(torch.rand(2, 4))
`;
    const editor = await runFile("super_left_out.py", code);
    await until("the run has ended", () => problems(editor).length > 0, 60_000);
    const problem = onlyProblem(editor);
    assert.match(problem.message, /cannot assign module before Module\.__init__\(\) call/);
    assert.equal(problem.range.start.line, 6);
    const fix = (await fixes(editor)).find(({ title }) => title === "Call super().__init__() first");
    assert.ok(await vscode.workspace.applyEdit(fix!.edit!));
    assert.ok(editor.document.getText().includes("def __init__(self):\n        super().__init__()\n        self.fc"), editor.document.getText());
    await vscode.commands.executeCommand("layerscope.run");
    await until("nothing is wrong any more", () => problems(editor).length === 0, 60_000);
  });
});
