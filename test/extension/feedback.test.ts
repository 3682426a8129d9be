import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { PlayedPage } from "./restricted/pageMessages.js";
import { closeEditors, folder, layerscope, runFile, until } from "./support.js";

const own = { ...vscode.window };

/** What is felt of what leaves nothing to be seen in the page. */
suite("what was done is told", () => {
  suiteSetup(async () => {
    await closeEditors();
    await runFile("feedback.ts", 'import * as torch from "layerscope";\nexport const net = new torch.nn.Linear(4, 2);\nnet(torch.rand(2, 4));\n');
  });
  teardown(() => {
    const { showInputBox, setStatusBarMessage, showSaveDialog, showInformationMessage } = own;
    Object.assign(vscode.window, { showInputBox, setStatusBarMessage, showSaveDialog, showInformationMessage });
  });
  suiteTeardown(closeEditors);

  test("a seed that was set says what will use it", async () => {
    const told: string[] = [];
    Object.assign(vscode.window, { showInputBox: async () => "7", setStatusBarMessage: (text: string) => void told.push(text) });
    await vscode.commands.executeCommand("layerscope.setSeed");
    assert.deepEqual(told, ["Seed 7: what next draws random numbers without a seed of its own begins with it."]);
  });

  test("a picture that was saved says where, and is opened", async () => {
    const page = new PlayedPage("tab");
    await vscode.commands.executeCommand("layerscope.openInEditor");
    await until("the tab is there", () => page.listens);
    await page.say({ id: 1, method: "ready", params: null });
    const uri = vscode.Uri.file(join(folder, "feedback.svg"));
    rmSync(uri.fsPath, { force: true });
    const told: unknown[] = [];
    Object.assign(vscode.window, {
      showSaveDialog: async () => uri,
      showInformationMessage: async (text: string, ...buttons: readonly string[]) => (told.push([text, buttons]), buttons[0]),
    });
    await page.say({ id: 2, method: "save", params: { suggestedName: "net.svg", content: "<svg/>", encoding: "utf8" } });
    assert.deepEqual(told, [["Saved feedback.svg.", ["Open"]]]);
    assert.ok(existsSync(uri.fsPath));
    await until("the picture is shown", () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === "feedback.svg");
  });

  test("what was reinitialized before a run is asked about by a command too", async () => {
    const editor = await runFile("feedback.ts", 'import * as torch from "layerscope";\nexport const net = new torch.nn.Linear(4, 2);\n');
    const reinitialization = { target: { kind: "model" }, choice: { kind: "scheme", function: "zeros_", arguments: {} }, seed: null };
    const filled = async (): Promise<boolean> => {
      const [model] = (await layerscope()).models(editor.document.uri);
      return model!.tensors.every(({ statistics }) => statistics!.zeros === statistics!.count);
    };
    await vscode.commands.executeCommand("layerscope.reinitialize", { model: "net", path: "", reinitialization });
    assert.ok(await filled());
    await vscode.commands.executeCommand("layerscope.run");
    assert.ok(!(await filled()));
    const { showQuickPick } = own;
    Object.assign(vscode.window, { showQuickPick: async (items: readonly vscode.QuickPickItem[]) => items.find(({ label }) => label === "Apply Again") });
    try {
      await vscode.commands.executeCommand("layerscope.earlierChanges");
    } finally {
      Object.assign(vscode.window, { showQuickPick });
    }
    await until("it is applied again", filled);
  });
});
