import assert from "node:assert/strict";
import { setup, suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import type { ModelSnapshot, PageMethod, PageMethods, Reinitialization } from "../../src/protocol/index.js";
import { PlayedPage } from "./restricted/pageMessages.js";
import { closeEditors, onlyModel, runFile, until } from "./support.js";

const typescript = `import * as torch from "layerscope";
const { nn } = torch;

export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 2));
const x = torch.randn(3, 4);
net(x);
`;
const python = `import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
x = torch.randn(3, 4)
net(x)
`;
const reinitialization: Reinitialization = {
  target: { kind: "model" },
  choice: { kind: "scheme", function: "xavierUniform_", arguments: { gain: 5 / 3 } },
  seed: 7,
};

const values = ({ tensors }: ModelSnapshot) => tensors.map(({ names, statistics }) => [names, statistics]);

suite("a reinitialization is inserted as code", function () {
  this.timeout(240_000);
  setup(closeEditors);
  teardown(closeEditors);

  const files = {
    "inserted.ts": {
      text: typescript,
      code: [
        "torch.manualSeed(7);",
        "net.apply((module) => {",
        "  if (module instanceof nn.Linear) {",
        "    nn.init.xavierUniform_(module.weight, { gain: 1.6666666666666667 });",
        "    if (module.bias) nn.init.zeros_(module.bias);",
        "  }",
        "});",
      ],
      before: "net(x);",
    },
    "inserted.py": {
      text: python,
      code: [
        "torch.manual_seed(7)",
        "def initialize(module):",
        "    if isinstance(module, nn.Linear):",
        "        nn.init.xavier_uniform_(module.weight, gain=1.6666666666666667)",
        "        nn.init.zeros_(module.bias)",
        "net.apply(initialize)",
      ],
      before: "net(x)",
    },
  };
  for (const [name, { text, code, before }] of Object.entries(files)) {
    test(`${name}: before the model is used, with the numbers that it had when it was applied, and undone as one edit`, async () => {
      const editor = await runFile(name, text);
      const page = new PlayedPage("tab");
      await vscode.commands.executeCommand("layerscope.openInEditor");
      await until("the tab is there", () => page.listens);
      let id = 0;
      const ask = async <M extends PageMethod>(method: M, params: PageMethods[M]["params"]): Promise<void> => {
        await page.say({ id: ++id, method, params });
        const answer = page.posted.find((message) => "id" in message && message.id === id && message.kind !== "progress");
        assert.equal(answer?.kind, "reply", JSON.stringify(answer));
      };
      await ask("ready", null);
      await ask("reinitialize", { model: "net", ...reinitialization });
      const applied = values(await onlyModel(editor));
      await vscode.window.showTextDocument(editor.document);
      await vscode.commands.executeCommand("layerscope.run");
      assert.notDeepEqual(values(await onlyModel(editor)), applied);

      await ask("insertAsCode", { model: "net", ...reinitialization });
      const lines = text.split("\n");
      const at = lines.indexOf(before);
      const expected = [...lines.slice(0, at), ...code, ...lines.slice(at)].join("\n");
      assert.equal(editor.document.getText(), expected);
      const shown = vscode.window.activeTextEditor!;
      assert.deepEqual([shown.document.uri.fsPath, shown.selection.active.line], [editor.document.uri.fsPath, at]);
      await vscode.commands.executeCommand("layerscope.run");
      assert.deepEqual(values(await onlyModel(editor)), applied);

      await vscode.window.showTextDocument(editor.document);
      await vscode.commands.executeCommand("undo");
      assert.equal(editor.document.getText(), text);
    });
  }
});
