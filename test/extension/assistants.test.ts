import assert from "node:assert/strict";
import { suite, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, layerscope, openFile } from "./support.js";

const text = `import * as torch from "layerscope";
export const net = new torch.nn.Linear(4, 8);
net(torch.rand(2, 4));
`;

async function ask(name: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(`layerscope_${name}`, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
}

suite("assistants in the editor", () => {
  suiteTeardown(closeEditors);

  test("ask about the models of a file, which is run for it", async () => {
    await layerscope();
    await openFile("assistant.ts", text);
    assert.match(await ask("list_models", { file: "assistant.ts" }), /"name": "net"/);
    assert.match(await ask("shapes_along_forward", { file: "assistant.ts" }), /2×8/);
  });
});
