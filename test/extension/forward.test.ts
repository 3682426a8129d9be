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

const asked = { ...vscode.window };

/** Answers the pickers and boxes that follow, in order, and gives back what was said instead of asking. */
function answer(...answers: string[]): string[] {
  const said: string[] = [];
  Object.assign(vscode.window, {
    showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
      const wanted = answers.shift();
      return items.find(({ label }) => label === wanted);
    },
    showInputBox: async () => answers.shift(),
    showInformationMessage: async (message: string) => void said.push(message),
  });
  return said;
}

suite("running a model forward from the palette", () => {
  setup(closeEditors);
  teardown(async () => {
    Object.assign(vscode.window, {
      showQuickPick: asked.showQuickPick,
      showInputBox: asked.showInputBox,
      showInformationMessage: asked.showInformationMessage,
    });
    await closeEditors();
  });

  test("takes inputs of one's own, and leads back to those of the code", async () => {
    const editor = await runFile("forward.ts", net);
    const shown = async () => {
      const { trace } = (await models(editor))[0]!;
      return [trace!.origin, trace!.values[trace!.inputs[0]!.value]!.shape];
    };
    answer("Inputs of my own", "5, 4", "ones", "");
    await vscode.commands.executeCommand("layerscope.forward");
    assert.deepEqual(await shown(), ["stated", [5, 4]]);
    answer("Back to the Recorded Inputs");
    await vscode.commands.executeCommand("layerscope.forward");
    assert.deepEqual(await shown(), ["recorded", [2, 4]]);
    answer("Back to the Recorded Inputs");
    await vscode.commands.executeCommand("layerscope.forward");
    assert.deepEqual(await shown(), ["recorded", [2, 4]]);
  });

  test("asks for no inputs where the model defines no forward, and says so", async () => {
    await runFile("holder.ts", holder);
    const said = answer();
    await vscode.commands.executeCommand("layerscope.forward");
    assert.equal(said.length, 1);
    assert.match(said[0]!, /experts defines no forward/);
  });
});
