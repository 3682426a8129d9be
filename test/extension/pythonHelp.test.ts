import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { answerDialogs, closeEditors, folder, openFile, replaceText, until } from "./support.js";

const head = `import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)

    def forward(self, x):
        h = self.first(x) * 2
        return F.relu(h)


net = Net()
net(torch.rand(2, 4))
unknown = [1, 2]
`;

/** Where a text ends in a document. */
function after(document: vscode.TextDocument, needle: string): vscode.Position {
  const at = document.getText().lastIndexOf(needle);
  assert.ok(at >= 0, needle);
  return document.positionAt(at + needle.length);
}

/** Ours, by what they say that they are. */
async function completions(document: vscode.TextDocument, needle: string): Promise<vscode.CompletionItem[]> {
  const list = await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, after(document, needle), ".");
  return list.items.filter(
    ({ detail, kind }) => /^\((?:module|class|function|value)\) torch/.test(detail ?? "") || kind === vscode.CompletionItemKind.Variable,
  );
}

/** Waits until a name is completed: a busy machine takes its time to say that no language server knows torch. */
async function completed(document: vscode.TextDocument, needle: string, name: string): Promise<string[]> {
  let found: string[] = [];
  await until(`${name} is completed`, async () => (found = labels(await completions(document, needle))).includes(name), 60_000);
  return found;
}

/** The same for signatures. */
async function signature(document: vscode.TextDocument, needle: string): Promise<vscode.SignatureHelp> {
  let found: vscode.SignatureHelp | undefined;
  await until("there is a signature", async () => (found = await signatures(document, needle)) !== undefined, 60_000);
  return found!;
}

const labels = (items: readonly vscode.CompletionItem[]): string[] => items.map(({ label }) => (typeof label === "string" ? label : label.label));

function signatures(document: vscode.TextDocument, needle: string): Thenable<vscode.SignatureHelp | undefined> {
  return vscode.commands.executeCommand("vscode.executeSignatureHelpProvider", document.uri, after(document, needle), "(");
}

/** All hovers at the end of a text. */
async function hovers(document: vscode.TextDocument, needle: string): Promise<readonly string[]> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, after(document, needle));
  return found.map(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value)).join("\n"));
}

