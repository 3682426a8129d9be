import assert from "node:assert/strict";
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, models, runFile } from "./support.js";

const text = `import * as torch from "layerscope";
const { nn } = torch;
const tied = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
const rgnet = new nn.Sequential(
  new nn.Linear(4, 8),
  new nn.Linear(8, 1),
);
tied(torch.rand(2, 4));
rgnet(torch.rand(2, 4));
`;

const own = { ...vscode.window };

/** What was asked while a command ran; every question is left without an answer but those that `answers` names. */
async function questions(command: string, argument: unknown, ...answers: string[]): Promise<string[]> {
  const asked: string[] = [];
  Object.assign(vscode.window, {
    showQuickPick: async (items: readonly vscode.QuickPickItem[], { title }: vscode.QuickPickOptions) => {
      asked.push(`${title}: ${items[0]!.label}`);
      const picked = items.find(({ label }) => label === answers[0]);
      if (picked) answers.shift();
      return picked;
    },
    showInputBox: async ({ title }: vscode.InputBoxOptions) => {
      asked.push(title!);
      return answers.shift();
    },
  });
  await vscode.commands.executeCommand(command, ...(argument === undefined ? [] : [argument]));
  return asked;
}

suite("what a command works on", () => {
  let editor: vscode.TextEditor;
  suiteSetup(async () => {
    await closeEditors();
    editor = await runFile("targets.ts", text);
  });
  teardown(() => {
    const { showQuickPick, showInputBox } = own;
    Object.assign(vscode.window, { showQuickPick, showInputBox });
  });
  suiteTeardown(closeEditors);

  /** How somebody may have said what is meant. */
  const ways: readonly {
    readonly way: string;
    readonly model: string;
    readonly path: string;
    readonly line: number;
    readonly choose: () => unknown;
    readonly argument?: () => object;
  }[] = [
    { way: "nothing chosen: the model that is shown first", model: "tied", path: "", line: 2, choose: () => undefined },
    { way: "a module chosen in a view", model: "tied", path: "0", line: 2, choose: () => select("tied", "0") },
    { way: "another model chosen after it", model: "rgnet", path: "", line: 3, choose: () => select("rgnet", "") },
    { way: "a module of that", model: "rgnet", path: "1", line: 5, choose: () => select("rgnet", "1") },
    {
      way: "a menu or link on another module",
      model: "tied",
      path: "0",
      line: 2,
      choose: () => select("rgnet", "1"),
      argument: () => ({ file: editor.document.uri.fsPath, model: "tied", path: "0" }),
    },
  ];
  const select = (model: string, path: string) => vscode.commands.executeCommand("layerscope.select", { file: editor.document.uri.fsPath, model, path });

  for (const { way, model, path, line, choose, argument } of ways)
    suite(way, () => {
      setup(choose);
      test("every command means it", async () => {
        await vscode.commands.executeCommand("layerscope.copySummary", argument?.());
        assert.match(await vscode.env.clipboard.readText(), new RegExp(`Sequential \\(${model}\\)`));
        await vscode.commands.executeCommand("layerscope.revealInCode", argument?.());
        assert.equal(vscode.window.activeTextEditor!.selection.active.line, line);
        if (path !== "") assert.deepEqual(await questions("layerscope.findUsesOfWeight", argument?.()), ["Find Uses of This Weight: weight"]);
        // What is reinitialized, and what is undone.
        const reinitialization = { target: { kind: "model" }, choice: { kind: "scheme", function: "zeros_", arguments: {} }, seed: null };
        await vscode.commands.executeCommand("layerscope.reinitialize", { ...argument?.(), reinitialization });
        const depths = async () => (await models(editor)).map((each) => `${each.name} ${each.undoDepth}`);
        assert.deepEqual(
          await depths(),
          ["tied", "rgnet"].map((name) => `${name} ${name === model ? 1 : 0}`),
        );
        await vscode.commands.executeCommand("layerscope.undoReinitialize", argument?.());
        assert.deepEqual(await depths(), ["tied 0", "rgnet 0"]);
        // The forms of the page are about what is selected: that is what they were called on.
        for (const command of ["layerscope.reinitialize", "layerscope.forward"]) {
          await choose();
          await vscode.commands.executeCommand(command, argument?.());
          await vscode.commands.executeCommand("layerscope.copySummary");
          assert.match(await vscode.env.clipboard.readText(), new RegExp(`Sequential \\(${model}\\)`));
          await vscode.commands.executeCommand("layerscope.revealInCode");
          assert.equal(vscode.window.activeTextEditor!.selection.active.line, line, command);
        }
      });
    });
});
