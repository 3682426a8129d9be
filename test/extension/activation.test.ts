import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, layerscope, until } from "./support.js";

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
}

/** The commands of package.json, their titles as shown. */
function contributed(): readonly Command[] {
  const { packageJSON } = vscode.extensions.getExtension("layerscope.layerscope")!;
  return (packageJSON as { readonly contributes: { readonly commands: readonly Command[] } }).contributes.commands;
}

suite("activation", () => {
  test("every command of package.json is there", async () => {
    await layerscope();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed()
        .map(({ command }) => command)
        .filter((command) => !registered.has(command)),
      [],
    );
  });

  test("VS Code's API is taken once, not copied by every file that uses it", async () => {
    const { extensionPath, packageJSON } = vscode.extensions.getExtension("layerscope.layerscope")!;
    const { main } = packageJSON as { readonly main: string };
    assert.equal((await readFile(join(extensionPath, main), "utf8")).split('require("vscode")').length - 1, 1);
  });

  test("every command has a title and, in the palette, Layerscope's name before it", () => {
    for (const { command, title, category } of contributed()) {
      assert.ok(title && !title.startsWith("%"), `${command} has no title`);
      assert.equal(category, "Layerscope");
    }
  });
});

suite("an example", () => {
  const { showQuickPick } = vscode.window;
  suiteTeardown(async () => {
    Object.assign(vscode.window, { showQuickPick });
    await closeEditors();
  });

  test("is chosen by what it teaches, written and opened; one that is there already is opened as it is", async function () {
    this.timeout(240_000);
    const choose = async (items: readonly vscode.QuickPickItem[]) => items.find(({ label }) => label === "LeNet-5");
    Object.assign(vscode.window, { showQuickPick: choose });
    await vscode.commands.executeCommand("layerscope.createExample");
    const { document } = vscode.window.activeTextEditor!;
    assert.match(document.uri.path, /\/lenet\.ts$/);
    const own = "// My own.\n";
    await writeFile(document.uri.fsPath, own);
    await until("the editor shows it", () => document.getText() === own);
    await closeEditors();
    await vscode.commands.executeCommand("layerscope.createExample");
    assert.equal(vscode.window.activeTextEditor!.document.getText(), own);
  });
});
