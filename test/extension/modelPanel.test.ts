import assert from "node:assert/strict";
import { setup, suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, openFile, until } from "./support.js";

const net = `import { nn } from "layerscope";
export const net = new nn.Linear(4, 8);
`;

/** Labels of the tabs by column, in order. */
function columns(): string[][] {
  return vscode.window.tabGroups.all.map(({ tabs }) => tabs.map(({ label }) => label));
}

suite("the model as an editor tab", () => {
  setup(closeEditors);
  teardown(closeEditors);

  test("opens beside the code, which stays in sight, and comes to the front where it is", async () => {
    const code = await openFile("panel.ts", net);
    await vscode.commands.executeCommand("layerscope.openInEditor");
    await until("the tab is there", () => columns().length === 2);
    assert.deepEqual(columns(), [["panel.ts"], ["panel.ts (model)"]]);
    assert.ok(vscode.window.visibleTextEditors.some(({ document }) => document === code.document));
    await vscode.window.showTextDocument(code.document, vscode.ViewColumn.One);
    await vscode.commands.executeCommand("layerscope.openInEditor");
    await until("the tab is active", () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === "panel.ts (model)");
    assert.deepEqual(columns(), [["panel.ts"], ["panel.ts (model)"]]);
  });

  test("opens in place where the active editor shows something else", async () => {
    await openFile("panel.ts", net);
    await openFile("notes.txt", "not a model");
    await vscode.commands.executeCommand("layerscope.openInEditor");
    await until("the tab is there", () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === "panel.ts (model)");
    assert.equal(columns().length, 1);
  });
});