suite("help for torch in Python", function () {
  this.timeout(240_000);
  let editor: vscode.TextEditor;

  /** The file with more behind it; its models are those of what ran before. */
  const type = async (more: string): Promise<vscode.TextDocument> => {
    await replaceText(editor, head + more);
    return editor.document;
  };

  suiteSetup(async () => {
    await closeEditors();
    editor = await openFile("help.py", head);
  });
  suiteTeardown(closeEditors);

  test("is given once the user has run the file with Layerscope", async () => {
    await type("torch.");
    assert.deepEqual(labels(await completions(editor.document, "torch.")), []);
    assert.equal(await signatures(editor.document, "nn.Linear("), undefined);
    await type("");
    await vscode.commands.executeCommand("layerscope.run");
    const found = await completed(await type("torch."), "torch.", "relu");
    for (const name of ["relu", "nn", "tensor", "float32", "no_grad"]) assert.ok(found.includes(name), name);
    assert.ok(!found.includes("observe"), "what PyTorch does not have");
    assert.equal(new Set(found).size, found.length);
  });

  test("completes modules, imports and arguments", async () => {
    await completed(await type("nn."), "nn.", "Conv2d");
    await completed(await type("y = F.re"), "F.re", "relu");
    await completed(await type("nn.init."), "nn.init.", "kaiming_normal_");
    await completed(await type("import torch."), "import torch.", "optim");
    await completed(await type("from torch.optim import "), "optim import ", "AdamW");
    const given = await completed(await type("nn.Linear(4, out_features=8, b"), "out_features=8, b", "bias=");
    assert.ok(!given.includes("out_features="), given.join());
  });

  test("completes the methods of what is known to be a tensor, by the code or by the last run, and of nothing else", async () => {
    await completed(await type("torch.rand(2)."), "torch.rand(2).", "view");
    await completed(await type("net.first.weight."), "net.first.weight.", "requires_grad_");
    const inForward = async (name: string): Promise<vscode.TextDocument> => {
      await replaceText(editor, head.replace("        return F.relu(h)", `        ${name}.\n        return F.relu(h)`));
      return editor.document;
    };
    // What forward was given, and what a line of the pass gave.
    await completed(await inForward("x"), "        x.", "view");
    await completed(await inForward("h"), "        h.", "view");
    assert.deepEqual(labels(await completions(await inForward("other"), "        other.")), []);
    assert.deepEqual(labels(await completions(await type("unknown."), "unknown.")), []);
    assert.deepEqual(labels(await completions(await type('"torch."'), "torch.")), []);
    assert.deepEqual(labels(await completions(await type("# torch."), "torch.")), []);
  });

  test("shows signatures, with the argument that is next", async () => {
    const linear = await signature(await type("nn.Linear(4, "), "nn.Linear(4, ");
    assert.match(linear.signatures[0]!.label, /^Linear\(in_features: int, out_features: int, bias: bool = True, /);
    assert.equal(linear.activeParameter, 1);
    const named = await signature(await type("F.cross_entropy(a, b,\n    label_smoothing="), "label_smoothing=");
    const { label, parameters } = named.signatures[0]!;
    const [start, end] = parameters[named.activeParameter]!.label as [number, number];
    assert.equal(label.slice(start, end), "label_smoothing: float = 0.0");
    assert.equal((await signature(await type("torch.arange("), "torch.arange(")).signatures.length, 2);
    assert.equal(await signatures(await type("print("), "print("), undefined);
  });

  test("hovers say what a layer does, beside what the last run made of it", async () => {
    await type("");
    await until("the layer is explained", async () => (await hovers(editor.document, "nn.Lin")).some((text) => text.includes("(class)")), 60_000);
    const found = await hovers(editor.document, "nn.Lin");
    assert.equal(found.filter((text) => text.includes("(class) torch.nn.Linear(")).length, 1, found.join("\n---\n"));
    assert.match(found.join("\n"), /in\\?_features: int,[^]*bias: bool = True[^]*both start from U/);
    assert.equal(found.filter((text) => text.includes("command:layerscope.select")).length, 1);
    assert.match((await hovers(editor.document, "from torch.nn import func")).join("\n"), /\(module\) torch\.nn\.functional/);
    assert.match((await hovers(editor.document, "return F.re")).join("\n"), /\(function\) torch\.nn\.functional\.relu\(/);
    assert.ok(!(await hovers(editor.document, "unkn")).some((text) => text.includes("torch.")));
  });

  test("is silent where a language server resolves torch", async () => {
    await type("torch.");
    await completed(editor.document, "torch.", "relu");
    const definition = new vscode.Location(vscode.Uri.file(join(folder, "elsewhere/torch/__init__.py")), new vscode.Position(0, 0));
    const server = vscode.languages.registerDefinitionProvider(
      { language: "python" },
      {
        provideDefinition: (document, position) => (document.getText(document.getWordRangeAtPosition(position)) === "torch" ? definition : undefined),
      },
    );
    try {
      await until("nothing is completed", async () => (await completions(editor.document, "torch.")).length === 0, 60_000);
      assert.equal(await signatures(editor.document, "nn.Linear("), undefined);
      assert.ok(!(await hovers(editor.document, "nn.Lin")).some((text) => text.includes("(class)")));
    } finally {
      server.dispose();
    }
    await until("it is completed again", async () => (await completions(editor.document, "torch.")).length > 100, 120_000);
  });

  test("is given in cells of a notebook with our kernel, which know what the others import", async () => {
    const cells = ["import torch\nfrom torch import nn as layers", "fc = layers.Linear(4, 8)\nfc.weight."].map(
      (text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "python"),
    );
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", new vscode.NotebookData(cells));
    await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand("notebook.selectKernel", { id: "layerscope.python", extension: "layerscope.layerscope" });
    const { document } = notebook.cellAt(1);
    await until("the kernel is chosen", async () => (await completions(document, "fc.weight.")).length > 0, 60_000);
    assert.ok(labels(await completions(document, "fc.weight.")).includes("numel"));
    assert.match((await signature(document, "layers.Linear(")).signatures[0]!.label, /^Linear\(in_features/);
    assert.match((await hovers(document, "layers.Lin")).join("\n"), /\(class\) torch\.nn\.Linear\(/);
  });

  test("stubs are written when asked, in the place of our own, and in that of others where the user says so", async () => {
    const target = join(folder, "typings", "torch");
    rmSync(join(folder, "typings"), { recursive: true, force: true });
    const restore = answerDialogs();
    const asked: string[] = [];
    try {
      await vscode.commands.executeCommand("layerscope.writeTypeStubs");
      assert.match(readFileSync(join(target, "nn/__init__.pyi"), "utf8"), /class Linear\(_torch\.nn\.Module\):/);
      writeFileSync(join(target, "old.pyi"), "");
      await vscode.commands.executeCommand("layerscope.writeTypeStubs");
      assert.ok(!existsSync(join(target, "old.pyi")));

      rmSync(target, { recursive: true });
      mkdirSync(target);
      writeFileSync(join(target, "__init__.pyi"), "x: int\n");
      Reflect.set(vscode.window, "showWarningMessage", (text: string) => Promise.resolve(void asked.push(text)));
      await vscode.commands.executeCommand("layerscope.writeTypeStubs");
      assert.equal(readFileSync(join(target, "__init__.pyi"), "utf8"), "x: int\n");
      assert.match(asked.join(), /Layerscope did not write/);
    } finally {
      restore();
      rmSync(join(folder, "typings"), { recursive: true, force: true });
    }
  });
});
