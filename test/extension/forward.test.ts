import assert from "node:assert/strict";
import { setup, suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, models, runFile } from "./support.js";

const net = `import * as torch from "layerscope";
export const net = new torch.nn.Linear(4, 8);
net(torch.rand(2, 4));
`;
const holder = `import { nn } from "layerscope";
export const experts = new nn.ModuleDict({ small: new nn.Linear(4, 4) });
`;

const { showInformationMessage } = vscode.window;

suite("running a model forward by a command", () => {
  setup(closeEditors);
  teardown(async () => {
    Object.assign(vscode.window, { showInformationMessage });
    await closeEditors();
  });

  test("takes the inputs that a keybinding gives it", async () => {
    const editor = await runFile("forward.ts", net);
    const input = { kind: "stated", inputs: [{ shape: [5, 4], dtype: "float32", fill: "ones" }] };
    await vscode.commands.executeCommand("layerscope.forward", { file: editor.document.uri.fsPath, model: "net", path: "", input });
    const { trace } = (await models(editor))[0]!;
    assert.deepEqual([trace!.origin, trace!.values[trace!.inputs[0]!.value]!.shape], ["stated", [5, 4]]);
  });

  test("asks for no inputs where the model defines no forward, and says so", async () => {
    await runFile("holder.ts", holder);
    const said: string[] = [];
    Object.assign(vscode.window, { showInformationMessage: async (message: string) => void said.push(message) });
    await vscode.commands.executeCommand("layerscope.forward");
    assert.equal(said.length, 1);
    assert.match(said[0]!, /experts defines no forward/);
  });
});
